package verdict

// The thresholds that several causes share, each with its reason: first those
// on a client's evidence, two of which the rules for traces share, then what
// predictions rest on, then those on a trace. What one cause alone uses stands
// in its file. All were set on other seeds than those that the confusion matrix
// reports.
const (
	// saturated: share of the cores that were there to be used, from which on
	// the cores are the limit. Placements at the roof were seen at 0.93 to 0.97
	// of it, a serial one on two cores at 0.55 to 0.65.
	saturated = .85

	// aboutOne: fewer executing decodes than this are one at a time, and with
	// fewer goroutines runnable nobody waits for a core. Garbage collection and
	// reading add up to 0.3 of a core to a serial decoder's 1.0.
	aboutOne = 1.5

	// idleCores: at least so many must be left over for a cap to be one; the
	// design's half a core.
	idleCores = .5

	// gathers: share of the window that must be found in one place for that to
	// be what holds it back. In a closed loop requests gather in front of the
	// slowest stage; half of them, where nothing else is close.
	gathers = .4

	// elsewhere: share of the window in another place up to which that place is
	// ruled out by a figure.
	elsewhere = .15

	// disturbed: share of the machine that other processes may use: with more,
	// the cores left over make any client look as if it used them all.
	disturbed = .25

	// gains: a ratio from which on an intervention has gained; smaller ones are
	// not worth a change, and drift makes some.
	gains = 1.10

	// parallelGains: a ratio up to which one parallel placement may beat another
	// without being a cause: fewer bodies half decoded at a time is worth a tenth.
	parallelGains = 1.25
)

// What predictions of a client's gain rest on.
const (
	// idling: cores that a client uses for being there, its own watch included.
	idling = .03

	// idleWork: what an idle client spends on a response beside decoding it, as
	// a share of which a busy one does: it reads in larger pieces and wakes less.
	// .2 to .6 was seen.
	idleWork = .5

	// sharpness of the knee between the roofs of window and cores: 2 to 3 fitted
	// simulated cores, where nothing else is in the way.
	sharpness = 2.5

	// attained: what parallel placements were seen to reach of the roof of the
	// cores, the start of an op apart: 0.95 to 0.99.
	attained = .97
)

// Thresholds of the rules on a trace.
const (
	// minSeconds, interval: shorter ones hold fewer than 20 CPU samples of a core,
	// and waits that are longer than they are.
	minSeconds = .2

	// manySamples, samples in the trace: fewer say little about the cores in use.
	manySamples = 50

	// sampledShare, cores by samples, to cores by states: on an idle machine they
	// agree within a tenth.
	sampledShare = .7

	// minSamples, samples: fewer can't say which function takes most of a section.
	minSamples = 10

	// minSampleTime, executing time with fewer samples, s: at 100 samples a second
	// of CPU thirty are due in it, so that the profiler was off.
	minSampleTime = .3

	// saturatedRun, share of the cores in use, goroutines runnable: with one
	// goroutine and more always waiting for a core, the rest is the scheduler's
	// handing over.
	saturatedRun = .7

	// fewRunnable, goroutines waiting for a core, mean: 0.1 was seen behind a
	// serial section, 9 and more on saturated cores.
	fewRunnable = 1.5

	// busySection, busy share of the goroutine or lock: serial sections are at
	// 0.95 and more, and lose some to garbage collection.
	busySection = .85

	// turnsTaken, share of the interval with someone waiting: a lock or permit
	// that is often free limits nobody.
	turnsTaken = .8

	// someWaiting, goroutines waiting, mean: with a window of 2 one works and less
	// than one waits.
	someWaiting = .7

	// manyWaiting, goroutines waiting at a permit, mean: one alone is a loop that
	// fills a window, which is no fault.
	manyWaiting = 1.5

	// outsideCores, share of the cores in use: 0.0 to 0.4 of 2 was seen on waiting
	// clients; nearer to the roof, CPU has a part in it.
	outsideCores = .6

	// outsideBusy, busiest goroutine, share of the interval: one that runs more
	// may be what the others wait for.
	outsideBusy = .7

	// answerWaiting, waiting for an answer, goroutines, mean: fewer is a process
	// with nothing to do.
	answerWaiting = .7

	// oneCore, cores used by a client and its children, as seen from outside: up
	// to here one does the work. Beside a serial decoder's 1.0, reading and
	// garbage collection were seen to take up to 0.15.
	oneCore = 1.2

	// coreTaken, the same: below it no core is busy, so that the decoder is not
	// what the rest waits for. A serial decoder pauses for its first body, and
	// between two collations.
	coreTaken = .7

	// minCoresLeft, cores that must be left for a client: with fewer, one that uses all
	// of them looks like one that uses one.
	minCoresLeft = 1.4

	// filled, share of the available cores from which on they are a client's
	// limit, as seen from outside: a fast client's collation takes 110 ms, and for
	// 10 of them it waits for the first answer. Healthy ones were seen at .81 to .95.
	filled = .75

	// grows, throughput at twice the window, to that at the window: from here on
	// the window was a limit.
	grows = 1.1
)
