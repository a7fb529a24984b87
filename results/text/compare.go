package text

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"collatebench/bench"
	"collatebench/internal/spell"
	"collatebench/results"
	"collatebench/results/evidence"
	"collatebench/results/stats"
)

// Compare prints a comparison for people: what differs beside the code, a row for each
// cell that both runs have, the summary by placement, what the gate says, and benchstat's
// tables. It prints nothing if benchstat fails. Errors of w are ignored.
func Compare(ctx context.Context, w io.Writer, c evidence.Comparison, old, new *results.Run) error {
	program, err := findBenchstat(ctx)
	if err != nil {
		return err
	}
	tables, err := program.ofTwo(ctx, old, new)
	if err != nil {
		return err
	}
	labels := columnLabels(old, new)
	for i, s := range []stats.Side{c.Old, c.New} {
		fmt.Fprintf(w, "%s: run %s, %s, %s\n", labels[i], s.Run, origin(s), roundsOf(s))
	}
	for _, d := range c.Differences {
		fmt.Fprintf(w, "warning: %s\n", d)
	}
	for i, names := range [][]string{c.OnlyOld, c.OnlyNew} {
		if len(names) > 0 {
			fmt.Fprintf(w, "only in %s: %s\n", labels[i], spell.FirstFew(names))
		}
	}
	cells := comparedCells(c)
	fmt.Fprintf(w, "in all rows: %s\n\n", strings.Join(commonValues(cells), " "))
	writeRows(w, append([][]string{{"cell", "old MB/s", "new MB/s", "ratio", "beside the drift", "p", "change"}}, comparedRows(c, "")...))
	fmt.Fprintln(w)
	for _, line := range Findings(c) {
		fmt.Fprintln(w, line)
	}
	fmt.Fprintln(w)
	writeRows(w, append([][]string{{"placement", "cells", "geometric mean of the ratios"}}, placementRows(c)...))
	if c.Gate != nil {
		fmt.Fprintln(w)
		for _, line := range GateLines(*c.Gate) {
			fmt.Fprintln(w, line)
		}
	}
	fmt.Fprintf(w, "\nbenchstat: MB/s are shown as B/s (1 Mi is 1048576), ns as sec\n%s", tables)
	return nil
}

// ofTwo returns benchstat's tables of two runs side by side: a table for each unit, a row for
// each common cell, named by what varies.
func (b benchstat) ofTwo(ctx context.Context, old, new *results.Run) (string, error) {
	cells, err := stats.CommonCells(old, new)
	if err != nil {
		return "", err
	}
	for _, r := range []*results.Run{old, new} {
		if err := readyToCompare(r); err != nil {
			return "", err
		}
	}
	labels := columnLabels(old, new)
	files := []string{"--", labels[0] + "=" + old.BenchPath(), labels[1] + "=" + new.BenchPath()}
	filter := noControls + excluding(slices.Concat(stats.OnlyIn(old, new), stats.OnlyIn(new, old)))
	var tables strings.Builder
	for _, units := range []string{mainUnits, "-" + mainUnits} {
		args := slices.Concat([]string{"-table", tableKey(cells), "-row", ".fullname", "-ignore", ignoredKeys(cells), "-filter", filter + " " + units}, files)
		out, doubts, err := b.output(ctx, "", args...)
		if err != nil {
			return "", err
		}
		fmt.Fprintf(&tables, "\n%s", out)
		if doubts != "" {
			fmt.Fprintln(&tables, doubts)
		}
	}
	return tables.String(), nil
}

// readyToCompare brings bench.txt up to date with the ledger.
func readyToCompare(r *results.Run) error {
	samples, err := r.Samples()
	if err != nil {
		return err
	}
	if len(results.CompleteRounds(r.Info(), samples)) == 0 {
		return fmt.Errorf("run %s: no round is complete", r.Info().ID)
	}
	return r.WriteBench()
}

// excluding is the part of a filter that leaves out cells.
func excluding(names []string) string {
	if len(names) == 0 {
		return ""
	}
	quoted := make([]string, len(names))
	for i, name := range names {
		c, _ := bench.ParseCell(name) // no error: it is a cell of a run
		quoted[i] = fmt.Sprintf("(client:%s .fullname:%q)", c.Client, results.LinePrefix+c.Benchmark())
		if c.Rev != "" {
			quoted[i] = fmt.Sprintf("(rev:%s .fullname:%q)", c.Rev, results.LinePrefix+c.Benchmark())
		}
	}
	return " -(" + strings.Join(quoted, " OR ") + ")"
}

// tableKey gives each client, and each version, its own table, because two of them may have
// cells of the same name.
func tableKey(cells []bench.Cell) string {
	var keys []string
	for _, d := range configKeys(cells) {
		keys = append(keys, benchKey(d))
	}
	return strings.Join(keys, " ")
}

// ignoredKeys lists the keys that are the same in every row.
func ignoredKeys(cells []bench.Cell) string {
	var keys []string
	for _, d := range bench.Dimensions() {
		if !d.Hidden && !stats.Varies(d, cells) {
			keys = append(keys, benchKey(d))
		}
	}
	return strings.Join(keys, ",")
}

// commonValues lists the values that all cells have, without defaults, as in names.
func commonValues(cells []bench.Cell) []string {
	var out []string
	for _, d := range bench.Dimensions() {
		v := d.Of(cells[0])
		switch {
		case d.Hidden || stats.Varies(d, cells):
		case d.Suffix:
			out = append(out, "GOMAXPROCS="+v)
		case d.Core || v != d.Default:
			out = append(out, d.Name+"="+v)
		}
	}
	return out
}

// columnLabels returns the runs' labels if they differ, or else their IDs.
func columnLabels(old, new *results.Run) [2]string {
	a, b := old.Info(), new.Info()
	switch {
	case a.Label != b.Label && a.Label != "" && b.Label != "":
		return [2]string{a.Label, b.Label}
	case a.ID != b.ID:
		return [2]string{a.ID, b.ID}
	default:
		return [2]string{"old", "new"}
	}
}

func origin(s stats.Side) string {
	commit := "commit unknown"
	if s.Commit != "" {
		commit = "commit " + s.Commit
	}
	return commit + ", " + s.Started.Format("2006-01-02 15:04")
}

// roundsOf says how many rounds a run has, why no more, and how many of them were disturbed.
func roundsOf(s stats.Side) string {
	out := spell.Plural(s.Rounds, "round")
	if s.Rounds < s.Asked && s.Stopped != "" {
		out = fmt.Sprintf("%d of %s (%s)", s.Rounds, spell.Plural(s.Asked, "round"), s.Stopped)
	}
	if s.Flagged > 0 {
		out += fmt.Sprintf(", of which %d %s flagged", s.Flagged, isOrAre(s.Flagged))
	}
	return out
}
