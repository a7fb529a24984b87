package evidence

import (
	"collatebench/bench"
	"collatebench/results"
	"collatebench/results/stats"
	"collatebench/results/verdict"
)

// Probes gathers the evidence of a cell of Go's client: medians over the complete rounds; a
// field whose unit the lines do not have is 0.
func Probes(v stats.Values, c bench.Cell, info results.Info) verdict.Probes {
	median := func(name string) float64 {
		values := v.Series(c, name)
		if len(values) == 0 {
			return 0
		}
		return stats.NewEstimate(values).Median
	}
	medianSeconds := func(name string) float64 { return median(name) / 1e9 }
	e := verdict.Probes{
		Window: c.Window, Responses: c.Responses,
		Cores: c.Cores(), Machine: info.Machine.Cores, Simulated: c.Simulated(), Shared: info.SharesMachine(),
		Others:     others(v, c),
		Throughput: median(results.Throughput) * 1e6 / float64(c.Size),
		CPUs:       median(results.CPUs), Runnable: median("runnable"), GCShare: median("gc-share"),
		Busy: median("decode-busy"), Overlap: median("decode-overlap"),
		Response: medianSeconds("resp-ns"), StartWait: medianSeconds("start-wait-ns/resp"), ConnWait: medianSeconds("conn-wait-ns/resp"),
		Headers: medianSeconds("headers-ns/resp"), Read: medianSeconds("read-ns/resp"),
		DecodeWait: medianSeconds("decode-wait-ns/resp"), Decode: medianSeconds("decode-ns/resp"),
		Dials: median("dials/resp"), SchedLatencyP99: medianSeconds("sched-latency-p99-ns"),
		UpstreamKnown: true, UpstreamCPUs: median("upstream-cpus"),
		Queue: medianSeconds("queue-ns/resp"), Service: medianSeconds("service-ns/resp"),
	}
	if !e.Simulated && info.Machine.Cores > 0 {
		e.Cores = min(e.Cores, info.Machine.Cores)
	}
	plain := bench.DefaultCell() // generated records, not compressed
	if w := info.Scaling; w != nil && w.Procs == e.Cores && !e.Simulated {
		e.EffectiveCores = w.EffectiveCores
		measured := c.Payload == plain.Payload && c.Decode == bench.Decoded && !c.Placement.Streams()
		if measured && w.Codec == c.Codec && w.Encoding == c.Encoding && w.Size > 0 {
			e.Decoding = w.CostTogether * float64(c.Size) / float64(w.Size)
		}
	}
	if c.Encoding == plain.Encoding && c.From == bench.Network {
		e.BodyBytes = float64(c.Size)
	}
	e.Limits = limits(c, e)
	return e
}

// others is the number of cores that other processes used while a cell was sampled, mean
// over its samples.
func others(v stats.Values, c bench.Cell) float64 {
	cpu, wall := 0.0, 0.0
	for _, s := range v.Samples(c) {
		cpu, wall = cpu+s.OthersCPU, wall+s.Seconds
	}
	return cpu / max(wall, 1e-9)
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
	sent := max(0, e.Headers-e.Queue) + e.Read
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
	add("queue", verdict.UpstreamQueueing, c.Upstream.Queue, e.Service)
	if c.Upstream.Bandwidth > 0 {
		add("bandwidth", verdict.NetworkBound, int(c.Upstream.Bandwidth), e.BodyBytes)
	}
	return out
}
