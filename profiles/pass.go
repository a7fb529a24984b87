package profiles

import "collatebench/internal/oneof"

// A Pass is a set of profiles that one process records. There are two, because the
// second slows down the work that the first one times.
type Pass string

const (
	// PassCPU records the CPU profile of all ops, and with it the execution trace of
	// the first, which carries the CPU samples of that op, each with its goroutine. A
	// trace grows with each op; a CPU profile needs some seconds to be worth reading.
	PassCPU Pass = "cpu"
	// PassMemory records memory and waits: heap, allocs, block, mutex, goroutine.
	// Its rates slow the program down, so no time can be measured with it.
	PassMemory Pass = "memory"
)

// A recorder records one pass.
type recorder interface {
	full() error // the window is full; called at most once, before stop
	op() error   // the first op has ended; called at most once, before stop
	stop() error // ends the recording and writes all other profiles; called once
}

// passes is the table of passes.
var passes = [...]struct {
	pass  Pass
	start func(dir string) (recorder, error)
}{
	{PassCPU, startCPU},
	{PassMemory, startMemory},
}

// Passes returns every pass, in the order in which they are taken.
func Passes() []Pass {
	var out []Pass
	for _, row := range passes {
		out = append(out, row.pass)
	}
	return out
}

// ParsePass is the inverse of string(p).
func ParsePass(s string) (Pass, error) { return oneof.Parse(s, Passes()) }

// Kinds returns the kinds that the pass writes.
func (p Pass) Kinds() []Kind {
	var out []Kind
	for _, row := range kinds {
		if row.pass == p {
			out = append(out, row.kind)
		}
	}
	return out
}
