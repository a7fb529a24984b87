package diagnose

import (
	"golang.org/x/exp/trace"

	"collatebench/results/verdict"
)

// busiest is the section of the goroutine that the others wait for, or else of the one that
// runs the most. It leaves out the runtime's own goroutines.
func (s survey) busiest() verdict.TraceSection {
	var g *group
	for _, p := range s.groups {
		if !p.system() && (g == nil || p.busiest.running > g.busiest.running) {
			g = p
		}
	}
	one := s.worker()
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

// aboutOne, goroutines of a group, mean: up to here it is one, or one after the other.
const aboutOne = 1.3

// worker finds a goroutine that works for others one at a time, though it mostly waits
// itself: for a disk, or for an upstream that it asks. It is the one for which the most
// others wait.
func (s survey) worker() *group {
	var best *group
	var most float64
	for _, p := range s.groups {
		if !p.does() || s.share(p.live) > aboutOne || s.engaged(p) < busyEnough || !p.requests() {
			continue
		}
		if w, _ := s.endedWaits(p, p.busiest.wakes); w.Waiting > most {
			best, most = p, w.Waiting
		}
	}
	return best
}

// chain is the goroutine that executes, or waits for another that does, for the most of the
// time, of those that carry the work and are one at a time.
func (s survey) chain() verdict.TraceChain {
	var best verdict.TraceChain
	for _, p := range s.groups {
		if s.work[p] < someWork || s.share(p.live) > aboutOne {
			continue
		}
		t := s.onCore(p) + p.runnable
		for l, e := range p.waitsInOrder() {
			if l.waker != nil {
				t += trace.Time(float64(e.time) * l.part(executing, starving))
			}
		}
		if share := s.share(t); share > best.Share {
			best = verdict.TraceChain{Name: p.start, Goroutines: p.count, Share: share}
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
	for l, e := range p.waitsInOrder() {
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
	for l, e := range p.waitsInOrder() {
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
	for _, at := range g.sites {
		// Of the waits that go on at the trace's end, and of parked ones, it would have ended
		// as large a part as of the others.
		w.Waiting += s.mean(at) * s.endedShare(wakes, at)
	}
	for _, q := range s.groups {
		var there trace.Time
		for _, at := range g.sites {
			there += q.at(at)
		}
		if q != p && q.heldUp(there) {
			w.Live += s.share(q.known())
		}
	}
	return w, most
}

// at is the time of the group's waits at a site.
func (p *group) at(s *site) trace.Time {
	var t trace.Time
	for _, l := range s.links {
		t += p.waits[l].time
	}
	return t
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
