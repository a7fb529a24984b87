package diagnose

import (
	"golang.org/x/exp/trace"

	"collatebench/results/verdict"
)

// clock gathers the waits that a clock ends, of goroutines that carry the work: their own,
// or those of a goroutine that they wait for.
func (s survey) clock() verdict.TraceClock {
	bySite := map[*site]*gathering{}
	add := func(at *site, p *group, d float64, n int64) {
		if bySite[at] == nil {
			bySite[at] = newGathering()
		}
		bySite[at].add(p, at, trace.Time(d), n)
	}
	for _, p := range s.groups {
		if s.work[p] < someWork {
			continue
		}
		for l, e := range p.waitsInOrder() {
			if l.waker == nil && l.what == timing {
				add(l.site, p, float64(e.time), e.n)
				continue
			}
			if l.waker == nil || l.part(timing) == 0 || l.charged == 0 {
				continue
			}
			left := l.charges[timing]
			for _, h := range l.holders {
				if h.what == timing {
					left -= h.time
					add(h.site, p, float64(h.time)/float64(l.charged)*float64(e.time), e.n)
				}
			}
			if left > 0 { // a deadline, which ends in a goroutine of its own
				add(l.site, p, float64(left)/float64(l.charged)*float64(e.time), e.n)
			}
		}
	}
	var most *site
	for at, g := range bySite {
		if most == nil || g.time > bySite[most].time || g.time == bySite[most].time && at.compare(most) < 0 {
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
