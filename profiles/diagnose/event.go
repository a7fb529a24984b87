package diagnose

import (
	"strings"
	"time"

	"golang.org/x/exp/trace"
)

// event takes one event in. It runs millions of times a second: no allocation,
// and no look at a stack that was seen before.
func (a *analysis) event(e *trace.Event) {
	now := e.Time()
	if a.events == 0 {
		a.start = now
	}
	a.events++
	a.now = now
	switch e.Kind() {
	case trace.EventStateTransition:
		if s := e.StateTransition(); s.Resource.Kind == trace.ResourceGoroutine {
			a.transition(e, &s, now)
		}
	case trace.EventStackSample:
		a.sample(e)
	case trace.EventLabel:
		a.label(e)
	case trace.EventMetric:
		if m := e.Metric(); m.Name == "/sched/gomaxprocs:threads" {
			a.procs = max(a.procs, int(m.Value.Uint64()))
		}
	case trace.EventSync:
		// Handles of stacks hold on to their generation's tables.
		a.sites.forget()
		a.stacks.forget()
	}
}

// goroutine returns the one of that id, which may be new.
func (a *analysis) goroutine(id trace.GoID) *goroutine {
	if g := a.find(id); g != nil {
		return g
	}
	return a.born(id)
}

// find goes through a table of those seen lately: half of the time of an event
// was the look-up in the map.
func (a *analysis) find(id trace.GoID) *goroutine {
	if id < 0 { // no goroutine: an ended one in the table looks like that
		return a.live[id]
	}
	slot := &a.recent[uint64(id)%uint64(len(a.recent))]
	if *slot == nil || (*slot).id != id {
		*slot = a.live[id]
	}
	return *slot
}

// transition closes the state that the goroutine leaves, and opens the next.
func (a *analysis) transition(e *trace.Event, s *trace.StateTransition, now trace.Time) {
	g := a.goroutine(s.Resource.Goroutine())
	from, to := s.Goroutine()
	switch {
	case from == trace.GoUndetermined:
		a.found(g, s, to)
		return
	case from == to: // said again at the start of a generation
		a.learn(g, s)
		return
	}
	a.leave(g, e, to, now)
	g.state, g.since = to, now
	switch to {
	case trace.GoWaiting:
		a.wait(g, s)
	case trace.GoRunnable:
		if from != trace.GoNotExist {
			return // the stack is of who woke it
		}
	case trace.GoNotExist:
		a.ended(g)
		return
	}
	if g.lookups < maxLookups {
		a.name(g, s.Stack)
	}
}

// found takes in a goroutine that is older than the trace. The trace says so
// at its first event or, if it has none, as late as the end of the first
// generation; it was in that state from the beginning.
func (a *analysis) found(g *goroutine, s *trace.StateTransition, to trace.GoState) {
	g.state, g.since, g.born = to, a.start, a.start
	a.learn(g, s)
	if to == trace.GoWaiting && g.site == nil {
		g.site = a.sites.before
	}
}

// learn takes what a stack says of a goroutine that is as it was.
func (a *analysis) learn(g *goroutine, s *trace.StateTransition) {
	if s.Stack == trace.NoStack {
		return
	}
	a.name(g, s.Stack)
	if g.state == trace.GoWaiting && (g.site == nil || g.site == a.sites.before) {
		g.site = a.sites.at(s.Stack, "")
	}
}

// maxLookups bounds how often a goroutine of a library is asked whether it runs
// code of the program.
const maxLookups = 4

// name learns where the goroutine began.
func (a *analysis) name(g *goroutine, stack trace.Stack) {
	if stack == trace.NoStack || g.lookups >= maxLookups {
		return
	}
	g.lookups++
	name, settled := a.stacks.root(stack)
	if name == "" {
		return
	}
	if g.start == "" || settled {
		g.start = name
	}
	if settled {
		g.lookups = maxLookups
	}
}

func (a *analysis) wait(g *goroutine, s *trace.StateTransition) {
	g.site = a.sites.at(s.Stack, s.Reason)
	g.site.enter(g.since)
	if g.site.class == classNetwork {
		a.network.enter(g.since)
	}
}

// leave adds the time since the last change to what the goroutine was doing.
func (a *analysis) leave(g *goroutine, e *trace.Event, to trace.GoState, now trace.Time) {
	d := now - g.since
	switch g.state {
	case trace.GoRunning:
		if g.gcIdle {
			a.total.gcIdle += d
			g.gcIdle = false
		} else {
			g.running += d
		}
	case trace.GoRunnable:
		g.runnable += d
	case trace.GoSyscall:
		// A call that gave up its core waited; one that kept it, onCPU. Code in C
		// is a call too, and gives its core up while it works: its samples tell.
		onCPU := d
		if to != trace.GoRunning {
			onCPU = min(d, trace.Time(g.called)*samplePeriod)
		}
		g.running += onCPU
		g.syscall += d - onCPU
		g.called = 0
	case trace.GoWaiting:
		a.woken(g, e, d, now)
	}
}

// samplePeriod is the CPU time between two samples, in nanoseconds, as the
// profiler has it where nobody sets another; the trace does not say.
const samplePeriod = 10e6

func (a *analysis) woken(g *goroutine, e *trace.Event, d, now trace.Time) {
	site := g.site
	if site == nil {
		return
	}
	g.site = nil
	if g.since > a.start { // else it was not entered
		site.leave(now)
		if site.class == classNetwork {
			a.network.leave(now)
		}
	}
	site.time += d
	site.count++
	g.waits = a.sites.add(g.waits, site, d)
	site.longest = max(site.longest, d)
	by := e.Goroutine()
	if by == trace.NoGoroutine && (site.class == classChannel || site.class == classSleep) {
		site.timed += d
	}
	if by != trace.NoGoroutine && by != g.id {
		if w := a.find(by); w != nil {
			w.wakes = a.sites.add(w.wakes, site, d)
		}
	}
}

// label tells the workers of the garbage collector apart: the idle ones take
// cores that nobody wants, and are no work.
func (a *analysis) label(e *trace.Event) {
	l := e.Label()
	if l.Resource.Kind != trace.ResourceGoroutine || !strings.HasPrefix(l.Label, "GC (") {
		return
	}
	if g := a.find(l.Resource.Goroutine()); g != nil {
		g.gcIdle = l.Label == "GC (idle)"
	}
}

func (a *analysis) sample(e *trace.Event) {
	a.all++
	leaf := a.stacks.leaf(e.Stack())
	if leaf == noMatch {
		return
	}
	a.samples++
	g := a.find(e.Goroutine())
	if g == nil || !g.gcIdle {
		a.samplesByWork[a.stacks.nodes[leaf].work]++
	}
	if g == nil {
		return
	}
	g.samples = count(g.samples, leaf)
	if g.state == trace.GoSyscall {
		g.called++
	}
	if name, settled := a.stacks.root(e.Stack()); settled { // else it may be C, which has no root
		g.start, g.lookups = name, maxLookups
	}
}

// interval is from the first event to the last.
func (a *analysis) interval() trace.Time { return a.now - a.start }

func toSeconds(t trace.Time) float64 { return time.Duration(t).Seconds() }
