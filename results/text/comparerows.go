package text

import (
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"text/tabwriter"

	"collatebench/bench"
	"collatebench/internal/spell"
	"collatebench/results/evidence"
	"collatebench/results/stats"
)

// comparedCells are the cells that both runs have.
func comparedCells(c evidence.Comparison) []bench.Cell {
	out := make([]bench.Cell, len(c.Cells))
	for i, row := range c.Cells {
		out[i], _ = bench.ParseCell(row.Cell) // no error: it is a cell of a run
	}
	return out
}

// comparedRows returns a row for each cell, named by what varies. Causes and cells are put
// between quotes.
func comparedRows(c evidence.Comparison, quote string) [][]string {
	var out [][]string
	cells := comparedCells(c)
	for i, row := range c.Cells {
		out = append(out, []string{
			quote + nameAmong(cells[i], cells) + quote,
			spell.Amount(row.Old.Median) + " " + formatSpread(row.Old), spell.Amount(row.New.Median) + " " + formatSpread(row.New),
			FormatRatio(row.Ratio), FormatRatio(row.Beside), FormatP(row), SayChange(c, row, quote),
		})
	}
	return out
}

// SayChange says whether a cell changed, and if its cause is known, whether that did. "-" is
// not told apart from the drift.
func SayChange(c evidence.Comparison, row stats.VersusCell, quote string) string {
	if row.Change == stats.NoChange {
		return "-"
	}
	if cause, known := c.CauseOf(row.Cell); known {
		return cause.Say(quote)
	}
	return evidence.Times(row.Beside.Mean)
}

// FormatP spells the p value of a cell's ratio beside the drift.
func FormatP(row stats.VersusCell) string {
	switch {
	case math.IsInf(row.Beside.High, 1):
		return markNoInterval
	case row.P < .001:
		return "<0.001"
	}
	return fmt.Sprintf("%.3f", row.P)
}

func placementRows(c evidence.Comparison) [][]string {
	var out [][]string
	for _, p := range c.Placements {
		out = append(out, []string{p.Placement, strconv.Itoa(p.Cells), FormatRatio(p.Ratio)})
	}
	return out
}

// nameAmong names a cell by what varies among the cells; by its whole name if nothing does.
func nameAmong(c bench.Cell, cells []bench.Cell) string {
	var parts []string
	suffix := ""
	for _, d := range bench.Dimensions() {
		switch {
		case d.Hidden || !stats.Varies(d, cells):
		case d.Suffix:
			suffix = "-" + d.Of(c)
		default:
			parts = append(parts, d.Name+"="+d.Of(c))
		}
	}
	switch {
	case len(parts) > 0:
		return strings.Join(parts, "/") + suffix
	case suffix != "":
		return "GOMAXPROCS=" + suffix[1:]
	}
	return c.Name()
}

// writeRows aligns rows in columns. Errors of w are ignored.
func writeRows(w io.Writer, rows [][]string) {
	var b strings.Builder
	t := tabwriter.NewWriter(&b, 0, 0, 3, ' ', 0)
	for _, row := range rows {
		fmt.Fprintln(t, strings.Join(row, "\t"))
	}
	_ = t.Flush() // a builder has no errors
	for line := range strings.Lines(b.String()) {
		fmt.Fprintln(w, strings.TrimRight(line, " \n"))
	}
}
