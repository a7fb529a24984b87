package stats

import (
	"cmp"

	"collatebench/bench"
)

// Headline returns one cell for each placement in each block of the matrix, in table order:
// the one with the most cores, then the largest window. There a serial placement loses the
// most. Cells of a block differ in placement, window and GOMAXPROCS alone: another codec,
// size or upstream may have another cause.
func Headline(cells []bench.Cell) []bench.Cell {
	var out []bench.Cell
	at := map[string]int{} // by block and placement
	for _, c := range cells {
		if c.AA != "" {
			continue
		}
		k := groupKey(c, []string{"window", "procs", "virtual-cores"})
		i, there := at[k]
		switch {
		case !there:
			at[k], out = len(out), append(out, c)
		case cmp.Or(cmp.Compare(c.Cores(), out[i].Cores()), cmp.Compare(c.Window, out[i].Window)) > 0:
			out[i] = c
		}
	}
	return out
}

// Distinctions spells what tells each of the cells from the others, beside client,
// placement, window and GOMAXPROCS: "codec=json size=64KiB"; "" if nothing does.
func Distinctions(cells []bench.Cell) []string {
	out := make([]string, len(cells))
	for i, c := range cells {
		out[i] = distinction(c, cells)
	}
	return out
}
