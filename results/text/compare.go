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
	"collatebench/results/stats"
)

// Compare prints benchstat's tables of two runs side by side: a table for each unit, a row
// for each common cell, named by what varies. It also prints which cells only one run has,
// and what beside the code differs. Runs that can't be compared are an error.
func Compare(ctx context.Context, w io.Writer, old, new *results.Run) error {
	cells, err := stats.CommonCells(old, new)
	if err != nil {
		return err
	}
	for _, r := range []*results.Run{old, new} {
		if err := readyToCompare(r); err != nil {
			return err
		}
	}
	program, err := findBenchstat(ctx)
	if err != nil {
		return err
	}
	labels := columnLabels(old, new)
	for i, r := range []*results.Run{old, new} {
		fmt.Fprintf(w, "%s: run %s, %s\n", labels[i], r.Info().ID, origin(r.Info()))
	}
	for _, d := range stats.Differences(old.Info(), new.Info()) {
		fmt.Fprintf(w, "warning: %s\n", d)
	}
	missing := [2][]string{stats.OnlyIn(old, new), stats.OnlyIn(new, old)}
	for i, names := range missing {
		if len(names) > 0 {
			fmt.Fprintf(w, "only in %s: %s\n", labels[i], spell.FirstFew(names))
		}
	}
	fmt.Fprintf(w, "in all rows: %s; MB/s are shown as B/s (1 Mi is 1048576), ns as sec\n", strings.Join(commonValues(cells), " "))
	files := []string{"--", labels[0] + "=" + old.BenchPath(), labels[1] + "=" + new.BenchPath()}
	filter := noControls + excluding(slices.Concat(missing[:]...))
	for _, units := range []string{mainUnits, "-" + mainUnits} {
		args := slices.Concat([]string{"-table", tableKey(cells), "-row", ".fullname", "-ignore", ignoredKeys(cells), "-filter", filter + " " + units}, files)
		out, doubts, err := program.output(ctx, "", args...)
		if err != nil {
			return err
		}
		fmt.Fprintf(w, "\n%s", out)
		if doubts != "" {
			fmt.Fprintln(w, doubts)
		}
	}
	return nil
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

func origin(info results.Info) string {
	commit := "commit unknown"
	if info.Commit != "" {
		commit = "commit " + info.Commit
	}
	return commit + ", " + info.Started.Format("2006-01-02 15:04")
}
