package verdict

import "fmt"

// A Trace is the evidence of an execution trace: one interval of one process. A
// field without a unit is a number of goroutines, mean over the interval.
type Trace struct {
	Subject string
	Seconds float64
	Procs   int   // GOMAXPROCS; the machine's cores are not in a trace
	Samples int64 // CPU samples

	Executing float64 // on a core, without the garbage collector's idle workers
	Runnable  float64 // ready, waiting for a core
	GCShare   float64 // of the CPU samples
	DialShare float64 // of the CPU samples: dials and TLS handshakes
	Switching float64 // of the CPU samples: waiting, waking, choosing what runs next
	Spinning  float64 // of the CPU samples: asking again and again, with a yield between (Gosched, a lock's spinning)
	Sampled   Number  // cores that the CPU samples account for, at 100 samples a second
	Handoffs  float64 // waits that another goroutine ended, 1/s
	Stopped   float64 // share of the interval in which the process stood still though goroutines could run
	Stops     int     // how often it did

	Busiest    TraceSection    // the goroutine that executes the most, or that works for others one at a time
	Contention TraceContention // the place where most goroutines wait for a turn; zero: none
	Pool       TraceWait       // for a connection that others use, or a stream on one
	Dial       TraceWait       // for a connection that is being made
	Answer     TraceWait       // for an answer from the network
	Server     TraceWait       // for this process's own clients
	Clock      TraceClock      // for a clock, of those that carry the work
	Batch      TraceBatch      // for all of a batch
	Handoff    TraceWait       // where the most of Handoffs are
	Alone      TraceAlone      // the only goroutine that asks for anything
	Chain      TraceChain      // one goroutine of those that do the program's work, with those that it waits for; zero: each of them is many
	Collector  TraceCollector  // the garbage collector's pace
	Program    TraceSection    // what all goroutines of the program execute
}

// A TraceChain is one goroutine that does work of the program's, with the help of others for
// which it waits. Others may work beside it.
type TraceChain struct {
	Name       string  // start function
	Goroutines int     // with 2 or more, one after the other
	Share      float64 // of the interval in which it executes, or waits for one that does
}

// A TraceCollector says how often garbage is collected, and why then.
type TraceCollector struct {
	PerSecond      float64   // collections, 1/s
	Growth         Number    // share of the live heap by which it may grow until the next one, mean: GOGC/100, less where a memory limit is near
	Asked          TraceWait // for a collection that the program asked for
	AskedPerSecond float64   // 1/s
}

// A TraceWait is one kind of waiting.
type TraceWait struct {
	Waiting float64 // goroutines, mean
	Live    float64 // goroutines that wait there at times, mean: those of Waiting and what they do otherwise
	Share   float64 // of the interval in which at least one waits
	Seconds float64 // of one wait, mean
	At, In  string  // file:line and function where most of them wait
	Via     string  // what that function called
	Reason  string  // as the trace spells it: chan send
}

// A TraceSection is code that one goroutine at a time executes.
type TraceSection struct {
	Name       string    // start function
	Busy       float64   // share of the interval in which it executes
	Engaged    float64   // share in which it does not wait to be given work
	Samples    int64     // its CPU samples
	Function   string    // the function that takes the time: the program's own, or a library's if there is none
	At         string    // file:line in Function
	Calls      string    // what Function calls there; "" if it does the work itself
	Share      float64   // share of Samples at that place
	Held       TraceHold // what it does while it is engaged, where it executes little
	Behind     TraceWait // the waits of other goroutines that it ended
	AtOnce     float64   // waits that it ends at once, mean
	EndedShare float64   // share of the waits at Behind.At that it ended; other goroutines ended the rest
}

// A TraceContention is a contention point: a place that only a limited number of
// goroutines pass at a time.
type TraceContention struct {
	TraceWait
	Lock        bool         // it is a mutex, which one goroutine passes at a time
	Connections bool         // a library hands out connections there, or streams on them
	Inside      float64      // goroutines past it
	Executing   float64      // those of Inside on a core
	Section     TraceSection // what the goroutines past it execute
	Held        TraceHold    // what they do while others wait
}

// A TraceHold says what those did whom others waited for, as shares of that time.
type TraceHold struct {
	Executing, Answer, Dial, Call, Clock float64
	At, In                               string // where they waited most themselves
}

// inCall is one of the answers of most.
const inCall = "in a system call"

// most spells what they mostly waited for themselves; "" if they executed.
func (h TraceHold) most() string {
	most, what := h.Executing, ""
	for _, o := range []struct {
		share float64
		what  string
	}{{h.Answer, "for an answer"}, {h.Dial, "for a connection to be made"}, {h.Call, inCall}, {h.Clock, "for a clock"}} {
		if o.share > most {
			most, what = o.share, o.what
		}
	}
	return what
}

// A TraceClock is waiting that a clock ends.
type TraceClock struct {
	TraceWait
	Times     int
	Each      float64 // one wait, s, mean
	Vary      float64 // its deviation, s
	Every     float64 // from the end of one wait to the end of the next, s, mean
	EveryVary float64 // its deviation, s
	Passing   float64 // goroutines that go on each time
}

// A TraceBatch is goroutines that begin together; what starts them waits for all of them
// before it starts the next.
type TraceBatch struct {
	TraceWait
	Size     float64 // goroutines that begin at once
	UnderWay float64 // those of them that have not ended
	Of       string  // their start function
}

// A TraceAlone is the few goroutines that ask for answers, each for one thing after the other.
type TraceAlone struct {
	TraceWait
	Name       string    // start function
	Answers    int64     // that they waited for
	UnderWay   float64   // of them, those that ask, wait for the answer or execute, mean
	Goroutines int       // in all: these few, or one after the other
	Background bool      // it is one that lasts, and is not main
	Feeder     TraceWait // of who starts another once one has ended, or gives them their work; zero: nobody
	Sharing    TraceWait // of others of them, until the one that asks has its answer, which is for them too
}

func (t Trace) evidence() []Figure {
	return []Figure{
		{"interval", t.Seconds, "s", "from the trace's first event to its last"},
		{"procs", float64(t.Procs), "cores", "GOMAXPROCS; the machine may have fewer"},
		{"executing", t.Executing, "goroutines", "on a core, mean, without idle workers of the garbage collector"},
		{"runnable", t.Runnable, "goroutines", "ready and waiting for a core, mean"},
		{"samples", float64(t.Samples), "samples", "CPU samples in the trace"},
		{"gc", t.GCShare, "share", "of the CPU samples are the garbage collector's"},
		{"gc-rate", t.Collector.PerSecond, "1/s", "collections"},
		{"gc-asked", t.Collector.AskedPerSecond, "1/s", "waits for a collection that the program asked for"},
		{"dialling", t.DialShare, "share", "of the CPU samples are dials and TLS handshakes"},
		{"busiest", t.Busiest.Busy, "share", "of the interval in which the busiest goroutine executes"},
		{"behind", t.Busiest.Behind.Waiting, "goroutines", "waiting for the busiest one, mean"},
		{"gate-waiting", t.Contention.Waiting, "goroutines", "waiting for a turn where most do, mean"},
		{"gate-share", t.Contention.Share, "share", "of the interval in which at least one waits there"},
		{"gate-inside", t.Contention.Inside, "goroutines", "past it, mean"},
		{"connection-waiting", t.Pool.Waiting, "goroutines", "waiting for a connection, mean"},
		{"connection-dialling", t.Dial.Waiting, "goroutines", "waiting for a connection that is being made, mean"},
		{"clock-waiting", t.Clock.Waiting, "goroutines", "of those that carry the work, waiting for a clock, mean"},
		{"batch-size", t.Batch.Size, "goroutines", "begun together by one that then waits for all of them"},
		{"batch-under-way", t.Batch.UnderWay, "goroutines", "of such batches, mean"},
		{"handoffs", t.Handoffs, "1/s", "waits that another goroutine ended"},
		{"switching", t.Switching, "share", "of the CPU samples are waiting, waking and choosing who runs next"},
		{"spinning", t.Spinning, "share", "of the CPU samples are spinning"},
		{"stopped", t.Stopped, "share", "of the interval in which the whole process stood still"},
		{"answer-waiting", t.Answer.Waiting, "goroutines", "waiting for an answer from the network, mean"},
	}
}

// coresIdle says that a quarter of the cores are idle.
func (t Trace) coresIdle() bool { return t.Executing <= unsaturated*float64(t.Procs) }

func (t Trace) full() bool {
	procs := float64(t.Procs)
	return t.Executing >= saturated*procs ||
		t.Executing >= saturatedRun*procs && t.Runnable >= fewRunnable
}

func (t Trace) cores() string {
	return fmt.Sprintf("%.2f of %d cores are used", t.Executing, t.Procs)
}

// freed predicts the gain if w were gone: the goroutines then come round sooner by it, up
// to the roof of the cores. What the waiting goroutines would do themselves in its place
// stays. It is 0, which is unknown, where too few goroutines are seen for a ratio.
func (t Trace) freed(w TraceWait, stays float64) float64 {
	rest := w.Live - w.Waiting + stays
	if w.Live < fewLive || rest <= 0 {
		return 0
	}
	return max(1, min(w.Live/rest, t.roof()))
}

// fewLive, goroutines that pass a place, mean: with fewer, what waits is data, of which a
// trace shows nothing.
const fewLive = 1.5

// roof is the gain at which the cores are full.
func (t Trace) roof() float64 { return float64(t.Procs) / max(t.Executing, .01) }

// worth says that a gain is not known, or worth naming a cause for.
func worth(gain float64) bool { return gain == 0 || gain >= worthwhile }

// worthwhile is the least predicted gain for which a place that makes others wait is
// called a cause.
const worthwhile = 1.2
