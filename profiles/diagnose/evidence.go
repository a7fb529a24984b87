package diagnose

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"golang.org/x/exp/trace"

	"collatebench/results/verdict"
)

// evidence computes the figures that the rules of package verdict ask for.
func (s survey) evidence() verdict.Trace {
	t := verdict.Trace{
		Subject:    s.options.Subject,
		Seconds:    toSeconds(s.interval()),
		Procs:      s.procs,
		Samples:    s.allSamples,
		Runnable:   s.share(s.total.runnable),
		Stopped:    s.share(s.stopped),
		Stops:      s.stops,
		Busiest:    s.busiest(),
		Contention: s.contention(),
		Pool:       s.pool(),
		Dial:       s.dial(),
		Answer:     s.answer(),
		Server:     s.server(),
		Clock:      s.clock(),
		Batch:      s.batch(),
		Alone:      s.alone(),
		Handoff:    s.handoff(),
		Chain:      s.chain(),
		Collector:  s.collector(),
		Program:    s.program(),
	}
	t.Handoffs = float64(s.handoffs) / t.Seconds
	var all trace.Time
	for _, p := range s.groups {
		all += s.onCore(p)
	}
	t.Executing = s.share(all)
	if n := s.samplesByWork.sum(); n > 0 {
		t.GCShare = s.samplesByWork.share(workCollect)
		t.DialShare = s.samplesByWork.share(workDial)
		t.Switching = s.samplesByWork.share(workSwitch)
		t.Spinning = s.samplesByWork.share(workSpin)
		t.Sampled = verdict.Known(float64(n) * samplePeriod / float64(s.interval()))
	}
	return t
}

// share divides t by the interval. For a time that is summed over goroutines it
// gives their mean number.
func (a *analysis) share(t trace.Time) float64 { return float64(t) / float64(a.interval()) }

// onCore is the time in which the group's goroutines used a core.
func (a *analysis) onCore(p *group) trace.Time {
	t := p.running
	for s, d := range p.calls {
		t += trace.Time(float64(d) * s.calls.onCore(a.allSamples > 0))
	}
	return t
}

// inCalls is the time in which they waited in system calls.
func (a *analysis) inCalls(p *group) trace.Time {
	var t trace.Time
	for s, d := range p.calls {
		t += trace.Time(float64(d) * (1 - s.calls.onCore(a.allSamples > 0)))
	}
	return t
}

// mean is the mean number of goroutines that wait at s. Parked ones count only
// where goroutines queue and others got through: they did not get their turn.
func (a *analysis) mean(s *site) float64 {
	m := a.share(s.time)
	if long := a.share(s.longest); long >= parkedShare {
		m = max(0, m-long) // one was parked for nearly the whole interval, as main often is
	}
	if s.queues() && s.count > 0 {
		m += float64(s.parked)
	}
	return m
}

// queues reports whether goroutines at s queue for something. Not so for an
// answer: an idle connection waits at the same place as a busy one.
func (s *site) queues() bool {
	return s.class == classChannel || s.class == classLock || s.class == classPool || s.class == classStream
}

// pressure is the share of the interval in which at least one goroutine waits at s.
func (a *analysis) pressure(s *site) float64 {
	if s.queues() && s.count > 0 && s.parked > 0 {
		return 1
	}
	return a.share(s.busy)
}

// A survey is the groups, and how much of the process's work each of them does.
type survey struct {
	*analysis
	groups []*group
	work   map[*group]float64 // share of the answers or of the executing, whichever is larger
}

// someWork is the share from which on a group's waits matter.
const someWork = .2

func (a *analysis) survey(groups []*group) survey {
	s := survey{analysis: a, groups: groups, work: map[*group]float64{}}
	var answers, executing float64
	for _, p := range groups {
		if p.does() {
			answers += p.answers()
			executing += float64(p.running)
		}
	}
	for _, p := range groups {
		if p.does() {
			s.work[p] = p.answers() / max(answers, 1)
			if s.share(p.running) >= leastWork {
				s.work[p] = max(s.work[p], float64(p.running)/executing)
			}
		}
	}
	return s
}

// leastWork, of a core: goroutines that execute less, and get no answers, do not work.
const leastWork = .02

// does reports whether the group runs code of the program's own.
func (p *group) does() bool { return p.own && !p.system() }

// answers counts the waits of the group that an answer of the network ended, through a
// library or at once.
func (p *group) answers() float64 {
	var n float64
	for l, e := range p.waitsInOrder() {
		if l.waker == nil || !l.waker.own {
			n += float64(e.n) * l.part(answering)
		}
	}
	return n
}

// at names the place of a site.
func (a *analysis) at(w verdict.TraceWait, s *site) verdict.TraceWait {
	w.At, w.In, w.Via, w.Reason = s.place.at, s.place.in, cmp.Or(s.place.via, s.place.in), s.reason
	return w
}

// known is the time of the group's goroutines without waits that the trace does not tell.
func (p *group) known() trace.Time {
	t := p.live
	for l, e := range p.waitsInOrder() {
		if l.site.reason == reasonOlder {
			t -= e.time
		}
	}
	return t
}

// A gathering sums waits of several sites, and remembers the largest. Its order does not
// depend on that of a map: the same trace gives the same figures to the last digit.
type gathering struct {
	time   trace.Time
	n      int64
	sites  []*site
	bySite map[*site]trace.Time
	groups map[*group]trace.Time
}

func newGathering() *gathering {
	return &gathering{bySite: map[*site]trace.Time{}, groups: map[*group]trace.Time{}}
}

func (g *gathering) add(p *group, s *site, d trace.Time, n int64) {
	g.time += d
	g.n += n
	if _, ok := g.bySite[s]; !ok {
		g.sites = append(g.sites, s)
		slices.SortFunc(g.sites, (*site).compare)
	}
	g.bySite[s] += d
	g.groups[p] += d
}

// compare orders sites as they first occurred.
func (s *site) compare(t *site) int { return cmp.Compare(s.index, t.index) }

// most is the site that has the most of it.
func (g *gathering) most() *site {
	var best *site
	for _, s := range g.sites {
		if best == nil || g.bySite[s] > g.bySite[best] {
			best = s
		}
	}
	return best
}

// wait gives the gathering's figures. Live is the mean number of the goroutines in whose
// groups the waits are.
func (s survey) wait(g *gathering) verdict.TraceWait {
	w := verdict.TraceWait{Waiting: s.share(g.time), Seconds: toSeconds(g.time) / float64(max(g.n, 1))}
	most := g.most()
	if most == nil {
		return w
	}
	for _, at := range g.sites {
		w.Share = max(w.Share, s.pressure(at))
	}
	for _, p := range s.groups {
		if p.heldUp(g.groups[p]) {
			w.Live += s.share(p.known())
		}
	}
	return s.at(w, most)
}

// heldUp reports whether waits of so much time hold the group up: not where it had one or two
// such, or one whose place is a guess since it began before the trace.
func (p *group) heldUp(d trace.Time) bool { return float64(d) > seldomThere*float64(p.known()) }

// seldomThere is a share of a group's time.
const seldomThere = .005

// peer reports whether the waker waits at the same site at other times: then those who
// wait there take turns.
func (l *link) peer() bool {
	if l.waker == nil {
		return false
	}
	for _, m := range l.site.links {
		if l.waker.waits[m].n > 0 {
			return true
		}
	}
	return false
}

// pool gathers the waits for a connection that others use.
func (s survey) pool() verdict.TraceWait {
	g := newGathering()
	for _, p := range s.groups {
		for l, e := range p.waitsInOrder() {
			switch {
			case l.site.class == classPool && l.part(dialling) < mostly,
				l.site.class == classStream && (strings.Contains(l.site.place.in, "awaitOpenSlot") || l.peer() ||
					l.waker == nil && l.site.byPeers() > mostly): // one that goes on at the trace's end
				g.add(p, l.site, e.time, e.n)
			}
		}
	}
	return s.wait(g)
}

// dial gathers the time in which connections are waited for that are being made.
func (s survey) dial() verdict.TraceWait {
	g := newGathering()
	for _, p := range s.groups {
		if !p.does() {
			continue
		}
		for l, e := range p.waitsInOrder() {
			if part := l.part(dialling); part > 0 && !l.peer() {
				g.add(p, l.site, trace.Time(float64(e.time)*part), e.n)
			}
		}
	}
	return s.wait(g)
}

// answer gathers the waits for answers: at once, or through a library's goroutine.
func (s survey) answer() verdict.TraceWait {
	g := newGathering()
	for _, p := range s.groups {
		for l, e := range p.waitsInOrder() {
			switch {
			case s.contended(l.site):
			case l.site.class == classNetwork && l.what != serving,
				p.does() && l.waker != nil && !l.waker.own && l.site.class != classPool && l.site.class != classStream && !l.peer():
				part := l.part(answering)
				g.add(p, l.site, trace.Time(float64(e.time)*part), e.n)
			}
		}
	}
	w := s.wait(g)
	w.Share = max(w.Share, s.share(s.network.busy))
	return w
}

// handoff gathers the waits that other goroutines ended.
func (s survey) handoff() verdict.TraceWait {
	g := newGathering()
	var most *site
	byCount := map[*site]int64{}
	for _, p := range s.groups {
		if !p.does() {
			continue
		}
		for l, e := range p.waitsInOrder() {
			if l.waker != nil {
				g.add(p, l.site, e.time, e.n)
				byCount[l.site] += e.n
			}
		}
	}
	for at, n := range byCount {
		if most == nil || n > byCount[most] || n == byCount[most] && at.compare(most) < 0 {
			most = at
		}
	}
	if most == nil {
		return verdict.TraceWait{}
	}
	return s.at(s.wait(g), most)
}

// program is what all of the program's goroutines execute.
func (s survey) program() verdict.TraceSection {
	samples := map[int32]int64{}
	for _, p := range s.groups {
		if p.system() {
			continue
		}
		for leaf, n := range p.samples {
			samples[leaf] += n
		}
	}
	return s.section("", samples)
}

// server gathers the waits for clients of this process.
func (s survey) server() verdict.TraceWait {
	g := newGathering()
	for _, p := range s.groups {
		for l, e := range p.waitsInOrder() {
			if l.site.class == classServer || l.what == serving {
				g.add(p, l.site, e.time, e.n)
			}
		}
	}
	return s.wait(g)
}

func (a *analysis) section(name string, samples map[int32]int64) verdict.TraceSection {
	h := a.stacks.hotspot(samples)
	return verdict.TraceSection{
		Name: name, Samples: h.Samples,
		Function: h.Function, At: h.At, Calls: h.Calls, Share: h.Share,
	}
}

// system reports whether the goroutines are the runtime's own, or record the trace.
func (p *group) system() bool {
	for _, prefix := range []string{"runtime.", "runtime/trace.", "runtime/pprof.", "net/http/pprof."} {
		if strings.HasPrefix(p.start, prefix) && p.start != "runtime.main" {
			return true
		}
	}
	return false
}

func (a *analysis) sortedGroups() []*group {
	return slices.SortedFunc(maps.Values(a.byStart), func(p, q *group) int {
		return cmp.Or(cmp.Compare(q.weight(), p.weight()), cmp.Compare(p.start, q.start))
	})
}

// weight sorts the groups that run before those that wait.
func (p *group) weight() trace.Time { return p.running + p.runnable }
