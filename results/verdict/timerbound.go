package verdict

import "fmt"

// TimerBound means that those who carry the work wait for a clock: a batch that lingers, a
// poll interval, a back-off, a sleep.
const TimerBound Cause = "timer-bound"

var timerBoundTrace = traceRule{
	cause:   TimerBound,
	holds:   Trace.timed,
	waiting: func(t Trace) float64 { return t.Clock.Waiting },
	say:     Trace.sayTimed,
}

const (
	// clockTaken, share of the time of those who carry the work.
	clockTaken = .25

	// paced, deviation over mean of the time from one wake-up to the next: a limiter's
	// are even, those of several that sleep are not (1.0).
	paced = .5

	// steadier, deviation of that time over the deviation of one wait: a single goroutine
	// that a limiter holds waits as long as is left, so its waits vary more.
	steadier = .5
)

func (t Trace) clocked() bool {
	c := t.Clock
	return c.Times >= 3 && c.Waiting >= someWaiting && c.Waiting >= clockTaken*c.Live
}

// limited says that the clock lets goroutines pass at a rate, whoever they are.
func (t Trace) limited() bool {
	c := t.Clock
	if c.Every == 0 { // a deadline of each
		return false
	}
	if c.Passing > onePermit { // they wait for one that waits for its clock, and go on together
		return false
	}
	if c.Waiting > manyWaiting {
		return c.EveryVary <= paced*c.Every
	}
	return c.EveryVary <= steadier*c.Vary
}

func (t Trace) timedBecause() string {
	return fmt.Sprintf("%.1f goroutines that carry the work wait for a clock", t.Clock.Waiting)
}

func (t Trace) timed() (bool, string) {
	return t.coresIdle() && t.clocked() && !t.limited(), t.timedBecause()
}

func (t Trace) sayTimed(v *Verdict) {
	c := t.Clock
	v.Sentence = fmt.Sprintf("%.1f of %.1f goroutines wait for a clock, %s each time, set at %s (%s, %s); %.2f of %d cores used.\n",
		c.Waiting, c.Live, siTime(c.Each), c.At, trimPath(c.In), c.Reason, t.Executing, t.Procs)
	if c.Every == 0 {
		v.Sentence += v.predict(t.freed(c.TraceWait, 0), "Give up earlier, or ask another in the meantime", "what it waits for never comes")
		return
	}
	v.Sentence += bound(t.freed(c.TraceWait, 0), "Shorten that wait, or end it by an event (a full batch, an answer that has come)", "how soon what it waits for is there")
}
