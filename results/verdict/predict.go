package verdict

import (
	"math"
	"slices"
)

// Predict returns the gain in throughput to be had with the named limits
// lifted and the window multiplied: the lowest roof that is left, over what
// was observed.
func (p Probes) Predict(window float64, lifted ...string) float64 {
	// Until the first body is there nothing is decoded: an op has that once.
	perOp := float64(p.Responses)/p.coreRoof() + p.served() + p.uncongestedRead()
	left := knee(float64(p.Responses)/perOp, p.windowRoof(window))
	for _, l := range p.Limits {
		if !slices.Contains(lifted, l.Name) {
			left = min(left, l.Roof)
		}
	}
	return max(1, left/max(p.Throughput, 1e-12))
}

// lifting is the gain to be had by lifting what is known to limit by a cause.
func lifting(cause Cause) func(Probes) float64 {
	return func(p Probes) float64 {
		var lifted []string
		for _, l := range p.Limits {
			if l.Cause == cause {
				lifted = append(lifted, l.Name)
			}
		}
		return p.Predict(1, lifted...)
	}
}

// knee is what is left of the roofs of window and cores, responses a second: a
// window that just fills the cores leaves them idle by chance now and then.
func knee(a, b float64) float64 {
	return math.Pow(math.Pow(a, -sharpness)+math.Pow(b, -sharpness), -1/sharpness)
}

// coreRoof is what the cores can do once nothing else limits, the upstream's
// share of them and their scaling considered.
func (p Probes) coreRoof() float64 {
	if p.Simulated {
		return float64(p.Cores) / max(p.CPUs/max(p.Throughput, 1e-12), 1e-12)
	}
	cost := p.crowdedCost()
	if p.Shared && p.Cores >= p.Machine { // else the upstream has cores of its own
		cost += max(0, p.UpstreamCPUs-idling) / max(p.Throughput, 1e-12)
	}
	return attained * float64(p.Cores) / max(cost, 1e-12)
}

// crowdedCost is the CPU time that a response will cost once every core is
// busy. An idle client's is no guide: between two waits its caches go cold, and
// what it spends on being there is spread over few responses.
func (p Probes) crowdedCost() float64 {
	cost := max(0, p.CPUs-idling) / max(p.Throughput, 1e-12)
	if p.Decoding > 0 && !p.full() {
		return p.Decoding + idleWork*max(0, cost-p.onCore())
	}
	if p.EffectiveCores == 0 || p.full() {
		return cost
	}
	slower := float64(p.Cores) / p.EffectiveCores
	crowd := 0.0 // how much of that is in the cost already
	if p.Machine > 1 {
		crowd = min(1, max(0, p.CPUs+p.UpstreamCPUs-1)/float64(p.Machine-1))
	}
	return cost * slower / (1 + crowd*(slower-1))
}

// windowRoof is what a window can do in which nobody waits.
func (p Probes) windowRoof(times float64) float64 {
	unhindered := p.served() + p.uncongestedRead() + p.onCore()
	if p.waiting() < elsewhere {
		// Nobody waits now: then the window is what it is seen to be worth, the
		// ends of an op, in which it is not full, included.
		unhindered = float64(p.Window) / max(p.Throughput, 1e-12)
	}
	return times * float64(p.Window) / max(unhindered, 1e-9)
}

// waiting is the share of a response's time in which it waits for others.
func (p Probes) waiting() float64 {
	crowded := max(0, p.Decode-p.onCore())       // for a core or a lock, within decoding
	congested := p.Read - p.uncongestedRead()    // for the link, within reading
	late := max(0, p.Headers-p.Queue-p.served()) // for a core, before the headers are seen
	return p.share(p.StartWait + p.ConnWait + p.Queue + p.DecodeWait + crowded + congested + late + p.held())
}

// uncongestedRead takes the reading of a body as long as it took, unless the
// window gathers there.
func (p Probes) uncongestedRead() float64 {
	if p.share(p.Read) >= gathers {
		return 0
	}
	return p.Read
}
