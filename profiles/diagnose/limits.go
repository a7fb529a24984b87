package diagnose

import (
	"cmp"
	"slices"

	"golang.org/x/exp/trace"

	"collatebench/results/verdict"
)

// A gate is a place that only a limited number of goroutines pass at a time. Several
// sites are one gate if their waits are ended at the same place of the wakers.
type gate struct {
	sites   []*site
	waiting float64
	lock    bool
	takers  map[*group]trace.Time // who ended the waits, with their time
	waiters map[*group]bool
}

// contention finds the gate where the most goroutines wait. Goroutines that wait to
// receive work do not wait for each other.
func (s survey) contention() verdict.TraceContention {
	var best *gate
	for _, g := range s.gates() {
		if s.matters(g) && (best == nil || g.waiting > best.waiting) {
			best = g
		}
	}
	if best == nil {
		return verdict.TraceContention{}
	}
	return s.pastGate(best)
}

// gates unites the sites where goroutines wait for each other, by the places where the
// waits are ended.
func (s survey) gates() []*gate {
	var all []*gate
	by := map[string]*gate{}
	for _, at := range s.sites.known {
		if at.count == 0 || at == s.sites.before || !s.contended(at) {
			continue
		}
		var g *gate
		for _, l := range at.links {
			if l.waker != nil && l.release != "" && by[l.release] != nil {
				g = by[l.release]
				break
			}
		}
		if g == nil {
			g = &gate{lock: true, takers: map[*group]trace.Time{}, waiters: map[*group]bool{}}
			all = append(all, g)
		}
		g.sites = append(g.sites, at)
		g.waiting += s.mean(at)
		g.lock = g.lock && at.class == classLock
		for _, l := range at.links {
			if l.waker != nil && l.release != "" {
				by[l.release] = g
			}
		}
	}
	for _, g := range all {
		for _, at := range g.sites {
			for _, l := range at.links {
				for _, p := range s.groups {
					if p.waits[l].n > 0 {
						g.waiters[p] = true
					}
				}
			}
		}
		g.findTakers()
	}
	return all
}

// findTakers finds who passes the gate: those who wait there at other times, or else those
// who take what is handed over there.
func (g *gate) findTakers() {
	for _, peers := range []bool{true, false} {
		for _, at := range g.sites {
			for _, l := range at.links {
				if l.waker != nil && !l.waker.system() && g.waiters[l.waker] == peers {
					g.takers[l.waker] += l.time
				}
			}
		}
		if len(g.takers) > 0 {
			return
		}
	}
}

// contended reports whether the goroutines at a site wait for each other: for a lock, or
// to hand something over, or goroutines that wait there at other times end most waits.
func (s survey) contended(at *site) bool {
	switch {
	case at.class == classLock || at.reason == "chan send":
		return true
	case at.class != classChannel && at.class != classOther:
		return false
	}
	var peers, all trace.Time
	for _, l := range at.links {
		if l.waker == nil {
			continue
		}
		all += l.time
		if l.peer() {
			peers += l.time
		}
	}
	return all > 0 && float64(peers) > somePeers*float64(all)
}

// somePeers is the share of the waits that those who wait there too must end. Where a
// library's goroutine hands the turns on, that is not most of them; but nobody who waits
// for an answer ever gets it from another one who waits there.
const somePeers = .1

// matters reports whether those who wait at the gate, or pass it, do some of the work.
func (s survey) matters(g *gate) bool {
	for p := range g.waiters {
		if s.work[p] >= someWork {
			return true
		}
	}
	for p := range g.takers {
		if s.work[p] >= someWork {
			return true
		}
	}
	return false
}

func (s survey) pastGate(g *gate) verdict.TraceContention {
	c := verdict.TraceContention{Lock: g.lock}
	sum := newGathering()
	links := map[*link]bool{}
	for _, at := range g.sites {
		for _, l := range at.links {
			links[l] = true
		}
	}
	var charges [activities]trace.Time
	var holders []holder
	for l := range links {
		for _, p := range s.groups {
			if e := p.waits[l]; e.n > 0 {
				sum.add(p, l.site, e.time, e.n)
			}
		}
		if l.waker == nil {
			continue
		}
		for w, d := range l.charges {
			charges[w] += d
		}
		holders = append(holders, l.holders...)
	}
	c.TraceWait = s.wait(sum)
	c.Waiting = g.waiting
	c.Share = 0
	for _, at := range g.sites {
		c.Share = max(c.Share, s.pressure(at))
		c.Connections = c.Connections || at.connections
	}
	samples := map[int32]int64{}
	for p := range g.takers {
		c.Inside += s.share(s.timeInside(p, links))
		c.Executing += s.share(s.onCore(p))
		for leaf, n := range p.samples {
			samples[leaf] += n
		}
	}
	if n, seen := s.holders(g); seen || g.lock {
		c.Inside = n
	}
	c.Section = s.section(c.In, samples)
	c.Held = s.held(charges, holders)
	return c
}

// holders is the mean number of goroutines that are past the gate while others wait there:
// one for each lock or permit that is always wanted. Seen is false where those who let others
// pass do not wait there themselves.
func (s survey) holders(g *gate) (n float64, seen bool) {
	var releases, holds int64
	for _, at := range g.sites {
		if at.holds > 0 {
			n += s.share(at.held) * float64(at.releases) / float64(at.holds)
		}
		releases, holds = releases+at.releases, holds+at.holds
	}
	return n, holds*2 > releases
}

// held says what the wakers did most while others waited.
func (s survey) held(charges [activities]trace.Time, holders []holder) verdict.TraceHold {
	var known trace.Time
	for w, d := range charges {
		if activity(w) != unknown {
			known += d
		}
	}
	if known == 0 {
		return verdict.TraceHold{}
	}
	share := func(w activity) float64 { return float64(charges[w]) / float64(known) }
	h := verdict.TraceHold{
		Executing: share(executing) + share(starving), Answer: share(answering), Dial: share(dialling),
		Call: share(calling), Clock: share(timing),
	}
	slices.SortStableFunc(holders, func(p, q holder) int { return cmp.Compare(q.time, p.time) })
	for _, o := range holders {
		if o.what == answering || o.what == dialling || o.what == calling || o.what == timing {
			h.At, h.In = o.site.place.at, o.site.place.in
			break
		}
	}
	return h
}

// timeInside is the time that the group's goroutines spent past a gate: ready or
// running, in system calls, or waiting for something that is not a goroutine of the
// program's own. Waits at any other lock or channel do not count.
func (s survey) timeInside(p *group, gate map[*link]bool) trace.Time {
	t := p.runnable + s.onCore(p) + s.inCalls(p)
	for l, e := range p.waits {
		switch {
		case gate[l]:
		case l.waker == nil && (l.what == answering || l.what == dialling || l.what == timing || l.what == calling),
			l.waker != nil && !l.waker.own && !l.peer(),
			l.site.class == classPool || l.site.class == classNetwork:
			t += e.time
		}
	}
	return t
}

// busiest is the section of the goroutine that the others wait for, or else of the one that
// runs the most. It leaves out the runtime's own goroutines.
func (s survey) busiest() verdict.TraceSection {
	var g *group
	for _, p := range s.groups {
		if !p.system() && (g == nil || p.busiest.running > g.busiest.running) {
			g = p
		}
	}
	one := s.server1()
	if one != nil && (g == nil || s.share(g.busiest.running) < busyEnough) {
		g = one
	}
	if g == nil {
		return verdict.TraceSection{}
	}
	b := g.busiest
	samples := map[int32]int64{}
	for _, n := range b.samples {
		samples[n.leaf] += n.n
	}
	section := s.section(g.start, samples)
	section.Busy = s.share(b.running)
	if g == one {
		section.Engaged = s.engaged(g)
		section.Held = s.doing(g)
	}
	section.Engaged = max(section.Engaged, section.Busy)
	section.AtOnce = atOnce(b.wakes)
	var most *site
	section.Behind, most = s.endedWaits(g, b.wakes)
	if most != nil {
		section.EndedShare = s.endedShare(b.wakes, most)
	}
	return section
}

// atOnce is the mean number of waits that a goroutine ends in one turn.
func atOnce(wakes []edge) float64 {
	var n, turns float64
	for _, e := range wakes {
		if e.link.site.follows() {
			n += float64(e.n)
			turns += float64(e.n) / e.link.burst()
		}
	}
	return n / max(turns, 1)
}

// busyEnough is the share of the interval from which on the goroutine that runs the most
// is the one to look at.
const busyEnough = .6

// server1 finds a goroutine that works for others one at a time, though it mostly waits
// itself: for a disk, or for an upstream that it asks. It is the one for which the most
// others wait.
func (s survey) server1() *group {
	var best *group
	var most float64
	for _, p := range s.groups {
		if !p.does() || s.share(p.live) > 1.3 || s.engaged(p) < busyEnough || !p.requests() {
			continue
		}
		if w, _ := s.endedWaits(p, p.busiest.wakes); w.Waiting > most {
			best, most = p, w.Waiting
		}
	}
	return best
}

// requests reports whether the group asks for what it waits for. One that only reads from
// a connection hands out answers that others asked for: it holds nobody up.
func (p *group) requests() bool {
	if p.asks || len(p.calls) > 0 {
		return true
	}
	for l := range p.waits {
		if l.waker != nil && !l.waker.own && l.part(answering, dialling) > 0 {
			return true
		}
	}
	return false
}

// engaged is the mean number of the group's goroutines that do not wait for others of the
// program to give them work.
func (s survey) engaged(p *group) float64 {
	t := p.runnable + s.onCore(p) + s.inCalls(p)
	for l, e := range p.waits {
		if l.waker == nil && (l.what == answering || l.what == dialling || l.what == calling) || l.waker != nil && !l.waker.own {
			t += e.time
		}
	}
	return s.share(t)
}

// doing says what a group does while it is engaged.
func (s survey) doing(p *group) verdict.TraceHold {
	var charges [activities]trace.Time
	var holders []holder
	charges[executing] = s.onCore(p)
	for c, d := range p.calls {
		d = trace.Time(float64(d) * (1 - c.calls.onCore(s.allSamples > 0)))
		charges[calling] += d
		holders = append(holders, holder{calling, c, d})
	}
	for l, e := range p.waits {
		for _, w := range []activity{answering, dialling} {
			if d := trace.Time(float64(e.time) * l.part(w)); d > 0 && (l.waker == nil || !l.waker.own) {
				charges[w] += d
				holders = append(holders, holder{w, l.site, d})
			}
		}
	}
	return s.held(charges, holders)
}

// follows reports whether a goroutine at s waits for work that another does for
// it. Not so for the runtime's goroutines, which anyone who allocates may wake,
// nor for a WaitGroup, which waits for all goroutines.
func (s *site) follows() bool {
	return s.queues() || s.class == classNetwork || s.class == classInternal || s.class == classOther
}

// endedWaits sums the waits of others that a goroutine of the group ended, and returns
// the site where most of them were.
func (s survey) endedWaits(p *group, wakes []edge) (verdict.TraceWait, *site) {
	g := newGathering()
	for _, e := range wakes {
		if e.link.site.follows() && e.link.site != s.sites.before {
			g.add(nil, e.link.site, e.time, e.n)
		}
	}
	most := g.most()
	w := verdict.TraceWait{Waiting: s.share(g.time), Seconds: toSeconds(g.time) / float64(max(g.n, 1))}
	if most == nil {
		return w, nil
	}
	w = s.at(w, most)
	w.Share = s.pressure(most)
	w.Waiting = 0
	for at := range g.bySite {
		// Of the waits that go on at the trace's end, and of parked ones, it would have ended
		// as large a part as of the others.
		w.Waiting += s.mean(at) * s.endedShare(wakes, at)
	}
	for _, q := range s.groups {
		for at := range g.bySite {
			if q != p && q.waitsAt(at) {
				w.Live += s.share(q.known())
				break
			}
		}
	}
	return w, most
}

func (p *group) waitsAt(s *site) bool {
	for _, l := range s.links {
		if p.waits[l].n > 0 {
			return true
		}
	}
	return false
}

// endedShare is the share of the waits at a site that one goroutine ended. Where
// several workers do the same work, each ends only a part of them.
func (s survey) endedShare(wakes []edge, at *site) float64 {
	var mine, all trace.Time
	for _, e := range wakes {
		if e.link.site == at {
			mine += e.time
		}
	}
	for _, l := range at.links {
		if l.waker != nil {
			all += l.time
		}
	}
	return min(1, float64(mine)/float64(max(all, 1)))
}

// clock gathers the waits that a clock ends, of goroutines that carry the work: their own,
// or those of a goroutine that they wait for.
func (s survey) clock() verdict.TraceClock {
	bySite := map[*site]*gathering{}
	for _, p := range s.groups {
		if s.work[p] < someWork {
			continue
		}
		for l, e := range p.waits {
			if l.waker == nil && l.what == timing {
				gatherAt(bySite, l.site).add(p, l.site, e.time, e.n)
				continue
			}
			if l.waker == nil || l.part(timing) == 0 || l.charged == 0 {
				continue
			}
			left := l.charges[timing]
			for _, h := range l.holders {
				if h.what == timing {
					left -= h.time
					d := float64(h.time) / float64(l.charged) * float64(e.time)
					gatherAt(bySite, h.site).add(p, h.site, trace.Time(d), e.n)
				}
			}
			if left > 0 { // a deadline, which ends in a goroutine of its own
				d := float64(left) / float64(l.charged) * float64(e.time)
				gatherAt(bySite, l.site).add(p, l.site, trace.Time(d), e.n)
			}
		}
	}
	var most *site
	for at, g := range bySite {
		if most == nil || g.time > bySite[most].time || g.time == bySite[most].time && at.place.at < most.place.at {
			most = at
		}
	}
	if most == nil {
		return verdict.TraceClock{}
	}
	c := verdict.TraceClock{TraceWait: s.wait(bySite[most])}
	c.Passing = float64(bySite[most].n) / max(most.clock.lasts.n, 1)
	k := most.clock
	c.Each, c.Every = k.lasts.mean()/1e9, k.gaps.mean()/1e9
	c.Vary, c.EveryVary = k.lasts.deviation()/1e9, k.gaps.deviation()/1e9
	c.Times = int(k.lasts.n)
	if c.Times == 0 {
		c.Times, c.Each, c.Passing = int(bySite[most].n), c.Seconds, 1
	}
	return c
}

func gatherAt(m map[*site]*gathering, s *site) *gathering {
	if m[s] == nil {
		m[s] = newGathering()
	}
	return m[s]
}

// batch finds a goroutine that starts several others at once, and then waits for all of
// them before it starts the next.
func (s survey) batch() verdict.TraceBatch {
	var best verdict.TraceBatch
	for _, d := range s.groups {
		if !d.own {
			continue
		}
		for p, b := range d.makes {
			if b.turns >= 2 {
				best = s.larger(best, d, p, float64(b.n)/float64(b.turns), p.live)
			}
		}
		for l := range d.wakes {
			if l.waker != d || l.peer() || l.turns < 2 {
				continue
			}
			for _, p := range s.groups {
				if e := p.waits[l]; p != d && e.n*2 > l.n {
					best = s.larger(best, d, p, l.burst(), p.live-e.time)
				}
			}
		}
	}
	return best
}

func (s survey) larger(best verdict.TraceBatch, d, p *group, size float64, busy trace.Time) verdict.TraceBatch {
	if !p.does() || s.work[p] < someWork {
		return best
	}
	g := newGathering()
	for l, e := range d.waits {
		if l.waker == p {
			g.add(d, l.site, e.time, e.n)
		}
	}
	w := s.wait(g)
	b := verdict.TraceBatch{TraceWait: w, Size: size, UnderWay: s.share(busy), Of: p.start}
	if b.At == "" || b.Size < 1.5 || w.Waiting < best.Waiting {
		return best
	}
	return b
}

// alone finds the few goroutines that ask, each for one thing after the other; and who
// waits for one of them to end before it starts another.
func (s survey) alone() verdict.TraceAlone {
	g := newGathering()
	var with []*group
	for _, p := range s.groups {
		if s.work[p] < someWork || p.answers() == 0 {
			continue
		}
		with = append(with, p)
		for l, e := range p.waits {
			if part := l.part(answering, dialling); part > 0 && (l.waker == nil || !l.waker.own) {
				g.add(p, l.site, trace.Time(float64(e.time)*part), e.n)
			}
		}
	}
	if len(with) != 1 {
		return verdict.TraceAlone{}
	}
	p := with[0]
	out := verdict.TraceAlone{
		TraceWait: s.wait(g), Name: p.start, UnderWay: s.engaged(p), Goroutines: p.count,
		Background: p.count == 1 && p.start != "main.main",
	}
	for _, d := range s.groups {
		if !d.does() || d == p {
			continue
		}
		for l, e := range d.waits {
			if l.waker == p && s.share(e.time) > out.Feeder.Waiting {
				one := newGathering()
				one.add(d, l.site, e.time, e.n)
				out.Feeder = s.wait(one)
			}
		}
	}
	return out
}
