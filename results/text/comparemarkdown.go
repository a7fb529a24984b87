package text

import (
	"fmt"
	"io"
	"strings"

	"collatebench/bench"
	"collatebench/internal/spell"
	"collatebench/results/evidence"
	"collatebench/results/stats"
)

// foldedRows: a table of more rows than that is folded.
const foldedRows = 10

// CompareMarkdown prints a comparison for a comment on a change: what the gate says and the
// cells that changed are open, the whole table is folded if it is long. Errors of w are
// ignored.
func CompareMarkdown(w io.Writer, c evidence.Comparison) {
	fmt.Fprintf(w, "### collatebench: %s over %s\n\n", sideName(c.New), sideName(c.Old))
	for _, d := range c.Differences {
		fmt.Fprintf(w, "- :warning: %s\n", plainMarkdown(d.String()))
	}
	if len(c.Differences) > 0 {
		fmt.Fprintln(w)
	}
	markdownGate(w, c.Gate)
	for _, line := range Findings(c) {
		fmt.Fprintf(w, "- %s\n", plainMarkdown(line))
	}
	fmt.Fprintln(w)
	header := []string{"cell", "old MB/s", "new MB/s", "ratio", "beside the drift", "p", "change"}
	rows, changed := comparedRows(c, "`"), [][]string(nil)
	for i, row := range rows {
		if c.Cells[i].Change != stats.NoChange {
			changed = append(changed, row)
		}
	}
	if len(rows) > foldedRows && len(changed) > 0 {
		markdownTable(w, header, changed)
	}
	markdownTable(w, []string{"placement", "cells", "geometric mean of the ratios"}, placementRows(c))
	markdownCells(w, header, rows, comparedCells(c))
	for _, only := range []struct {
		in    string
		names []string
	}{{"old", c.OnlyOld}, {"new", c.OnlyNew}} {
		if len(only.names) > 0 {
			fmt.Fprintf(w, "Only in the %s run: %s\n\n", only.in, plainMarkdown(spell.FirstFew(only.names)))
		}
	}
	markdownTable(w, []string{"", "run", "commit", "Go", "started", "measured"}, [][]string{sideRow("old", c.Old), sideRow("new", c.New)})
}

// markdownGate prints what a gate says, if there is one.
func markdownGate(w io.Writer, d *stats.Decision) {
	if d == nil {
		return
	}
	lines := GateLines(*d)
	fmt.Fprintf(w, "**%s**\n\n", plainMarkdown(lines[0]))
	for _, line := range lines[1:] {
		fmt.Fprintf(w, "- %s\n", plainMarkdown(strings.TrimSpace(line)))
	}
	if len(lines) > 1 {
		fmt.Fprintln(w)
	}
}

// markdownCells prints the whole table, folded if it is long.
func markdownCells(w io.Writer, header []string, rows [][]string, cells []bench.Cell) {
	folded := len(rows) > foldedRows
	if folded {
		fmt.Fprintf(w, "<details><summary>all %s</summary>\n\n", spell.Plural(len(rows), "cell"))
	}
	fmt.Fprintf(w, "In all rows: %s\n\n", plainMarkdown(strings.Join(commonValues(cells), " ")))
	markdownTable(w, header, rows)
	if folded {
		fmt.Fprint(w, "</details>\n\n")
	}
}

func sideRow(what string, s stats.Side) []string {
	return []string{what, plainMarkdown(s.Run), plainMarkdown(s.Commit), plainMarkdown(s.Go), s.Started.Format("2006-01-02 15:04"), roundsOf(s)}
}

// sideName is the run's label, or else its ID.
func sideName(s stats.Side) string {
	if s.Label != "" {
		return plainMarkdown(s.Label)
	}
	return plainMarkdown(s.Run)
}

func markdownTable(w io.Writer, header []string, rows [][]string) {
	line := func(row []string) { fmt.Fprintf(w, "| %s |\n", strings.Join(row, " | ")) }
	line(header)
	line(strings.Split(strings.Repeat("--- ", len(header)-1)+"---", " "))
	for _, row := range rows {
		line(row)
	}
	fmt.Fprintln(w)
}

// plainMarkdown keeps what a run's record says from being read as Markdown or HTML, and from
// ending a table's cell. Backquotes are ours.
func plainMarkdown(s string) string {
	return strings.NewReplacer("\n", " ", "\\", `\\`, "|", `\|`, "<", "&lt;", "*", `\*`, "_", `\_`, "[", `\[`, "@", "&#64;").Replace(s)
}
