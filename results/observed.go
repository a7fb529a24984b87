package results

import (
	"cmp"
	"slices"

	"collatebench/bench"
	"collatebench/results/verdict"
)

// observed gives for each placement the verdict that its evidence shows by
// itself, with no intervention: at the most cores and the largest window that
// the run has, where a serial placement hurts most.
func (d data) observed(info Info) []verdict.Verdict {
	var out []verdict.Verdict
	for _, c := range foremost(d.cells) {
		v := verdict.Observe(d.client(c, info))
		v.Subject = d.names[c]
		out = append(out, v)
	}
	return out
}

// Foremost returns the cells that Verdicts are about: one of each placement, at
// the most cores and the largest window.
func (s Summary) Foremost() []bench.Cell { return foremost(s.cells) }

// foremost returns a cell of each placement, in table order: of those with the
// most cores and the largest window the largest payload.
func foremost(cells []bench.Cell) []bench.Cell {
	var out []bench.Cell
	for _, c := range cells {
		if c.Twin != "" {
			continue
		}
		i := slices.IndexFunc(out, func(o bench.Cell) bool { return o.Placement == c.Placement })
		switch {
		case i < 0:
			out = append(out, c)
		case cmp.Or(cmp.Compare(c.Cores(), out[i].Cores()), cmp.Compare(c.Window, out[i].Window), cmp.Compare(c.Size, out[i].Size)) > 0:
			out[i] = c
		}
	}
	return out
}
