package diagnose

import (
	"cmp"
	"slices"

	"golang.org/x/exp/trace"
)

// A goroutine is one that lives. When it ends, it is added to its group.
type goroutine struct {
	id      trace.GoID
	start   string // start function, "" until a stack tells
	lookups uint8  // of start
	state   trace.GoState
	gcIdle  bool // a worker of the garbage collector on a core that nobody wants
	born    trace.Time
	since   trace.Time // of the state
	site    *site      // where it waits

	running  trace.Time // with system calls that kept their core
	runnable trace.Time
	syscall  trace.Time // calls that gave it up
	called   int64      // samples in the call that goes on
	waits    []edge     // where it waited
	wakes    []edge     // the waits of others that it ended
	samples  []stackSamples
}

// An edge sums waits at one place.
type edge struct {
	site *site
	time trace.Time
	n    int64
}

// maxEdges bounds an edge list of one goroutine: it is searched for each wait.
const maxEdges = 24

// add counts a wait at s; past maxEdges, at the place that stands for further ones.
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

// stackSamples counts the CPU samples of one stack.
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

func (a *analysis) born(id trace.GoID) *goroutine {
	var g *goroutine
	if n := len(a.free); n > 0 {
		g, a.free = a.free[n-1], a.free[:n-1]
	} else {
		g = &goroutine{}
	}
	g.id, g.born, g.since = id, a.now, a.now
	a.live[id] = g
	return g
}

// ended adds a goroutine to its group and forgets it.
func (a *analysis) ended(g *goroutine) {
	a.fold(g, false)
	delete(a.live, g.id)
	// Another that finds it in the table of recent ones must not take it for its own.
	*g = goroutine{id: trace.NoGoroutine, waits: g.waits[:0], wakes: g.wakes[:0], samples: g.samples[:0]}
	if len(a.free) < maxFree {
		a.free = append(a.free, g)
	}
}

// maxFree bounds what is kept for reuse after a burst of goroutines.
const maxFree = 1 << 12

// A group is the goroutines that began in one function.
type group struct {
	start             string
	count             int
	parked            int
	lived             trace.Time // sum of lifetimes, without parked ones
	running           trace.Time
	runnable          trace.Time
	syscall           trace.Time
	samples           map[int32]int64
	waits             map[*site]edge
	wakes             map[*site]edge
	sampleCount       int64
	busiest           busiestGoroutine
	mostSamples       int64 // samples of the goroutine that has the most
	sampledGoroutines int   // goroutines that were sampled
}

// busiestGoroutine is the goroutine of a group that ran the most.
type busiestGoroutine struct {
	id                trace.GoID
	running, runnable trace.Time
	lived             trace.Time
	samples           []stackSamples
	wakes             []edge
	waits             []edge
}

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
	} else {
		p.lived += a.now - g.born
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
		p.busiest = busiestGoroutine{g.id, g.running, g.runnable, a.now - g.born,
			slices.Clone(g.samples), slices.Clone(g.wakes), slices.Clone(g.waits)}
	}
}

func merge(into map[*site]edge, edges []edge) {
	for _, e := range edges {
		sum := into[e.site]
		into[e.site] = edge{e.site, sum.time + e.time, sum.n + e.n}
	}
}

// finish closes what is open at the trace's end.
func (a *analysis) finish() {
	limit := a.start + trace.Time(float64(a.interval())*(1-parkedShare))
	for _, g := range a.live {
		d := a.now - g.since
		parked := false
		switch g.state {
		case trace.GoRunning:
			if g.gcIdle {
				a.total.gcIdle += d
			} else {
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

// parkedShare of the interval, waited in one go, makes a goroutine parked.
const parkedShare = .9

// open adds a wait that the trace does not see the end of.
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
