package text

import (
	"fmt"
	"io"
	"strings"

	"collatebench/bench"
	"collatebench/internal/spell"
	"collatebench/results"
	"collatebench/results/evidence"
	"collatebench/results/stats"
)

// A printer prints a run's reading. The summary is embedded for its methods.
type printer struct {
	stats.Summary
	reading evidence.Reading
}

// Write prints a run for people. For each GOMAXPROCS, and each combination of the other
// dimensions that vary, there is one table of throughput and cpus and one of the paired
// ratios: rows are windows and sizes, columns placements. A legend explains the marks that
// occur. Errors of w are ignored.
func Write(w io.Writer, r evidence.Reading) {
	p := printer{r.Summary, r}
	fmt.Fprintf(w, "%s: %s\n", p.Run, Heading(p.Summary))
	if p.Rounds == 0 {
		fmt.Fprintf(w, "no round is complete yet: %s so far\n", spell.Plural(p.Samples, "sample"))
	}
	if p.ComparesClients() {
		p.writePeers(w)
		p.writeNotes(w, maxFlagsShown)
		p.writeLeftOut(w)
		p.writeExternal(w)
		return
	}
	if p.reading.Info.ComparesVersions() {
		p.writeVersions(w)
		p.writeNotes(w, maxFlagsShown)
		p.writeObserved(w)
		if p.Gate != nil {
			fmt.Fprintf(w, "\n%s\n", strings.Join(GateLines(*p.Gate), "\n"))
		}
		return
	}
	marks := map[string]bool{}
	for _, g := range p.Groups("placement", "window", "size") {
		fmt.Fprintf(w, "\n%s\n", g.Title)
		for _, line := range p.table(g, marks) {
			fmt.Fprintln(w, line)
		}
	}
	p.writeLegend(w, marks)
	p.writeNotes(w, maxFlagsShown)
	p.writeObserved(w)
}

// Heading says how much was measured, and on how many cores.
func Heading(s stats.Summary) string {
	rounds := spell.Plural(s.Rounds, "round")
	if s.Rounds < s.Asked {
		rounds = fmt.Sprintf("%d of %s", s.Rounds, spell.Plural(s.Asked, "round"))
	}
	controls := stats.Controls(s.AllCells())
	cells := spell.Plural(len(s.AllCells())-controls, "cell")
	if versions := s.VersionNames(); len(versions) > 0 {
		cells = spell.Plural((len(s.AllCells())-controls)/len(versions), "cell") + " in " + spell.Plural(len(versions), "version")
	}
	if n := controls; n > 0 {
		cells += " and " + spell.Plural(n, "A/A control")
	}
	where := ""
	machines := 0
	for _, k := range s.Kinds {
		machines += len(k.Hosts)
	}
	if usable := s.Usable(); machines > 1 {
		where = ", on " + spell.Plural(machines, "machine")
	} else if usable != "" {
		where = ", on " + usable
	}
	return fmt.Sprintf("%s of %s%s", rounds, cells, where)
}

// table returns the lines of a group's table; its blocks have the same columns.
func (p printer) table(g stats.Group, marks map[string]bool) []string {
	grid := newGrid(g.Cells)
	l := p.newLayout(g.Cells)
	units := []string{"", ""}
	for range grid.columns {
		units = append(units, l.entry("MB/s", "", results.CPUs))
	}
	lines := [][]string{append([]string{"window", "size"}, spell.Strings(grid.columns)...), units}
	lines = append(lines, grid.block(func(c bench.Cell) string { return p.throughputEntry(l, c, marks) })...)
	if len(grid.columns) == 1 {
		return align(lines)
	}
	lines = append(lines, []string{"", "", "ratio to " + string(p.BaseOf(g.Cells[0]))})
	lines = append(lines, grid.block(func(c bench.Cell) string { return p.ratioEntry(c, marks) })...)
	if p.flagsMatter(g) {
		lines = append(lines, []string{"", "", "the same without the flagged rounds"})
		lines = append(lines, grid.block(p.unflaggedEntry)...)
	}
	return align(lines)
}
