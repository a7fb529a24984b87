package diagnose

import (
	"strings"
	"time"

	"golang.org/x/exp/trace"
)

// event updates the analysis by one event of the trace. It runs millions of
// times a second: it must not allocate for each event, nor resolve a stack twice
// in one generation.
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
		// A stack's handle keeps the tables of its generation in memory.
		a.sites.forget()
		a.stacks.forget()
	}
}

// goroutine returns the goroutine with that id, and adds it if it is new.
func (a *analysis) goroutine(id trace.GoID) *goroutine {
	if g := a.find(id); g != nil {
		return g
	}
	return a.begin(id)
}

// find looks in a cache before it looks in the map: the look-up in the map took
// half of the time of an event.
func (a *analysis) find(id trace.GoID) *goroutine {
	if id < 0 { // NoGoroutine, which is also the id of ended goroutines in the cache
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
	case from == to: // each generation begins by repeating the states
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
			return // the stack is that of the goroutine that woke it
		}
	case trace.GoNotExist:
		a.end(g)
		return
	}
	if g.lookups < maxLookups {
		a.name(g, s.Stack)
	}
}

// found adds a goroutine that is older than the trace. The trace tells its state
// at its first event, or at the end of the first generation if it has no event.
// The goroutine was in that state since the trace began.
func (a *analysis) found(g *goroutine, s *trace.StateTransition, to trace.GoState) {
	g.state, g.since = to, a.start
	a.learn(g, s)
	if to == trace.GoWaiting && g.site == nil {
		g.site = a.sites.before
	}
}

// learn takes the start function and the place of waiting from a stack, for a
// goroutine whose state does not change.
func (a *analysis) learn(g *goroutine, s *trace.StateTransition) {
	if s.Stack == trace.NoStack {
		return
	}
	a.name(g, s.Stack)
	if g.state == trace.GoWaiting && (g.site == nil || g.site == a.sites.before) {
		g.site = a.sites.at(s.Stack, "")
	}
}

// maxLookups bounds in how many stacks the program's own start function is
// looked for: a library's goroutine may have none.
const maxLookups = 4

// name takes the goroutine's start function from a stack.
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

// leave adds the time since the last change to the state that the goroutine leaves.
func (a *analysis) leave(g *goroutine, e *trace.Event, to trace.GoState, now trace.Time) {
	d := now - g.since
	switch g.state {
	case trace.GoRunning:
		if !g.gcIdle {
			g.running += d
		}
		g.gcIdle = false
	case trace.GoRunnable:
		g.runnable += d
	case trace.GoSyscall:
		// A system call that kept its core was running; one that gave it up was
		// waiting. A call of C code gives its core up too, though it works: its CPU
		// samples tell for how long.
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

// samplePeriod is the CPU time between two samples, in nanoseconds: the
// profiler's default. The trace does not tell it.
const samplePeriod = 10e6

func (a *analysis) woken(g *goroutine, e *trace.Event, d, now trace.Time) {
	site := g.site
	if site == nil {
		return
	}
	g.site = nil
	if g.since > a.start { // the site was not entered if the wait is older than the trace
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

// label marks idle workers of the garbage collector. They run only on cores that
// no goroutine needs, so their time does not count as use of a core.
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
	a.allSamples++
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
	if name, settled := a.stacks.root(e.Stack()); settled { // the stack of C code has no root
		g.start, g.lookups = name, maxLookups
	}
}

// interval is the time from the first event to the last.
func (a *analysis) interval() trace.Time { return a.now - a.start }

func toSeconds(t trace.Time) float64 { return time.Duration(t).Seconds() }
