package report

import (
	"context"

	"collatebench/results"
	"collatebench/results/evidence"
	"collatebench/results/text"
)

// Write makes report/ of a run and its reading, and bench.txt, which the tables are made of.
// The page comes last: it shows what was made before it.
func Write(ctx context.Context, run *results.Run, r evidence.Reading) error {
	if err := writeNumbers(run, r); err != nil {
		return err
	}
	if err := run.WriteBench(); err != nil {
		return err
	}
	if err := writeTables(ctx, run); err != nil {
		return err
	}
	return writePage(run, r)
}

func writeNumbers(run *results.Run, r evidence.Reading) error {
	summary, err := r.SummaryJSON()
	if err != nil {
		return err
	}
	verdicts, err := r.VerdictJSON()
	if err != nil {
		return err
	}
	if err := run.WriteDerived(results.SummaryFile, summary); err != nil {
		return err
	}
	return run.WriteDerived(results.VerdictFile, verdicts)
}

// writeTables removes the older tables first: if this fails, they must not stand
// beside newer numbers.
func writeTables(ctx context.Context, run *results.Run) error {
	for _, name := range []string{results.BenchstatText, results.BenchstatCSV, results.BenchstatCSVDoubt} {
		if err := run.RemoveDerived(name); err != nil {
			return err
		}
	}
	t, err := text.BenchstatTables(ctx, run)
	if err != nil {
		return err
	}
	if err := run.WriteDerived(results.BenchstatText, t.Text); err != nil {
		return err
	}
	if err := run.WriteDerived(results.BenchstatCSV, t.CSV); err != nil || t.Doubts == "" {
		return err
	}
	return run.WriteDerived(results.BenchstatCSVDoubt, []byte(t.Doubts+"\n"))
}

func writePage(run *results.Run, r evidence.Reading) error {
	d, err := newDocument(run, r)
	if err != nil {
		return err
	}
	page, err := d.html(nil)
	if err != nil {
		return err
	}
	return run.WriteDerived(results.ReportFile, page)
}
