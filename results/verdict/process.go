package verdict

import (
	"fmt"
	"math"
	"slices"

	"collatebench/internal/spell"
)

// Process is the evidence of a running process, in any language, as the kernel shows it from
// outside: its threads, its connections, and the cores around it. Numbers of threads and
// connections are means over the interval. A process stands for all that descends from it.
type Process struct {
	Subject string
	Seconds float64
	Program string // its executable's name; "" if it may not be read

	Cores    float64   // that it used
	Helpers  float64   // of Cores, those of threads that its runtime has for itself
	Waiting  float64   // threads that wait for a core
	Parallel []float64 // share of the interval in which 0, 1, 2, ... cores were used at once
	Busiest  ProcessThread
	Working  int     // threads that did a part of the work worth mentioning
	Alike    string  // the name of these, if they have one name
	Threads  int     // in all
	Tree     int     // processes
	Allowed  float64 // CPU time that it may use, cores
	Quota    float64 // of its control group, cores; 0 if it has none
	Stopped  Number  // share of the quota's periods in which the quota stopped it
	Others   Number  // of Allowed, what other processes took meanwhile
	InFlight Number  // requests, mean, that the upstream itself counts; only of an upstream that can be asked
	Idle     Number  // cores that it may run on and nothing ran on
	Opens    float64 // connections a second that are made in its network namespace, by whomever

	Upstream ProcessPeer
	Peers    []ProcessPeer // other peers
	States   bool          // who is to move is known of connections, not their queues alone
	UDP      int           // sockets of UDP
	Window   int           // requests that are meant to be in flight; 0 if nobody said

	Held    ProcessHeld  // zero if it was not held
	Section TraceSection // where the CPU time goes; zero without stacks
	// InnerShare is how much of the CPU time is in Inner.
	InnerShare float64
	Inner      string // what the section's call spends it in, where that is another library; "" if none
	Unnamed    string // why there is no function, and what would name it
}

// A ProcessThread is one thread.
type ProcessThread struct {
	Name  string
	Cores float64
}

// A ProcessHeld is what holding the process to one core showed.
type ProcessHeld struct {
	Gain          // bytes a second on all cores over those on one
	Others Number // cores that other processes used meanwhile
}

// A ProcessPeer is the connections to one address, by who is to move.
type ProcessPeer struct {
	Address     string
	Connections float64
	Connecting  float64 // being made
	Asked       float64 // the peer owes an answer
	Arriving    float64 // an answer is on its way
	Unread      float64 // bytes have come that the process does not read
	Answered    float64 // nothing is outstanding
	Tied        float64 // it does not show which of asked and answered
	Spare       float64 // beside these: kept by the client, and not used at all
	UnreadBytes float64
	Received    float64 // bytes/s
	Requests    float64 // 1/s, at least
	Opened      float64 // connections/s, at least
	Fresh       float64 // share of the connections that were seen which were made meanwhile
	Pause       float64 // s from an answer's last byte to the next request on that connection
	Pauses      int     // that were seen
	Prompt      int     // of these, those too short for the kernel's times to show
	Awaited     float64 // s that an answer was awaited, mean; 0 if unknown
	Multiplexed bool    // a connection carries several requests at once
}

// JudgeProcess names the cause that the process shows, or says what is missing.
func JudgeProcess(p Process) Verdict {
	tied := p.Upstream.share(p.Upstream.Tied) >= mostHalf
	p = p.untied()
	v := Verdict{Subject: p.Subject, Causes: []Cause{}, Evidence: p.evidence()}
	if missing := p.missing(); missing != "" {
		v.Missing = []string{missing}
		v.Sentence = "no verdict: " + missing + "."
		v.Uncertain = append(v.Uncertain, p.churn()...)
		p.proven(&v)
		return v
	}
	found := slices.IndexFunc(processRules, func(r processRule) bool { holds, _ := r.holds(p); return holds })
	v.RuledOut = p.ruledOut(found)
	if found < 0 {
		v.Missing = []string{p.unknown()}
		v.Sentence = "no verdict: " + v.Missing[0] + ".\n" + capitalise(p.connections()) + "."
		v.Uncertain = append(v.Uncertain, p.churn()...)
		p.proven(&v)
		return v
	}
	v.Uncertain = append(v.Uncertain, p.churn()...)
	r := processRules[found]
	v.Causes = append(v.Causes, r.cause)
	r.say(p, &v)
	v.Sentence = string(r.cause) + ": " + v.Sentence
	p.proven(&v)
	if p.Upstream.Multiplexed && r.cause != CPUSaturated && r.cause != Throttled {
		v.Uncertain = append(v.Uncertain, "a connection carries many requests at once (HTTP/2, gRPC): of how many an answer is owed, it does not show")
	}
	if tied && (r.cause == Outside || r.cause == ConnectionPool || r.cause == HiddenCap) {
		v.Uncertain = append(v.Uncertain, "whether the upstream owes an answer on most connections: it answers within some ms of a request, or the client asks again so soon, and the kernel's times are no finer")
	}
	return v
}

// untied takes connections of which it does not show who is to move for those of a peer that owes
// an answer, unless the process is busy: what else would it wait for?
func (p Process) untied() Process {
	u := &p.Upstream
	if p.own() >= mostHalf {
		u.Answered += u.Tied
	} else {
		u.Asked += u.Tied
	}
	u.Tied = 0
	return p
}

// A processRule is a cause's row for a [Process]; a cause that shows in two ways has two rows.
// Because is the figure for the cause, or against it if it does not hold.
type processRule struct {
	cause Cause
	holds func(Process) (found bool, because string)
	say   func(Process, *Verdict)
}

func (p Process) ruledOut(found int) []RuledOut {
	var out []RuledOut
	for _, r := range processRules {
		holds, because := r.holds(p)
		if holds || because == "" || found >= 0 && r.cause == processRules[found].cause {
			continue
		}
		if !slices.ContainsFunc(out, func(o RuledOut) bool { return o.Cause == r.cause }) {
			out = append(out, RuledOut{r.cause, because})
		}
	}
	return out
}

// Thresholds of the rules on a process.
const (
	// littleLeft, cores that others leave: with fewer, one that uses all of them looks like
	// one that uses one.
	littleLeft = minCoresLeft

	// oneDemand, cores used and waited for together: one piece of work at a time, with what the
	// kernel and a runtime do beside it, was seen at .9 to 1.2.
	oneDemand = 1.3

	// oneAlways, share of the interval in which just one core is used: a serial client was seen
	// at .82 and more; a parallel one whose cores are half idle is at .5, by chance.
	oneAlways = .65

	// seldomNone, share of the interval in which no core is used; seldomTwo, the same with two
	// and more.
	seldomNone = .15
	seldomTwo  = .1

	// oneThread, share of the interval in which the busiest thread runs: it is the one piece of
	// work, if what runs beside it is less than besideOne.
	oneThread = .8
	besideOne = .65

	// mostOwed, share of the connections: from here on it is what the client waits for.
	mostOwed = .6
	mostHalf = .5

	// fewConnections: clients that keep a window have one of 16 and more; limits that nobody
	// thought of are 2 to 10 (of a host, of a pool).
	fewConnections = 10

	// stoppedOften, share of the quota's periods.
	stoppedOften = .2

	// muchHelp, cores that a runtime uses for itself: a JVM's compilers in its first ten seconds.
	muchHelp = .3

	// idleBytes, bytes/s: a client that gets less is not under load.
	idleBytes = 2000
)

// left is how many cores others leave it. What the kernel does for the network is no process's,
// and takes cores all the same: so those that it uses and those that are idle are all there are.
func (p Process) left() float64 {
	return max(0, min(p.Allowed-p.Others.Or(0), p.Cores+p.Idle.Or(p.Allowed)))
}

// own is what the program itself used, without its runtime's helpers.
func (p Process) own() float64 { return max(0, p.Cores-p.Helpers) }

// demand is how many cores it would use if there were enough.
func (p Process) demand() float64 { return p.own() + p.Waiting }

// used says how many cores are used for how much of the time: at least so many.
func (p Process) atLeast(cores int) (share float64) {
	for n, s := range p.Parallel {
		if n >= cores {
			share += s
		}
	}
	return share
}

func (p Process) exactly(cores int) float64 { return p.atLeast(cores) - p.atLeast(cores+1) }

// idle says that cores were left unused.
func (p Process) idle() bool { return p.left()-p.Cores >= idleShare*p.Allowed }

// idleShare of the allowed cores: with less, what the kernel does for the connections fills them.
const idleShare = .12

// missing says what is missing for any rule.
func (p Process) missing() string {
	u := p.Upstream
	switch {
	case p.Seconds < minSeconds:
		return fmt.Sprintf("it was seen for %.2g s, which is too short: watch it for %g s or more under load", p.Seconds, 10*minSeconds)
	case u.Connections == 0 && p.UDP > 0:
		return fmt.Sprintf("it has no TCP connection, and %d sockets of UDP, which QUIC would use: of these the kernel does not tell who is to move; %s", p.UDP, p.cores())
	case u.Connections == 0 && p.Opens >= manyOpens:
		return fmt.Sprintf("none of its connections was there for long enough to be seen, if it has any (%.0f a second are made on this host): keep them open between requests, and watch it again; %s", p.Opens, p.cores())
	case u.Connections == 0:
		return "it has no TCP connection: nothing is asked of an upstream; " + p.cores()
	case p.Allowed <= 1 && p.Cores < saturated*p.Allowed && p.Cores >= mostHalf*p.Allowed:
		return fmt.Sprintf("it may use %s %s: with no more, every client is serial", coreCount(p.Allowed), plural(p.Allowed))
	case p.disturbed():
		return fmt.Sprintf("a quiet machine: others use %.2f of its %s cores, with what the kernel does for the network, and any client seems to use all that is left", p.Allowed-p.left(), coreCount(p.Allowed))
	}
	return ""
}

// disturbed says that others leave too few cores to tell one from two, to a client that may
// want more than one.
func (p Process) disturbed() bool {
	return p.Allowed > 1 && p.Others.Known() && p.left() < littleLeft && p.demand() > oneDemand && p.Stopped.Or(0) < stoppedOften &&
		p.Cores < saturated*p.Allowed && p.Cores >= mostHalf*p.left()
}

// unknown says what else would have to show for a verdict.
func (p Process) unknown() string {
	u := p.Upstream
	switch {
	case !p.States:
		return "of its connections only the queues are known: they are in another network namespace, of which root sees more (watch it as root, or from within its container), or the kernel has no inet_diag; " + p.cores()
	case p.Helpers >= muchHelp:
		return fmt.Sprintf("its runtime compiles or collects garbage on %.2f cores of its own, beside which the program does not show: watch it once that is over; %s", p.Helpers, p.cores())
	case u.Received < idleBytes:
		return fmt.Sprintf("hardly anything comes from %s (%s/s): watch it under load; %s", u.Address, spell.Bytes(u.Received), p.cores())
	case u.Multiplexed:
		return "its connections carry many requests each (HTTP/2, gRPC), and neither the cores nor unread bytes say what holds it back; " + p.cores()
	}
	return "no sign is clear: " + p.cores() + "; watch it for longer under load, or hold it to one core for a moment (--prove)"
}

func (p Process) cores() string {
	return ofCores(p.Cores, p.Allowed) + " used, and " + p.waits()
}

// waits spells how many threads wait for a core.
func (p Process) waits() string {
	if p.Waiting < .2 {
		return "nothing waits for a core"
	}
	return fmt.Sprintf("%.1f threads wait for a core", p.Waiting)
}

// owed is the connections on which something outside is to move first.
func (u ProcessPeer) owed() float64 { return u.Asked + u.Connecting }

// share of the connections.
func (u ProcessPeer) share(n float64) float64 {
	if u.Connections == 0 {
		return 0
	}
	return n / u.Connections
}

// connections spells who is to move.
func (p Process) connections() string {
	u := p.Upstream
	text := fmt.Sprintf("on %s of %s connections to %s the upstream owes an answer", count(u.owed()), count(u.Connections), u.Address)
	if u.Arriving >= .5 {
		text += fmt.Sprintf(", on %s one arrives", count(u.Arriving))
	}
	text += fmt.Sprintf(", on %s the client is to move", count(u.Unread+u.Answered))
	if u.UnreadBytes >= 1e4 {
		text += fmt.Sprintf(", and %s lie unread", spell.Bytes(u.UnreadBytes))
	}
	return text
}

// count spells a mean number of connections.
func count(n float64) string {
	if n >= 9.5 || n < .05 || n == math.Trunc(n) {
		return fmt.Sprintf("%.0f", n)
	}
	return fmt.Sprintf("%.1f", n)
}

func (p Process) evidence() []Figure {
	u := p.Upstream
	var out []Figure
	for _, f := range []struct {
		name      string
		n         Number
		unit, doc string
	}{
		{"interval", Known(p.Seconds), "s", "in which it was watched"},
		{"cores", Known(p.Cores), "cores", "used, CPU time over wall time"},
		{"helpers", Known(p.Helpers), "cores", "of these, used by threads that its runtime has for itself"},
		{"waiting", Known(p.Waiting), "threads", "ready and waiting for a core, mean"},
		{"none", Known(p.exactly(0)), "share", "of the interval in which no core is used"},
		{"one", Known(p.exactly(1)), "share", "of the interval in which one core is used"},
		{"several", Known(p.atLeast(2)), "share", "of the interval in which two cores or more are used"},
		{"busiest", Known(p.Busiest.Cores), "cores", "used by its busiest thread"},
		{"allowed", Known(p.Allowed), "cores", "that it may use"},
		{"others", p.Others, "cores", "of these, used by other processes"},
		{"idle", p.Idle, "cores", "that it may run on and nothing ran on"},
		{"stopped", p.Stopped, "share", "of the periods of its CPU quota in which the quota stopped it"},
		{"connections", Known(u.Connections), "connections", "to the upstream, mean"},
		{"connecting", Known(u.Connecting), "connections", "being made, mean"},
		{"asked", Known(u.Asked), "connections", "on which the upstream owes an answer, mean"},
		{"arriving", Known(u.Arriving), "connections", "on which an answer arrives, mean"},
		{"unread", Known(u.Unread), "connections", "with bytes that the process does not read, mean"},
		{"answered", Known(u.Answered), "connections", "on which nothing is outstanding, mean"},
		{"spare", Known(u.Spare), "connections", "beside these, that were not used, mean"},
		{"unread-bytes", Known(u.UnreadBytes), "B", "that have come and are not read, mean"},
		{"received", Known(u.Received), "B/s", "from the upstream"},
		{"opened", Known(u.Opened), "1/s", "connections made"},
	} {
		if f.n.Known() {
			out = append(out, Figure{f.name, f.n.Value(), f.unit, f.doc})
		}
	}
	return out
}
