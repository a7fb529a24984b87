package diagnose

import (
	"cmp"
	"slices"

	"golang.org/x/exp/trace"

	"collatebench/results/verdict"
)

// maxWaits and maxGroups bound how many waits and groups a report lists.
const (
	maxWaits  = 20
	maxGroups = 20
)

func (a *analysis) report() Report {
	a.finish()
	groups := a.sortedGroups()
	s := a.survey(groups)
	t := s.evidence()
	r := Report{
		Seconds: t.Seconds, Procs: t.Procs, Executing: t.Executing, Runnable: t.Runnable,
		Network: t.Answer.Waiting, Parallel: a.parallelism(), Way: s.way(), Events: a.events, Samples: a.samples, GCShare: t.GCShare,
		Groups: a.listGroups(groups), Waits: a.listWaits(), Func: a.spread(groups),
		Verdict: verdict.JudgeTrace(t), Lanes: s.lanes(), Path: s.path(),
	}
	if slices.Contains(r.Verdict.Causes, verdict.Serialised) {
		r.Section = serial(t)
	}
	return r
}

func (a *analysis) parallelism() []float64 {
	a.parallel.change(a.now, 0)
	var all trace.Time
	for _, d := range a.parallel.times {
		all += d
	}
	out := make([]float64, len(a.parallel.times))
	for n, d := range a.parallel.times {
		out[n] = float64(d) / float64(max(all, 1))
	}
	return out
}

// serial is the section that the verdict is about.
func serial(t verdict.Trace) *Section {
	s, w, kind := t.Busiest, t.Busiest.Behind, "goroutine"
	if !t.SerialGoroutine() {
		s, w, kind = t.Contention.Section, t.Contention.TraceWait, "lock"
		s.Busy = t.Contention.Share
	}
	return &Section{
		Name: s.Name, Kind: kind, Busy: s.Busy, Samples: s.Samples,
		Function: s.Function, At: s.At, Calls: s.Calls, Share: s.Share,
		Waiting: w.Waiting, WaitSec: w.Seconds, WaitAt: w.At, WaitIn: w.In, WaitFor: w.Reason,
	}
}

func (a *analysis) listGroups(groups []*group) []Group {
	out := make([]Group, 0, min(len(groups), maxGroups))
	for _, p := range groups[:min(len(groups), maxGroups)] {
		g := Group{
			Start: p.start, Count: p.count, Parked: p.parked,
			Running: toSeconds(a.onCore(p)), Runnable: toSeconds(p.runnable), Syscall: toSeconds(a.inCalls(p)),
			Blocked: map[string]float64{}, Samples: p.sampleCount, Busiest: toSeconds(p.busiest.running),
		}
		for l, e := range p.waitsInOrder() {
			g.Blocked[cmp.Or(l.site.reason, "(unknown)")] += toSeconds(e.time)
		}
		out = append(out, g)
	}
	return out
}

func (a *analysis) listWaits() []Wait {
	known := slices.Clone(a.sites.known)
	slices.SortStableFunc(known, func(s, t *site) int {
		return cmp.Or(cmp.Compare(a.mean(t), a.mean(s)), cmp.Compare(s.place.at, t.place.at))
	})
	out := []Wait{}
	for _, s := range known {
		if len(out) == maxWaits || a.mean(s) == 0 {
			break
		}
		if s.class == classRuntime || s.class == classInternal || s.class == classCall {
			continue
		}
		out = append(out, Wait{
			At: s.place.at, In: s.place.in, Via: s.place.via, Reason: s.reason,
			Mean: a.mean(s), Count: s.count, Sec: toSeconds(s.time) / float64(max(s.count+s.open, 1)),
			Share: a.pressure(s), Parked: s.parked,
		})
	}
	return out
}

func (a *analysis) spread(groups []*group) *Spread {
	if a.options.Func == nil {
		return nil
	}
	s := &Spread{Pattern: a.options.Func.String(), Samples: a.samples, Of: a.allSamples}
	var most int64
	for _, p := range groups {
		s.Goroutines += p.sampledGoroutines
		if p.mostSamples > most {
			most, s.MostStart = p.mostSamples, p.start
		}
	}
	if s.Samples > 0 {
		s.Most = float64(most) / float64(s.Samples)
	}
	return s
}
