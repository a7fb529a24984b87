package text_test

import (
	"bytes"
	"strings"
	"testing"

	"collatebench/results/evidence"
	"collatebench/results/resultstest"
	"collatebench/results/text"
)

func TestWriteVersions(t *testing.T) {
	info, samples := resultstest.VersionsRun(t, 20, .9)
	r, err := evidence.NewReading(info, samples)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	text.Write(&b, r)
	resultstest.Golden(t, "versions.golden", b.String())
}

// TestFewRoundsOfVersions explains the mark of what has no interval.
func TestFewRoundsOfVersions(t *testing.T) {
	for rounds, want := range map[int]bool{1: true, 5: true, 6: false} {
		info, samples := resultstest.VersionsRun(t, rounds, 1)
		r, err := evidence.NewReading(info, samples)
		if err != nil {
			t.Fatal(err)
		}
		var b bytes.Buffer
		text.Write(&b, r)
		if got := strings.Contains(b.String(), "too few rounds for an interval"); got != want || strings.Contains(b.String(), "±?") != want {
			t.Errorf("%d rounds: explained: %v, want %v\n%s", rounds, got, want, b.String())
		}
	}
}

// TestVersionsAreColumns of benchstat, though the lines of both have one name.
func TestVersionsAreColumns(t *testing.T) {
	resultstest.NeedGo(t)
	info, samples := resultstest.VersionsRun(t, 6, .5)
	run := resultstest.Run(t, info, samples)
	if err := run.WriteBench(); err != nil {
		t.Fatal(err)
	}
	tables, err := text.BenchstatTables(t.Context(), run)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"-col 'rev@(1a2b3c4 worktree)'", "  1a2b3c4  ", "  worktree  ", "(p=0.002 n=6)"} {
		if !strings.Contains(string(tables.Text), want) {
			t.Errorf("no %q in\n%s", want, tables.Text)
		}
	}
	out, doubts, err := text.Benchstat(t.Context(), "-col", "rev", "-filter", "-/aa:b .unit:MB/s", run.BenchPath())
	if err != nil || doubts != "" || !strings.Contains(string(out), "worktree") {
		t.Errorf("%v, %s\n%s", err, doubts, out)
	}
}

// TestCompareRunsOfVersions: versions of one name stay apart.
func TestCompareRunsOfVersions(t *testing.T) {
	resultstest.NeedGo(t)
	info, samples := resultstest.VersionsRun(t, 6, .5)
	other, more := resultstest.VersionsRun(t, 6, .5)
	other.Label = "again"
	var b bytes.Buffer
	old, new := resultstest.Run(t, info, samples), resultstest.Run(t, other, more)
	c, err := evidence.Compare(old, new)
	if err != nil {
		t.Fatal(err)
	}
	if err := text.Compare(t.Context(), &b, c, old, new); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"rev: 1a2b3c4\n", "rev: worktree\n", "n=6"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("no %q in\n%s", want, b.String())
		}
	}
}
