package behaviour

import (
	"strconv"
	"strings"
)

// Rate is a number of bytes a second; 0 means no limit.
type Rate int64

// MaxRate is the largest Rate that can be spelled, 1 TiB a second.
const MaxRate Rate = 1 << 40

const rateAllowed = "none, or a whole number of Bps, KiBps, MiBps or GiBps (100MiBps) up to 1024GiBps"

type rateUnit struct {
	name  string
	bytes Rate
}

// rateUnits are in descending order, Bps last since every other name ends in it.
func rateUnits() [4]rateUnit {
	return [...]rateUnit{{"GiBps", 1 << 30}, {"MiBps", 1 << 20}, {"KiBps", 1 << 10}, {"Bps", 1}}
}

// ParseRate reads a Rate: "none", or a whole number with a unit.
func ParseRate(text string) (Rate, error) {
	if text == none {
		return 0, nil
	}
	for _, unit := range rateUnits() {
		digits, ok := strings.CutSuffix(text, unit.name)
		if !ok {
			continue
		}
		n, err := strconv.ParseUint(digits, 10, 62)
		if err != nil || n == 0 || n > uint64(MaxRate/unit.bytes) {
			break
		}
		return Rate(n) * unit.bytes, nil
	}
	return 0, refuse(text, "", rateAllowed)
}

// String spells r in the largest unit that divides it.
func (r Rate) String() string {
	if r == 0 {
		return none
	}
	for _, unit := range rateUnits() {
		if r%unit.bytes == 0 {
			return strconv.FormatInt(int64(r/unit.bytes), 10) + unit.name
		}
	}
	return none // not reached: the last unit divides everything
}
