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
func (a *analysis) evidence(groups []*group) verdict.Trace {
	t := verdict.Trace{
		Subject: a.options.Subject,
		Seconds: toSeconds(a.interval()),
		Procs:   a.procs,
		Samples: a.allSamples,
		Answer:  a.waiting(classNetwork),
		Pool:    a.waiting(classPool),
		Asleep:  a.asleep(),
		Server:  a.waiting(classServer),
	}
	t.Answer.Share = a.share(a.network.busy)
	t.Executing = a.share(a.total.running)
	t.Runnable = a.share(a.total.runnable)
	if all := a.samplesByWork[workOther] + a.samplesByWork[workCollect] + a.samplesByWork[workDial]; all > 0 {
		t.GCShare = float64(a.samplesByWork[workCollect]) / float64(all)
		t.DialShare = float64(a.samplesByWork[workDial]) / float64(all)
		t.Sampled = verdict.Known(float64(all) * samplePeriod / float64(a.interval()))
	}
	t.Busiest = a.busiest(groups)
	t.Contention = a.contention(groups)
	a.addStreams(&t, groups)
	return t
}

// share divides t by the interval. For a time that is summed over goroutines it
// gives their mean number.
func (a *analysis) share(t trace.Time) float64 { return float64(t) / float64(a.interval()) }

// addStreams adds the requests that wait for a stream on an HTTP/2 connection.
// The client waits in a goroutine of its own for each request: one waits for the
// slot, the others wait for that one. The callers look as if they waited for an
// answer, so they are taken out of t.Answer.
func (a *analysis) addStreams(t *verdict.Trace, groups []*group) {
	var streams float64
	for _, s := range a.sites.known {
		if s.class == classStream && (strings.Contains(s.place.in, "awaitOpenSlot") || a.contended(s, groups)) {
			streams += a.mean(s)
			t.Pool.Share = max(t.Pool.Share, a.pressure(s))
		}
	}
	if streams <= t.Pool.Waiting {
		return
	}
	w := t.Answer
	w.Waiting, w.Share = t.Pool.Waiting+streams, t.Pool.Share
	t.Pool = w
	t.Answer.Waiting = max(0, t.Answer.Waiting-streams)
}

// busiest is the section of the goroutine that runs the most. It leaves out the
// runtime's own goroutines.
func (a *analysis) busiest(groups []*group) verdict.TraceSection {
	var g *group
	for _, p := range groups {
		if !p.system() && (g == nil || p.busiest.running > g.busiest.running) {
			g = p
		}
	}
	if g == nil || g.busiest.running == 0 {
		return verdict.TraceSection{}
	}
	b := g.busiest
	samples := map[int32]int64{}
	for _, s := range b.samples {
		samples[s.leaf] += s.n
	}
	section := a.section(g.start, samples)
	section.Busy = a.share(b.running)
	var most *site
	section.Behind, most = a.endedWaits(b.wakes)
	if most != nil {
		section.EndedShare = endedShare(b.wakes, most, groups)
	}
	return section
}

func (a *analysis) section(name string, samples map[int32]int64) verdict.TraceSection {
	h := a.stacks.hotspot(samples)
	return verdict.TraceSection{
		Name: name, Samples: h.samples,
		Function: h.function, At: h.at, Calls: h.calls, Share: h.share,
	}
}

// endedWaits sums the waits of others that a goroutine ended, and returns the
// site where most of them were.
func (a *analysis) endedWaits(wakes []edge) (verdict.TraceWait, *site) {
	var w verdict.TraceWait
	var most edge
	var time trace.Time
	var n int64
	for _, e := range wakes {
		if !e.site.follows() {
			continue
		}
		time, n = time+e.time, n+e.n
		if most.site == nil || e.time > most.time {
			most = e
		}
	}
	w.Waiting = a.share(time)
	w.Seconds = toSeconds(time) / float64(max(n, 1))
	if most.site != nil {
		w = a.at(w, most.site)
		w.Share = a.pressure(most.site)
		if most.site.queues() {
			w.Waiting += float64(most.site.parked)
		}
	}
	return w, most.site
}

// endedShare is the share of the waits at s that one goroutine ended. Where
// several workers do the same work, each ends only a part of them.
func endedShare(wakes []edge, s *site, groups []*group) float64 {
	var mine, all trace.Time
	for _, e := range wakes {
		if e.site == s {
			mine = e.time
		}
	}
	for _, p := range groups {
		all += p.wakes[s].time
	}
	return float64(mine) / float64(max(all, 1))
}

// system reports whether the goroutines are the runtime's own, or record the trace.
func (p *group) system() bool {
	for _, prefix := range []string{"runtime.", "runtime/trace.", "runtime/pprof."} {
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
