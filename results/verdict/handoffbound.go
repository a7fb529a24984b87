package verdict

import "fmt"

// HandoffBound means that goroutines do less than it costs to hand over from one to the
// next.
const HandoffBound Cause = "handoff-bound"

var handoffBoundTrace = traceRule{
	cause:   HandoffBound,
	samples: true,
	holds:   Trace.handingOver,
	say:     Trace.sayHandoff,
}

const (
	// switching, share of the CPU samples: from here on the work is less than twice what
	// the switching costs.
	switching = .35

	// smallWork, core seconds between two hand-overs: a switch costs .2 to 1 us.
	smallWork = 10e-6

	// someCore, cores in use: below it nobody waits for the switching.
	someCore = .7
)

func (t Trace) between() float64 { return t.Executing / max(t.Handoffs, 1e-9) }

func (t Trace) handingOver() (bool, string) {
	because := fmt.Sprintf("%.0f%% of the CPU samples are hand-overs, %s of work each", 100*t.Switching, siTime(t.between()))
	return t.Executing >= someCore && t.Switching >= switching && t.between() <= smallWork, because
}

func (t Trace) sayHandoff(v *Verdict) {
	v.Sentence = fmt.Sprintf("%.0f times a second a goroutine wakes another, which then does %s of work; %.0f%% of the CPU samples are that switching.\n",
		t.Handoffs, siTime(t.between()*(1-t.Switching)), 100*t.Switching)
	if t.Handoff.At != "" {
		v.Sentence += fmt.Sprintf("Most hand over at %s (%s, %s).\n", t.Handoff.At, trimPath(t.Handoff.In), t.Handoff.Reason)
	}
	v.Sentence += v.predict(1/(1-min(t.Switching, .95)), "Hand over many at a time (slices in place of items), or do both steps in one goroutine", "batches make the switching rare")
}
