package text_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"collatebench/results/resultstest"
	"collatebench/results/text"
)

// TestBenchstatGolden: the tables of a fixed bench.txt, in the projection of the reports.
func TestBenchstatGolden(t *testing.T) {
	resultstest.NeedGo(t)
	out, doubts, err := text.Benchstat(t.Context(),
		"-table", "/size /gomaxprocs", "-row", "/window@num", "-col", "/placement@(inline collector request pool)",
		"-filter", "-/aa:b .unit:(MB/s OR cpus)", filepath.Join("testdata", "bench.txt"))
	if err != nil || doubts != "" {
		t.Fatalf("%v, doubts %q", err, doubts)
	}
	resultstest.Golden(t, "benchstat.golden", string(out))
}

func TestBenchstatErrors(t *testing.T) {
	resultstest.NeedGo(t)
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
		out, doubts, err := text.Benchstat(t.Context(), args...)
		if err == nil || !strings.Contains(err.Error(), names) || !strings.Contains(err.Error(), "benchstat: ") {
			t.Errorf("%v: %q, doubts %q, %v; want an error that has %q", args, out, doubts, err, names)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := text.Benchstat(ctx, broken); err == nil {
		t.Error("it ran although it was cancelled")
	}
}

func TestBenchstatDoubts(t *testing.T) {
	resultstest.NeedGo(t)
	few := filepath.Join(t.TempDir(), "few.txt")
	if err := os.WriteFile(few, []byte("Unit x better=lower\nUnit x better=higher\nBenchmarkX 1 2 x\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	out, doubts, err := text.Benchstat(t.Context(), "-format", "csv", few)
	if err != nil || !strings.Contains(doubts, "need >= 6 samples") || !strings.Contains(doubts, "already set") || len(out) == 0 {
		t.Errorf("%q, doubts %q, %v; want a doubt beside the table", out, doubts, err)
	}
}

// TestNoBenchstat: if neither the module nor PATH has benchstat, one line says how to get it.
func TestNoBenchstat(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	for _, dir := range []string{".", t.TempDir()} {
		t.Chdir(dir)
		_, _, err := text.Benchstat(t.Context(), "x")
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
	out, _, err := text.Benchstat(t.Context(), "a", "b")
	if err != nil || string(out) != "a b\n" {
		t.Errorf("%q, %v", out, err)
	}
}
