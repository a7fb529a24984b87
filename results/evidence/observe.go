package evidence

import (
	"collatebench/bench"
	"collatebench/results"
	"collatebench/results/stats"
	"collatebench/results/verdict"
)

// An Observed is the verdict on a cell without an intervention.
type Observed struct {
	Cell bench.Cell
	verdict.Verdict
}

// Observe judges each placement at the most cores and the largest window of the run, where
// a serial placement loses the most ([stats.Headline]). In a run that compares clients it
// judges all of them by what is seen from outside.
func Observe(v stats.Values, info results.Info) []Observed {
	var out []Observed
	add := func(c bench.Cell, said verdict.Verdict) {
		said.Subject = v.Name(c)
		out = append(out, Observed{c, said})
	}
	if info.ComparesClients() {
		for _, p := range stats.Doublings(v.Cells) {
			add(p.Cell, verdict.ObserveExternal(External(v, p, info)))
		}
		return out
	}
	for _, c := range stats.Headline(v.Cells) {
		add(c, verdict.Observe(Probes(v, c, info)))
	}
	return out
}
