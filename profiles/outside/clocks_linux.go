package outside

import (
	"math"
	"time"
)

// window is how long the cores in use are counted for, each time, to say how many are used at once.
// The kernel counts a running thread's time by its tick, mostly of 4 ms: less would show a thread
// as one core too many or too few. In more, two cores for a moment and then none look like one.
const window = 8 * time.Millisecond

// maxParallel bounds the numbers of cores that are told apart.
const maxParallel = 1 << 10

// A reading is how many cores were used until then, since the reading before.
type reading struct {
	at   time.Duration
	used time.Duration
}

// count adds the CPU time of the tree since it was last counted: that of processes that have
// ended since then is lost. Late is what those used that were born meanwhile.
func (p *Process) count() (used, late time.Duration) {
	for _, f := range p.tree {
		if !f.there {
			continue
		}
		t, err := cpuTime(f.Number)
		if err != nil {
			p.ended = p.ended || f.ID == p.root.ID
			continue
		}
		switch {
		case f.clocked:
			used += t - f.clock
		case f.young:
			late += t
		}
		f.clock, f.clocked = t, true
	}
	p.spent += used + late
	return used, late
}

// readClocks notes how many cores the tree used since it was last asked.
func (p *Process) readClocks(now time.Time) {
	used, late := p.count()
	if p.ended {
		return
	}
	since := now.Sub(p.ticked)
	first := p.ticked.IsZero()
	p.ticked = now
	if first || since <= 0 {
		return
	}
	p.ticks = append(p.ticks, reading{now.Sub(p.began), used + late})
	if since > 2*window { // too long to say what ran at the same time
		return
	}
	cores := min(max(int(math.Round(float64(used)/float64(since))), 0), maxParallel-1)
	for len(p.parallel) <= cores {
		p.parallel = append(p.parallel, 0)
	}
	p.parallel[cores] += since
}

// used is the CPU time of the ticks, s. It has that of threads that ended meanwhile.
func (p *Process) used() (seconds float64) {
	for _, t := range p.ticks {
		seconds += t.used.Seconds()
	}
	return seconds
}

// shares are those of the interval in which so many cores were used at once.
func (p *Process) shares() []float64 {
	var all time.Duration
	for _, d := range p.parallel {
		all += d
	}
	out := make([]float64, len(p.parallel))
	for n, d := range p.parallel {
		out[n] = float64(d) / float64(max(all, 1))
	}
	return out
}

// fill adds the cores that were used to the moments.
func (p *Process) fill(m []Moment, lasted time.Duration) {
	if len(m) == 0 {
		return
	}
	part := lasted.Seconds() / float64(len(m))
	from := 0.0
	for _, t := range p.ticks {
		to := t.at.Seconds()
		cores := t.used.Seconds() / max(to-from, 1e-9)
		for i := int(from / part); i < len(m) && float64(i)*part < to; i++ {
			m[i].Cores += cores * (min(to, float64(i+1)*part) - max(from, float64(i)*part)) / part
		}
		from = to
	}
}
