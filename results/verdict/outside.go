package verdict

import "fmt"

// Outside: upstream, link or window: which one only the upstream's figures tell.
const Outside Cause = "outside"

const (
	// answerShare, share of the interval with someone waiting for an answer: else
	// the process has nothing to do for some of it.
	answerShare = .8
)

func (t Trace) outside() (bool, string) {
	because := fmt.Sprintf("%.1f goroutines wait for an answer, in %.0f%% of the time, and %s", t.Answer.Waiting, 100*t.Answer.Share, t.cores())
	return t.Executing <= outsideCores*float64(t.Procs) && t.Busiest.Busy < outsideBusy &&
		t.Answer.Waiting >= answerWaiting && t.Answer.Share >= answerShare && t.Answer.Waiting >= t.Asleep.Waiting, because
}

func (t Trace) sayOutside(v *Verdict) {
	a := t.Answer
	v.Sentence = fmt.Sprintf("%.1f goroutines wait for an answer, and %.2f of %d cores are used: upstream, link or window.\n",
		a.Waiting, t.Executing, t.Procs) +
		fmt.Sprintf("Most wait at %s (%s), %s each time.\n", a.At, short(a.In), duration(a.Seconds)) +
		"A trace of the client can't say which: take the upstream's figures; " + upstreamHow + "."
}

const upstreamHow = "its queue and service times (Server-Timing, access log or metrics) and the bytes per second tell which; doubling the window proves it"
