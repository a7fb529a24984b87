package text

import (
	"fmt"
	"io"
	"strconv"

	"collatebench/internal/spell"
	"collatebench/results/history"
)

// WriteHistory prints a table for each place, with a row for each cell: its throughput in
// the newest run, and where it changed, the newest change first.
func WriteHistory(w io.Writer, h history.History) {
	for i, p := range h.Places {
		if i > 0 {
			fmt.Fprintln(w)
		}
		fmt.Fprintf(w, "%s: %s\n", p.Title(), p.Span())
		lines := [][]string{{"MB/s", "runs", "cell", "changes"}}
		for _, s := range p.Cells {
			lines = append(lines, historyLines(s)...)
		}
		for _, line := range align(lines) {
			fmt.Fprintln(w, line)
		}
	}
	if h.Full {
		fmt.Fprintln(w, "\nthere is more than is shown here: the newest runs and series are")
	}
	for _, l := range h.LeftOut {
		fmt.Fprintf(w, "left out: %s: %s\n", l.Run, l.Reason)
	}
}

// historyLines are the row of a cell: a line for each change, and one for what else
// differed there.
func historyLines(s history.Series) [][]string {
	row := []string{spell.Amount(s.Last().Value), strconv.Itoa(len(s.Points)), s.Cell, "none"}
	if s.TooFew() {
		row[3] = "too few runs to see one"
	}
	var out [][]string
	for i := len(s.Changes) - 1; i >= 0; i-- {
		c := s.Changes[i]
		row[3] = fmt.Sprintf("%.2fx at %s: %s, then %s MB/s, p < .001", c.Ratio, runAndCommit(c), spell.Amount(c.Before), spell.Amount(c.After))
		out = append(out, row)
		for _, beside := range c.Beside {
			out = append(out, []string{"", "", "", "  " + beside})
		}
		row = []string{"", "", "", ""}
	}
	if out == nil {
		out = append(out, row)
	}
	return out
}

func runAndCommit(c history.Change) string {
	if c.Commit == "" {
		return c.Run
	}
	return c.Run + " (commit " + c.Commit + ")"
}
