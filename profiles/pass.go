package profiles

import "collatebench/internal/oneof"

// A Pass is what one profiled process records. There are two, because the
// second slows down what the first one times.
type Pass string

const (
	// PassCPU records the CPU profile and the execution trace together, so
	// that the trace carries the CPU samples, each with its goroutine.
	PassCPU Pass = "cpu"
	// PassMemory records what is held and what is waited for, at rates at
	// which nothing can be timed: heap, allocs, block, mutex, goroutine.
	PassMemory Pass = "memory"
)

// A recorder is a pass at work.
type recorder interface {
	full() error // the window is full; called at most once, before stop
	stop() error // ends the recording and writes what full did not; called once
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

// Kinds returns the kinds that the pass leaves behind when it ends well.
func (p Pass) Kinds() []Kind {
	var out []Kind
	for _, row := range kinds {
		if row.pass == p {
			out = append(out, row.kind)
		}
	}
	return out
}
