package evidence

import (
	"collatebench/bench"
	"collatebench/results"
	"collatebench/results/stats"
	"collatebench/results/verdict"
)

// Probes gathers the evidence of a cell of Go's client: medians over the complete rounds. A
// number whose unit the lines do not have is unknown.
func Probes(v stats.Values, c bench.Cell, info results.Info) verdict.Probes {
	number := func(name string, scale float64) verdict.Number {
		values := v.Series(c, name)
		if len(values) == 0 {
			return verdict.Number{}
		}
		return verdict.Known(stats.NewEstimate(values).Median * scale)
	}
	median := func(name string) float64 { return number(name, 1).Or(0) } // of units that every line of this client has
	medianSeconds := func(name string) float64 { return median(name) / 1e9 }
	e := verdict.Probes{
		Window: c.Window, Responses: c.Responses,
		Cores: float64(c.Cores()), Allowed: info.Machine.Allowed().CPUs(), Simulated: c.Simulated(), Shared: info.SharesMachine(), Direct: info.SharesMachine(),
		Others:     others(v, c),
		Throughput: median(results.Throughput) * 1e6 / float64(c.Size),
		CPUs:       median(results.CPUs), Runnable: median("runnable"), GCShare: median("gc-share"),
		Busy: median("decode-busy"), Overlap: median("decode-overlap"),
		Response: medianSeconds("resp-ns"), StartWait: medianSeconds("start-wait-ns/resp"), ConnWait: medianSeconds("conn-wait-ns/resp"),
		Headers: medianSeconds("headers-ns/resp"), Read: medianSeconds("read-ns/resp"),
		DecodeWait: medianSeconds("decode-wait-ns/resp"), Decode: medianSeconds("decode-ns/resp"),
		Dials: median("dials/resp"), SchedLatencyP99: medianSeconds("sched-latency-p99-ns"),
		UpstreamCPUs: number("upstream-cpus", 1), Queue: number("queue-ns/resp", 1e-9), Service: number("service-ns/resp", 1e-9),
	}
	if !e.UpstreamCPUs.Known() && e.Shared {
		e.UpstreamCPUs = upstreamCPUs(v, c)
	}
	if !e.Simulated && e.Allowed > 0 {
		e.Cores = min(e.Cores, e.Allowed)
	}
	if !e.Simulated {
		scale(&e, c, info)
	}
	if c.Encoding == bench.DefaultCell().Encoding && c.From == bench.Network {
		e.BodyBytes = float64(c.Size)
	}
	e.Limits = limits(c, e)
	return e
}

// scale takes over how the cores scale for what the cell decodes, and what that costs. The
// reading is of threads; under a quota they are a fraction of as many cores.
func scale(e *verdict.Probes, c bench.Cell, info results.Info) {
	r, same := info.Scalings.Of(c, min(c.Procs, info.Machine.Allowed().Threads()))
	part := e.Cores / float64(max(r.Procs, 1))
	e.EffectiveCores, e.EffectiveCoresLow, e.EffectiveCoresHigh = part*r.EffectiveCores, part*r.Low, part*r.High
	if same && c.Decode == bench.Decoded && !c.Placement.Streams() && r.Size > 0 {
		e.Decoding = r.CostTogether * float64(c.Size) / float64(r.Size)
	}
}

// others is the number of cores that other processes took of the allowance while a cell
// was sampled, mean over its samples.
func others(v stats.Values, c bench.Cell) verdict.Number {
	if n, known := v.Others(c); known {
		return verdict.Known(n)
	}
	return verdict.Number{}
}

// upstreamCPUs is what the upstream used over the whole of the samples. It stands in for
// what an upstream on this machine does not say itself.
func upstreamCPUs(v stats.Values, c bench.Cell) verdict.Number {
	cpu, wall := 0.0, 0.0
	for _, s := range v.Samples(c) {
		cpu, wall = cpu+s.UpstreamCPU, wall+s.Seconds
	}
	return verdict.Known(cpu / wall) // NaN of no samples
}

// limits returns the limits that a cell's dimensions set, even if another limit is lower.
// Each is named by the dimension that lifts it.
func limits(c bench.Cell, e verdict.Probes) []verdict.Limit {
	var out []verdict.Limit
	add := func(name string, cause verdict.Cause, places int, seconds float64) {
		if places > 0 && seconds > 0 {
			out = append(out, verdict.Limit{Name: name, Cause: cause, Roof: float64(places) / seconds})
		}
	}
	serial := e.Busy / e.Throughput // seconds of wall time a response
	sent := max(0, e.Headers-e.Queue.Or(0)) + e.Read
	switch p := c.Placement; {
	case p.SerialRead():
		add("placement", verdict.Serialised, 1, serial+e.Read)
	case p.Serial():
		add("placement", verdict.Serialised, 1, serial)
	case p.Limited():
		cause := verdict.HiddenCap
		if c.Workers == 1 {
			cause = verdict.Serialised
		}
		add("workers", cause, c.Workers, e.Decode)
	}
	add("fetches", verdict.HiddenCap, c.Fetches, sent)
	add("conns", verdict.ConnectionPool, c.Conns, sent)
	add("queue", verdict.UpstreamQueueing, c.Upstream.Queue, e.Service.Or(0))
	if c.Upstream.Bandwidth > 0 {
		add("bandwidth", verdict.NetworkBound, int(c.Upstream.Bandwidth), e.BodyBytes)
	}
	return out
}
