package verdict

import (
	"fmt"
	"slices"
)

// A Trace is the evidence of an execution trace, of one interval of one
// process. Figures without unit are goroutines, mean over the interval.
type Trace struct {
	Subject string
	Seconds float64
	Procs   int   // GOMAXPROCS; the machine's cores are not in a trace
	Samples int64 // CPU samples

	Executing float64 // on a core, without idle workers of the garbage collector
	Runnable  float64 // ready, waiting for a core
	GCShare   float64 // of the CPU samples
	DialShare float64 // of the CPU samples: dials, and handshakes of TLS
	Sampled   float64 // cores that the CPU samples account for, at 100 samples a second

	Busiest TraceSection // the goroutine that executes the most
	Gate    TraceGate    // the place where most goroutines wait for a turn; zero: none
	Pool    TraceWait    // for a connection, or a stream on one
	Answer  TraceWait    // for an answer from the network
	Asleep  TraceWait    // in a sleep
	Server  TraceWait    // for this process's own clients
}

// A TraceWait is a kind of waiting.
type TraceWait struct {
	Waiting float64
	Share   float64 // of the interval in which at least one waits
	Seconds float64 // of one wait, mean
	At, In  string  // file:line and function where most wait
	Via     string  // what that function called
	Reason  string  // as traces spell it: chan send
}

// A TraceSection is code that one goroutine at a time executes.
type TraceSection struct {
	Name     string    // start function
	Busy     float64   // share of the interval in which it executes
	Samples  int64     // CPU samples of it
	Function string    // what takes the time: the program's own, or a library's where it has none there
	At       string    // file:line in it
	Calls    string    // what it calls there; "" where it does the work itself
	Share    float64   // of its samples are there
	Behind   TraceWait // the waits that it ended
	Alone    float64   // share of the waits where most were that it ended, and no other goroutine
}

// A TraceGate is a place that lets some goroutines pass at a time.
type TraceGate struct {
	TraceWait
	Lock      bool         // a mutex: one at a time by its kind
	Inside    float64      // past it
	Executing float64      // of those, on a core
	Section   TraceSection // what those execute
}

// JudgeTrace names the cause that the trace shows, or says what is missing. A
// trace can't tell upstream, link and window apart: that is Outside.
func JudgeTrace(t Trace) Verdict {
	v := Verdict{Subject: t.Subject, Causes: []Cause{}, Evidence: t.evidence()}
	if v.Missing = t.missing(); len(v.Missing) > 0 {
		v.Sentence = "no verdict: " + v.Missing[0]
		return v
	}
	row := slices.IndexFunc(traceRules, func(r traceRule) bool { found, _ := r.holds(t); return found })
	v.RuledOut = t.ruledOut(row)
	if row < 0 {
		v.Missing = t.unknown()
		v.Sentence = "no verdict: " + v.Missing[0]
		return v
	}
	r := traceRules[row]
	if r.samples && t.unsampled() {
		_, because := r.holds(t)
		v.Missing = []string{t.noSamples()}
		v.Sentence = "no verdict: " + v.Missing[0] + "\n" + because + "."
		return v
	}
	v.Causes = append(v.Causes, r.cause)
	r.say(t, &v)
	if r.samples && float64(t.Samples) >= manySamples && t.Sampled < sampledShare*t.Executing {
		v.Uncertain = append(v.Uncertain, fmt.Sprintf("the CPU samples account for %.2f of the %.2f cores that goroutines held: the machine was busy with others, or has fewer cores than GOMAXPROCS", t.Sampled, t.Executing))
	}
	v.Sentence = string(r.cause) + ": " + v.Sentence
	return v
}

// ruledOut gives the figures that speak against the other causes. A rule that
// would hold, had an earlier one not, is no cause that was ruled out.
func (t Trace) ruledOut(found int) []RuledOut {
	var out []RuledOut
	for i, r := range traceRules {
		holds, because := r.holds(t)
		if holds || found >= 0 && r.cause == traceRules[found].cause {
			continue
		}
		if old := slices.IndexFunc(out, func(o RuledOut) bool { return o.Cause == r.cause }); old >= 0 {
			out[old].Because += "; " + because
			continue
		}
		out = append(out, RuledOut{traceRules[i].cause, because})
	}
	return out
}

// A traceRule is a cause: when it holds, and what is said then. Because is the
// figure that speaks for it or, where it does not hold, against it.
type traceRule struct {
	cause   Cause
	samples bool // the cause rests on CPU samples
	holds   func(Trace) (found bool, because string)
	say     func(Trace, *Verdict)
}

// traceRules in the order in which they are asked: first where the cores are
// used up, then what goroutines take turns at, then what they wait for.
var traceRules = []traceRule{
	{ConnectionPool, true, Trace.dialling, Trace.sayDial},
	{GCBound, true, Trace.gcBound, Trace.sayGC},
	{CPUSaturated, true, Trace.cpuSaturated, Trace.saySaturated},
	{Serialised, true, Trace.oneGoroutine, Trace.sayGoroutine},
	{ConnectionPool, false, Trace.pooled, Trace.sayPool},
	{Serialised, true, Trace.oneTurn, Trace.sayTurn},
	{HiddenCap, false, Trace.capped, Trace.sayCap},
	{Outside, false, Trace.outside, Trace.sayOutside},
}

// missing says what no rule can do without.
func (t Trace) missing() []string {
	switch {
	case t.Procs < 1:
		return []string{"the trace does not say how many cores it may use (GOMAXPROCS)"}
	case t.Seconds < minSeconds:
		return []string{fmt.Sprintf("%.2g s is too short an interval; record %g s or more under load", t.Seconds, 10*minSeconds)}
	}
	return nil
}

// unsampled means that the profiler was off, for most of the interval at least.
func (t Trace) unsampled() bool {
	return float64(t.Samples) < minSamples && t.Executing*t.Seconds > minSampleTime
}

func (t Trace) noSamples() string {
	many := "no"
	if t.Samples > 0 {
		many = fmt.Sprintf("only %d", t.Samples)
	}
	return fmt.Sprintf("the trace carries %s CPU samples, so that nothing says which function takes the time: record it with the CPU profiler on (--pprof does)", many)
}

// unknown says what a trace would have to show.
func (t Trace) unknown() []string {
	switch {
	case t.unsampled():
		return []string{t.noSamples()}
	case t.Procs == 1:
		return []string{fmt.Sprintf("one core (GOMAXPROCS is 1), and it is used for %.0f%% of the time: who would run beside whom shows on two or more", 100*t.Executing)}
	case t.Busiest.Busy >= busySection && t.idle() >= idleCores:
		return []string{fmt.Sprintf("one goroutine (%s) runs for %.0f%% of the time%s, but nobody in this process waits for it: whether its work can be divided, the trace does not show",
			t.Busiest.Name, 100*t.Busiest.Busy, t.Busiest.in())}
	case t.Asleep.Waiting > t.Answer.Waiting && t.Asleep.Waiting >= answerWaiting:
		return []string{fmt.Sprintf("%.1f goroutines sleep or wait for a timer at a time, most at %s (%s): a trace does not show what for", t.Asleep.Waiting, t.Asleep.At, t.Asleep.In)}
	case t.Server.Waiting >= answerWaiting && t.Executing < outsideCores*float64(t.Procs):
		return []string{fmt.Sprintf("the process waits for its own clients, and uses %.2f of %d cores: record it under load", t.Executing, t.Procs)}
	}
	return []string{fmt.Sprintf("%.2f of %d cores are used, %.1f goroutines wait for a core and %.1f for an answer, and no place makes the others wait: record a longer interval under load, or take the upstream's figures",
		t.Executing, t.Procs, t.Runnable, t.Answer.Waiting)}
}

func (t Trace) idle() float64 { return float64(t.Procs) - t.Executing }

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
		{"gate-waiting", t.Gate.Waiting, "goroutines", "waiting for a turn where most do, mean"},
		{"gate-share", t.Gate.Share, "share", "of the interval in which at least one waits there"},
		{"gate-inside", t.Gate.Inside, "goroutines", "past it, mean"},
		{"connection-waiting", t.Pool.Waiting, "goroutines", "waiting for a connection, mean"},
		{"answer-waiting", t.Answer.Waiting, "goroutines", "waiting for an answer from the network, mean"},
	}
}
