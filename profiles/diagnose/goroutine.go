package diagnose

import (
	"cmp"
	"iter"
	"maps"
	"slices"

	"golang.org/x/exp/trace"
)

// A goroutine holds the sums of one that has not ended. When it ends, fold adds
// them to its group.
type goroutine struct {
	id               trace.GoID
	group            *group // nil until a stack tells its start function
	base             *group // that of a library's function in which it began; nil if it began in the program's own
	inOwn, inLibrary int    // waits with and without the program's own code on the stack
	lookups          uint8  // in how many stacks that was looked for
	state            trace.GoState
	gcIdle           bool       // an idle worker of the garbage collector: see label
	since            trace.Time // when the state began
	born             trace.Time // when it was created, or the trace began
	site             *site      // where it waits or calls the system; nil if it does neither
	turn             turnID     // the one that it is in, or had last

	latest   *site // where it waited last, and with which stack: most wait again and again
	latestBy trace.Stack

	maker        *group // of the goroutine that created it
	first        bool   // it is the first one that its maker created in a turn
	made         turnID // the turn in which it last created one itself
	accepts      bool   // it accepts connections
	served       bool   // it was created by one that does
	asks         bool   // it has written to a connection
	lock, permit pass   // the latest of each kind

	running  trace.Time // includes system calls that kept their core and were short
	runnable trace.Time
	called   int64  // CPU samples in the current system call
	calls    []call // longer system calls, by site
	waits    []edge // its own waits, by link
	wakes    []edge // the waits of others that it ended, by link
	samples  []stackSamples
}

// A pass is that a goroutine waited at a gate and then passed it.
type pass struct {
	site *site  // nil once it has let the next one pass
	in   turnID // the turn that began when the wait ended

	released trace.Time // when it last let one pass such a gate
}

// passOf is the goroutine's latest pass of a gate of the same kind. Between a lock and its
// unlocking a goroutine may well wait for a channel, and the other way round.
func (g *goroutine) passOf(s *site) *pass {
	if s.class == classLock {
		return &g.lock
	}
	return &g.permit
}

// An edge sums waits of one link.
type edge struct {
	link *link
	time trace.Time
	n    int64
}

// maxEdges bounds each list of edges of a goroutine: every wait searches it. What does
// not fit is known of the link, but not of the goroutine.
const maxEdges = 32

func addEdge(edges []edge, l *link, d trace.Time) []edge {
	for i := range edges {
		if e := &edges[i]; e.link == l {
			e.time += d
			e.n++
			return edges
		}
	}
	if len(edges) == maxEdges {
		return edges
	}
	return append(edges, edge{l, d, 1})
}

// A call sums the longer system calls of one site.
type call struct {
	site *site
	time trace.Time
}

func addCall(calls []call, s *site, d trace.Time) []call {
	for i := range calls {
		if c := &calls[i]; c.site == s {
			c.time += d
			return calls
		}
	}
	if len(calls) == maxEdges {
		return calls
	}
	return append(calls, call{s, d})
}

// stackSamples counts the CPU samples of one stack, which leaf stands for.
type stackSamples struct {
	leaf int32
	n    int64
}

func count(samples []stackSamples, leaf int32) []stackSamples {
	for i := range samples {
		if samples[i].leaf == leaf {
			samples[i].n++
			return samples
		}
	}
	return append(samples, stackSamples{leaf, 1})
}

// begin adds a new goroutine.
func (a *analysis) begin(id trace.GoID) *goroutine {
	var g *goroutine
	if n := len(a.free); n > 0 {
		g, a.free = a.free[n-1], a.free[:n-1]
	} else {
		g = &goroutine{}
	}
	g.id, g.since, g.born = id, a.now, a.now
	a.live[id] = g
	return g
}

// end adds a goroutine to its group and forgets it.
func (a *analysis) end(g *goroutine) {
	a.fold(g, a.now, false)
	delete(a.live, g.id)
	// The cache of recent goroutines may still hold it: the new id keeps find from
	// taking it for a live one.
	*g = goroutine{
		id: trace.NoGoroutine, waits: g.waits[:0], wakes: g.wakes[:0], calls: g.calls[:0], samples: g.samples[:0],
	}
	if len(a.free) < maxFree {
		a.free = append(a.free, g)
	}
}

// maxFree bounds how many goroutines are kept for reuse after a burst of them.
const maxFree = 1 << 12

// A group is the goroutines that began in one function.
type group struct {
	number            int32 // of turns.groups; 0 if it has none
	start             string
	own               bool // the program's own code
	count             int
	parked            int
	asks              bool       // one of them has written to a connection
	served            bool       // one of them serves a connection
	live              trace.Time // sum of their lives, without the waits of parked ones
	running           trace.Time
	runnable          trace.Time
	samples           map[int32]int64 // CPU samples, by leaf in stacks
	calls             map[*site]trace.Time
	waits             map[*link]edge
	order             []*link // of waits, once asked for
	wakes             map[*link]edge
	makes             map[*group]burst // goroutines that its own created
	sampleCount       int64
	busiest           busiestGoroutine
	mostSamples       int64 // samples of the goroutine that has the most
	sampledGoroutines int   // goroutines that have a sample
}

// A burst counts goroutines, and the turns in which they were created.
type burst struct{ n, turns int64 }

// busiestGoroutine holds the sums of the goroutine of a group that did the most.
type busiestGoroutine struct {
	running trace.Time
	samples []stackSamples
	wakes   []edge
	waits   []edge
	calls   []call
}

// waitsInOrder yields the group's waits by link, in the order of the sites and of their links:
// the same trace gives the same figures to the last digit.
func (p *group) waitsInOrder() iter.Seq2[*link, edge] {
	if len(p.order) != len(p.waits) {
		p.order = slices.SortedFunc(maps.Keys(p.waits), func(l, m *link) int {
			return cmp.Or(cmp.Compare(l.site.index, m.site.index), cmp.Compare(l.number, m.number))
		})
	}
	return func(yield func(*link, edge) bool) {
		for _, l := range p.order {
			if !yield(l, p.waits[l]) {
				return
			}
		}
	}
}

// nameless is the start function of goroutines of which no stack was seen.
const nameless = "(unknown)"

// groupOf returns the group of a start function.
func (a *analysis) groupOf(start string, own bool) *group {
	p := a.byStart[start]
	if p == nil {
		p = &group{
			start: start, own: own, samples: map[int32]int64{}, calls: map[*site]trace.Time{},
			waits: map[*link]edge{}, wakes: map[*link]edge{}, makes: map[*group]burst{},
		}
		a.byStart[start] = p
	}
	return p
}

// fold adds a goroutine's sums to its group and to the totals. Its last wait began at
// the given time and goes on, if it is parked.
func (a *analysis) fold(g *goroutine, until trace.Time, parked bool) {
	p := g.group
	switch {
	case p == nil:
		p = a.groupOf(nameless, false)
	case g.base != nil && g.inLibrary > g.inOwn:
		p = g.base // the library called the program's own code once, as to dial
	}
	p.count++
	if parked {
		p.parked++
	}
	p.asks = p.asks || g.asks
	p.served = p.served || g.served
	p.live += until - g.born
	p.running += g.running
	p.runnable += g.runnable
	a.total.running += g.running
	a.total.runnable += g.runnable
	merge(p.waits, g.waits)
	merge(p.wakes, g.wakes)
	for _, c := range g.calls {
		p.calls[c.site] += c.time
	}
	if g.maker != nil {
		b := g.maker.makes[p]
		b.n++
		if g.first {
			b.turns++
		}
		g.maker.makes[p] = b
	}
	var n int64
	for _, s := range g.samples {
		p.samples[s.leaf] += s.n
		n += s.n
	}
	p.sampleCount += n
	p.mostSamples = max(p.mostSamples, n)
	if n > 0 {
		p.sampledGoroutines++
	}
	if p.count == 1 || g.running > p.busiest.running {
		p.busiest = busiestGoroutine{g.running, slices.Clone(g.samples), slices.Clone(g.wakes), slices.Clone(g.waits), slices.Clone(g.calls)}
	}
}

func merge(into map[*link]edge, edges []edge) {
	for _, e := range edges {
		sum := into[e.link]
		into[e.link] = edge{e.link, sum.time + e.time, sum.n + e.n}
	}
}

// finish closes the states that are open at the trace's end, and folds all
// goroutines into their groups.
func (a *analysis) finish() {
	limit := a.start + trace.Time(float64(a.interval())*(1-parkedShare))
	for _, id := range slices.Sorted(maps.Keys(a.live)) {
		g := a.live[id]
		d := a.now - g.since
		until, parked := a.now, false
		switch g.state {
		case trace.GoRunning:
			if !g.gcIdle {
				g.running += d
			}
		case trace.GoRunnable:
			g.runnable += d
		case trace.GoSyscall, trace.GoWaiting:
			if parked = g.since <= limit; parked {
				until = max(g.since, g.born)
			}
			a.open(g, d, parked)
		}
		a.fold(g, until, parked)
	}
	for _, s := range a.sites.known {
		s.stop(a.now)
	}
	a.network.stop(a.now)
	a.sites.settle()
}

// parkedShare is the share of the interval that a parked goroutine waits without
// a break.
const parkedShare = .9

// open adds a wait, or a system call, that goes on at the trace's end.
func (a *analysis) open(g *goroutine, d trace.Time, parked bool) {
	s := g.site
	switch {
	case s == nil:
	case parked:
		s.parked++
	case g.state == trace.GoSyscall:
		s.calls.add(d, g.called, false)
		g.calls = addCall(g.calls, s, d)
	default:
		s.time += d
		s.open++
		l := s.link(nil, "", unknown)
		l.add(d, 0)
		g.waits = addEdge(g.waits, l, d)
	}
}
