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
	Sampled   Number  // cores that the CPU samples account for, at 100 samples a second

	Busiest    TraceSection    // the goroutine that executes the most
	Contention TraceContention // the place where most goroutines wait for a turn; zero: none
	Pool       TraceWait       // for a connection, or a stream on one
	Answer     TraceWait       // for an answer from the network
	Asleep     TraceWait       // in a sleep
	Server     TraceWait       // for this process's own clients
}

// A TraceWait is one kind of waiting.
type TraceWait struct {
	Waiting float64 // goroutines, mean
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
	Samples    int64     // its CPU samples
	Function   string    // the function that takes the time: the program's own, or a library's if there is none
	At         string    // file:line in Function
	Calls      string    // what Function calls there; "" if it does the work itself
	Share      float64   // share of Samples at that place
	Behind     TraceWait // the waits of other goroutines that it ended
	EndedShare float64   // share of the waits at Behind.At that it ended; other goroutines ended the rest
}

// A TraceContention is a contention point: a place that only a limited number of
// goroutines pass at a time.
type TraceContention struct {
	TraceWait
	Lock      bool         // it is a mutex, which one goroutine passes at a time
	Inside    float64      // goroutines past it
	Executing float64      // those of Inside on a core
	Section   TraceSection // what the goroutines past it execute
}

func (t Trace) evidence() []Figure {
	return []Figure{
		{"interval", t.Seconds, "s", "from the trace's first event to its last"},
		{"procs", float64(t.Procs), "cores", "GOMAXPROCS; the machine may have fewer"},
		{"executing", t.Executing, "goroutines", "on a core, mean, without idle workers of the garbage collector"},
		{"runnable", t.Runnable, "goroutines", "ready and waiting for a core, mean"},
		{"samples", float64(t.Samples), "samples", "CPU samples in the trace"},
		{"gc", t.GCShare, "share", "of the CPU samples are the garbage collector's"},
		{"dialling", t.DialShare, "share", "of the CPU samples are dials and TLS handshakes"},
		{"busiest", t.Busiest.Busy, "share", "of the interval in which the busiest goroutine executes"},
		{"behind", t.Busiest.Behind.Waiting, "goroutines", "waiting for the busiest one, mean"},
		{"gate-waiting", t.Contention.Waiting, "goroutines", "waiting for a turn where most do, mean"},
		{"gate-share", t.Contention.Share, "share", "of the interval in which at least one waits there"},
		{"gate-inside", t.Contention.Inside, "goroutines", "past it, mean"},
		{"connection-waiting", t.Pool.Waiting, "goroutines", "waiting for a connection, mean"},
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

// contended means that nearly always at least one goroutine waits for a turn.
func (t Trace) contended() bool {
	return t.coresIdle() && t.Contention.Share >= turnsTaken
}
