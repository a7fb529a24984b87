package diagnose

import (
	"cmp"
	"slices"

	"golang.org/x/exp/trace"
)

// A goroutine holds the sums of one that has not ended. When it ends, fold adds
// them to its group.
type goroutine struct {
	id      trace.GoID
	start   string // start function; "" until a stack tells it
	lookups uint8  // in how many stacks start was looked for
	state   trace.GoState
	gcIdle  bool       // an idle worker of the garbage collector: see label
	since   trace.Time // when the state began
	site    *site      // where it waits; nil if it does not

	running  trace.Time // includes system calls that kept their core
	runnable trace.Time
	syscall  trace.Time // in system calls that gave up their core
	called   int64      // CPU samples in the current system call
	waits    []edge     // its own waits, by site
	wakes    []edge     // the waits of others that it ended, by site
	samples  []stackSamples
}

// An edge sums waits at one site.
type edge struct {
	site *site
	time trace.Time
	n    int64
}

// maxEdges bounds each list of edges of a goroutine: every wait searches it.
const maxEdges = 24

// add adds a wait of d at a site to a list of edges. A full list counts further
// sites as sites.more.
func (s *sites) add(edges []edge, at *site, d trace.Time) []edge {
	if len(edges) == maxEdges && !slices.ContainsFunc(edges, func(e edge) bool { return e.site == at }) {
		at = s.more
	}
	for i := range edges {
		if e := &edges[i]; e.site == at {
			e.time += d
			e.n++
			return edges
		}
	}
	return append(edges, edge{at, d, 1})
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
	g.id, g.since = id, a.now
	a.live[id] = g
	return g
}

// end adds a goroutine to its group and forgets it.
func (a *analysis) end(g *goroutine) {
	a.fold(g, false)
	delete(a.live, g.id)
	// The cache of recent goroutines may still hold it: the new id keeps find from
	// taking it for a live one.
	*g = goroutine{id: trace.NoGoroutine, waits: g.waits[:0], wakes: g.wakes[:0], samples: g.samples[:0]}
	if len(a.free) < maxFree {
		a.free = append(a.free, g)
	}
}

// maxFree bounds how many goroutines are kept for reuse after a burst of them.
const maxFree = 1 << 12

// A group is the goroutines that began in one function.
type group struct {
	start             string
	count             int
	parked            int
	running           trace.Time
	runnable          trace.Time
	syscall           trace.Time
	samples           map[int32]int64 // CPU samples, by leaf in stacks
	waits             map[*site]edge
	wakes             map[*site]edge
	sampleCount       int64
	busiest           busiestGoroutine
	mostSamples       int64 // samples of the goroutine that has the most
	sampledGoroutines int   // goroutines that have a sample
}

// busiestGoroutine holds the sums of the goroutine of a group that ran the most.
type busiestGoroutine struct {
	running trace.Time
	samples []stackSamples
	wakes   []edge
}

// fold adds a goroutine's sums to its group and to the totals.
func (a *analysis) fold(g *goroutine, parked bool) {
	name := cmp.Or(g.start, "(unknown)")
	p := a.byStart[name]
	if p == nil {
		p = &group{start: name, samples: map[int32]int64{}, waits: map[*site]edge{}, wakes: map[*site]edge{}}
		a.byStart[name] = p
	}
	p.count++
	if parked {
		p.parked++
	}
	p.running += g.running
	p.runnable += g.runnable
	p.syscall += g.syscall
	a.total.running += g.running
	a.total.runnable += g.runnable
	merge(p.waits, g.waits)
	merge(p.wakes, g.wakes)
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
	if g.running > p.busiest.running {
		p.busiest = busiestGoroutine{g.running, slices.Clone(g.samples), slices.Clone(g.wakes)}
	}
}

func merge(into map[*site]edge, edges []edge) {
	for _, e := range edges {
		sum := into[e.site]
		into[e.site] = edge{e.site, sum.time + e.time, sum.n + e.n}
	}
}

// finish closes the states that are open at the trace's end, and folds all
// goroutines into their groups.
func (a *analysis) finish() {
	limit := a.start + trace.Time(float64(a.interval())*(1-parkedShare))
	for _, g := range a.live {
		d := a.now - g.since
		parked := false
		switch g.state {
		case trace.GoRunning:
			if !g.gcIdle {
				g.running += d
			}
		case trace.GoRunnable:
			g.runnable += d
		case trace.GoSyscall:
			parked = g.since <= limit
			if !parked {
				g.syscall += d
			}
		case trace.GoWaiting:
			parked = g.since <= limit
			a.open(g, d, parked)
		}
		a.fold(g, parked)
	}
	for _, s := range a.sites.known {
		s.stop(a.now)
	}
	a.network.stop(a.now)
}

// parkedShare is the share of the interval that a parked goroutine waits without
// a break.
const parkedShare = .9

// open adds a wait that goes on at the trace's end.
func (a *analysis) open(g *goroutine, d trace.Time, parked bool) {
	s := g.site
	if s == nil {
		return
	}
	if parked {
		s.parked++
		return
	}
	s.time += d
	s.open++
	g.waits = a.sites.add(g.waits, s, d)
}
