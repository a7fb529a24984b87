package verdict

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
	if c.UpstreamKnown && c.Runnable >= aboutOne {
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

// figures are the evidence as people and programs read it.
func (c Client) figures() []Figure {
	out := []Figure{
		{"throughput", c.Throughput, "responses/s", "responses collated"},
		{"window", float64(c.Window), "requests", "admitted and not collated, at most"},
		{"cores", float64(c.Cores), "cores", "that the client may use"},
		{"available", c.available(), "cores", "left over by the upstream and by other processes"},
		{"cpus", c.CPUs, "cores", "used by the client"},
		{"runnable", c.Runnable, "goroutines", "ready and waiting for a core"},
		{"gc-share", c.GCShare, "share", "of the busy CPU time, collecting garbage"},
		{"decode-busy", c.Busy, "share", "of the wall, some decode under way"},
		{"decode-overlap", c.Overlap, "decodes", "begun and not ended, over that time"},
		{"resp", c.Response, "s", "a response, from admission to collated"},
		{"start-wait", c.StartWait, "s/response", "for a limit of the client's own"},
		{"conn-wait", c.ConnWait, "s/response", "for a connection"},
		{"headers", c.Headers, "s/response", "from the connection to the headers"},
		{"read", c.Read, "s/response", "reading the body"},
		{"decode-wait", c.DecodeWait, "s/response", "from body whole to decoding entered"},
		{"decode", c.Decode, "s/response", "from decoding entered to ended"},
	}
	if c.UpstreamKnown {
		out = append(out,
			Figure{"upstream-cpus", c.UpstreamCPUs, "cores", "used by the upstream"},
			Figure{"queue", c.Queue, "s/response", "in the upstream's queue"},
			Figure{"service", c.Service, "s/response", "at the upstream"})
	}
	if c.EffectiveCores > 0 {
		out = append(out, Figure{"effective-cores", c.EffectiveCores, "cores", "what all cores decode together, one alone being 1"})
	}
	return out
}
