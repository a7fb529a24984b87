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
	takers  map[*group]bool // who pass it
	waiters map[*group]trace.Time
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
			g = &gate{lock: true, takers: map[*group]bool{}, waiters: map[*group]trace.Time{}}
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
			for _, p := range s.groups {
				if d := p.at(at); d > 0 {
					g.waiters[p] += d
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
				if l.waker != nil && !l.waker.system() && (g.waiters[l.waker] > 0) == peers {
					g.takers[l.waker] = true
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
	return at.byPeers() > somePeers
}

// byPeers is the share of the waits at a site, of those that a goroutine ended, that one ended
// which waits there itself at other times.
func (s *site) byPeers() float64 {
	var peers, all trace.Time
	for _, l := range s.links {
		if l.waker == nil {
			continue
		}
		all += l.time
		if l.peer() {
			peers += l.time
		}
	}
	return float64(peers) / float64(max(all, 1))
}

// somePeers is the share of the waits that those who wait there too must end. Where a
// library's goroutine hands the turns on, that is not most of them; but nobody who waits
// for an answer ever gets it from another one who waits there.
const somePeers = .1

// matters reports whether those who wait at the gate, or pass it, do some of the work. Where
// only a library's goroutines wait, it is for work that the program gives them.
func (s survey) matters(g *gate) bool {
	var own, works bool
	for p, d := range g.waiters {
		own = own || p.does() && p.heldUp(d)
		works = works || s.work[p] >= someWork
	}
	for p := range g.takers {
		works = works || s.work[p] >= someWork
	}
	return own && works
}

func (s survey) pastGate(g *gate) verdict.TraceContention {
	c := verdict.TraceContention{Lock: g.lock}
	sum := newGathering()
	links := map[*link]bool{}
	var charges [activities]trace.Time
	var holders []holder
	for _, at := range g.sites {
		c.Connections = c.Connections || at.connections
		for _, l := range at.links {
			links[l] = true
			for _, p := range s.groups {
				if e := p.waits[l]; e.n > 0 {
					sum.add(p, at, e.time, e.n)
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
	}
	c.TraceWait = s.wait(sum)
	c.Waiting = g.waiting
	samples := map[int32]int64{}
	for _, p := range s.groups {
		if !g.takers[p] {
			continue
		}
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
	slices.SortStableFunc(holders, func(p, q holder) int { return cmp.Or(cmp.Compare(q.time, p.time), p.site.compare(q.site)) })
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
	for l, e := range p.waitsInOrder() {
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
