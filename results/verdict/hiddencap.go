package verdict

import "fmt"

// HiddenCap means that at most k requests or decodes run at a time, with k above
// 1, and neither the window nor the cores are the reason.
const HiddenCap Cause = "hidden-cap"

var hiddenCapProbes = probesRule{
	cause:    HiddenCap,
	holds:    Probes.capped,
	sentence: sayCap,
	ruledOut: notCapped,
	rests:    []string{"start-wait", "decode-overlap", "cpus"},
	remedy:   "lifting that limit",
	gain:     lifting(HiddenCap),
	interventions: []Intervention{
		{Name: "lifting the cap on decodes", Cause: HiddenCap, Recipe: Recipe{Edit: Edit{Set: "workers=none"}, Lifts: []string{"workers"}}},
		{Name: "lifting the cap on fetches", Cause: HiddenCap, Recipe: Recipe{Edit: Edit{Set: "fetches=none"}, Lifts: []string{"fetches"}}},
	},
}

var hiddenCapTrace = traceRule{
	cause: HiddenCap,
	holds: Trace.capped,
	say:   Trace.sayCap,
}

// From outside, a cap shows as cores that nobody uses, whatever the window, with nothing
// outside of the client that could be the reason.
var hiddenCapExternal = externalRule{
	cause: HiddenCap,
	holds: func(e External) bool {
		here := e.InFlight.Value() < gathers*float64(e.Window) // most requests are in the client
		return e.used() > e.oneWorker() && e.used() <= outsideCores*e.available() && !e.grown() && e.free() && here
	},
	sentence: func(e External) string {
		return fmt.Sprintf("%s, no queue at the upstream. The client lets no more run at a time: a limit of its workers, or a lock that they share.", e.summary())
	},
}

// morePermits, goroutines past the permit, mean: from here on there are several
// permits. Between onePermit and this the evidence does not decide.
const morePermits = 1.6

func (p Probes) capped() bool {
	few := p.behindDecoder() && p.executing() >= aboutOne && p.executing() <= unsaturated*p.Cores
	return few || p.gathered(HiddenCap)
}

func sayCap(p Probes) string {
	if p.share(p.StartWait) >= elsewhere {
		return fmt.Sprintf("%.1f of %d admitted requests wait, %s each, for a limit of the client's own; %.1f are sent at a time.",
			p.population(p.StartWait), p.Window, goTime(p.StartWait), p.population(p.Headers+p.Read))
	}
	return fmt.Sprintf("no more than %.1f decodes run at a time, with %s cores and a window of %d; %.2f cores used.",
		p.executing(), coreCount(p.Cores), p.Window, p.CPUs)
}

func notCapped(p Probes) string {
	if p.share(p.StartWait) >= elsewhere || p.behindDecoder() && p.executing() >= aboutOne {
		return ""
	}
	return fmt.Sprintf("%.2f of %d requests waited for a limit of the client's own", p.population(p.StartWait), p.Window)
}

func (t Trace) capped() (bool, string) {
	g := t.Contention
	because := fmt.Sprintf("%.1f goroutines wait for a permit at any one place", g.Waiting)
	if g.Waiting > 0 {
		because = fmt.Sprintf("%.1f goroutines wait at %s, in %.0f%% of the time, and %.1f are past it", g.Waiting, g.At, 100*g.Share, g.Inside)
	}
	return t.contended() && !g.Lock && g.Waiting >= manyWaiting && g.Inside >= morePermits, because
}

func (t Trace) sayCap(v *Verdict) {
	g := t.Contention
	v.Sentence = fmt.Sprintf("no more than about %.0f goroutines are past %s (%s), and %.0f wait there for %.0f%% of the time; %.2f of %d cores used.\n",
		g.Inside, g.At, trimPath(g.In), g.Waiting, 100*g.Share, t.Executing, t.Procs) + g.waitSentence()
	if g.Executing >= busySection*g.Inside {
		v.Sentence += g.Section.timeSentence("Those past it") + v.predict(t.ofCores(), "Let GOMAXPROCS of them run", coresAlike)
		return
	}
	v.Sentence += v.predict(t.admitted(g.Waiting, g.Inside), "Raise that limit", moreAtOnce)
}
