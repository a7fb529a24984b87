package verdict

import (
	"fmt"
	"math"
	"strings"
)

// ConnectionPool means that requests wait for connections, or dial them.
const ConnectionPool Cause = "connection-pool"

var connectionPoolProbes = probesRule{
	cause:    ConnectionPool,
	holds:    gathering(ConnectionPool),
	sentence: sayConnections,
	ruledOut: notGathering(ConnectionPool),
	rests:    []string{"conn-wait", "resp", "cpus"},
	remedy:   "more connections",
	gain:     lifting(ConnectionPool),
	interventions: []Intervention{
		{Name: "lifting the connection limit", Cause: ConnectionPool, Recipe: Recipe{Edit: Edit{Set: "conns=none"}, Lifts: []string{"conns"}}},
	},
	doubt: dialled,
}

var connectionPoolDials = traceRule{
	cause:   ConnectionPool,
	samples: true,
	holds:   Trace.dialling,
	say:     Trace.sayDial,
}

var connectionPoolTrace = traceRule{
	cause:   ConnectionPool,
	holds:   Trace.pooled,
	waiting: func(t Trace) float64 { return t.taken().Waiting },
	say:     Trace.sayPool,
}

var connectionPoolMaking = traceRule{
	cause:   ConnectionPool,
	holds:   Trace.making,
	waiting: func(t Trace) float64 { return t.Dial.Waiting },
	say:     Trace.sayMaking,
}

var connectionPoolConnecting = processRule{
	cause: ConnectionPool,
	holds: func(p Process) (bool, string) {
		u := p.Upstream
		return p.States && p.waitsForOthers() && u.Connecting >= dialsMost*u.Connections && u.Opened > 0,
			fmt.Sprintf("%s of %s connections are being made", count(u.Connecting), count(u.Connections))
	},
	say: func(p Process, v *Verdict) {
		u := p.Upstream
		v.Sentence = fmt.Sprintf("%s of %s connections to %s are being made, %.0f and more a second; %s used.\n",
			count(u.Connecting), count(u.Connections), u.Address, u.Opened, ofCores(p.Cores, p.Allowed)) +
			"Keep connections open between requests (one client or session for all, a pool as wide as the window, bodies read to their end): " +
			"what that gains, the process does not show from outside."
	},
}

var connectionPoolProcess = processRule{
	cause: ConnectionPool,
	holds: func(p Process) (bool, string) {
		return p.few() && !p.permits(), fmt.Sprintf("it has %s connections", count(p.Upstream.Connections))
	},
	say: func(p Process, v *Verdict) { p.sayFew(v, "a pool of connections") },
}

const (
	// dialsMost, share of the connections that are being made.
	dialsMost = .3

	// redialled, connections made per response: from here on the client does not
	// keep its connections.
	redialled = .2

	// dialHigh, share of the CPU samples in dials: the first connections of a window
	// cost a few per cent of one core for a second. From here on, keeping the
	// connections gives 1.18x at least.
	dialHigh = .15
)

func sayConnections(p Probes) string {
	return fmt.Sprintf("%.1f of %d requests wait for a connection, %s each; %.1f are sent at a time.",
		p.population(p.ConnWait), p.Window, goTime(p.ConnWait), p.population(p.Headers+p.Read))
}

func dialled(p Probes) string {
	if p.Dials < redialled {
		return ""
	}
	return fmt.Sprintf("%.2f connections were dialled per response", p.Dials)
}

// dialling says that dials use up the cores. Where cores are idle their time counts, not
// their work: see making.
func (t Trace) dialling() (bool, string) {
	return t.full() && t.DialShare >= dialHigh, fmt.Sprintf("%.0f%% of the CPU samples are dials and TLS handshakes", 100*t.DialShare)
}

const keepThem = "Keep connections open between requests (MaxIdleConnsPerHost as wide as the window, bodies read to their end, one client for all)"

func (t Trace) sayDial(v *Verdict) {
	_, because := t.dialling()
	v.Sentence = because + fmt.Sprintf("; %.1f goroutines wait for a connection, and ", t.Pool.Waiting+t.Dial.Waiting) + t.cores() + ".\n" +
		v.predict(1/(1-math.Min(t.DialShare, .9)), keepThem, "connections could all be kept")
}

// kept is the gain of keeping connections, where it is not the cores that dials use up: the
// work of dialling then goes with the waiting for it.
func (t Trace) kept() float64 {
	t.Executing *= 1 - t.DialShare
	return t.freed(t.Dial, 0)
}

func (t Trace) making() (bool, string) {
	d := t.Dial
	because := fmt.Sprintf("%.1f goroutines wait for a connection that is being made", d.Waiting)
	gain := t.kept()
	return t.coresIdle() && d.Waiting >= someWaiting && gain >= worthwhile, because
}

func (t Trace) sayMaking(v *Verdict) {
	d := t.Dial
	v.Sentence = fmt.Sprintf("%.1f of %.1f goroutines wait for a connection that is being made (its name looked up, dialled, its handshake), %s each time; %.2f of %d cores used.\n",
		d.Waiting, d.Live, siTime(d.Seconds), t.Executing, t.Procs) +
		fmt.Sprintf("They wait in %s, called at %s (%s).\n", d.Via, d.At, trimPath(d.In)) +
		v.predict(t.kept(), keepThem, "connections could all be kept")
}

// taken is the waiting for a connection that others use.
func (t Trace) taken() TraceWait {
	if g := t.Contention; g.Connections && g.Waiting > t.Pool.Waiting {
		return g.TraceWait
	}
	return t.Pool
}

func (t Trace) pooled() (bool, string) {
	p := t.taken()
	because := fmt.Sprintf("%.1f goroutines wait for a connection, and %.1f for an answer", p.Waiting, t.Answer.Waiting)
	return t.coresIdle() && p.Waiting >= someWaiting && worth(t.freed(p, 0)), because
}

func (t Trace) sayPool(v *Verdict) {
	p := t.taken()
	v.Sentence = fmt.Sprintf("%.0f goroutines wait for a connection and %.1f for an answer; %.2f of %d cores used.\n",
		p.Waiting, t.Answer.Waiting, t.Executing, t.Procs) +
		fmt.Sprintf("They wait in %s, called at %s (%s), %s each time.\n", p.Via, p.At, trimPath(p.In), siTime(p.Seconds)) +
		v.predict(t.freed(p, 0), "Raise the limit of connections ("+limitOf(p.Via)+")", moreAtOnce)
}

// limitOf names the limit that a library sets.
func limitOf(via string) string {
	switch {
	case strings.HasPrefix(via, "database/sql."):
		return "SetMaxOpenConns, and SetMaxIdleConns with it"
	case strings.HasPrefix(via, "net/http."):
		return "MaxConnsPerHost, MaxIdleConnsPerHost; of HTTP/2, the upstream's streams on one"
	}
	return "of the pool, or of streams on one connection"
}

// few says that no more than a few connections are in use, all the time, while cores are idle.
func (p Process) few() bool {
	u := p.Upstream
	most := float64(fewConnections)
	if p.Window > 0 {
		most = .7 * float64(p.Window)
	}
	return p.States && !u.Multiplexed && p.waitsForOthers() && u.Connections > oneAtATime && u.Connections <= most+.5 &&
		u.share(u.owed()+u.Arriving) >= mostOwed && u.Received >= idleBytes &&
		u.Answered+u.Spare < freeShare*(u.Connections+u.Spare)
}

// permits says that the limit is not the pool's: a connection that is free is not used at once,
// as where a permit is held until the answer is decoded. An event loop mostly decodes before it
// goes on with who waits, for a connection or for a permit, so that nothing is said of one. That of
// Node hands a free connection on before it decodes.
func (p Process) permits() bool {
	u := p.Upstream
	loop := p.Busiest.Cores >= saturated*p.own() && !p.node()
	// A mean has the few pauses in it in which the machine did something else; most of a pool's are none.
	prompt := float64(u.Prompt) >= somePrompt*float64(u.Pauses)
	if u.Pauses < fewPauses || u.Requests == 0 || loop || prompt {
		return false
	}
	work := p.Cores / u.Requests // CPU time of a response
	return u.Pause >= mostHalf*work && u.Pause >= tickSeconds/2
}

func (p Process) node() bool { return p.Program == "node" || p.Program == "nodejs" }

const (
	// fewPauses between two requests on a connection: with fewer, nobody was seen to pause.
	fewPauses = 20

	// somePrompt, share of the pauses that are shorter than the kernel's times show: .36 to .74 of a
	// pool's were, and at most .03 of those in which a body of 512 KiB is decoded.
	somePrompt = .2

	// tickSeconds is the resolution of the kernel's times, s; that of a mean of many is finer.
	tickSeconds = .004
)

func (p Process) sayFew(v *Verdict, what string) {
	u := p.Upstream
	meant := ""
	if p.Window > 0 {
		meant = fmt.Sprintf(" where %d are meant to be in flight", p.Window)
	}
	v.Sentence = fmt.Sprintf("it has no more than %s connections to %s%s, and on %s of them the upstream owes an answer; %s used.\n",
		count(math.Round(u.Connections)), u.Address, meant, count(u.owed()+u.Arriving), ofCores(p.Cores, p.Allowed)) +
		fmt.Sprintf("Something in the client keeps them so few, such as %s. Raise it: what that gains rests on whether the upstream answers more at once as fast.", what)
	if p.Window == 0 {
		v.Uncertain = append(v.Uncertain, fmt.Sprintf("whether a pool, a semaphore or the window itself is %s: the number of requests that are meant to be in flight (--window) would tell", count(math.Round(u.Connections))))
	}
}
