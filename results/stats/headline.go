package stats

import (
	"cmp"
	"slices"

	"collatebench/bench"
)

// Headline returns one cell for each placement of each client, in table order: the one
// with the most cores, then the largest window, then the largest payload. There a serial
// placement loses the most.
func Headline(cells []bench.Cell) []bench.Cell {
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
