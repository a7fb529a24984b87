package timeline

import (
	"slices"

	"golang.org/x/exp/trace"
)

// cores counts the goroutines on a core, and adds their time to the collations
// that have not ended. It counts from the beginning of the trace, because a
// goroutine may be on a core before a collation begins. Starting a trace stops the
// world, so every goroutine that is on a core has an event that puts it there.
type cores struct {
	last    trace.Time // when the count last changed
	running int64
	idle    map[trace.GoID]bool // idle workers of the garbage collector: they run on free cores only
	calls   []call              // system calls under way
}

// A call is a system call. Only its end tells whether it kept its core.
type call struct {
	g     trace.GoID
	since trace.Time
}

// transition counts a goroutine that comes onto a core or leaves it.
func (c *cores) transition(live []*collation, g trace.GoID, from, to trace.GoState, now trace.Time) {
	if from == to { // each generation begins by repeating the states
		return
	}
	switch from {
	case trace.GoRunning:
		c.leave(live, g, now)
	case trace.GoSyscall:
		c.called(live, g, to, now)
	}
	switch to {
	case trace.GoRunning:
		c.advance(live, now)
		c.running++
	case trace.GoSyscall:
		c.calls = append(c.calls, call{g, now})
	}
}

func (c *cores) leave(live []*collation, g trace.GoID, now trace.Time) {
	if len(c.idle) > 0 && c.idle[g] {
		delete(c.idle, g)
		return
	}
	c.advance(live, now)
	c.running--
}

// called ends a system call. It kept its core if the goroutine runs next.
func (c *cores) called(live []*collation, g trace.GoID, to trace.GoState, now trace.Time) {
	i := slices.IndexFunc(c.calls, func(call call) bool { return call.g == g })
	if i < 0 {
		return
	}
	if to == trace.GoRunning {
		credit(live, c.calls[i].since, now, 1)
	}
	c.calls = slices.Delete(c.calls, i, i+1)
}

// label takes an idle worker of the garbage collector out of the count. Its label
// comes just after it has got a core.
func (c *cores) label(live []*collation, l trace.Label, now trace.Time) {
	g := l.Resource
	if g.Kind != trace.ResourceGoroutine || l.Label != "GC (idle)" || c.idle[g.Goroutine()] {
		return
	}
	c.leave(live, g.Goroutine(), now)
	c.idle[g.Goroutine()] = true
}

// advance adds the time since the last change.
func (c *cores) advance(live []*collation, now trace.Time) {
	if c.running > 0 {
		credit(live, c.last, now, c.running)
	}
	c.last = now
}

func credit(live []*collation, from, to trace.Time, n int64) {
	for _, c := range live {
		c.load.add(from-c.begin, to-c.begin, n)
	}
}
