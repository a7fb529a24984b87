package verdict

import "fmt"

// Throttled means that the whole process stands still again and again, though its
// goroutines could run: a CPU quota, or a machine whose cores others use.
const Throttled Cause = "throttled"

var throttledTrace = traceRule{
	cause: Throttled,
	holds: Trace.throttled,
	say:   Trace.sayThrottled,
}

const (
	// standsStill, share of the interval: a quota of nine tenths of the cores stops for
	// a tenth.
	standsStill = .1

	// stopsOften, stops a second: a quota's period is 100 ms.
	stopsOften = 3
)

func (t Trace) throttled() (bool, string) {
	return t.Stopped >= standsStill && float64(t.Stops) >= stopsOften*t.Seconds,
		fmt.Sprintf("the process stood still for %.0f%% of the time", 100*t.Stopped)
}

func (t Trace) sayThrottled(v *Verdict) {
	v.Sentence = fmt.Sprintf("for %.0f%% of the time, %.1f times a second, nothing of the process runs, though %.1f goroutines could.\n",
		100*t.Stopped, float64(t.Stops)/t.Seconds, t.Executing+t.Runnable) +
		"The kernel stops it so: a CPU quota (cpu.max, a container's CPU limit), or other processes on the same cores.\n" +
		v.predict(1/(1-min(t.Stopped, .95)), "Raise the quota, or set GOMAXPROCS to what it allows, which spreads the stops", "the cores are there")
}
