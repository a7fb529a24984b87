package verdict

// Probes is the evidence of one cell, from the client's probes and the upstream's
// statistics: medians over its samples. Times are seconds a response, means.
type Probes struct {
	Window         int
	Responses      int     // of one collation
	Cores          int     // that the client may use: min(GOMAXPROCS, the machine's), or simulated
	Machine        int     // cores of the machine
	Simulated      bool    // Cores are simulated, and CPUs are the simulated cores that were held
	Shared         bool    // the upstream runs on the same machine
	Others         float64 // cores that other processes used meanwhile
	EffectiveCores float64 // what Cores do together, where one core by itself does 1; 0 if not measured
	Decoding       float64 // CPU seconds to decode a response while all Cores decode; 0 if not measured

	Throughput float64 // responses/s
	BodyBytes  float64 // of a response on the network; 0 if not known
	CPUs       float64 // cores used by the client
	Runnable   float64 // goroutines waiting for a core
	GCShare    float64 // of the client's busy CPU time
	Busy       float64 // share of the wall time in which at least one decode was in progress
	Overlap    float64 // decodes in progress during that time, mean

	Response        float64 // from admission to collated; the next six are within it
	StartWait       float64 // for a limit of the client's own
	ConnWait        float64 // for a connection
	Headers         float64 // from the connection to the headers: queue, service and the network both ways
	Read            float64 // of the body
	DecodeWait      float64
	Decode          float64
	Dials           float64 // connections made per response
	SchedLatencyP99 float64 // seconds by which a goroutine due every millisecond wakes late

	UpstreamKnown bool    // the upstream's statistics were read: the next three fields
	UpstreamCPUs  float64 // cores
	Queue         float64 // seconds a response in the upstream's queue
	Service       float64 // seconds a response

	// Limits that exist in this cell, even if another limit is lower.
	Limits []Limit
}

// A Limit is a part of the client or the upstream that can do at most Roof.
type Limit struct {
	Name  string // of the dimension that lifts it: "queue"
	Cause Cause
	Roof  float64 // responses/s
}

// A stage is one of the places where an admitted request can be.
type stage struct {
	what  string // "waited at the upstream"
	cause Cause
	time  float64 // seconds a response
}

// stages lists where a response's time goes. Decoding and the wait for it are one
// stage: a goroutine that waits for a core or a lock in the middle of a decode
// counts as decoding, so the two times can't be told apart.
func (p Probes) stages() []stage {
	return []stage{
		{"waited for a limit of the client's own", HiddenCap, p.StartWait},
		{"waited for a connection", ConnectionPool, p.ConnWait},
		{"waited in the upstream's queue", UpstreamQueueing, p.Queue},
		{"were being read", NetworkBound, p.Read},
		{"waited for the decoder or were in it", Serialised, p.DecodeWait + p.Decode},
		{"were being served", WindowTooSmall, p.served()},
		{"were decoded and waited for their turn", "", p.held()},
	}
}

// held is the time between decoded and collated: in request order a slow response
// holds back the responses behind it.
func (p Probes) held() float64 {
	return max(0, p.Response-p.StartWait-p.ConnWait-p.Headers-p.Read-p.DecodeWait-p.Decode)
}

// served is the time between connection and headers, less the upstream's queue.
// If goroutines wait for cores, part of it is a wait for a core that reads the
// headers; then the upstream's own service time is used, where it is known.
func (p Probes) served() float64 {
	there := max(0, p.Headers-p.Queue)
	if p.UpstreamKnown && p.Runnable >= aboutOne {
		return min(there, p.Service)
	}
	return there
}

// population is the mean number of requests in a stage, by Little's law.
func (p Probes) population(seconds float64) float64 { return p.Throughput * seconds }

// share is a stage's time as a share of a response's time.
func (p Probes) share(seconds float64) float64 { return seconds / max(p.Response, 1e-12) }

// available is how many cores the client could have used.
func (p Probes) available() float64 {
	if p.Simulated {
		return float64(p.Cores)
	}
	left := float64(p.Machine) - p.Others
	if p.Shared {
		left -= p.UpstreamCPUs
	}
	return max(.1, min(float64(p.Cores), left))
}

// saturation is the share of the available cores that the client used.
func (p Probes) saturation() float64 { return p.CPUs / p.available() }

// executing estimates how many decodes are on a core while any is in progress.
func (p Probes) executing() float64 { return min(p.Overlap, p.CPUs/max(p.Busy, .01)) }

// onCore is an upper bound of the time that one decode takes by itself.
func (p Probes) onCore() float64 {
	if p.Simulated {
		return p.CPUs / max(p.Throughput, 1e-12) // the time for which a simulated core was held is exact
	}
	return min(p.Decode, p.CPUs/max(p.Throughput, 1e-12))
}

// figures returns the evidence as people and programs read it.
func (p Probes) figures() []Figure {
	out := []Figure{
		{"throughput", p.Throughput, "responses/s", "responses collated"},
		{"window", float64(p.Window), "requests", "admitted and not collated, at most"},
		{"cores", float64(p.Cores), "cores", "that the client may use"},
		{"available", p.available(), "cores", "left over by the upstream and by other processes"},
		{"cpus", p.CPUs, "cores", "used by the client"},
		{"runnable", p.Runnable, "goroutines", "ready and waiting for a core"},
		{"gc-share", p.GCShare, "share", "of the busy CPU time, collecting garbage"},
		{"decode-busy", p.Busy, "share", "of the wall, some decode under way"},
		{"decode-overlap", p.Overlap, "decodes", "begun and not ended, over that time"},
		{"resp", p.Response, "s", "a response, from admission to collated"},
		{"start-wait", p.StartWait, "s/response", "for a limit of the client's own"},
		{"conn-wait", p.ConnWait, "s/response", "for a connection"},
		{"headers", p.Headers, "s/response", "from the connection to the headers"},
		{"read", p.Read, "s/response", "reading the body"},
		{"decode-wait", p.DecodeWait, "s/response", "from body whole to decoding entered"},
		{"decode", p.Decode, "s/response", "from decoding entered to ended"},
	}
	if p.UpstreamKnown {
		out = append(out,
			Figure{"upstream-cpus", p.UpstreamCPUs, "cores", "used by the upstream"},
			Figure{"queue", p.Queue, "s/response", "in the upstream's queue"},
			Figure{"service", p.Service, "s/response", "at the upstream"})
	}
	if p.EffectiveCores > 0 {
		out = append(out, Figure{"effective-cores", p.EffectiveCores, "cores", "what all cores decode together, one alone being 1"})
	}
	return out
}
