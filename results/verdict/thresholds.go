package verdict

// The thresholds that several causes share, each with its reason. A comment gives
// the quantity, its unit and why the limit lies there. A threshold that only one
// cause uses stands in the file of that cause. All were set on other seeds than
// those that the confusion matrix reports.
const (
	// saturated, share of the available cores in use: from here on the cores are the
	// limit. Placements at the roof were seen at 0.93 to 0.97, a serial one on two
	// cores at 0.55 to 0.65.
	saturated = .85

	// unsaturated, share of the available cores in use: below it full cores are ruled
	// out, and up to it cores are idle: a cap or a serial decoder can be the limit. Half a
	// core of two, which is the design's figure. Between it and saturated the evidence does
	// not decide.
	unsaturated = .75

	// aboutOne, executing decodes or runnable goroutines: fewer decodes are one at a
	// time, and with fewer runnable goroutines none waits for a core. Garbage
	// collection and reading add up to 0.3 of a core to a serial decoder's 1.0.
	aboutOne = 1.5

	// gathers, share of the window in one stage: from here on that stage holds the
	// window back. In a closed loop requests gather before the slowest stage; half of
	// them if no other stage is nearly as slow.
	gathers = .4

	// elsewhere, share of the window in one stage: below it that stage is ruled out.
	elsewhere = .15

	// disturbed, share of the client's cores that other processes take from it: from here
	// on there is no verdict, because any client seems to use all that is left.
	disturbed = .25

	// gains, ratio of throughputs: from here on an intervention has gained. Smaller
	// ones are not worth a change, and drift alone causes some.
	gains = 1.10

	// parallelGains, ratio of throughputs: below it one parallel placement may beat
	// another without a cause. To have fewer half-decoded bodies gains a tenth.
	parallelGains = 1.25
)

// Constants of the predictions from [Probes].
const (
	// idling, cores that an idle client uses, its own probes included.
	idling = .03

	// idleWork, CPU time of a response beside decoding, a busy client's over an idle
	// one's: the busy client reads in larger pieces and wakes less often. .2 to .6 was
	// seen.
	idleWork = .5

	// sharpness of the knee between the roofs of window and cores: 2 to 3 fitted
	// simulated cores, where nothing else limits.
	sharpness = 2.5

	// attained, share of the roof of the cores that parallel placements reach, without
	// the start of an op: 0.95 to 0.99 was seen.
	attained = .97
)

// Thresholds of the rules on a trace.
const (
	// minSeconds, interval, s: a shorter one has fewer than 20 CPU samples of a core,
	// and some waits are longer than it.
	minSeconds = .2

	// manySamples, CPU samples in the trace: fewer say little about the cores in use.
	manySamples = 50

	// sampledShare, cores counted by samples over cores counted by goroutine states:
	// on an idle machine they agree within a tenth.
	sampledShare = .7

	// heldShare, the same: below it the goroutines had threads that did not run, and nobody
	// can say that the cores were full. A quota of half the cores leaves .5.
	heldShare = .4

	// samplesPerSecond of CPU time, as the profiler takes them.
	samplesPerSecond = 100

	// minSamples, CPU samples: fewer can't say which function takes most of a section.
	minSamples = 10

	// minSampleTime, executing time, s: at 100 samples a second of CPU time it should
	// have thirty. If it has fewer than minSamples, the profiler was off.
	minSampleTime = .3

	// saturatedRun, share of the cores in use while at least fewRunnable goroutines are
	// runnable: the scheduler needs the rest to switch between goroutines.
	saturatedRun = .7

	// fewRunnable, goroutines that wait for a core, mean: 0.1 was seen with a serial
	// section, 9 and more on saturated cores.
	fewRunnable = 1.5

	// busySection, share of the interval in which the goroutine executes: serial
	// sections are at 0.95 and more, less some garbage collection.
	busySection = .85

	// chainShare, share of the interval in which a goroutine or one that it waits for
	// executes: the rest is too little to look for the cause there.
	chainShare = .75

	// turnsTaken, share of the interval in which at least one goroutine waits: a lock or
	// permit that is often free is no limit.
	turnsTaken = .8

	// someWaiting, goroutines waiting, mean: with a window of 2 one works, and on
	// average less than one waits.
	someWaiting = .7

	// manyWaiting, goroutines waiting at a permit, mean: a single one is the loop that
	// fills a window, which is no fault.
	manyWaiting = 1.5

	// outsideCores, share of the cores in use: 0.0 to 0.4 of 2 cores was seen on
	// waiting clients. Above it, the CPU is a part of the cause.
	outsideCores = .6

	// outsideBusy, share of the interval in which the busiest goroutine executes: the
	// others may wait for one that runs more.
	outsideBusy = .7

	// answerWaiting, goroutines that wait for an answer, mean: a process with fewer has
	// nothing to do.
	answerWaiting = .7

	// oneCore, cores used by a client and its children, seen from outside: up to here
	// one core does the work. Beside a serial decoder's 1.0, reading and garbage
	// collection were seen to take up to 0.15.
	oneCore = 1.2

	// twoCores, the same where more than three cores are available: the readers and the
	// collector of one decoder then use others, .9 at most; two decoders use two.
	twoCores = 2.0

	// coreTaken, the same: below it no core is busy, so the requests do not wait for
	// the decoder. A serial decoder pauses before its first body and between two
	// collations.
	coreTaken = .7

	// minCoresLeft, cores that must be left for a client: with fewer, one that uses all
	// of them looks like one that uses one.
	minCoresLeft = 1.4

	// filled, share of the available cores in use, seen from outside: from here on they
	// are the limit. A fast client's collation takes 110 ms, and for 10 of them it waits
	// for the first answer. Healthy ones were seen at .81 to .95.
	filled = .75

	// grows, throughput at twice the window over that at the window: from here on the
	// window was a limit.
	grows = 1.1
)
