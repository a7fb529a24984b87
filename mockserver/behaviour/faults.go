package behaviour

import (
	"strconv"
	"strings"
)

// Fault is a way in which a request goes wrong.
type Fault string

// The kinds of fault, in table order.
const (
	Status500 Fault = "500"      // answered with status 500
	Status503 Fault = "503"      // answered with status 503
	Reset     Fault = "reset"    // connection reset after the header
	Truncate  Fault = "truncate" // connection closed after half of the body
	Stall     Fault = "stall"    // half of the body, then nothing
	Corrupt   Fault = "corrupt"  // some bytes of the body altered
)

const faultKinds = 6

// FaultKinds returns the kinds of fault in table order.
func FaultKinds() [faultKinds]Fault {
	return [...]Fault{Status500, Status503, Reset, Truncate, Stall, Corrupt}
}

// Faults is the share of requests that each kind of fault strikes; at most one
// strikes a request. It is comparable; ParseFaults makes one and String spells it.
type Faults struct {
	perMillion [faultKinds]uint32 // exact, where a float would have several spellings
}

const (
	whole         = 1_000_000
	faultsAllowed = "none, or KIND:SHARE joined by + (503:1%+reset:0.5%), KIND one of 500, 503, reset, truncate, " +
		"stall, corrupt, SHARE from 0.0001% to 100% and not above 100% in all"
)

// ParseFaults reads the spelling of Faults. The kinds may come in any order.
func ParseFaults(text string) (Faults, error) {
	if text == none {
		return Faults{}, nil
	}
	var f Faults
	var sum uint32
	for part := range strings.SplitSeq(text, "+") {
		kind, share, _ := strings.Cut(part, ":")
		i := kindIndex(kind)
		n, ok := parseShare(share)
		if i < 0 || !ok {
			return Faults{}, refuse(text, strconv.Quote(part)+" is not KIND:SHARE", faultsAllowed)
		}
		if f.perMillion[i] != 0 {
			return Faults{}, refuse(text, kind+" is given twice", faultsAllowed)
		}
		f.perMillion[i] = n
		if sum += n; sum > whole {
			return Faults{}, refuse(text, "the shares are above 100%", faultsAllowed)
		}
	}
	return f, nil
}

func kindIndex(kind string) int {
	for i, k := range FaultKinds() {
		if string(k) == kind {
			return i
		}
	}
	return -1
}

// parseShare reads a percentage of at most 4 decimals, as parts of a million.
func parseShare(text string) (uint32, bool) {
	number, ok := strings.CutSuffix(text, "%")
	if !ok {
		return 0, false
	}
	integer, decimals, _ := strings.Cut(number, ".")
	if len(integer) == 0 || len(integer) > 3 || len(decimals) > 4 {
		return 0, false
	}
	n, err := strconv.ParseUint(integer+(decimals + "0000")[:4], 10, 32)
	return uint32(n), err == nil && n > 0 && n <= whole
}

// String is the one spelling of f: the kinds in table order.
func (f Faults) String() string {
	var parts []string
	for i, kind := range FaultKinds() {
		if n := f.perMillion[i]; n > 0 {
			parts = append(parts, string(kind)+":"+strconv.FormatFloat(float64(n)/1e4, 'f', -1, 64)+"%")
		}
	}
	if parts == nil {
		return none
	}
	return strings.Join(parts, "+")
}

// Share returns the share of requests that the kind strikes, from 0 to 1.
func (f Faults) Share(kind Fault) float64 {
	if i := kindIndex(string(kind)); i >= 0 {
		return float64(f.perMillion[i]) / whole
	}
	return 0
}

// Draw returns the fault that strikes the request whose number is u, from 0 to
// below 1, or "" for none.
func (f Faults) Draw(u float64) Fault {
	limit := uint32(0) // summed as integers, so that 100% is everything
	for i, kind := range FaultKinds() {
		limit += f.perMillion[i]
		if u*whole < float64(limit) {
			return kind
		}
	}
	return ""
}
