package evidence

import (
	"collatebench/results"
	"collatebench/results/stats"
	"collatebench/results/verdict"
)

// External gathers the evidence of a client's cell from outside, at its window and at twice
// that: means over the complete rounds that have both.
func External(v stats.Values, p stats.Doubling, info results.Info) verdict.External {
	e := verdict.External{Workers: p.Cell.Procs, Cores: info.Machine.Cores, Window: p.Cell.Window, Others: others(v, p.Cell)}
	var once, twice []float64
	var sum, doubled results.External
	for _, round := range v.Rounds {
		a, b := round.Samples[v.Name(p.Cell)].External, round.Samples[v.Name(p.Twice)].External
		if a == nil || b == nil || a.Responses == 0 || b.Responses == 0 {
			continue
		}
		once, twice = append(once, a.Responses/a.Seconds), append(twice, b.Responses/b.Seconds)
		sum, doubled = addExternal(sum, *a), addExternal(doubled, *b)
	}
	if len(once) == 0 {
		return e
	}
	if e.Blind = sum.CPUOver == 0 || doubled.CPUOver == 0; !e.Blind {
		e.CPUs, e.CPUsDoubled = sum.CPU/sum.CPUOver, doubled.CPU/doubled.CPUOver
	}
	e.Queued, e.InFlight = sum.Queue/sum.Seconds, sum.InFlight/sum.Seconds
	if info.SharesMachine() {
		e.Upstream = sum.Upstream / sum.Seconds
	}
	if r, err := stats.NewRatio(twice, once); err == nil {
		e.Growth = toGain(r)
	}
	return e
}

func addExternal(e, o results.External) results.External {
	return results.External{
		Seconds: e.Seconds + o.Seconds, CPU: e.CPU + o.CPU, CPUOver: e.CPUOver + o.CPUOver, Upstream: e.Upstream + o.Upstream,
		Responses: e.Responses + o.Responses, Queue: e.Queue + o.Queue, InFlight: e.InFlight + o.InFlight,
	}
}
