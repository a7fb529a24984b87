package verdict

import "fmt"

// Outside means that the upstream, the link or the window is the limit; only the
// upstream's figures say which. [Probes] has those figures, so it has no rule for
// this cause, and no intervention proves it.
const Outside Cause = "outside"

var outsideTrace = traceRule{
	cause: Outside,
	holds: Trace.outside,
	say:   Trace.sayOutside,
}

var outsideExternal = externalRule{
	cause: Outside,
	holds: func(e External) bool { return e.used() < coreTaken },
	sentence: func(e External) string {
		return fmt.Sprintf("%s. The client keeps no core busy: the link, the upstream's answers or a wait of its own is the limit.", e.summary())
	},
}

// answerShare, share of the interval in which at least one goroutine waits for an
// answer: below it the process has nothing to do for part of the time.
const answerShare = .8

func (t Trace) outside() (bool, string) {
	because := fmt.Sprintf("%.1f goroutines wait for an answer, in %.0f%% of the time, and %s", t.Answer.Waiting, 100*t.Answer.Share, t.cores())
	return t.Executing <= outsideCores*float64(t.Procs) && t.Busiest.Busy < outsideBusy &&
		t.Answer.Waiting >= answerWaiting && t.Answer.Share >= answerShare, because
}

const upstreamHow = "its queue and service times (Server-Timing, access log or metrics) and the bytes per second tell which; doubling the window proves it"

func (t Trace) sayOutside(v *Verdict) {
	a := t.Answer
	v.Sentence = fmt.Sprintf("%.1f goroutines wait for an answer, and %.2f of %d cores are used: upstream, link or window.\n",
		a.Waiting, t.Executing, t.Procs) +
		fmt.Sprintf("Most wait at %s (%s), %s each time.\n", a.At, trimPath(a.In), siTime(a.Seconds)) +
		"A trace of the client can't say which: take the upstream's figures; " + upstreamHow + "."
}
