package verdict

import (
	"fmt"
	"math"
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
	cause: ConnectionPool,
	holds: Trace.pooled,
	say:   Trace.sayPool,
}

const (
	// redialled, connections made per response: from here on the client does not
	// keep its connections.
	redialled = .2

	// poolShare, share of the interval in which at least one goroutine waits for a
	// connection: the dials at the start stay below it.
	poolShare = .5

	// poolOfFlight, goroutines that wait for a connection over those that wait for
	// an answer: below it more connections would add little.
	poolOfFlight = .25

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

func (t Trace) dialling() (bool, string) {
	return t.DialShare >= dialHigh, fmt.Sprintf("%.0f%% of the CPU samples are dials and TLS handshakes", 100*t.DialShare)
}

func (t Trace) sayDial(v *Verdict) {
	_, because := t.dialling()
	v.Sentence = because + fmt.Sprintf("; %.1f goroutines wait for a connection, and ", t.Pool.Waiting) + t.cores() + ".\n" +
		v.predict(1/(1-math.Min(t.DialShare, .9)), "Keep connections open between requests (MaxIdleConnsPerHost as wide as the window, bodies read to their end, one client for all)", "connections could all be kept")
}

func (t Trace) pooled() (bool, string) {
	because := fmt.Sprintf("%.1f goroutines wait for a connection, and %.1f for an answer", t.Pool.Waiting, t.Answer.Waiting)
	return t.coresIdle() && t.Pool.Waiting >= someWaiting && t.Pool.Share >= poolShare &&
		t.Pool.Waiting >= poolOfFlight*t.Answer.Waiting && t.Pool.Waiting > t.Contention.Waiting, because
}

func (t Trace) sayPool(v *Verdict) {
	p := t.Pool
	v.Sentence = fmt.Sprintf("%.0f goroutines wait for a connection and %.1f for an answer; %.2f of %d cores used.\n",
		p.Waiting, t.Answer.Waiting, t.Executing, t.Procs) +
		fmt.Sprintf("They wait in %s, called at %s (%s), %s each time.\n", p.Via, p.At, trimPath(p.In), siTime(p.Seconds)) +
		v.predict(t.admitted(p.Waiting, t.Answer.Waiting), "Raise the limit of connections (MaxConnsPerHost, MaxIdleConnsPerHost) or of streams", moreAtOnce)
}
