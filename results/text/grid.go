package text

import (
	"slices"
	"strconv"

	"collatebench/bench"
)

// A grid puts the cells of a group in rows and columns, in table order.
type grid struct {
	rows    []row
	columns []bench.Placement
	at      map[row]map[bench.Placement]bench.Cell
}

type row struct {
	window int
	size   string
}

func newGrid(cells []bench.Cell) grid {
	g := grid{at: map[row]map[bench.Placement]bench.Cell{}}
	for _, c := range cells {
		r := row{c.Window, c.Size.String()}
		if g.at[r] == nil {
			g.at[r] = map[bench.Placement]bench.Cell{}
			g.rows = append(g.rows, r)
		}
		g.at[r][c.Placement] = c
		if !slices.Contains(g.columns, c.Placement) {
			g.columns = append(g.columns, c.Placement)
		}
	}
	return g
}

// block returns a line for each row, with a gap where there is no cell.
func (g grid) block(entry func(bench.Cell) string) [][]string {
	var lines [][]string
	for _, r := range g.rows {
		line := []string{strconv.Itoa(r.window), r.size}
		for _, p := range g.columns {
			text := ""
			if c, ok := g.at[r][p]; ok {
				text = entry(c)
			}
			line = append(line, text)
		}
		lines = append(lines, line)
	}
	return lines
}
