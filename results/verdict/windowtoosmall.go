package verdict

import (
	"fmt"
	"math"
)

// WindowTooSmall means that the window is full and the cores are idle.
const WindowTooSmall Cause = "window-too-small"

var windowTooSmallProbes = probesRule{
	cause:    WindowTooSmall,
	holds:    Probes.windowSmall,
	sentence: sayWindow,
	ruledOut: notWindow,
	rests:    []string{"headers", "resp", "cpus", "growth"},
	remedy:   "twice the window",
	gain:     func(p Probes) float64 { return p.Predict(2) },
	interventions: []Intervention{
		{Name: "doubling the window", Cause: WindowTooSmall, Recipe: Recipe{Edit: Edit{WindowTimes: 2}}},
		{Name: "quadrupling the window", Aside: true, Recipe: Recipe{Edit: Edit{WindowTimes: 4}, Beside: []Cause{WindowTooSmall}}},
		{Name: "lifting the delay", Aside: true, Recipe: Recipe{Edit: Edit{Set: "latency=none"}, Needs: OurUpstream, Beside: []Cause{WindowTooSmall}}},
	},
}

var windowTooSmallBatch = traceRule{
	cause:   WindowTooSmall,
	holds:   Trace.batched,
	waiting: func(t Trace) float64 { return t.Batch.Size - t.Batch.UnderWay },
	say:     Trace.sayBatch,
}

var windowTooSmallAlone = traceRule{
	cause: WindowTooSmall,
	holds: func(t Trace) (bool, string) {
		found, because := t.alone()
		return found && !t.Alone.Background && !t.fed(), because
	},
	say: Trace.sayAlone,
}

var windowTooSmallExternal = externalRule{
	cause: WindowTooSmall,
	holds: func(e External) bool {
		return e.grown() && (e.used() <= oneCore || !e.filled() || e.Growth.Mean >= parallelGains)
	},
	sentence: func(e External) string { return fmt.Sprintf("%s. More can be in flight.", e.summary()) },
}

// someWait, share of a response's time in which it waits for other responses: below it, and
// above elsewhere, the window is too small only if most requests are being served. A client
// in which decodes take turns reaches .38 before its requests gather there.
const someWait = .25

// fullWindow, mean requests in flight over the window: from here on the window counts
// as full. At the two ends of an op it is not.
const fullWindow = .6

func (p Probes) windowSmall() bool {
	if p.full() || p.linkFull() || !p.idle() && p.Cores > 1 {
		return false
	}
	full := p.population(p.Response) >= fullWindow*float64(p.Window)
	hardlyWait := p.waiting() < elsewhere || p.gathered(WindowTooSmall) && p.waiting() < someWait
	return full && hardlyWait && p.Predict(2) >= gains
}

func sayWindow(p Probes) string {
	return fmt.Sprintf("a window of %d is full and hardly anything waits; %s of a response's %s pass between connection and headers, and %s are used.",
		p.Window, goTime(p.served()), goTime(p.Response), ofCores(p.CPUs, p.Cores))
}

func notWindow(p Probes) string {
	switch {
	case p.full():
		return p.usage()
	case p.waiting() >= gathers:
		return fmt.Sprintf("%.1f of %d requests waited for others", p.population(p.waiting()*p.Response), p.Window)
	}
	return ""
}

const (
	// awaited, share of the time in which a batch is waited for.
	awaited = .6

	// oneAtATime, goroutines that ask at a time, mean: up to here it is one.
	oneAtATime = 1.2
)

// batchGain is the gain of starting the next as soon as one is done.
func (t Trace) batchGain() float64 {
	return max(1, min(t.Batch.Size/max(t.Batch.UnderWay, .01), t.roof()))
}

func (t Trace) batched() (bool, string) {
	b := t.Batch
	because := fmt.Sprintf("%.1f goroutines begin together, and %.1f of them are under way", b.Size, b.UnderWay)
	return t.coresIdle() && b.Waiting >= awaited && b.Size >= 2 && b.UnderWay > 0 && t.batchGain() >= worthwhile, because
}

func (t Trace) sayBatch(v *Verdict) {
	b := t.Batch
	v.Sentence = fmt.Sprintf("%.0f goroutines (%s) begin at a time, and the next begin when the slowest is done: %.1f are under way, mean; %.2f of %d cores used.\n",
		b.Size, trimPath(b.Of), b.UnderWay, t.Executing, t.Procs) + b.waitSentence() +
		v.predict(t.batchGain(), "Start the next as soon as one is done (a fixed number of workers, or errgroup's SetLimit)", moreAtOnce)
}

// few, goroutines: up to here, and up to GOMAXPROCS, it can't be meant that so few ask at a
// time while cores are idle. Limits of a call to others are often set to the cores by mistake.
const few = 4

// aSeries, answers: with fewer, nobody was seen to ask for one thing after the other.
const aSeries = 3

// alone says that hardly anything is asked for at a time, all the time, while cores are idle.
func (t Trace) alone() (bool, string) {
	a := t.Alone
	because := fmt.Sprintf("%.1f goroutines ask for something at a time, and had %d answers", a.UnderWay, a.Answers)
	most := max(oneAtATime, min(few, float64(t.Procs))+oneAtATime-1)
	return t.coresIdle() && a.Answers >= aSeries && a.UnderWay >= answerWaiting && a.UnderWay <= most && a.Waiting >= awaited*a.UnderWay, because
}

// fed says that somebody waits for one of the few to end, most of the time: a limit keeps
// them few.
func (t Trace) fed() bool { return t.Alone.Feeder.Waiting >= awaited || t.shared() }

// shared says that several wait for the answer to one that asks.
func (t Trace) shared() bool { return t.Alone.Sharing.Waiting >= manyWaiting }

func (t Trace) sayAlone(v *Verdict) {
	a := t.Alone
	who := fmt.Sprintf("no more than %.0f goroutines at a time (%s) ask", math.Max(1, math.Round(a.UnderWay)), trimPath(a.Name))
	switch {
	case a.UnderWay <= oneAtATime && a.Goroutines > 1:
		who = "one goroutine at a time (" + trimPath(a.Name) + ") asks"
	case a.UnderWay <= oneAtATime:
		who = "one goroutine (" + trimPath(a.Name) + ") asks"
	}
	v.Sentence = fmt.Sprintf("%s for one thing after the other, and %.0f%% of their time is waiting for an answer; %.2f of %d cores used.\n",
		who, 100*a.Waiting/a.UnderWay, t.Executing, t.Procs) + a.waitSentence()
	switch {
	case t.shared():
		h := a.Sharing
		v.Sentence += fmt.Sprintf("%.1f others wait for that same answer, in %s, called at %s (%s): one key, or one flag, for all?\n", h.Waiting, h.Via, h.At, trimPath(h.In))
	case t.fed():
		v.Sentence += fmt.Sprintf("The next one waits at %s (%s) until one of them is done: a limit there keeps them so few.\n", a.Feeder.At, trimPath(a.Feeder.In))
	}
	v.Sentence += "Ask for more at a time: what that gains depends on how much there is to ask for, which a trace does not show."
}
