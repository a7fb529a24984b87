package diagnose

import (
	"math"
	"runtime/debug"
)

// memoryLimit is soft. The trace's reader holds two generations at times, of a
// second each, in buffers up to twice their size: 100 MB live at 20 MB a second.
const memoryLimit = 220 << 20

// LimitMemory has the garbage of reading collected before it is as much again
// as what is live. It is for programs that do little beside Read, and leaves a
// limit that was set (GOMEMLIMIT) as it is. Call restore when done.
func LimitMemory() (restore func()) {
	if debug.SetMemoryLimit(-1) != math.MaxInt64 {
		return func() {}
	}
	debug.SetMemoryLimit(memoryLimit)
	return func() { debug.SetMemoryLimit(math.MaxInt64) }
}
