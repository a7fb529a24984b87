package verdict

import (
	"math"
	"slices"
)

// Predict predicts the gain in throughput if the named limits are lifted and the
// window is multiplied: the lowest remaining roof over the observed throughput, at
// least 1. It is 0 if the roof is not known: requests that are at an upstream which does
// not tell its queue may be served, or wait for each other.
func (p Probes) Predict(window float64, lifted ...string) float64 {
	if window != 1 && p.queueOpen() {
		return 0
	}
	// Nothing is decoded before the first body arrives: that costs each op once.
	perOp := float64(p.Responses)/p.coreRoof() + p.served() + p.uncongestedRead()
	left := knee(float64(p.Responses)/perOp, p.windowRoof(window))
	for _, l := range p.Limits {
		if !slices.Contains(lifted, l.Name) {
			left = min(left, l.Roof)
		}
	}
	return max(1, left/max(p.Throughput, 1e-12))
}

// lifting predicts the gain of lifting all known limits of a cause.
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

// knee combines the roofs of window and cores, responses a second. It is lower than
// both: a window that just fills the cores leaves them idle now and then by chance.
func knee(a, b float64) float64 {
	return math.Pow(math.Pow(a, -sharpness)+math.Pow(b, -sharpness), -1/sharpness)
}

// coreRoof is the throughput of the cores if nothing else limits. It takes the
// upstream's share of the cores and their scaling into account.
func (p Probes) coreRoof() float64 {
	if p.Simulated {
		return p.Cores / max(p.CPUs/max(p.Throughput, 1e-12), 1e-12)
	}
	cost := max(p.crowdedCost(), 1e-12)
	own := attained * p.Cores / cost
	if p.Shared { // the upstream's work grows with the client's
		cost += max(0, p.UpstreamCPUs.Or(0)-idling) / max(p.Throughput, 1e-12)
	}
	return min(own, attained*max(.1, p.Allowed-p.Others.Or(0))/cost)
}

// crowdedCost is the CPU time that a response will cost when every core is busy.
// The cost of a mostly idle client does not predict it: its caches go cold during
// the waits, and its fixed cost is spread over few responses.
func (p Probes) crowdedCost() float64 {
	cost := max(0, p.CPUs-idling) / max(p.Throughput, 1e-12)
	if p.Decoding > 0 && !p.full() {
		return p.Decoding + idleWork*max(0, cost-p.onCore())
	}
	if p.EffectiveCores == 0 || p.full() {
		return cost
	}
	slower := p.Cores / p.EffectiveCores
	crowd := 0.0 // share of the slowdown that the cost already contains
	if p.Allowed > 1 {
		crowd = min(1, max(0, p.CPUs+p.UpstreamCPUs.Or(0)-1)/(p.Allowed-1))
	}
	return cost * slower / (1 + crowd*(slower-1))
}

// windowRoof is the throughput of a window in which no request waits for another.
func (p Probes) windowRoof(times float64) float64 {
	unhindered := p.served() + p.uncongestedRead() + p.onCore()
	if p.waiting() < elsewhere {
		// No request waits now. So take what this window was seen to do; that includes
		// the two ends of an op, where the window is not full.
		unhindered = float64(p.Window) / max(p.Throughput, 1e-12)
	}
	return times * float64(p.Window) / max(unhindered, 1e-9)
}

// waiting is the share of a response's time in which it waits for other responses; NaN if
// that can't be told.
func (p Probes) waiting() float64 {
	crowded := max(0, p.Decode-p.onCore())    // for a core or a lock, within decoding
	congested := p.Read - p.uncongestedRead() // for the link, within reading
	if p.queueOpen() {
		return math.NaN()
	}
	queue := p.Queue.Or(0)
	late := max(0, p.Headers-queue-p.served()) // for a core, before the headers are seen
	return p.share(p.StartWait + p.ConnWait + queue + p.DecodeWait + crowded + congested + late + p.held())
}

// uncongestedRead is the time to read a body on a free link: the measured time, or 0
// if the window gathers in reading, since the time is then a wait for the link.
func (p Probes) uncongestedRead() float64 {
	if p.share(p.Read) >= gathers {
		return 0
	}
	return p.Read
}
