package text

import (
	"fmt"
	"io"

	"collatebench/bench"
	"collatebench/internal/spell"
	"collatebench/results"
	"collatebench/results/evidence"
	"collatebench/results/stats"
)

// A writer has what is printed of a run.
type writer struct {
	stats.Summary
	reading evidence.Reading
}

// Write prints a run for people: for each GOMAXPROCS, and each
// combination of what else varies, one table of throughput and cpus and one of
// the paired ratios, window and size down, placements across. Each mark is
// explained where it occurs.
func Write(w io.Writer, r evidence.Reading) {
	s := writer{r.Summary, r}
	fmt.Fprintf(w, "%s: %s\n", s.Run, Heading(s.Summary))
	if s.Rounds == 0 {
		fmt.Fprintf(w, "no round is complete yet: %s so far\n", spell.Plural(s.Samples, "sample"))
	}
	if s.Compared() {
		s.writePeers(w)
		s.writeNotes(w, shownFlags)
		s.writeLeftOut(w)
		s.writeJudged(w)
		return
	}
	marks := map[string]bool{}
	for _, g := range s.Groups("placement", "window", "size") {
		fmt.Fprintf(w, "\n%s\n", g.Title)
		for _, line := range s.table(g, marks) {
			fmt.Fprintln(w, line)
		}
	}
	s.writeLegend(w, marks)
	s.writeNotes(w, shownFlags)
	s.writeObserved(w)
}

// Heading says in a few words how much was measured, and on what.
func Heading(s stats.Summary) string {
	rounds := spell.Plural(s.Rounds, "round")
	if s.Rounds < s.Asked {
		rounds = fmt.Sprintf("%d of %s", s.Rounds, spell.Plural(s.Asked, "round"))
	}
	controls := stats.Controls(s.Listed())
	cells := spell.Plural(len(s.Listed())-controls, "cell")
	if n := controls; n > 0 {
		cells += " and " + spell.Plural(n, "A/A control")
	}
	where := ""
	if s.Cores > 0 {
		where = ", on " + spell.Plural(s.Cores, "core")
	}
	return fmt.Sprintf("%s of %s%s", rounds, cells, where)
}

// table lays out the blocks of a group in the same columns.
func (s writer) table(g stats.Group, marks map[string]bool) []string {
	grid := newGrid(g.Cells)
	l := s.newLayout(g.Cells)
	units := []string{"", ""}
	for range grid.columns {
		units = append(units, l.entry("MB/s", "", results.CPUs))
	}
	lines := [][]string{append([]string{"window", "size"}, spell.Strings(grid.columns)...), units}
	lines = append(lines, grid.block(func(c bench.Cell) string { return s.throughput(l, c, marks) })...)
	if len(grid.columns) == 1 {
		return align(lines)
	}
	lines = append(lines, []string{"", "", "ratio to " + string(s.BaseOf(g.Cells[0]))})
	lines = append(lines, grid.block(func(c bench.Cell) string { return s.ratio(c, marks) })...)
	if s.flagsMatter(g) {
		lines = append(lines, []string{"", "", "the same without the flagged rounds"})
		lines = append(lines, grid.block(s.unflaggedRatio)...)
	}
	return align(lines)
}
