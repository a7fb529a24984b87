package verdict

import (
	"math"
	"slices"
)

// Client is what the probes of a client and its upstream's statistics show of
// one cell: medians over its samples. Times are seconds a response, means.
type Client struct {
	Window         int
	Responses      int     // of one collation
	Cores          int     // that it may use: min(GOMAXPROCS, the machine's), or simulated
	Machine        int     // cores of the machine
	Simulated      bool    // Cores are simulated; CPUs are those held
	Shared         bool    // the upstream runs on the same machine
	Others         float64 // cores that other processes used meanwhile
	EffectiveCores float64 // what Cores do together, one alone doing 1; 0 where not measured
	Decoding       float64 // CPU seconds that a response's decoding costs while all Cores decode; 0 where not measured

	Throughput float64 // responses/s
	BodyBytes  float64 // of a response, as it travels; 0 where not known
	CPUs       float64 // cores used by the client
	Runnable   float64 // goroutines waiting for a core
	GCShare    float64 // of the client's busy CPU time
	Busy       float64 // share of the wall in which some decode was under way
	Overlap    float64 // decodes begun and not ended, over that time

	Response        float64 // from admission to collated; the next six are within it
	StartWait       float64 // for a limit of the client's own
	ConnWait        float64 // for a connection
	Headers         float64 // from then to the headers: queue, service and the way there and back
	Read            float64 // of the body
	DecodeWait      float64
	Decode          float64
	Dials           float64 // connections made per response
	SchedLatencyP99 float64 // seconds by which a goroutine due every millisecond wakes late

	UpstreamKnown bool // its statistics were read: the next three
	UpstreamCPUs  float64
	Queue         float64 // seconds a response in its queue
	Service       float64 // seconds a response

	// Limits that are known to be there, whether or not they bind.
	Limits []Limit
}

// A Limit is a part that can do no more than Roof responses a second.
type Limit struct {
	Name  string // of what lifts it, as a cell spells it: "queue=none"
	Cause Cause
	Roof  float64 // responses/s
}

// A stage is a place in which an admitted request is.
type stage struct {
	what  string // "waited at the upstream"
	cause Cause
	time  float64 // seconds a response
}

// stages lists where a response's time goes. Decoding is one stage with the
// wait for it: who waits for a core in the middle of a decode, or for a lock,
// is decoding, and who waits for the decoder is not.
func (c Client) stages() []stage {
	return []stage{
		{"waited for a limit of the client's own", HiddenCap, c.StartWait},
		{"waited for a connection", ConnectionPool, c.ConnWait},
		{"waited in the upstream's queue", UpstreamQueueing, c.Queue},
		{"were being read", NetworkBound, c.Read},
		{"waited for the decoder or were in it", Serialised, c.DecodeWait + c.Decode},
		{"were being served", WindowTooSmall, c.served()},
		{"were decoded and waited for their turn", "", c.held()},
	}
}

// held is the time between decoded and collated: in request order a slow
// response holds back those behind it.
func (c Client) held() float64 {
	return max(0, c.Response-c.StartWait-c.ConnWait-c.Headers-c.Read-c.DecodeWait-c.Decode)
}

// served is the time between connection and headers but for the upstream's
// queue. Where goroutines wait for cores, some of it is a wait for a core to
// read the headers on: then it is what the upstream says, if it does.
func (c Client) served() float64 {
	there := max(0, c.Headers-c.Queue)
	if c.UpstreamKnown && c.Runnable >= alone {
		return min(there, c.Service)
	}
	return there
}

// population is the mean number of requests in a stage, by Little's law.
func (c Client) population(seconds float64) float64 { return c.Throughput * seconds }

// share is the part of a response's time that a stage takes.
func (c Client) share(seconds float64) float64 { return seconds / max(c.Response, 1e-12) }

// available is the cores that were there for the client.
func (c Client) available() float64 {
	if c.Simulated {
		return float64(c.Cores)
	}
	left := float64(c.Machine) - c.Others
	if c.Shared {
		left -= c.UpstreamCPUs
	}
	return max(.1, min(float64(c.Cores), left))
}

// saturation is the share of the available cores that the client used.
func (c Client) saturation() float64 { return c.CPUs / c.available() }

// executing estimates the decodes that are on a core while any is.
func (c Client) executing() float64 { return min(c.Overlap, c.CPUs/max(c.Busy, .01)) }

// onCore is the time that one decode takes by itself, at most.
func (c Client) onCore() float64 {
	if c.Simulated {
		return c.CPUs / max(c.Throughput, 1e-12) // a token's time is exact
	}
	return min(c.Decode, c.CPUs/max(c.Throughput, 1e-12))
}

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
	alone := c.served() + c.uncongestedRead() + c.onCore()
	if c.waiting() < elsewhere {
		// Nobody waits now: then the window is what it is seen to be worth, the
		// ends of an op, in which it is not full, included.
		alone = float64(c.Window) / max(c.Throughput, 1e-12)
	}
	return times * float64(c.Window) / max(alone, 1e-9)
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

// PredictGOGC returns the gain to be had by a GOGC eight times as high.
func (c Client) PredictGOGC() float64 {
	return 1 / (1 - min(.95, c.GCShare*(1+besideGC))*(1-rarer))
}
