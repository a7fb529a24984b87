package report_test

import (
	"encoding/csv"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"collatebench/results"
	"collatebench/results/evidence"
	"collatebench/results/report"
	"collatebench/results/resultstest"
)

func TestWriteReport(t *testing.T) {
	resultstest.NeedGo(t)
	info, samples := resultstest.DefaultRun(t)
	r := resultstest.Run(t, info, samples)
	if err := write(t, r); err != nil {
		t.Fatal(err)
	}
	read := func(name string) string {
		text, err := os.ReadFile(filepath.Join(r.ReportDir(), name))
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	resultstest.Golden(t, "report.golden", read("benchstat.txt"))
	table := csv.NewReader(strings.NewReader(read("benchstat.csv")))
	table.FieldsPerRecord = -1
	records, err := table.ReadAll()
	if err != nil || len(records) < 50 {
		t.Errorf("%d records of CSV, %v", len(records), err)
	}
	if !slices.ContainsFunc(records, func(r []string) bool { return r[0] == "/gomaxprocs: 1" }) {
		t.Error("the CSV has no heading for GOMAXPROCS=1")
	}
	resultstest.NoLeftovers(t, r.ReportDir())
	if err := os.RemoveAll(r.ReportDir()); err != nil {
		t.Fatal(err)
	}
	if err := write(t, r); err != nil {
		t.Errorf("made again: %v", err)
	}
}

// The keys of summary.json, which programs rely on. The numbers are tested
// elsewhere; their last digits differ between processors.
func TestSummaryJSONGolden(t *testing.T) {
	info, samples := resultstest.TroubledRun(t, map[string]string{"placement": "collector,request", "window": "32", "procs": "2"})
	r, err := evidence.NewReading(info, samples)
	if err != nil {
		t.Fatal(err)
	}
	r.Summary.Cells, r.Summary.Ratios = r.Summary.Cells[:1], r.Summary.Ratios[:1]
	text, err := r.SummaryJSON()
	if err != nil {
		t.Fatal(err)
	}
	number := regexp.MustCompile(`(": )-?[0-9.]+(e[+-]?[0-9]+)?`)
	resultstest.Golden(t, "summary.golden", number.ReplaceAllString(string(text), "${1}0"))
}

func TestWriteReportOfAnUnfinishedRun(t *testing.T) {
	resultstest.NeedGo(t)
	names := []string{resultstest.Collector32, resultstest.Request32}
	for rounds, doubts := range []bool{false, true} {
		r := resultstest.Run(t, resultstest.Info(names...), append(resultstest.Rounds(t, names, rounds), resultstest.Sample(t, resultstest.Request32, 9, 1, 50)))
		if err := write(t, r); err != nil {
			t.Fatalf("%d rounds: %v", rounds, err)
		}
		text, err := os.ReadFile(filepath.Join(r.ReportDir(), "benchstat.txt"))
		if err != nil || strings.Contains(string(text), "no complete round") != (rounds == 0) {
			t.Errorf("%d rounds: %v\n%s", rounds, err, text)
		}
		if _, err := os.Stat(filepath.Join(r.ReportDir(), "benchstat.csv.doubts")); (err == nil) != doubts {
			t.Errorf("%d rounds: doubts: %v", rounds, err)
		}
		summary, err := os.ReadFile(filepath.Join(r.ReportDir(), "summary.json"))
		if err != nil || !json.Valid(summary) {
			t.Errorf("%d rounds: %v\n%s", rounds, err, summary)
		}
	}
}

// TestPeersBenchstat: benchstat puts clients in columns.
func TestPeersBenchstat(t *testing.T) {
	info, samples := resultstest.ComparedRun(t, 6)
	r := resultstest.Run(t, info, samples)
	if err := write(t, r); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(r.ReportDir(), results.BenchstatText))
	if err != nil {
		t.Fatal(err)
	}
	resultstest.Golden(t, "peers_benchstat.golden", string(text))
	if !strings.Contains(string(text), "-col 'client@(go rust my-client)'") {
		t.Error("clients are no columns")
	}
}

// TestNoOlderTables: where benchstat is not to be had, no table of an earlier report
// stands beside the newer numbers.
func TestNoOlderTables(t *testing.T) {
	names := []string{resultstest.Collector32, resultstest.Request32}
	r := resultstest.Run(t, resultstest.Info(names...), resultstest.Rounds(t, names, 2))
	if err := r.WriteDerived(results.BenchstatText, []byte("older\n")); err != nil {
		t.Fatal(err)
	}
	t.Chdir(t.TempDir())
	t.Setenv("PATH", t.TempDir())
	if err := write(t, r); err == nil {
		t.Error("a report was made without benchstat")
	}
	if _, err := os.Stat(filepath.Join(r.ReportDir(), results.BenchstatText)); !os.IsNotExist(err) {
		t.Errorf("the older table is still there: %v", err)
	}
}

// write makes report/ of a run as whoever has read it does.
func write(t *testing.T, run *results.Run) error {
	t.Helper()
	r, err := evidence.Read(run)
	if err != nil {
		return err
	}
	return report.Write(t.Context(), run, r)
}
