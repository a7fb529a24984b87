package verdict

import (
	"fmt"
	"math"
)

// GCBound means that the garbage collector takes the cores.
const GCBound Cause = "gc-bound"

var gcBoundProbes = probesRule{
	cause:    GCBound,
	holds:    Probes.gcBound,
	sentence: sayGC,
	ruledOut: notGC,
	rests:    []string{"gc-share", "cpus"},
	remedy:   "a GOGC eight times as high",
	gain:     Probes.predictGOGC,
	proof:    gcGains,
	interventions: []Intervention{
		{Name: "raising GOGC eightfold", Cause: GCBound, Recipe: Recipe{Edit: Edit{GOGCTimes: gogcTimes}}},
	},
}

var gcBoundTrace = traceRule{
	cause:   GCBound,
	samples: true,
	holds:   Trace.gcBound,
	say:     Trace.sayGC,
}

const (
	// collecting: share of the busy CPU time that goes to garbage collection,
	// from which on it is worth naming. With GOGC=100 this client was seen at
	// .06 (json), .11 (cbor) and .13 (sonic), with GOGC=5 at .20 to .42.
	collecting = .18

	// hardlyCollecting: the same share, up to which it is ruled out; between the
	// two nobody can say.
	hardlyCollecting = .75 * collecting

	// gcGains: what gains is elsewhere. Memory buys any client a little
	// throughput, so that raising GOGC must buy more to be a cause.
	gcGains = 1.25

	// besideGC: what a collection costs beside its own time, as a share of it:
	// write barriers and cold caches. .2 to .8 was seen, GOGC=5 against 40.
	besideGC = .55

	// gogcTimes: what the intervention multiplies GOGC by.
	gogcTimes = 8

	// rarer: what is left of collecting with a GOGC gogcTimes as high. Not an
	// eighth: the stacks and the smallest heap are collected all the same.
	rarer = .25

	// gcHigh, share of CPU under the garbage collector: its workers take a quarter
	// of the cores while a cycle runs: above that, cycles run end to end and
	// allocation pays too.
	gcHigh = .3

	// stoppedRun, share of the cores in use, goroutines runnable, while garbage is
	// collected: a collection that begins and ends all the time stops the world,
	// and leaves cores idle though goroutines wait for them. .67 was seen.
	stoppedRun = .6
)

func (p Probes) gcBound() bool { return p.GCShare >= collecting }

func sayGC(p Probes) string {
	return fmt.Sprintf("%s of the busy CPU time collects garbage; %.2f of %d cores used.", percent(p.GCShare), p.CPUs, p.Cores)
}

func notGC(p Probes) string {
	if p.GCShare >= hardlyCollecting {
		return ""
	}
	return percent(p.GCShare) + " of the busy CPU time collected garbage"
}

// predictGOGC returns the gain to be had by a GOGC gogcTimes as high.
func (p Probes) predictGOGC() float64 {
	return 1 / (1 - min(.95, p.GCShare*(1+besideGC))*(1-rarer))
}

func (t Trace) gcBound() (bool, string) {
	stopped := t.Executing >= stoppedRun*float64(t.Procs) && t.Runnable >= fewRunnable
	if !t.full() && !stopped {
		return false, t.cores()
	}
	return t.GCShare >= gcHigh, fmt.Sprintf("%.0f%% of the CPU samples are the garbage collector's", 100*t.GCShare)
}

const gcVanishes = "the garbage collector's work could all be spared"

func (t Trace) sayGC(v *Verdict) {
	_, because := t.gcBound()
	v.Sentence = because + "; " + t.cores() + ".\n" +
		v.predict(1/(1-math.Min(t.GCShare, .9)), "Allocate less, or raise GOGC (GOGC=400 shows at once whether it helps)", gcVanishes)
}
