package stats

import (
	"slices"
	"strings"

	"collatebench/bench"
)

// A Group is the cells of one table or chart: they differ in its free
// dimensions alone.
type Group struct {
	Title string       // what all of them share, where the run has others or it is off its default
	Cells []bench.Cell // in table order, without A/A controls
}

// Groups divides the cells by all dimensions but the free ones. A run without
// a complete round has none.
func (s Summary) Groups(free ...string) []Group {
	if s.Rounds == 0 {
		return nil
	}
	plain := s.withoutControls()
	var out []Group
	at := map[string]int{}
	for _, c := range plain {
		k := groupKey(c, free)
		i, there := at[k]
		if !there {
			i = len(out)
			at[k] = i
			out = append(out, Group{Title: title(c, plain, free)})
		}
		out[i].Cells = append(out[i].Cells, c)
	}
	return out
}

// withoutControls are the cells without A/A controls.
func (s Summary) withoutControls() []bench.Cell {
	return slices.DeleteFunc(slices.Clone(s.cells), func(c bench.Cell) bool { return c.AA != "" })
}

// DisplayName is what people call a cell within its run: its placement, of which
// client where clients are compared, and what else sets it apart.
func (s Summary) DisplayName(c bench.Cell) string {
	name := string(c.Placement)
	if s.ComparesClients() {
		name = string(c.Client) + " " + name
	}
	if apart := s.distinction(c); apart != "" {
		name += ", " + apart
	}
	return name
}

// distinction names what else sets the cell distinction from others of the run, beside
// client, placement, window and GOMAXPROCS: "codec=json size=64KiB"; "" where
// nothing does.
func (s Summary) distinction(c bench.Cell) string {
	var parts []string
	for _, d := range bench.Dimensions() {
		if d.Asked() && !d.Suffix && d.Name != "placement" && d.Name != "window" && Varies(d, s.cells) {
			parts = append(parts, d.Name+"="+d.Of(c))
		}
	}
	return strings.Join(parts, " ")
}

// groupKey spells a cell's values on all dimensions that are not free.
func groupKey(c bench.Cell, free []string) string {
	var b strings.Builder
	for _, d := range bench.Dimensions() {
		if !slices.Contains(free, d.Name) {
			b.WriteString(d.Of(c) + "/")
		}
	}
	return b.String()
}

// title names what all cells of a group share; what is the same in the whole
// run and at its default is left out, as in names.
func title(c bench.Cell, all []bench.Cell, free []string) string {
	var parts []string
	for _, d := range bench.Dimensions() {
		v := d.Of(c)
		switch {
		case slices.Contains(free, d.Name):
		case d.Suffix && c.Foreign():
			parts = append(parts, "workers="+v)
		case d.Suffix:
			parts = append(parts, "GOMAXPROCS="+v)
		case d.Core || v != d.Default || Varies(d, all):
			parts = append(parts, d.Name+"="+v)
		}
	}
	if c.Simulated() {
		parts = append(parts, "(simulated: cores that only pass time)")
	}
	return strings.Join(parts, "  ")
}

// Varies says whether the cells differ in a dimension.
func Varies(d bench.Dimension, cells []bench.Cell) bool {
	return slices.ContainsFunc(cells, func(c bench.Cell) bool { return d.Of(c) != d.Of(cells[0]) })
}
