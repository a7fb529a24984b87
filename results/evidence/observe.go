package evidence

import (
	"slices"

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
		for _, p := range judged(v) {
			add(p.Cell, verdict.ObserveExternal(External(v, p, info)))
		}
		return out
	}
	for _, c := range stats.Headline(v.Cells) {
		add(c, verdict.Observe(Probes(v, c, info)))
	}
	return out
}

// judged are the cells with their doubles, and those whose client has none but was watched: what
// was seen of it can do without.
func judged(v stats.Values) []stats.Doubling {
	pairs := stats.Doublings(v.Cells)
	has := func(c bench.Cell) bool {
		return slices.ContainsFunc(pairs, func(p stats.Doubling) bool { return alike(p.Cell, c) })
	}
	for _, c := range v.Cells {
		if c.AA == "" && !has(c) && seen(v, c) != nil {
			pairs = append(pairs, stats.Doubling{Cell: c})
		}
	}
	return pairs
}

// alike says that two cells differ in their window alone.
func alike(a, b bench.Cell) bool {
	a.Window, b.Window = 0, 0
	return a == b
}
