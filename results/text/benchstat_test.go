package text_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strconv"
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

// TestForeignModule: a module that calls itself collatebench decides nothing, though its
// go.mod has a tool of that name, a replacement or a workspace.
func TestForeignModule(t *testing.T) {
	resultstest.NeedGo(t)
	dir := t.TempDir()
	ran := filepath.Join(dir, "ran")
	source := "package main\n\nimport \"os\"\n\nfunc main() { os.WriteFile(" + strconv.Quote(ran) + ", nil, 0o666) }\n"
	for name, text := range map[string]string{
		"go.mod":                     "module collatebench\n\ngo 1.26.0\n\ntool collatebench/cmd/benchstat\n\nrequire golang.org/x/perf v0.0.0\n\nreplace golang.org/x/perf => ./perf\n",
		"go.work":                    "go 1.26.0\n\nuse .\nuse ./perf\n",
		"cmd/benchstat/main.go":      source,
		"perf/go.mod":                "module golang.org/x/perf\n\ngo 1.26.0\n",
		"perf/cmd/benchstat/main.go": source,
	} {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o777), os.WriteFile(path, []byte(text), 0o666)); err != nil {
			t.Fatal(err)
		}
	}
	few := filepath.Join(dir, "few.txt")
	if err := os.WriteFile(few, []byte("BenchmarkX 1 2 x\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	for _, wd := range []string{dir, filepath.Join(dir, "cmd", "benchstat"), t.TempDir()} {
		t.Chdir(wd)
		out, _, err := text.Benchstat(t.Context(), few)
		if err != nil || !strings.Contains(string(out), "X") {
			t.Errorf("in %s: %q, %v", wd, out, err)
		}
		if _, err := os.Stat(ran); err == nil {
			t.Fatalf("in %s a program of the module there was run", wd)
		}
	}
}
