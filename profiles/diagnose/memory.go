package diagnose

import (
	"math"
	"runtime/debug"
)

// memoryLimit is in bytes, and soft. The trace's reader holds up to two
// generations of a second each, in buffers up to twice their size: 100 MB are live
// for a trace of 20 MB a second.
const memoryLimit = 220 << 20

// LimitMemory sets a soft memory limit of 220 MiB, so that the garbage that Read
// makes is collected early. It is for programs that do little beside Read. It
// leaves a limit that is already set (GOMEMLIMIT) as it is. Call restore when done.
func LimitMemory() (restore func()) {
	if debug.SetMemoryLimit(-1) != math.MaxInt64 {
		return func() {}
	}
	debug.SetMemoryLimit(memoryLimit)
	return func() { debug.SetMemoryLimit(math.MaxInt64) }
}
