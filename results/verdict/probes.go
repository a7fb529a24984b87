package verdict

// Probes is the evidence of one cell, from the client's probes and the upstream's
// statistics: medians over its samples. Times are seconds a response, means.
type Probes struct {
	Window         int
	Responses      int     // of one collation
	Cores          float64 // that the client may use: GOMAXPROCS, or Allowed if that is less; or simulated
	Allowed        float64 // cores' worth of CPU time that the client may use together with the upstream, if Shared: affinity and quota
	Simulated      bool    // Cores are simulated, and CPUs are the simulated cores that were held
	Shared         bool    // the upstream draws on Allowed too
	Direct         bool    // nothing lies between the client and the upstream: no proxy, no network
	Others         Number  // of Allowed, what other processes took meanwhile
	EffectiveCores float64 // what Cores do together, where one core by itself does 1; 0 if not measured
	Decoding       float64 // CPU seconds to decode a response while all Cores decode; 0 if not measured

	// EffectiveCoresLow and EffectiveCoresHigh are the 95% interval of EffectiveCores; 0 if
	// not known.
	EffectiveCoresLow, EffectiveCoresHigh float64

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

	// What the upstream says of itself. One that is not ours may be silent.
	UpstreamCPUs Number // cores
	Queue        Number // seconds a response in the upstream's queue
	Service      Number // seconds a response

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
	out := []stage{
		{"waited for a limit of the client's own", HiddenCap, p.StartWait},
		{"waited for a connection", ConnectionPool, p.ConnWait},
		p.reading(),
		{"waited for the decoder or were in it", Serialised, p.DecodeWait + p.Decode},
		{"were decoded and waited for their turn", "", p.held()},
	}
	if !p.Queue.Known() {
		return append(out, stage{"were at the upstream, queued or served", "", p.Headers})
	}
	served := stage{"were being served", WindowTooSmall, p.served()}
	if between := p.between(); p.onTheWay() {
		served.time -= between
	} else if p.share(between) >= elsewhere {
		served.time -= between
		out = append(out, stage{"were between the client and the upstream, on their way or in a queue", "", between})
	}
	return append(out, stage{"waited in the upstream's queue", UpstreamQueueing, p.Queue.Value()}, served)
}

// reading is the stage of the link: the bodies that are being read, and what is on its way to them.
func (p Probes) reading() stage {
	if p.onTheWay() {
		return stage{"were on their way, headers or bodies", NetworkBound, p.Read + p.between()}
	}
	return stage{"were being read", NetworkBound, p.Read}
}

// slowBodies, share of the window whose bodies are being read: from here on what is late before
// them is so by the link as well. A full link holds back headers and bodies alike; behind a queue,
// as that of a load balancer, a body comes at once.
const slowBodies = .25

// onTheWay says that a link is what lies between the client and the upstream.
func (p Probes) onTheWay() bool {
	return p.share(p.between()) >= elsewhere && p.share(p.Read) >= slowBodies
}

// queueOpen says that requests may queue where nobody tells: at an upstream that is silent,
// or at what lies before it, such as a load balancer. If hardly any are there, a queue
// holds nothing back.
func (p Probes) queueOpen() bool {
	if !p.Queue.Known() {
		return p.share(p.Headers) >= elsewhere
	}
	return p.share(p.between()) >= elsewhere && !p.onTheWay()
}

// between is the time between connection and headers that the upstream does not account
// for. It is on the way, which a larger window hides, or in a queue, which it does not.
func (p Probes) between() float64 {
	if p.Direct || p.coresAwaited() || !p.Queue.Known() || !p.Service.Known() {
		return 0
	}
	return max(0, p.Headers-p.Queue.Value()-p.Service.Value())
}

// held is the time between decoded and collated: in request order a slow response
// holds back the responses behind it.
func (p Probes) held() float64 {
	return max(0, p.Response-p.StartWait-p.ConnWait-p.Headers-p.Read-p.DecodeWait-p.Decode)
}

// served is the time between connection and headers, less the upstream's queue.
// If goroutines wait for cores, part of it is a wait for a core that reads the
// headers; then the upstream's own service time is used, where it is known.
// If the upstream does not tell its queue, this is the time of both.
func (p Probes) served() float64 {
	there := max(0, p.Headers-p.Queue.Or(0))
	if p.Service.Known() && p.coresAwaited() {
		return min(there, p.Service.Value())
	}
	return there
}

// coresAwaited says that goroutines wait for a core. Among many cores a few goroutines are
// always just woken.
func (p Probes) coresAwaited() bool { return p.Runnable >= max(aboutOne, p.Cores/16) }

// population is the mean number of requests in a stage, by Little's law.
func (p Probes) population(seconds float64) float64 { return p.Throughput * seconds }

// share is a stage's time as a share of a response's time.
func (p Probes) share(seconds float64) float64 { return seconds / max(p.Response, 1e-12) }

// available is how many cores the client could have used. What it used was available:
// the times of the others are of the whole process, and the client's of its timed part.
func (p Probes) available() float64 {
	if p.Simulated {
		return p.Cores
	}
	left := p.Allowed - p.Others.Or(0)
	if p.Shared {
		left -= p.UpstreamCPUs.Or(0)
	}
	return max(.1, min(p.Cores, max(left, p.CPUs)))
}

// used is how many cores the client used: at most the available ones, which the ticks of
// two clocks can exceed by a hundredth.
func (p Probes) used() float64 { return min(p.CPUs, p.available()) }

// saturation is the share of the available cores that the client used.
func (p Probes) saturation() float64 { return p.used() / p.available() }

// idle says that the client left a quarter of its cores idle. The share, and not a number
// of cores: half a core is much of two, and nothing of 64.
func (p Probes) idle() bool { return p.CPUs <= unsaturated*p.Cores }

// executing estimates how many decodes are on a core while any is in progress. The
// collector runs beside them, on other cores where there are some.
func (p Probes) executing() float64 {
	working := p.CPUs
	if !p.Simulated {
		working *= 1 - p.GCShare
	}
	return min(p.Overlap, working/max(p.Busy, .01))
}

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
		{"cores", p.Cores, "cores", "that the client may use"},
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
	for _, f := range []struct {
		name      string
		n         Number
		unit, doc string
	}{
		{"others", p.Others, "cores", "of the client's and the upstream's, used by other processes"},
		{"upstream-cpus", p.UpstreamCPUs, "cores", "used by the upstream"},
		{"queue", p.Queue, "s/response", "in the upstream's queue"},
		{"service", p.Service, "s/response", "at the upstream"},
	} {
		if f.n.Known() {
			out = append(out, Figure{f.name, f.n.Value(), f.unit, f.doc})
		}
	}
	if p.EffectiveCores > 0 {
		out = append(out, Figure{"effective-cores", p.EffectiveCores, "cores", "what all cores decode together, one alone being 1"})
	}
	return out
}
