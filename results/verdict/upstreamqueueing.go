package verdict

import "fmt"

// UpstreamQueueing means that requests wait at the upstream.
const UpstreamQueueing Cause = "upstream-queueing"

var upstreamQueueingProbes = probesRule{
	cause:    UpstreamQueueing,
	holds:    gathering(UpstreamQueueing),
	sentence: sayQueue,
	ruledOut: notQueueing,
	rests:    []string{"queue", "service", "cpus", "queued"},
	remedy:   "an upstream without the queue",
	gain:     lifting(UpstreamQueueing),
	// The queue of an upstream that is not ours can't be lifted. Half the window then
	// shows it by doing as much.
	interventions: []Intervention{
		{Name: "lifting the upstream's queue", Cause: UpstreamQueueing, Recipe: Recipe{Edit: Edit{Set: "queue=none"}, Needs: OurUpstream, Lifts: []string{"queue"}}},
		{Name: "halving the window", Cause: UpstreamQueueing, Flat: true, Recipe: Recipe{Edit: Edit{WindowTimes: .5}, Needs: AnotherUpstream}},
	},
	suspectedAs: func(Probes) string { return "a queue at the upstream" },
}

var upstreamQueueingExternal = externalRule{
	cause: UpstreamQueueing,
	holds: func(e External) bool {
		return e.Queued.Value() >= queues && e.queued() >= manyQueued && !e.filled()
	},
	sentence: func(e External) string {
		return fmt.Sprintf("%.1f requests waited in the upstream's queue on average; %s.", e.Queued.Value(), e.summary())
	},
}

const (
	// queues, requests in the upstream's queue, mean: one request that is there half of
	// the time is not there by chance.
	queues = .5

	// manyQueued, share of the window in the upstream's queue, seen from outside: from here
	// on it is the limit. fewQueued, the same: up to it, they are the bursts with which each
	// op of a client begins, whatever its limit. Between the two nothing is said.
	manyQueued = .25
	fewQueued  = .1
)

// notQueueing bounds the queue of an upstream that does not tell it by the requests that
// are there at all.
func notQueueing(p Probes) string {
	switch {
	case p.queueOpen():
		return ""
	case !p.Queue.Known(): // and hardly any requests are there
		return fmt.Sprintf("%.2f of %d requests were at the upstream", p.population(p.Headers), p.Window)
	}
	return notGathering(UpstreamQueueing)(p)
}

func sayQueue(p Probes) string {
	service := ""
	if p.Service.Known() {
		service = " for a service of " + goTime(p.Service.Value())
	}
	queue := p.Queue.Value()
	return fmt.Sprintf("%.1f of %d requests wait in the upstream's queue, %s each%s; %s used.",
		p.population(queue), p.Window, goTime(queue), service, ofCores(p.CPUs, p.Cores))
}
