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

var throttledProcess = processRule{
	cause: Throttled,
	holds: func(p Process) (bool, string) {
		stopped := p.Stopped.Or(0)
		because := "it has no CPU quota"
		if p.Stopped.Known() {
			because = fmt.Sprintf("the quota stopped it in %s of its periods", percent(stopped))
		}
		return stopped >= stoppedOften && p.Cores >= mostHalf*p.Quota, because
	},
	say: func(p Process, v *Verdict) {
		v.Sentence = fmt.Sprintf("the CPU quota of its control group, %s %s, stopped it in %s of the periods; %.2f cores used by %d threads.\n",
			coreCount(p.Quota), plural(p.Quota), percent(p.Stopped.Value()), p.Cores, p.Threads) +
			p.where() +
			"Raise the quota, or run no more threads than it allows (GOMAXPROCS, worker_threads, -XX:ActiveProcessorCount): what that gains, the process does not show from outside."
	},
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
