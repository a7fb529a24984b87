package verdict

import "fmt"

// UpstreamQueueing means that requests wait at the upstream.
const UpstreamQueueing Cause = "upstream-queueing"

var upstreamQueueingClient = clientRule{
	cause: UpstreamQueueing,
	holds: gathering(UpstreamQueueing),
	says:  sayQueue,
	not:   notGathering(UpstreamQueueing),
	rests: []string{"queue", "service", "cpus", "queued"},
	mend:  "an upstream without the queue",
	gain:  lifting(UpstreamQueueing),
	// In an upstream that is not ours the queue can't be lifted: it is shown by
	// half the window doing as much.
	interventions: []Intervention{
		{Name: "lifting the upstream's queue", Cause: UpstreamQueueing, Recipe: Recipe{Edit: Edit{Set: "queue=none"}, Needs: OurUpstream, Lifts: []string{"queue"}}},
		{Name: "halving the window", Cause: UpstreamQueueing, Flat: true, Recipe: Recipe{Edit: Edit{WindowTimes: .5}, Needs: AnotherUpstream}},
	},
	blamed: func(Client) string { return "a queue at the upstream" },
}

var upstreamQueueingExternal = externalRule{
	cause: UpstreamQueueing,
	holds: func(e External) bool { return e.Queued >= queues && e.CPUs/e.available() < filled },
	says: func(e External) string {
		return fmt.Sprintf("%.1f requests waited in the upstream's queue on average; %s.", e.Queued, e.seen())
	},
}

// queues, requests in the upstream's queue, mean: one that is there half of
// the time is no accident.
const queues = .5

func sayQueue(c Client) string {
	return fmt.Sprintf("%.1f of %d requests wait in the upstream's queue, %s each for a service of %s; %.2f of %d cores used.",
		c.population(c.Queue), c.Window, goTime(c.Queue), goTime(c.Service), c.CPUs, c.Cores)
}
