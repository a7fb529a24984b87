package diagnose

import (
	"golang.org/x/exp/trace"

	"collatebench/results/verdict"
)

// contention finds the contention point: the place where the most goroutines
// wait for each other. It is a lock, a channel send, or a permit (contended
// tells one). Goroutines that wait to receive work do not wait for each other.
func (a *analysis) contention(groups []*group) verdict.TraceContention {
	var best *site
	for _, s := range a.sites.known {
		if (s.class == classLock || s.class == classChannel && a.contended(s, groups)) && s.count > 0 &&
			(best == nil || a.mean(s) > a.mean(best)) {
			best = s
		}
	}
	if best == nil {
		return verdict.TraceContention{}
	}
	g := verdict.TraceContention{Lock: best.class == classLock}
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

// timeInside is the time that the group's goroutines spent past the contention
// point: ready or running, or waiting for something outside this process. Waits at
// any other lock or channel do not count.
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

// contended reports whether the goroutines at s wait for each other: they send,
// or goroutines that wait there at other times end most of the waits.
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
