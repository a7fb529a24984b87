package verdict

import "fmt"

// UpstreamQueueing: requests wait at the upstream.
const UpstreamQueueing Cause = "upstream-queueing"

const (
	// queues, requests in the upstream's queue, mean: one that is there half of
	// the time is no accident.
	queues = .5
)

func sayQueue(c Client) string {
	return fmt.Sprintf("%.1f of %d requests wait in the upstream's queue, %s each for a service of %s; %.2f of %d cores used.",
		c.population(c.Queue), c.Window, seconds(c.Queue), seconds(c.Service), c.CPUs, c.Cores)
}
