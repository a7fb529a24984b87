package bench

import (
	"fmt"
	"runtime/debug"
	"strconv"
)

// GCOff is the GOGC that collects nothing.
const GCOff = -1

const (
	maxGC     = 10_000
	gcAllowed = "off, or a whole number from 1 to 10000"
)

func parseGC(s string) (int, error) {
	if s == "off" {
		return GCOff, nil
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < 1 || n > maxGC {
		return 0, fmt.Errorf("%q is not %s", s, gcAllowed)
	}
	return n, nil
}

func formatGC(percent int) string {
	if percent == GCOff {
		return "off"
	}
	return strconv.Itoa(percent)
}

// Tune gives this process what the cell asks of the runtime beside GOMAXPROCS,
// until restore.
func (c Cell) Tune() (restore func()) {
	before := debug.SetGCPercent(c.GOGC)
	return func() { debug.SetGCPercent(before) }
}
