package evidence

import (
	"math"

	"collatebench/bench"
	"collatebench/profiles/outside"
	"collatebench/results"
	"collatebench/results/stats"
	"collatebench/results/verdict"
)

// External gathers the evidence of a client's cell from outside, at its window and at twice
// that: means over the complete rounds that have both.
func External(v stats.Values, p stats.Doubling, info results.Info) verdict.External {
	e := verdict.External{
		Workers: p.Cell.Procs, Allowed: info.Machine.Allowed().CPUs(), Window: p.Cell.Window, Others: others(v, p.Cell),
	}
	var once, twice []float64
	var sum, doubled results.External
	queued, inFlight := verdict.Known(0), verdict.Known(0) // seconds, summed over the responses
	for _, round := range v.Rounds {
		a, b := round.Samples[v.Name(p.Cell)].External, round.Samples[v.Name(p.Twice)].External
		if a == nil || b == nil || a.Responses == 0 || b.Responses == 0 {
			continue
		}
		once, twice = append(once, a.Responses/a.Seconds), append(twice, b.Responses/b.Seconds)
		sum, doubled = addExternal(sum, *a), addExternal(doubled, *b)
		queued, inFlight = plus(queued, a.Queue), plus(inFlight, a.InFlight)
	}
	e.Seen = seen(v, p.Cell)
	if len(once) == 0 {
		return e
	}
	if sum.CPUOver > 0 && doubled.CPUOver > 0 {
		e.CPUs, e.CPUsDoubled = verdict.Known(sum.CPU/sum.CPUOver), verdict.Known(doubled.CPU/doubled.CPUOver)
	}
	e.Queued, e.InFlight = verdict.Known(queued.Value()/sum.Seconds), verdict.Known(inFlight.Value()/sum.Seconds)
	e.Link = linkShare(p.Cell, info, sum.Responses/sum.Seconds)
	e.Upstream = verdict.Known(0)
	if info.SharesMachine() {
		e.Upstream = verdict.Known(sum.Upstream / sum.Seconds)
	}
	if r, err := stats.NewRatio(twice, once); err == nil {
		e.Growth = toGain(r)
	}
	return e
}

func addExternal(e, o results.External) results.External {
	return results.External{
		Seconds: e.Seconds + o.Seconds, CPU: e.CPU + o.CPU, CPUOver: e.CPUOver + o.CPUOver, Upstream: e.Upstream + o.Upstream,
		Responses: e.Responses + o.Responses,
	}
}

// linkShare is the share of the link that the bodies take. Loopback is wide; of the way to another
// machine nothing is known.
func linkShare(c bench.Cell, info results.Info, perSecond float64) verdict.Number {
	switch limit := float64(c.Upstream.Bandwidth); {
	case !info.SharesMachine():
		return verdict.Number{}
	case limit > 0 && c.Encoding == bench.DefaultCell().Encoding:
		return verdict.Known(perSecond * float64(c.Size) / limit)
	case limit > 0:
		return verdict.Number{} // how small the bodies are is not recorded
	}
	return verdict.Known(0)
}

// plus adds a figure that can be missing: then the sum is not known.
func plus(n verdict.Number, value *float64) verdict.Number {
	if value == nil {
		return verdict.Number{}
	}
	return verdict.Known(n.Value() + *value)
}

// seen is what the client's process was seen to do, mean over the samples of a cell; nil if it
// was not watched.
func seen(v stats.Values, c bench.Cell) *verdict.Process {
	var all []outside.Evidence
	for _, round := range v.Rounds {
		if x := round.Samples[v.Name(c)].External; x != nil && x.Seen != nil {
			all = append(all, *x.Seen)
		}
	}
	if len(all) == 0 {
		return nil
	}
	p := Process(Watched{Evidence: mean(all)}, meant(c))
	return &p
}

// meant is how many requests a cell's client means to have in flight; 0 for a person's program, of
// which nobody said it.
func meant(c bench.Cell) int {
	if c.IsOwn() {
		return 0
	}
	return c.Window
}

// mean of what was seen in several intervals. Threads and names are those of the first.
func mean(all []outside.Evidence) outside.Evidence {
	out := all[0]
	n := float64(len(all))
	longest := 0
	for _, e := range all {
		longest = max(longest, len(e.Parallel))
	}
	out.Parallel = make([]float64, longest)
	for _, e := range all {
		for i, share := range e.Parallel {
			out.Parallel[i] += share / n
		}
	}
	for _, at := range []func(*outside.Evidence) *float64{
		func(e *outside.Evidence) *float64 { return &e.Seconds },
		func(e *outside.Evidence) *float64 { return &e.Cores },
		func(e *outside.Evidence) *float64 { return &e.Waiting },
		func(e *outside.Evidence) *float64 { return &e.Helpers },
		func(e *outside.Evidence) *float64 { return &e.Around.Others },
		func(e *outside.Evidence) *float64 { return &e.Around.Throttled },
		func(e *outside.Evidence) *float64 { return &e.Around.Idle },
		func(e *outside.Evidence) *float64 { return &e.Upstream.Connections },
		func(e *outside.Evidence) *float64 { return &e.Upstream.Connecting },
		func(e *outside.Evidence) *float64 { return &e.Upstream.Asked },
		func(e *outside.Evidence) *float64 { return &e.Upstream.Arriving },
		func(e *outside.Evidence) *float64 { return &e.Upstream.Unread },
		func(e *outside.Evidence) *float64 { return &e.Upstream.Answered },
		func(e *outside.Evidence) *float64 { return &e.Upstream.Spare },
		func(e *outside.Evidence) *float64 { return &e.Upstream.Tied },
		func(e *outside.Evidence) *float64 { return &e.Upstream.UnreadBytes },
		func(e *outside.Evidence) *float64 { return &e.Upstream.Received },
		func(e *outside.Evidence) *float64 { return &e.Upstream.Requests },
		func(e *outside.Evidence) *float64 { return &e.Upstream.Opened },
		func(e *outside.Evidence) *float64 { return &e.Upstream.Fresh },
		func(e *outside.Evidence) *float64 { return &e.Around.Opens },
	} {
		sum := 0.0
		for i := range all {
			sum += *at(&all[i])
		}
		*at(&out) = sum / n
	}
	out.Upstream.Pause, out.Upstream.Pauses, out.Upstream.Prompt = 0, 0, 0
	for _, e := range all { // of all pauses that were seen: the kernel's times are coarse, and a mean of few says little
		out.Upstream.Pause += e.Upstream.Pause * float64(e.Upstream.Pauses)
		out.Upstream.Pauses += e.Upstream.Pauses
		out.Upstream.Prompt += e.Upstream.Prompt
	}
	out.Upstream.Pause /= math.Max(1, float64(out.Upstream.Pauses))
	return out
}
