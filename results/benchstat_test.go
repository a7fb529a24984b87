package results_test

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"collatebench/results"
)

func needGo(t *testing.T) {
	t.Helper()
	if _, err := exec.LookPath("go"); err != nil {
		t.Skipf("benchstat is a tool of this module, which takes the go command: %v", err)
	}
}

// The tables of a fixed bench.txt, in the projection of the reports.
func TestBenchstatGolden(t *testing.T) {
	needGo(t)
	out, doubts, err := results.Benchstat(t.Context(),
		"-table", "/size /gomaxprocs", "-row", "/window@num", "-col", "/placement@(inline collector request pool)",
		"-filter", "-/aa:b .unit:(MB/s OR cpus)", filepath.Join("testdata", "bench.txt"))
	if err != nil || doubts != "" {
		t.Fatalf("%v, doubts %q", err, doubts)
	}
	golden(t, "benchstat.golden", string(out))
}

func TestBenchstatErrors(t *testing.T) {
	needGo(t)
	dir := t.TempDir()
	broken := filepath.Join(dir, "broken.txt")
	if err := os.WriteFile(broken, []byte("BenchmarkX 1 many ns/op\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	for names, args := range map[string][]string{
		"no such file":        {filepath.Join(dir, "none.txt")},
		"parsing measurement": {broken},
		"parsing -col":        {"-col", "/x@(", broken},
		"not defined":         {"-nonesuch", broken},
	} {
		out, doubts, err := results.Benchstat(t.Context(), args...)
		if err == nil || !strings.Contains(err.Error(), names) || !strings.Contains(err.Error(), "benchstat: ") {
			t.Errorf("%v: %q, doubts %q, %v; want an error that has %q", args, out, doubts, err, names)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := results.Benchstat(ctx, broken); err == nil {
		t.Error("it ran although it was cancelled")
	}
}

func TestBenchstatDoubts(t *testing.T) {
	needGo(t)
	few := filepath.Join(t.TempDir(), "few.txt")
	if err := os.WriteFile(few, []byte("Unit x better=lower\nUnit x better=higher\nBenchmarkX 1 2 x\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	out, doubts, err := results.Benchstat(t.Context(), "-format", "csv", few)
	if err != nil || !strings.Contains(doubts, "need >= 6 samples") || !strings.Contains(doubts, "already set") || len(out) == 0 {
		t.Errorf("%q, doubts %q, %v; want a doubt beside the table", out, doubts, err)
	}
}

// Where neither the module nor PATH has it, one line says how to get it.
func TestNoBenchstat(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	for _, dir := range []string{".", t.TempDir()} {
		t.Chdir(dir)
		_, _, err := results.Benchstat(t.Context(), "x")
		if err == nil || !strings.Contains(err.Error(), "go install") || strings.Contains(err.Error(), "\n") {
			t.Errorf("in %s: %v", dir, err)
		}
	}
}

func TestBenchstatInPath(t *testing.T) {
	t.Chdir(t.TempDir())
	bin := t.TempDir()
	if err := os.WriteFile(filepath.Join(bin, "benchstat"), []byte("#!/bin/sh\necho \"$@\"\n"), 0o777); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", bin)
	out, _, err := results.Benchstat(t.Context(), "a", "b")
	if err != nil || string(out) != "a b\n" {
		t.Errorf("%q, %v", out, err)
	}
}

func TestWriteReport(t *testing.T) {
	needGo(t)
	info, samples := defaultRun(t)
	r := newRun(t, info, samples)
	if err := r.WriteReport(t.Context()); err != nil {
		t.Fatal(err)
	}
	read := func(name string) string {
		text, err := os.ReadFile(filepath.Join(r.ReportDir(), name))
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	golden(t, "report.golden", read("benchstat.txt"))
	table := csv.NewReader(strings.NewReader(read("benchstat.csv")))
	table.FieldsPerRecord = -1
	records, err := table.ReadAll()
	if err != nil || len(records) < 50 {
		t.Errorf("%d records of CSV, %v", len(records), err)
	}
	if !slices.ContainsFunc(records, func(r []string) bool { return r[0] == "/gomaxprocs: 1" }) {
		t.Error("the CSV has no heading for GOMAXPROCS=1")
	}
	noLeftovers(t, r.ReportDir())
	if err := os.RemoveAll(r.ReportDir()); err != nil {
		t.Fatal(err)
	}
	if err := r.WriteReport(t.Context()); err != nil {
		t.Errorf("made again: %v", err)
	}
}

// The keys of summary.json, which programs rely on. The numbers are tested
// elsewhere; their last digits differ between processors.
func TestSummaryJSONGolden(t *testing.T) {
	info, samples := troubledRun(t, map[string]string{"placement": "collector,request", "window": "32", "procs": "2"})
	s := summarise(t, info, samples)
	s.Cells, s.Ratios = s.Cells[:1], s.Ratios[:1]
	text, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	number := regexp.MustCompile(`(": )-?[0-9.]+(e[+-]?[0-9]+)?`)
	golden(t, "summary.golden", number.ReplaceAllString(string(text), "${1}0")+"\n")
}

func TestWriteReportOfAnUnfinishedRun(t *testing.T) {
	needGo(t)
	names := []string{collector32, request32}
	for rounds, doubts := range []bool{false, true} {
		r := newRun(t, newInfo(names...), append(takeRounds(t, names, rounds), newSample(t, request32, 9, 1, 50)))
		if err := r.WriteReport(t.Context()); err != nil {
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
