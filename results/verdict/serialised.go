package verdict

import (
	"fmt"
	"math"
	"strings"
)

// Serialised means that one goroutine does the work, or the holder of one lock.
const Serialised Cause = "serialised"

var serialisedProbes = probesRule{
	cause:    Serialised,
	holds:    Probes.serialised,
	sentence: sayDecoder,
	ruledOut: notDecoder,
	rests:    []string{"cpus", "decode-wait", "decode", "growth", "several", "asked"},
	remedy:   "decoding in parallel",
	gain:     lifting(Serialised),
	interventions: []Intervention{
		{Name: "decoding in parallel", Cause: Serialised, Recipe: Recipe{Edit: Edit{Parallel: true}, Lifts: []string{"placement", "workers"}}},
		{Name: "decoding in parallel in another way", Cause: Serialised, Aside: true, Recipe: Recipe{Edit: Edit{ParallelOtherwise: true}, Beside: []Cause{CPUSaturated}}},
	},
	suspectedAs: func(p Probes) string {
		if p.full() {
			return ""
		}
		return "one goroutine decoding"
	},
	clears: clearsUpstream,
}

var serialisedGoroutine = traceRule{
	cause:   Serialised,
	samples: true,
	holds:   Trace.oneGoroutine,
	waiting: func(t Trace) float64 { return t.Busiest.Behind.Waiting },
	say:     Trace.sayGoroutine,
}

var serialisedTurn = traceRule{
	cause:   Serialised,
	holds:   Trace.oneTurn,
	waiting: func(t Trace) float64 { return t.Contention.Waiting },
	say:     Trace.sayTurn,
}

var serialisedExternal = externalRule{
	cause: Serialised,
	holds: func(e External) bool {
		return e.used() >= coreTaken && e.used() <= e.oneWorker() && e.free()
	},
	sentence: func(e External) string {
		return fmt.Sprintf("%s, no queue at the upstream. One core does the work, whatever the window: decode in parallel.", e.summary())
	},
}

var serialisedProcess = processRule{
	cause: Serialised,
	holds: Process.serial,
	say: func(p Process, v *Verdict) {
		v.Sentence = p.connections() + ". " + ofCores(p.Cores, p.Allowed) + " used, and " + p.waits() + ".\n" +
			p.turns() + p.where() + p.notTheOthers() +
			p.gainSentence(v, p.spread())
	},
}

var serialisedRequest = processRule{
	cause: Serialised,
	holds: func(p Process) (bool, string) {
		active := p.Upstream.Connections - p.Upstream.Answered
		return p.leaves() && active >= someWaiting && active <= onePermit && p.Upstream.Answered+p.Upstream.Spare >= manyWaiting, ""
	},
	say: func(p Process, v *Verdict) {
		v.Sentence = fmt.Sprintf("of %s connections %s carries a request at a time; %s used.\n", count(p.Upstream.Connections+p.Upstream.Spare),
			count(p.Upstream.Connections-p.Upstream.Answered), ofCores(p.Cores, p.Allowed)) + p.where() +
			"One request waits for the other, as under a lock that is held for the whole of it: " +
			"hold it for less; what that gains, the process does not show from outside."
	},
}

const (
	// busy, share of the wall time in which a decode is in progress: from here on the
	// others wait for decoding. A small op has nothing to decode for up to a fifth of
	// its time: before its first body and after its last.
	busy = .75

	// endsMost, share of the waits that one goroutine ends: each of two equal workers
	// ends half.
	endsMost = .8

	// onePermit, goroutines past the permit, mean: up to here it is one at a time; from
	// morePermits on it is a cap.
	onePermit = 1.4
)

// behindDecoder says that bodies wait for decoding while cores are idle: a decode is
// nearly always in progress, and the waiting goroutines do not wait for a core.
func (p Probes) behindDecoder() bool {
	return p.gathered(Serialised) && p.Cores > 1 && p.Busy >= busy &&
		p.idle() && (p.Simulated || !p.coresAwaited()) &&
		(p.DecodeWait > p.Decode || p.Overlap > 2 && p.Decode > 2*p.onCore())
}

// serial says that one core's worth of work is done at a time while other cores are idle, and that
// it is not others who are waited for. One thread need not do it: tasks move between threads.
func (p Process) serial() (bool, string) {
	u := p.Upstream
	// Beside a neighbour it waits for a core where it would run.
	always := p.exactly(1) + min(p.Waiting, p.exactly(0))
	one := always >= oneAlways && p.atLeast(2) <= seldomTwo && p.demand() <= oneDemand || p.exactly(1) >= oneAlways && p.own() <= oneDemand ||
		p.Busiest.Cores >= oneThread && p.own()-p.Busiest.Cores <= besideOne
	if g := p.Held; p.heldTells() { // what was tried tells more than what was seen
		one = (one || p.exactly(1) >= mostHalf) && g.Mean < heldParallel || g.Mean <= heldSerial && g.High <= heldParallel
	}
	busy := p.own() >= coreTaken || p.demand() >= saturated && p.own() >= mostHalf
	theirs := u.share(u.owed()+u.Arriving) >= mostOwed && p.exactly(0) > seldomNone
	because := fmt.Sprintf("two cores or more are used for %s of the time, and none for %s", percent(p.atLeast(2)), percent(p.exactly(0)))
	// Where more threads wait for a core than are idle, it would use more. But where half a core stays
	// idle for all that, they take turns: who is woken by the one that goes to sleep waits for its core.
	idle := p.left() - p.Cores
	enough := p.demand() <= oneDemand || p.Busiest.Cores >= oneThread || idle >= p.Waiting || idle >= mostHalf
	roomy := p.idle() && enough || p.left() < littleLeft && p.demand() <= oneDemand
	return p.Allowed > 1 && one && busy && !theirs && roomy, because
}

// spread says what to change.
func (p Process) spread() string {
	switch {
	case strings.HasPrefix(p.Program, "python") && p.Working > 1:
		return "Threads of one interpreter take turns by its lock: do that work in processes (multiprocessing, ProcessPoolExecutor)"
	case strings.HasPrefix(p.Program, "python"):
		return "Do that work in processes (ProcessPoolExecutor, run_in_executor with one)"
	case p.node():
		return "Do that work in worker_threads or child processes"
	}
	return "Do that work in tasks or threads of their own"
}

func (p Probes) serialised() bool { return p.behindDecoder() && p.executing() < aboutOne }

func sayDecoder(p Probes) string {
	if p.Overlap > 2 {
		return fmt.Sprintf("window %d, but decodes take turns: %.1f are begun at a time, for %s.",
			p.Window, p.Overlap, ofCores(p.CPUs, p.Cores))
	}
	return fmt.Sprintf("window %d, but one goroutine decodes for %s of the time; %s used.",
		p.Window, percent(p.Busy), ofCores(p.CPUs, p.Cores))
}

func notDecoder(p Probes) string {
	switch {
	case p.Cores <= 1:
		return "there is one core"
	case p.Busy >= busy && p.executing() < aboutOne && !p.full():
		return "" // the requests may wait before something that one goroutine holds
	case !p.idle() || p.full():
		return p.usage()
	case p.share(p.DecodeWait+p.Decode) < elsewhere || p.DecodeWait < p.Decode && p.Overlap <= 2:
		return fmt.Sprintf("a body waited %s for a decode of %s", goTime(p.DecodeWait), goTime(p.Decode))
	case p.executing() >= aboutOne:
		return fmt.Sprintf("%.1f decodes ran at a time", p.executing())
	}
	return ""
}

// clearsUpstream says that bodies wait in the client, and no requests at the
// upstream. Where decodes take turns it says nothing: DecodeWait then does not
// contain the wait.
func clearsUpstream(p Probes) string {
	there := p.population(p.Queue.Value() + p.Service.Value())
	if math.IsNaN(there) || p.Overlap > 2 {
		return ""
	}
	return fmt.Sprintf("Not the upstream: it held %.2f of %d requests, while each body waited %s for the decoder.",
		there, p.Window, goTime(p.DecodeWait))
}

const coresExist = "the machine has as many cores as GOMAXPROCS says (a trace does not tell)"

func (t Trace) oneGoroutine() (bool, string) {
	b := t.Busiest
	because := fmt.Sprintf("the busiest goroutine (%s) runs for %.0f%% of the time and %.1f others wait for it", b.Name, 100*b.Busy, b.Behind.Waiting)
	return t.roomToRun() && b.Busy >= busySection && b.Behind.Waiting >= someWaiting && b.EndedShare >= endsMost, because
}

func (t Trace) sayGoroutine(v *Verdict) {
	b := t.Busiest
	v.Sentence = fmt.Sprintf("one goroutine (%s) runs for %.0f%% of the time and %.0f others wait for it; %.2f of %d cores used.\n",
		b.Name, 100*b.Busy, math.Max(1, b.Behind.Waiting), t.Executing, t.Procs) + b.timeSentence("It") + b.Behind.waitSentence() +
		v.predict(t.goroutineGain(), b.remedy(), coresAlike)
	v.Assumptions = append(v.Assumptions, coresExist)
}

// goroutineGain is the gain of doing the busiest goroutine's work in those that wait for it.
func (t Trace) goroutineGain() float64 {
	b := t.Busiest
	if gain := t.freed(b.Behind, b.Busy); gain > 0 && b.Behind.Waiting >= manyWaiting {
		return min(gain, t.ofCores())
	}
	return t.ofCores()
}

// remedy says what to change. A library's goroutine, such as the one that reads an
// HTTP/2 connection, runs none of the program's code.
func (s TraceSection) remedy() string {
	if s.Function != "" && s.At == "" {
		return "That goroutine is a library's: give it less to do, as by several connections in place of one"
	}
	return "Do that in the goroutines that wait, or in GOMAXPROCS workers"
}

// roomToRun means that cores are idle, and that goroutines do not wait for one. With many
// idle cores those that do are woken all at once, as by a lock that was held for long.
func (t Trace) roomToRun() bool {
	idle := t.Executing <= outsideCores*float64(t.Procs)
	return t.Procs > 1 && t.coresIdle() && (idle || t.Runnable < fewRunnable)
}

func (t Trace) oneTurn() (bool, string) {
	g := t.Contention
	because := fmt.Sprintf("%.1f goroutines wait for a turn at any one place", g.Waiting)
	if g.Waiting > 0 {
		because = fmt.Sprintf("%.1f goroutines wait for a turn at %s, in %.0f%% of the time, and %.1f are past it", g.Waiting, g.At, 100*g.Share, g.Inside)
	}
	one := g.Waiting >= manyWaiting && g.Inside >= someWaiting && g.Inside <= onePermit && g.Share >= turnsTaken
	lock := g.Lock && g.Waiting >= someWaiting && g.Inside < morePermits
	return t.roomToRun() && (one || lock) && worth(t.freed(g.TraceWait, 0)), because
}

func (t Trace) sayTurn(v *Verdict) {
	g := t.Contention
	v.Sentence = fmt.Sprintf("one goroutine at a time passes %s (%s), and %.0f others wait there, for %.0f%% of the time; %.2f of %d cores used.\n",
		g.At, trimPath(g.In), math.Max(1, g.Waiting), 100*g.Share, t.Executing, t.Procs)
	if g.Held.most() != "" || t.Executing < outsideBusy {
		v.Sentence += fmt.Sprintf("Who holds it mostly waits %s itself. A wait (%s) lasts %s.\n", g.Held.wait(), g.Reason, siTime(g.Seconds)) +
			v.rid(t.freed(g.TraceWait, 0), g.Held, "What it waits for does not belong under the lock: do it before taking it, or after")
		return
	}
	v.Sentence += g.Section.timeSentence("Who holds it") + fmt.Sprintf("A wait (%s) lasts %s.\n", g.Reason, siTime(g.Seconds))
	if t.unsampled() {
		v.Uncertain = append(v.Uncertain, t.noSamples())
	}
	v.Sentence += v.predict(t.turnGain(), "Do that before taking the lock, which then guards the merging alone", coresAlike)
	v.Assumptions = append(v.Assumptions, coresExist)
}

// turnGain is the gain where the holders execute: what they do then uses all cores.
func (t Trace) turnGain() float64 {
	if gain := t.freed(t.Contention.TraceWait, 0); gain > 0 {
		return min(gain, t.ofCores())
	}
	return t.ofCores()
}

// SerialGoroutine means that one goroutine is the serial section. If it is false and
// the cause is [Serialised], the contention point is the serial section.
func (t Trace) SerialGoroutine() bool {
	found, _ := t.oneGoroutine()
	return found
}
