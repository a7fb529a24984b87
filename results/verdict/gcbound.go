package verdict

import (
	"cmp"
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
	// collecting, share of the busy CPU time that goes to garbage collection: from
	// here on it is a cause. With GOGC=100 this client was seen at .06 (json), .11
	// (cbor) and .13 (sonic), with GOGC=5 at .20 to .42.
	collecting = .18

	// hardlyCollecting, the same share: below it the cause is ruled out. Between the
	// two the evidence does not decide.
	hardlyCollecting = .75 * collecting

	// gcGains, in place of gains: memory buys any client a little throughput, so
	// raising GOGC must buy more to prove the cause.
	gcGains = 1.25

	// besideGC, what a collection costs beside its own time (write barriers, cold
	// caches), as a share of that time. .2 to .8 was seen, GOGC=5 against 40.
	besideGC = .55

	// gogcTimes is what the intervention multiplies GOGC by.
	gogcTimes = 8

	// rarer, share of the collecting that is left with a GOGC gogcTimes as high. It
	// is not an eighth: the stacks and the smallest heap are still collected.
	rarer = .25

	// mostAsked, waits for collections that were asked for over collections: each waits at
	// least once.
	mostAsked = .5

	// littleRoom, share of the live heap: by default it may grow by all of it.
	littleRoom = .5

	// gcHigh, share of the CPU samples in the garbage collector: its workers take a
	// quarter of the cores while a cycle runs. Above that, cycles follow each other
	// and the goroutines that allocate collect as well.
	gcHigh = .3

	// stoppedRun, share of the cores in use while goroutines are runnable: collections
	// that begin and end all the time stop the world, and then cores are idle although
	// goroutines wait for them. .67 was seen.
	stoppedRun = .6
)

func (p Probes) gcBound() bool { return p.GCShare >= collecting }

func sayGC(p Probes) string {
	return fmt.Sprintf("%s of the busy CPU time collects garbage; %s used.", percent(p.GCShare), ofCores(p.CPUs, p.Cores))
}

func notGC(p Probes) string {
	if p.GCShare >= hardlyCollecting {
		return ""
	}
	return percent(p.GCShare) + " of the busy CPU time collected garbage"
}

// predictGOGC predicts the gain of a GOGC gogcTimes as high.
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
	v.Sentence = because + fmt.Sprintf(", which ran %.3g times a second; ", t.Collector.PerSecond) + t.cores() + ".\n" +
		v.predict(1/(1-math.Min(t.GCShare, .9)), t.Collector.remedy(), gcVanishes)
}

// remedy says what makes collections rarer: what drives them decides.
func (c TraceCollector) remedy() string {
	switch growth := c.Growth.Value(); {
	case c.AskedPerSecond >= mostAsked*c.PerSecond && c.Asked.At != "":
		return fmt.Sprintf("They are asked for at %s (%s), through %s: leave that out", c.Asked.At, trimPath(c.Asked.In), cmp.Or(c.Asked.Via, "runtime.GC"))
	case growth < littleRoom: // false if it is not known
		return fmt.Sprintf("The heap may grow by %.0f%% between two collections: raise GOGC, or GOMEMLIMIT if that is set and near, or keep less alive", 100*growth)
	}
	return "Allocate less, or raise GOGC (GOGC=400 shows at once whether it helps)"
}
