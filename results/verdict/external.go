package verdict

import (
	"fmt"
	"slices"
)

// External is the evidence of a client that reports nothing itself: the CPU time
// of its process and its children, and what its upstream saw. It is taken at a
// window and at twice that window, in rounds.
type External struct {
	Workers int     // threads or processes that the client was started with
	Allowed float64 // cores' worth of CPU time that the client may use together with an upstream beside it
	Window  int     // the smaller of the two, which the verdict is about

	CPUs        Number // cores that the client used, from its first request to its end
	CPUsDoubled Number // the same at twice the window
	Upstream    Number // of Allowed, what the upstream used meanwhile; known as 0 if it runs elsewhere
	Others      Number // of Allowed, what other processes took meanwhile
	Queued      Number // requests that waited in the upstream's queue, mean
	InFlight    Number // requests at the upstream, mean
	Link        Number // share of the link's bandwidth that the bodies take; known as 0 of loopback without a limit
	Growth      Gain   // responses a second at twice the window over those at the window

	Seen *Process // what its process was seen to do meanwhile; nil if it was not watched
}

// ObserveExternal says whether a client is serial. A client is serial if it uses
// about one core although more are available, no requests queue at the upstream,
// and twice the window gains nothing. Growth decides before the cores do: a client that
// polls uses a core and is not serial.
//
// Where its process was watched, what was seen decides what the two windows leave open: one core
// used at a time, whom its connections wait for. Without twice the window it decides alone.
func ObserveExternal(e External) Verdict {
	v := e.windows()
	if e.Seen == nil {
		return v
	}
	saw := JudgeProcess(*e.Seen)
	v.Evidence = append(v.Evidence, seenFigures(saw)...)
	switch {
	case len(saw.Causes) == 0:
	case len(v.Causes) == 0 && (e.Growth.Pairs == 0 || !e.disturbed()):
		v.Causes, v.Missing, v.RuledOut, v.PredictedGain, v.Assumptions = saw.Causes, nil, saw.RuledOut, saw.PredictedGain, saw.Assumptions
		v.Sentence = saw.Sentence
		v.Uncertain = append(v.Uncertain, saw.Uncertain...)
	case len(v.Causes) == 0:
	case slices.Equal(v.Causes, saw.Causes):
		v.Sentence += " Seen from outside: " + capitalise(e.Seen.connections()) + "; two cores or more are used for " + percent(e.Seen.atLeast(2)) + " of the time."
	case v.Causes[0] == Serialised && saw.Causes[0] == CPUSaturated, v.Causes[0] == CPUSaturated && saw.Causes[0] == Serialised:
		v.Uncertain = append(v.Uncertain, fmt.Sprintf("whether it is %s: its threads use two cores or more for %s of the time", v.Causes[0], percent(e.Seen.atLeast(2))))
	}
	return v
}

// seenFigures are those that the windows do not have.
func seenFigures(saw Verdict) (out []Figure) {
	for _, f := range saw.Evidence {
		if slices.Contains([]string{"waiting", "none", "one", "several", "connections", "asked", "arriving", "unread", "answered", "unread-bytes"}, f.Name) {
			out = append(out, f)
		}
	}
	return out
}

// windows judges by the two windows alone.
func (e External) windows() Verdict {
	v := Verdict{Causes: []Cause{}, Evidence: e.figures()}
	if missing := e.missing(); missing != "" {
		v.Missing = []string{missing}
		v.Sentence = "no verdict: missing " + missing + "."
		return v
	}
	var says string
	v.Causes, says = e.firstCause()
	v.Uncertain = e.doubts(v.Causes)
	if len(v.Causes) == 0 {
		v.Missing = []string{e.lacks() + ": " + e.summary()}
		v.Sentence = "no verdict: " + e.summary() + ". " + capitalise(e.lacks()) + "."
		return v
	}
	v.Sentence = causeList(v.Causes) + ": " + says
	return v
}

// An externalRule is a cause's row for [External]. It may assume that the rules
// before it do not hold.
type externalRule struct {
	cause    Cause
	holds    func(External) bool
	sentence func(External) string
}

// firstCause returns the first cause whose rule holds, and its sentence.
func (e External) firstCause() (causes []Cause, says string) {
	for _, r := range externalRules {
		if r.holds(e) {
			return []Cause{r.cause}, r.sentence(e)
		}
	}
	return nil, ""
}

// missing says what evidence a verdict would need.
func (e External) missing() string {
	switch {
	case e.Workers < 2 || e.Allowed <= 1:
		return "a second worker and a core for it: with one of either every client is serial"
	case e.Growth.Pairs == 0:
		return "samples at twice the window"
	case !e.CPUs.Known() || !e.CPUsDoubled.Known() || !e.Others.Known():
		return "the CPU time of other processes, which takes Linux's /proc"
	case !e.Upstream.Known():
		return "the CPU time of the upstream, which runs on the same cores"
	case e.disturbed():
		return fmt.Sprintf("a quiet machine: other processes used %.2f of %s cores", e.Others.Value(), coreCount(e.Allowed))
	case e.left() < minCoresLeft:
		return fmt.Sprintf("cores to tell one from two: upstream and others left %.2f", e.left())
	}
	return ""
}

// lacks says what would be needed where no rule holds.
func (e External) lacks() string {
	flat := !e.grown() && !e.filled() && e.used() >= coreTaken
	switch {
	case flat && !e.Link.Known() && !e.Queued.Known():
		return "the client, the link or a queue at the upstream can be the limit: only the last two can tell"
	case flat && !e.Link.Known():
		return "the client or the link can be the limit: the link's bandwidth would tell"
	case flat && !e.Queued.Known():
		return "the client or a queue at the upstream can be the limit, and the upstream does not tell"
	}
	return "a sign is missing: it is not serial, and no limit is reached"
}

// disturbed is [Probes.disturbed] of as many cores as there are workers.
func (e External) disturbed() bool {
	wanted := min(float64(e.Workers), e.Allowed)
	return wanted-min(wanted, e.Allowed-e.Others.Value()) >= disturbed*wanted
}

// doubts says what could turn the verdict.
func (e External) doubts(causes []Cause) (out []string) {
	if e.Growth.Low < grows && e.Growth.High > grows && !e.filled() && e.Growth.Pairs > 1 {
		out = append(out, fmt.Sprintf("whether twice the window gains: %s, and %.1f decides; more rounds would tell", e.Growth, grows))
	}
	if used := e.CPUs.Value(); slices.Contains(causes, Serialised) && used > oneCore {
		out = append(out, fmt.Sprintf("whether one or two decode at a time: reading and collecting garbage beside one decoder can take up to %.1f cores, and here it would be %.2f",
			twoCores-1, used-1))
	}
	return out
}

// grown says that twice the window gains. A single pair has no interval: then the growth
// counts as far as the client's CPU time grew too, because more from the same CPU time can
// mean that the machine became faster in between.
func (e External) grown() bool {
	if e.Growth.High == 0 {
		return min(e.Growth.Mean, e.CPUsDoubled.Value()/max(e.CPUs.Value(), 1e-9)) >= grows
	}
	return e.Growth.Mean >= grows && e.Growth.Low > 1
}

// queued is the share of the window in the upstream's queue; NaN if it is not known.
func (e External) queued() float64 { return e.Queued.Value() / float64(max(e.Window, 1)) }

// left is how many cores the upstream and others leave.
func (e External) left() float64 {
	return max(.1, min(float64(e.Workers), e.Allowed-e.Upstream.Value()-e.Others.Value()))
}

// available is how many cores the client could have used; what it used was available.
func (e External) available() float64 {
	return min(float64(e.Workers), e.Allowed, max(e.left(), e.CPUs.Value()))
}

// used is how many of these cores the client used.
func (e External) used() float64 { return min(e.CPUs.Value(), e.available()) }

// filled says that the client used all of the cores that it could.
func (e External) filled() bool { return e.used() >= filled*e.available() }

// free says that neither the link nor a queue at the upstream is the limit. Without their
// figures nobody can say so.
func (e External) free() bool { return e.queued() < fewQueued && e.Link.Value() < saturated }

// oneWorker is the most that a client uses in which one decodes at a time. Where cores are
// idle anyway, its readers and its collector use some of them.
func (e External) oneWorker() float64 {
	return max(oneCore, min(twoCores, outsideCores*e.available()))
}

// summary spells the figures that decide.
func (e External) summary() string {
	return fmt.Sprintf("%.2f of %.2f cores used by %d workers, throughput %s at twice the window", e.used(), e.available(), e.Workers, e.Growth)
}

func (e External) figures() []Figure {
	var out []Figure
	for _, f := range []struct {
		name      string
		n         Number
		unit, doc string
	}{
		{"workers", Known(float64(e.Workers)), "threads or processes", "that the client was told to use"},
		{"window", Known(float64(e.Window)), "requests", "admitted and not collated, at most"},
		{"cpus", e.CPUs, "cores", "used by the client and its children, from its first request to its end"},
		{"cpus-doubled", e.CPUsDoubled, "cores", "the same at twice the window"},
		{"available", Known(e.available()), "cores", "left over by the upstream and by other processes"},
		{"growth", Known(e.Growth.Mean), "x", "responses a second at twice the window, over those at the window"},
		{"queued", e.Queued, "requests", "in the upstream's queue, mean"},
		{"inflight", e.InFlight, "requests", "at the upstream, mean"},
		{"link", e.Link, "share", "of the link's bandwidth, taken by the bodies"},
	} {
		if f.n.Known() {
			out = append(out, Figure{f.name, f.n.Value(), f.unit, f.doc})
		}
	}
	return out
}
