package stats

import (
	"slices"
	"strings"

	"collatebench/bench"
)

// A Group is the cells of one table or chart: they differ only in its free dimensions.
type Group struct {
	Title string       // the values that they share, if they vary in the run or are not defaults
	Cells []bench.Cell // in table order, without A/A controls
}

// Groups divides the cells by all dimensions except the free ones, named as in
// [bench.Dimensions]. A run without a complete round has no groups.
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

// withoutControls returns the run's cells without A/A controls.
func (s Summary) withoutControls() []bench.Cell {
	return slices.DeleteFunc(slices.Clone(s.cells), func(c bench.Cell) bool { return c.AA != "" })
}

// DisplayName names a cell for people within its run: its client if clients are compared,
// its placement, and what else distinguishes it.
func (s Summary) DisplayName(c bench.Cell) string {
	name := string(c.Placement)
	if s.ComparesClients() {
		name = string(c.Client) + " " + name
	}
	if apart := distinction(c, s.cells); apart != "" {
		name += ", " + apart
	}
	return name
}

// distinction spells what tells a cell from others, as [Distinctions] does.
func distinction(c bench.Cell, others []bench.Cell) string {
	var parts []string
	for _, d := range bench.Dimensions() {
		if (d.Asked() || d.Name == "rev") && !d.Suffix && d.Name != "placement" && d.Name != "window" && Varies(d, others) {
			parts = append(parts, d.Name+"="+d.Of(c))
		}
	}
	return strings.Join(parts, " ")
}

// groupKey spells a cell's values in all dimensions that are not free.
func groupKey(c bench.Cell, free []string) string {
	var b strings.Builder
	for _, d := range bench.Dimensions() {
		if !slices.Contains(free, d.Name) {
			b.WriteString(d.Of(c) + "/")
		}
	}
	return b.String()
}

// title spells what all cells of a group share. As a name does, it leaves out defaults
// that the whole run has.
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
