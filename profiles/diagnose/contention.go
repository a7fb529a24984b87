package diagnose

import (
	"golang.org/x/exp/trace"

	"collatebench/results/verdict"
)

// contention finds the place where most goroutines wait for a turn: a lock, a send
// that nobody takes, or a permit, whose waits are ended by those who wait
// there at other times. Who waits to receive from others is not held up at a
// contention: there is nothing to receive.
func (a *analysis) contention(groups []*group) verdict.TraceGate {
	var best *site
	for _, s := range a.sites.known {
		if (s.class == classLock || s.class == classChannel && a.contended(s, groups)) && s.count > 0 &&
			(best == nil || a.mean(s) > a.mean(best)) {
			best = s
		}
	}
	if best == nil {
		return verdict.TraceGate{}
	}
	g := verdict.TraceGate{Lock: best.class == classLock}
	g.TraceWait = a.at(verdict.TraceWait{
		Waiting: a.mean(best), Share: a.pressure(best),
		Seconds: toSeconds(best.time) / float64(max(best.count+best.open, 1)),
	}, best)
	samples := map[int32]int64{}
	for _, p := range groups {
		if p.wakes[best].n == 0 || p.system() {
			continue
		}
		g.Inside += a.share(p.timeInside())
		g.Executing += a.share(p.running)
		for leaf, n := range p.samples {
			samples[leaf] += n
		}
	}
	g.Section = a.section(best.place.in, samples)
	return g
}

// timeInside is the time that the group's goroutines spent neither at this gate nor
// at another: executing, or waiting for what is not of this process.
func (p *group) timeInside() trace.Time {
	t := p.running + p.runnable + p.syscall
	for s, e := range p.waits {
		switch s.class {
		case classNetwork, classPool, classSleep:
			t += e.time
		}
	}
	return t
}

// contended means that the waits at s are ended by peers, or are sends.
func (a *analysis) contended(s *site, groups []*group) bool {
	if s.reason == "chan send" {
		return true
	}
	var peers, all trace.Time
	for _, p := range groups {
		w := p.wakes[s]
		all += w.time
		if p.waits[s].n > 0 {
			peers += w.time
		}
	}
	return all > 0 && peers*2 > all
}
