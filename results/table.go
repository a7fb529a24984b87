package results

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"collatebench/bench"
)

// Write prints the summary for people: for each GOMAXPROCS, and each
// combination of what else varies, one table of throughput and cpus and one of
// the paired ratios, window and size down, placements across. Each mark is
// explained where it occurs.
func (s Summary) Write(w io.Writer) {
	fmt.Fprintln(w, s.heading())
	if s.Rounds == 0 {
		fmt.Fprintf(w, "no round is complete yet: %s so far\n", plural(s.Samples, "sample"))
	}
	marks := map[string]bool{}
	for _, g := range s.groups() {
		fmt.Fprintf(w, "\n%s\n", g.title)
		for _, line := range s.table(g, marks) {
			fmt.Fprintln(w, line)
		}
	}
	s.writeLegend(w, marks)
	s.writeNoise(w)
	s.writeFlagged(w)
	if s.Stopped != "" {
		fmt.Fprintf(w, "ended: %s\n", s.Stopped)
	}
	s.writeObserved(w)
}

func (s Summary) heading() string {
	rounds := plural(s.Rounds, "round")
	if s.Rounds < s.Asked {
		rounds = fmt.Sprintf("%d of %s", s.Rounds, plural(s.Asked, "round"))
	}
	cells := plural(len(s.cells)-len(twins(s.cells)), "cell")
	if n := len(twins(s.cells)); n > 0 {
		cells += " and " + plural(n, "twin")
	}
	where := ""
	if s.Cores > 0 {
		where = ", on " + plural(s.Cores, "core")
	}
	return fmt.Sprintf("%s: %s of %s%s", s.Run, rounds, cells, where)
}

// A group is the cells of one table.
type group struct {
	key   bench.Cell // without placement, window and size
	title string
	cells []bench.Cell
}

func (s Summary) groups() []group {
	var out []group
	if s.Rounds == 0 {
		return nil
	}
	plain := slices.DeleteFunc(slices.Clone(s.cells), func(c bench.Cell) bool { return c.Twin != "" })
	for _, c := range plain {
		key := c
		key.Placement, key.Window, key.Size = "", 0, 0
		i := slices.IndexFunc(out, func(g group) bool { return g.key == key })
		if i < 0 {
			i = len(out)
			out = append(out, group{key: key, title: title(c, plain)})
		}
		out[i].cells = append(out[i].cells, c)
	}
	return out
}

// title names what all cells of a table share; what is the same in the whole
// run and at its default is left out, as in names.
func title(c bench.Cell, all []bench.Cell) string {
	var parts []string
	for _, d := range bench.Dimensions() {
		v := d.Of(c)
		switch {
		case slices.Contains([]string{"placement", "window", "size"}, d.Name):
		case d.Suffix:
			parts = append(parts, "GOMAXPROCS="+v)
		case d.Core || v != d.Default || varies(d, all):
			parts = append(parts, d.Name+"="+v)
		}
	}
	if c.Simulated() {
		parts = append(parts, "(simulated: cores that only pass time)")
	}
	return strings.Join(parts, "  ")
}

// table lays out the blocks of a group in the same columns.
func (s Summary) table(g group, marks map[string]bool) []string {
	grid := newGrid(g.cells)
	l := s.newLayout(g.cells)
	units := []string{"", ""}
	for range grid.columns {
		units = append(units, l.entry("MB/s", "", unitCPUs))
	}
	lines := [][]string{append([]string{"window", "size"}, texts(grid.columns)...), units}
	lines = append(lines, grid.block(func(c bench.Cell) string { return s.throughput(l, c, marks) })...)
	if len(grid.columns) == 1 {
		return align(lines)
	}
	lines = append(lines, []string{"", "", "ratio to " + string(s.Base)})
	lines = append(lines, grid.block(func(c bench.Cell) string { return s.ratio(c, marks) })...)
	if s.flagsMatter(g) {
		lines = append(lines, []string{"", "", "the same without the flagged rounds"})
		lines = append(lines, grid.block(s.unflaggedRatio)...)
	}
	return align(lines)
}
