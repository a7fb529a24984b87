package verdict

import "fmt"

// UpstreamQueueing means that requests wait at the upstream.
const UpstreamQueueing Cause = "upstream-queueing"

var upstreamQueueingProbes = probesRule{
	cause:    UpstreamQueueing,
	holds:    gathering(UpstreamQueueing),
	sentence: sayQueue,
	ruledOut: notGathering(UpstreamQueueing),
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
	holds: func(e External) bool { return e.Queued >= queues && e.CPUs/e.available() < filled },
	sentence: func(e External) string {
		return fmt.Sprintf("%.1f requests waited in the upstream's queue on average; %s.", e.Queued, e.summary())
	},
}

// queues, requests in the upstream's queue, mean: one request that is there half of
// the time is not there by chance.
const queues = .5

func sayQueue(p Probes) string {
	return fmt.Sprintf("%.1f of %d requests wait in the upstream's queue, %s each for a service of %s; %.2f of %d cores used.",
		p.population(p.Queue), p.Window, goTime(p.Queue), goTime(p.Service), p.CPUs, p.Cores)
}
