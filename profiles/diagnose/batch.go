package diagnose

import (
	"golang.org/x/exp/trace"

	"collatebench/results/verdict"
)

// batch finds a goroutine that starts several others at once, and then waits for all of
// them before it starts the next.
func (s survey) batch() verdict.TraceBatch {
	var best verdict.TraceBatch
	for _, d := range s.groups {
		if !d.own {
			continue
		}
		for _, p := range s.groups {
			if b := d.makes[p]; b.turns >= 2 {
				best = s.largerBatch(best, d, p, float64(b.n)/float64(b.turns), p.live)
			}
			for l, e := range p.waitsInOrder() {
				if l.waker == d && p != d && !l.peer() && l.turns >= 2 && e.n*2 > l.n {
					best = s.largerBatch(best, d, p, l.burst(), p.live-e.time)
				}
			}
		}
	}
	return best
}

// largerBatch returns the one of two batches that more of the time is waited for: the best so
// far, and the goroutines of p that d begins or gives work to, of which size begin at once.
func (s survey) largerBatch(best verdict.TraceBatch, d, p *group, size float64, busy trace.Time) verdict.TraceBatch {
	if !p.does() || s.work[p] < someWork {
		return best
	}
	g := newGathering()
	for l, e := range d.waitsInOrder() {
		if l.waker == p {
			g.add(d, l.site, e.time, e.n)
		}
	}
	w := s.wait(g)
	b := verdict.TraceBatch{TraceWait: w, Size: size, UnderWay: s.share(busy), Of: p.start}
	if b.At == "" || b.Size < 1.5 || w.Waiting < best.Waiting || w.Waiting == best.Waiting && b.Size <= best.Size {
		return best
	}
	return b
}

// feeds reports whether d starts goroutines of p, or gives them work that they wait for or d
// waits to give: one that only takes what they fetch wants no more of them.
func (d *group) feeds(p *group) bool {
	if d.makes[p].n > 0 {
		return true
	}
	for l := range p.waits {
		if l.waker == d && l.site.class == classChannel {
			return true
		}
	}
	for l := range d.waits {
		if l.waker == p && l.site.reason == "chan send" {
			return true
		}
	}
	return false
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
		for l, e := range p.waitsInOrder() {
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
		TraceWait: s.wait(g), Name: p.start, Answers: g.n, UnderWay: s.engaged(p), Goroutines: p.count,
		Background: p.count == 1 && p.start != "main.main",
	}
	sharing := newGathering()
	for l, e := range p.waitsInOrder() {
		if l.waker == p && l.site.class == classJoin && l.part(answering, dialling) > mostly {
			sharing.add(p, l.site, e.time, e.n)
		}
	}
	out.Sharing = s.wait(sharing)
	for _, d := range s.groups {
		if !d.does() || d == p || !d.feeds(p) {
			continue
		}
		for l, e := range d.waitsInOrder() {
			if l.waker == p && s.share(e.time) > out.Feeder.Waiting {
				one := newGathering()
				one.add(d, l.site, e.time, e.n)
				out.Feeder = s.wait(one)
			}
		}
	}
	return out
}
