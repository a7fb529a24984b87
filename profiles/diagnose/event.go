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
	if gap := now - a.now; gap >= standstill && a.active > 0 && a.events > 1 {
		a.stopped += gap
		a.stops++
	}
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
		a.collections.event(e)
	case trace.EventRangeBegin:
		a.collections.event(e)
	case trace.EventSync:
		// A stack's handle keeps the tables of its generation in memory.
		for _, g := range a.live {
			g.latest, g.latestBy = nil, trace.NoStack
		}
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
	a.count(from, -1)
	a.count(to, 1)
	g.state, g.since = to, now
	switch to {
	case trace.GoWaiting:
		a.wait(g, s)
	case trace.GoSyscall:
		a.call(g, s)
	case trace.GoRunning:
		a.turns.begin(g.turn, now)
	case trace.GoRunnable:
		switch from {
		case trace.GoNotExist:
			a.made(g, e, s, now)
			return
		case trace.GoRunning: // preempted
			a.name(g, s.Stack)
			g.turn = a.turns.add(turn{from: now, ready: now, prev: g.turn, group: a.turns.ofGroup(g.group), id: g.id})
		}
		return // the stack is that of the goroutine that woke it
	case trace.GoNotExist:
		a.end(g)
		return
	}
	if g.lookups < maxLookups {
		a.name(g, s.Stack)
	}
}

// standstill, ns: no event for so long while goroutines could run means that the whole
// process stood still. The runtime interrupts a goroutine that runs for 10 ms.
const standstill = 15e6

// count counts the goroutines that run or could, and the time for which each number of
// them runs.
func (a *analysis) count(s trace.GoState, n int) {
	switch s {
	case trace.GoRunning:
		a.parallel.change(a.now, n)
		a.active += n
	case trace.GoRunnable:
		a.active += n
	}
}

// parallel is the time in which 0, 1, 2, ... goroutines ran at once.
type parallel struct {
	running int
	since   trace.Time
	times   []trace.Time
}

// maxParallel bounds the numbers that are told apart. GOMAXPROCS is smaller, but a damaged
// trace may have any number of goroutines that run.
const maxParallel = 1 << 10

func (p *parallel) change(now trace.Time, n int) {
	at := min(max(p.running, 0), maxParallel-1)
	for len(p.times) <= at {
		p.times = append(p.times, 0)
	}
	if p.since > 0 {
		p.times[at] += now - p.since
	}
	p.since = now
	p.running += n
}

// made adds a goroutine that another one created, or a clock did (time.AfterFunc, which a
// context's deadline is too).
func (a *analysis) made(g *goroutine, e *trace.Event, s *trace.StateTransition, now trace.Time) {
	g.born = now
	a.name(g, s.Stack)
	t := turn{from: now, ready: now, group: a.turns.ofGroup(g.group), id: g.id}
	if w := a.find(e.Goroutine()); w != nil {
		t.prev = w.turn
		g.maker, g.first = w.group, w.made != w.turn || w.turn == 0
		g.served = w.accepts
		w.made = w.turn
	} else if e.Goroutine() == trace.NoGoroutine {
		t.from, t.alone, t.what = a.start, true, timing
	}
	g.turn = a.turns.add(t)
}

// found adds a goroutine that is older than the trace. The trace tells its state
// at its first event, or at the end of the first generation if it has no event.
// The goroutine was in that state since the trace began.
func (a *analysis) found(g *goroutine, s *trace.StateTransition, to trace.GoState) {
	g.state, g.since, g.born = to, a.start, a.start
	a.count(to, 1)
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
	if g.group == nil || g.group.start == nameless || settled {
		g.group = a.groupOf(name, settled)
	}
	if !settled {
		g.base = g.group
	}
	if settled {
		g.lookups = maxLookups
	}
}

func (a *analysis) wait(g *goroutine, s *trace.StateTransition) {
	if g.latest == nil || g.latestBy != s.Stack || s.Stack == trace.NoStack {
		g.latest, g.latestBy = a.sites.at(s.Stack, s.Reason), s.Stack
	}
	g.site = g.latest
	g.site.enter(g.since)
	if g.site.own {
		g.inOwn++
	} else {
		g.inLibrary++
	}
	switch g.site.class {
	case classNetwork:
		a.network.enter(g.since)
	case classAccept:
		g.accepts = true
	}
}

func (a *analysis) call(g *goroutine, s *trace.StateTransition) {
	g.site = a.sites.at(s.Stack, reasonCall)
	if g.site.writes {
		g.asks = true
	}
}

// leave adds the time since the last change to the state that the goroutine leaves.
func (a *analysis) leave(g *goroutine, e *trace.Event, to trace.GoState, now trace.Time) {
	d := now - g.since
	switch g.state {
	case trace.GoRunning:
		if g.gcIdle {
			a.parallel.change(now, 1) // transition takes it off once more
		} else {
			g.running += d
		}
		g.gcIdle = false
		a.turns.stop(g.turn, now)
	case trace.GoRunnable:
		g.runnable += d
	case trace.GoSyscall:
		a.returned(g, to, d, now)
	case trace.GoWaiting:
		a.woken(g, e, d, now)
	}
}

// shortCall, ns: a system call that kept its core and took no longer counts as
// executing. Most are a copy to or from the kernel.
const shortCall = 50e3

// returned ends a system call. Whether a longer one worked or waited is not in its
// states: one that waits for the disk keeps its core until somebody needs it, and a call
// of C code gives its core up though it works. Its CPU samples tell, for all calls of a
// place together.
func (a *analysis) returned(g *goroutine, to trace.GoState, d, now trace.Time) {
	s := g.site
	g.site = nil
	if s == nil {
		s = a.sites.before
	}
	kept := to == trace.GoRunning
	if kept && d < shortCall {
		g.running += d
		g.called = 0
		return
	}
	s.calls.add(d, g.called, kept)
	g.called = 0
	g.calls = addCall(g.calls, s, d)
	t := turn{from: g.since, ready: now, prev: g.turn, site: a.turns.ofSite(s), group: a.turns.ofGroup(g.group), id: g.id, alone: true, what: calling}
	if kept {
		t.start = now
	}
	g.turn = a.turns.add(t)
}

// samplePeriod is the CPU time between two samples, in nanoseconds: the
// profiler's default. The trace does not tell it.
const samplePeriod = 10e6

// woken ends a wait, and charges it to what ended it.
func (a *analysis) woken(g *goroutine, e *trace.Event, d, now trace.Time) {
	site := g.site
	if site == nil {
		g.turn = a.turns.add(turn{from: now, ready: now, prev: g.turn, group: a.turns.ofGroup(g.group), id: g.id})
		return
	}
	g.site = nil
	if g.since > a.start { // the site was not entered if the wait is older than the trace
		site.leave(now)
		if site.class == classNetwork {
			a.network.leave(now)
		}
	}
	var w *goroutine // who woke it
	by := e.Goroutine()
	if by != trace.NoGoroutine && by != g.id && site.class != classRuntime { // the collector's workers wait for long themselves
		w = a.find(by)
	}
	if w != nil && w.group == nil {
		w.group = a.groupOf(nameless, false)
	}
	l := a.link(g, w, site, e)
	site.time += d
	site.count++
	site.longest = max(site.longest, d)
	g.waits = addEdge(g.waits, l, d)
	next := turn{from: g.since, ready: now, site: a.turns.ofSite(site), group: a.turns.ofGroup(g.group), id: g.id}
	if w == nil {
		l.add(d, 0)
		l.charged += d
		l.charges[l.what] += d
		if l.what == timing {
			site.clock.tick(now, d)
		}
		next.prev, next.alone, next.what = g.turn, true, l.what
	} else {
		l.add(d, w.turn)
		a.handoffs++
		if site.class.followed() && l.followed() {
			l.charged += d
			a.turns.charge(l, w.turn, g.since, now)
		}
		w.wakes = addEdge(w.wakes, l, d)
		next.prev = w.turn
		if l.site.class.exclusive() {
			a.released(w, l.site, now)
		}
	}
	g.turn = a.turns.add(next)
	if w != nil && l.site.class.exclusive() {
		p := g.passOf(l.site)
		p.site, p.in = l.site, g.turn
	}
}

// released measures for how long w was past a gate, if it lets the next one pass now. It
// counts from when it ran: those whom a mutex wakes may find it taken again. Where it did not
// wait there itself, or nobody waited for some time meanwhile, so that it could let the gate go
// and take it again unseen, the trace does not show since when.
func (a *analysis) released(w *goroutine, s *site, now trace.Time) {
	p := w.passOf(s)
	last := p.released
	p.released = now
	if now-last < oneRelease && last > 0 {
		return
	}
	s.releases++
	if p.site == nil || p.site != s && s.class != classLock {
		return
	}
	if t := a.turns.get(p.in); t != nil && t.start > 0 && s.always(t.start, now) {
		s.held += now - t.start
		s.holds++
	}
	p.site = nil
}

// oneRelease, ns: what a goroutine wakes within so short a time it wakes by one release, as
// the writer of a sync.RWMutex wakes all readers.
const oneRelease = 20e3

// link returns the link of a wait that w ended; nobody did if w is nil.
func (a *analysis) link(g, w *goroutine, s *site, e *trace.Event) *link {
	if w == nil {
		return s.link(nil, "", s.alone(g))
	}
	var release string
	if s.class.exclusive() || s == a.sites.before {
		stack := e.Stack()
		if l := s.latest; l != nil && l.waker == w.group && s.latestBy == stack {
			return l
		}
		release = a.sites.release(stack)
		s.latestBy = stack
	}
	if s != a.sites.before && release != "" && len(a.sites.released) < maxReleased {
		a.sites.released[release] = s
	}
	s.latest = s.link(w.group, release, executing)
	return s.latest
}

// alone says what a wait that no goroutine ended was for.
func (s *site) alone(g *goroutine) activity {
	switch {
	case s.class == classRuntime:
		return collecting
	case s.class == classDial:
		return dialling
	case s.class == classServer || s.class == classAccept || s.reason == reasonNetwork && g.served:
		return serving
	case s.file:
		return calling
	case s.reason == reasonNetwork:
		return answering
	case s.reason == "" || s.reason == reasonOlder:
		return unknown
	}
	return timing
}

// label marks idle workers of the garbage collector. They run only on cores that
// no goroutine needs, so their time does not count as use of a core.
func (a *analysis) label(e *trace.Event) {
	l := e.Label()
	if l.Resource.Kind != trace.ResourceGoroutine || !strings.HasPrefix(l.Label, "GC (") {
		return
	}
	if g := a.find(l.Resource.Goroutine()); g != nil {
		idle := l.Label == "GC (idle)"
		if g.state == trace.GoRunning && idle != g.gcIdle {
			if idle {
				a.parallel.change(a.now, -1)
			} else {
				a.parallel.change(a.now, 1)
			}
		}
		g.gcIdle = idle
	}
}

// sample counts a CPU sample. What [Options.Func] drops counts for all but the hot spots: the
// verdict does not depend on it.
func (a *analysis) sample(e *trace.Event) {
	a.allSamples++
	leaf, kept := a.stacks.leaf(e.Stack())
	g := a.find(e.Goroutine())
	if g == nil || !g.gcIdle {
		a.samplesByWork[a.stacks.nodes[leaf].work]++
	}
	if kept {
		a.samples++
	}
	if g == nil {
		return
	}
	if kept {
		g.samples = count(g.samples, leaf)
	}
	if g.state == trace.GoSyscall {
		g.called++
	}
	if name, settled := a.stacks.root(e.Stack()); settled { // the stack of C code has no root
		g.group, g.lookups = a.groupOf(name, true), maxLookups
	}
}

// interval is the time from the first event to the last.
func (a *analysis) interval() trace.Time { return a.now - a.start }

func toSeconds(t trace.Time) float64 { return time.Duration(t).Seconds() }
