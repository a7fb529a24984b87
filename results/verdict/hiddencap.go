package verdict

import (
	"fmt"
	"math"

	"collatebench/internal/spell"
)

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
	cause:   HiddenCap,
	holds:   Trace.capped,
	waiting: func(t Trace) float64 { return t.Contention.Waiting },
	say:     Trace.sayCap,
}

var hiddenCapWorker = traceRule{
	cause:   HiddenCap,
	holds:   Trace.oneWorker,
	waiting: func(t Trace) float64 { return t.Busiest.Behind.Waiting },
	say:     Trace.sayWorker,
}

var hiddenCapRate = traceRule{
	cause:   HiddenCap,
	holds:   func(t Trace) (bool, string) { return t.coresIdle() && t.clocked() && t.limited(), t.timedBecause() },
	waiting: func(t Trace) float64 { return t.Clock.Waiting },
	say:     Trace.sayRate,
}

var hiddenCapAlone = traceRule{
	cause: HiddenCap,
	holds: func(t Trace) (bool, string) {
		found, because := t.alone()
		return found && (t.Alone.Background || t.fed()), because
	},
	say: Trace.sayAlone,
}

var hiddenCapProcess = processRule{
	cause: HiddenCap,
	holds: func(p Process) (bool, string) { return p.few() && p.permits(), "" },
	say:   func(p Process, v *Verdict) { p.sayFew(v, "a semaphore or a number of workers") },
}

var hiddenCapIdle = processRule{
	cause: HiddenCap,
	holds: func(p Process) (bool, string) {
		u := p.Upstream
		return p.leaves() || p.holdsBack(), fmt.Sprintf("on %s of %s connections nothing is outstanding", count(u.Answered), count(u.Connections))
	},
	say: func(p Process, v *Verdict) {
		u := p.Upstream
		what, n := "asks for nothing, though it has read what came", u.Answered
		if u.Unread > u.Answered {
			what, n = fmt.Sprintf("does not read what came (%s)", spell.Bytes(u.UnreadBytes)), u.Unread
		}
		v.Sentence = fmt.Sprintf("on %s of %s connections to %s the client %s; %s used.\n",
			count(n), count(u.Connections), u.Address, what, ofCores(p.Cores, p.Allowed)) + p.where() +
			"Something in the client holds it back: a semaphore, a rate limit, a pause, or a step after the answer that waits. " +
			"What lifting it gains, the process does not show from outside."
	},
}

var hiddenCapCores = processRule{
	cause: HiddenCap,
	holds: func(p Process) (bool, string) {
		u := p.Upstream
		return p.own() >= oneDemand && p.Cores <= outsideCores*p.left() && p.Waiting < mostHalf && u.share(u.Unread+u.Answered) >= mostOwed,
			p.cores()
	},
	say: func(p Process, v *Verdict) {
		v.Sentence = p.connections() + ". " + ofCores(p.Cores, p.Allowed) + " used, and " + p.waits() + ".\n" + p.where() +
			fmt.Sprintf("About %.0f work at a time, though there are more cores: ", math.Round(p.own())) +
			p.gainSentence(v, "a number of workers or permits keeps them so few. Raise it")
	},
}

// holdsBack says that there are a few requests at a time, and connections free for more.
func (p Process) holdsBack() bool {
	u := p.Upstream
	return p.States && !u.Multiplexed && p.waitsForOthers() && p.own() < coreTaken && u.Received >= idleBytes &&
		u.Connections+u.Spare >= someWaiting && u.Connections <= fewConnections && u.Answered+u.Spare >= freeShare*(u.Connections+u.Spare)
}

// freeShare of a few connections: a pool that is the limit has none free, but for the moments
// between an answer and the next request.
const freeShare = .25

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
	// A lock that is held for long now and then holds up as many as one that is never free.
	taken := t.coresIdle() && (g.Share >= turnsTaken || g.Lock)
	return taken && !g.Connections && g.Waiting >= manyWaiting && g.Inside >= morePermits && worth(t.freed(g.TraceWait, 0)), because
}

func (t Trace) sayCap(v *Verdict) {
	g := t.Contention
	v.Sentence = fmt.Sprintf("no more than about %.0f goroutines are past %s (%s), and %.0f wait there for %.0f%% of the time; %.2f of %d cores used.\n",
		g.Inside, g.At, trimPath(g.In), g.Waiting, 100*g.Share, t.Executing, t.Procs) + g.waitSentence()
	if g.Executing >= busySection*g.Inside {
		v.Sentence += g.Section.timeSentence("Those past it") + v.predict(t.turnGain(), "Let GOMAXPROCS of them run", coresAlike)
		return
	}
	what := "Raise that limit"
	if g.Lock {
		what = "These are several locks, or one that several share, held while their holders wait " + g.Held.wait() + ": wait before taking one, or have more of them"
	}
	v.Sentence += v.rid(t.freed(g.TraceWait, 0), g.Held, what)
}

// rid predicts the gain of getting rid of the wait for a turn. What a file, a pipe or another
// process takes at a time nobody measured: the upstream's answers are seen to overlap elsewhere.
func (v *Verdict) rid(gain float64, h TraceHold, what string) string {
	if h.most() == inCall {
		return bound(gain, what, "how much more the system takes at once")
	}
	return v.predict(gain, what, moreAtOnce)
}

// wait spells what the holders wait for, and where.
func (h TraceHold) wait() string {
	what := h.most()
	if what == "" {
		return "for others"
	}
	if h.At != "" {
		what += " at " + h.At + " (" + trimPath(h.In) + ")"
	}
	return what
}

func (t Trace) oneWorker() (bool, string) {
	b := t.Busiest
	because := fmt.Sprintf("%.1f goroutines wait for %s", b.Behind.Waiting, b.Name)
	return t.coresIdle() && b.Busy < busySection && b.Engaged >= busySection && b.Held.Clock < .5 &&
		b.Behind.Waiting >= manyWaiting && b.EndedShare >= endsMost && b.AtOnce <= onePermit, because
}

func (t Trace) sayWorker(v *Verdict) {
	b := t.Busiest
	v.Sentence = fmt.Sprintf("one goroutine (%s) works for all, one after the other, and %.0f others wait for it; %.2f of %d cores used.\n",
		b.Name, b.Behind.Waiting, t.Executing, t.Procs) +
		fmt.Sprintf("It mostly waits %s itself.\n", b.Held.wait()) + b.Behind.waitSentence() +
		v.rid(t.freed(b.Behind, b.Engaged), b.Held, "Let several such goroutines work side by side")
}

func (t Trace) sayRate(v *Verdict) {
	c := t.Clock
	v.Sentence = fmt.Sprintf("a rate limit of the client's own lets %.3g a second pass, and %.1f goroutines wait for it at %s (%s); %.2f of %d cores used.\n",
		1/max(c.Every, 1e-9), c.Waiting, c.At, trimPath(c.In), t.Executing, t.Procs) +
		"Raising that rate gains in proportion, until another limit is met"
	if most := t.freed(c.TraceWait, 0); most > 1 {
		v.Sentence += fmt.Sprintf(": no later than at %.3g times", most)
	}
	v.Sentence += "."
}
