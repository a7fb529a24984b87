package results

import (
	"cmp"
	"slices"

	"collatebench/bench"
	"collatebench/results/verdict"
)

// observed gives for each placement the verdict that its evidence shows by
// itself, with no intervention: at the most cores and the largest window that
// the run has, where a serial placement hurts most. Clients that are compared
// are all judged alike, by what is seen from outside.
func (d data) observed(info Info) ([]bench.Cell, []verdict.Verdict) {
	var about []bench.Cell
	var out []verdict.Verdict
	add := func(c bench.Cell, v verdict.Verdict) {
		v.Subject = d.names[c]
		about, out = append(about, c), append(out, v)
	}
	if info.Peers != nil {
		for _, p := range doublings(d.cells) {
			add(p.cell, verdict.ObserveExternal(d.external(p, info)))
		}
		return about, out
	}
	for _, c := range foremost(d.cells) {
		add(c, verdict.Observe(d.client(c, info)))
	}
	return about, out
}

// Judged returns the cells that Verdicts are about, in the same order.
func (s Summary) Judged() []bench.Cell { return s.judged }

// Foremost returns one cell of each placement, at the most cores and the
// largest window: where a serial placement hurts most.
func (s Summary) Foremost() []bench.Cell { return foremost(s.cells) }

// foremost returns a cell of each placement, in table order: of those with the
// most cores and the largest window the largest payload.
func foremost(cells []bench.Cell) []bench.Cell {
	var out []bench.Cell
	for _, c := range cells {
		if c.AA != "" {
			continue
		}
		i := slices.IndexFunc(out, func(o bench.Cell) bool { return o.Client == c.Client && o.Placement == c.Placement })
		switch {
		case i < 0:
			out = append(out, c)
		case cmp.Or(cmp.Compare(c.Cores(), out[i].Cores()), cmp.Compare(c.Window, out[i].Window), cmp.Compare(c.Size, out[i].Size)) > 0:
			out[i] = c
		}
	}
	return out
}
