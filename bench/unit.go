package bench

import "time"

// A Unit is one column of a benchmark line beside the testing package's own.
type Unit struct {
	Name   string
	Better string  // "higher", "lower", or "" where neither is better by itself
	Floor  float64 // printed where the value is below: geometric means break at 0
	Doc    string

	value func(Measurement) float64
}

// Units returns the table, in the order of the line.
func Units() []Unit {
	return []Unit{
		{"cpus", "", .001, "CPU time of the client process / wall; virtual cores held, where decoding is simulated", cpus},
		{"decode-busy", "", .0001, "share of the wall in which some decode was begun and not ended",
			func(m Measurement) float64 { return quotient(m.Busy, m.Wall) }},
		{"decode-overlap", "", 1, "decodes begun and not ended, mean over that busy time",
			func(m Measurement) float64 { return quotient(m.Decode, m.Busy) }},
		{"decode-wait-ns/resp", "lower", 1, "from a response being ready for its decoder to decoding entered",
			func(m Measurement) float64 { return perDecode(m.Wait, m.Decodes) }},
		{"decode-ns/resp", "lower", 1, "from decoding entered to ended, on a core or not",
			func(m Measurement) float64 { return perDecode(m.Decode, m.Decodes) }},
		{"runnable", "lower", .01, "goroutines ready and waiting for a core, mean of polls at 100 Hz; of virtual cores, decodes", runnable},
		{"resp-p50-ns", "lower", 1, "one response, from admission to collated, median",
			func(m Measurement) float64 { return float64(m.Responses.ValueAtQuantile(50)) }},
		{"resp-p99-ns", "lower", 1, "the same, 99th percentile",
			func(m Measurement) float64 { return float64(m.Responses.ValueAtQuantile(99)) }},
		{"resp-ns", "lower", 1, "the same, mean",
			func(m Measurement) float64 { return m.perResponse(m.Response) }},
		{"start-wait-ns/resp", "lower", 1, "from admission to the transport being asked: what the client itself holds back",
			func(m Measurement) float64 { return m.perResponse(m.Start) }},
		{"conn-wait-ns/resp", "lower", 1, "from the transport being asked to a connection being got, dialling included",
			func(m Measurement) float64 { return m.perResponse(m.Connect) }},
		{"dials/resp", "lower", .0001, "connections made",
			func(m Measurement) float64 { return float64(m.Dials) / m.responses() }},
		{"headers-ns/resp", "lower", 1, "from a connection being got to the response's headers",
			func(m Measurement) float64 { return m.perResponse(m.Headers) }},
		{"read-ns/resp", "lower", 1, "reading the body, from begin to whole; in stream the time inside Read",
			func(m Measurement) float64 { return m.perResponse(m.Read) }},
		{"gc-share", "lower", .0001, "garbage collection's share of the client's busy CPU time, as the runtime counts it", gcShare},
		{"sched-latency-p99-ns", "lower", 1, "how late a goroutine due every millisecond wakes, 99th percentile",
			func(m Measurement) float64 { return float64(m.SchedLatency.ValueAtQuantile(99)) }},
		{"held-MB", "lower", 1e-6, "peak of bytes read and not yet decoded",
			func(m Measurement) float64 { return float64(m.HeldPeak) / 1e6 }},
		{"upstream-cpus", "lower", .001, "CPU time of the upstream / wall",
			func(m Measurement) float64 { return m.perSecond(m.upstream.CPUSeconds) }},
		{"inflight", "", .001, "requests at the upstream, mean",
			func(m Measurement) float64 { return m.perSecond(m.upstream.InFlightSeconds) }},
		{"queue-ns/resp", "lower", 1, "wait in the upstream's queue",
			func(m Measurement) float64 { return m.perRequest(m.upstream.QueueSeconds) }},
		{"service-ns/resp", "", 1, "the upstream's delay, as it was",
			func(m Measurement) float64 { return m.perRequest(m.upstream.ServiceSeconds) }},
		{"write-ns/resp", "", 1, "the upstream's time in Write: into socket buffers, so no evidence of who waits",
			func(m Measurement) float64 { return m.perRequest(m.upstream.WriteSeconds) }},
		{"rwnd-limited-ns/resp", "lower", 1, "the client's receive window shut while the upstream had more to send, as the upstream's kernel counts it: the client did not read",
			func(m Measurement) float64 { return m.perRequest(m.upstream.RwndSeconds) }},
	}
}

// A Measurement is the client's readings and the upstream's of one interval.
type Measurement struct {
	Readings
	upstream  upstreamReading
	simulated bool // what this process itself used is no evidence then
}

func cpus(m Measurement) float64 {
	if m.simulated {
		return quotient(m.CoreTime, m.Wall)
	}
	return quotient(m.CPU, m.Wall)
}

func runnable(m Measurement) float64 {
	if m.simulated {
		return quotient(m.CoreWait, m.Wall)
	}
	return m.Runnable
}

func gcShare(m Measurement) float64 {
	if m.simulated {
		return 0
	}
	return m.GC
}

// Of returns the measurement in this unit, at its floor at least; NaN if the upstream does
// not tell it.
func (u Unit) Of(m Measurement) float64 { return max(u.value(m), u.Floor) }

func (m Measurement) responses() float64 { return max(float64(m.Responses.TotalCount()), 1) }

func (m Measurement) perResponse(sum time.Duration) float64 { return float64(sum) / m.responses() }

func (m Measurement) perSecond(sum float64) float64 { return sum / max(m.Wall.Seconds(), 1e-9) }

func (m Measurement) perRequest(seconds float64) float64 {
	return seconds * 1e9 / max(m.upstream.Requests, 1)
}

func quotient(a, b time.Duration) float64 { return float64(a) / float64(max(b, 1)) }

func perDecode(sum time.Duration, n int) float64 { return float64(sum) / float64(max(n, 1)) }
