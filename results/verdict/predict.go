package verdict

import (
	"math"
	"slices"
)

// Predict returns the gain in throughput to be had with the named limits
// lifted and the window multiplied: the lowest roof that is left, over what
// was observed.
func (c Client) Predict(window float64, lifted ...string) float64 {
	// Until the first body is there nothing is decoded: an op has that once.
	perOp := float64(c.Responses)/c.coreRoof() + c.served() + c.uncongestedRead()
	left := knee(float64(c.Responses)/perOp, c.windowRoof(window))
	for _, l := range c.Limits {
		if !slices.Contains(lifted, l.Name) {
			left = min(left, l.Roof)
		}
	}
	return max(1, left/max(c.Throughput, 1e-12))
}

// lifting is the gain to be had by lifting what is known to limit by a cause.
func lifting(cause Cause) func(Client) float64 {
	return func(c Client) float64 {
		var lifted []string
		for _, l := range c.Limits {
			if l.Cause == cause {
				lifted = append(lifted, l.Name)
			}
		}
		return c.Predict(1, lifted...)
	}
}

// knee is what is left of the roofs of window and cores, responses a second: a
// window that just fills the cores leaves them idle by chance now and then.
func knee(a, b float64) float64 {
	return math.Pow(math.Pow(a, -sharpness)+math.Pow(b, -sharpness), -1/sharpness)
}

// coreRoof is what the cores can do once nothing else limits, the upstream's
// share of them and their scaling considered.
func (c Client) coreRoof() float64 {
	if c.Simulated {
		return float64(c.Cores) / max(c.CPUs/max(c.Throughput, 1e-12), 1e-12)
	}
	cost := c.crowdedCost()
	if c.Shared && c.Cores >= c.Machine { // else the upstream has cores of its own
		cost += max(0, c.UpstreamCPUs-idling) / max(c.Throughput, 1e-12)
	}
	return attained * float64(c.Cores) / max(cost, 1e-12)
}

// crowdedCost is the CPU time that a response will cost once every core is
// busy. An idle client's is no guide: between two waits its caches go cold, and
// what it spends on being there is spread over few responses.
func (c Client) crowdedCost() float64 {
	cost := max(0, c.CPUs-idling) / max(c.Throughput, 1e-12)
	if c.Decoding > 0 && !c.full() {
		return c.Decoding + idleWork*max(0, cost-c.onCore())
	}
	if c.EffectiveCores == 0 || c.full() {
		return cost
	}
	slower := float64(c.Cores) / c.EffectiveCores
	crowd := 0.0 // how much of that is in the cost already
	if c.Machine > 1 {
		crowd = min(1, max(0, c.CPUs+c.UpstreamCPUs-1)/float64(c.Machine-1))
	}
	return cost * slower / (1 + crowd*(slower-1))
}

// windowRoof is what a window can do in which nobody waits.
func (c Client) windowRoof(times float64) float64 {
	unhindered := c.served() + c.uncongestedRead() + c.onCore()
	if c.waiting() < elsewhere {
		// Nobody waits now: then the window is what it is seen to be worth, the
		// ends of an op, in which it is not full, included.
		unhindered = float64(c.Window) / max(c.Throughput, 1e-12)
	}
	return times * float64(c.Window) / max(unhindered, 1e-9)
}

// waiting is the share of a response's time in which it waits for others.
func (c Client) waiting() float64 {
	crowded := max(0, c.Decode-c.onCore())       // for a core or a lock, within decoding
	congested := c.Read - c.uncongestedRead()    // for the link, within reading
	late := max(0, c.Headers-c.Queue-c.served()) // for a core, before the headers are seen
	return c.share(c.StartWait + c.ConnWait + c.Queue + c.DecodeWait + crowded + congested + late + c.held())
}

// uncongestedRead takes the reading of a body as long as it took, unless the
// window gathers there.
func (c Client) uncongestedRead() float64 {
	if c.share(c.Read) >= gathers {
		return 0
	}
	return c.Read
}
