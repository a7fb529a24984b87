package text_test

import (
	"bytes"
	"io"
	"slices"
	"strings"
	"testing"

	"collatebench/results"
	"collatebench/results/evidence"
	"collatebench/results/resultstest"
	"collatebench/results/stats"
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
		for name, print := range map[string]func(io.Writer, evidence.Reading){"text": text.Write, "markdown": text.VersionsMarkdown} {
			var b bytes.Buffer
			print(&b, r)
			if got := strings.Contains(b.String(), "too few rounds for an interval"); got != want || strings.Contains(b.String(), "±?") != want {
				t.Errorf("%s of %d rounds: explained: %v, want %v\n%s", name, rounds, got, want, b.String())
			}
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

// gated is a run of two versions on which a gate has decided.
func gated(t *testing.T, margin float64) evidence.Reading {
	t.Helper()
	info, samples := resultstest.VersionsRun(t, 20, .9)
	d, err := (&stats.Sequence{Gate: stats.Gate{Margin: margin, Alpha: .01}}).Look(resultstest.Run(t, info, samples), 1)
	if err != nil {
		t.Fatal(err)
	}
	if info.Gate, err = d.Record(); err != nil {
		t.Fatal(err)
	}
	r, err := evidence.NewReading(info, samples)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// TestVersionsForms prints a run of two versions in each form; each has the gate's answer.
func TestVersionsForms(t *testing.T) {
	r := gated(t, .02)
	var markdown, csv, plain bytes.Buffer
	text.VersionsMarkdown(&markdown, r)
	if err := text.VersionsCSV(&csv, r); err != nil {
		t.Fatal(err)
	}
	text.Write(&plain, r)
	resultstest.Golden(t, "versions.md.golden", markdown.String())
	resultstest.Golden(t, "versions.csv.golden", csv.String())
	if lines := text.GateLines(*r.Summary.Gate); !strings.HasSuffix(plain.String(), "\n\n"+strings.Join(lines, "\n")+"\n") {
		t.Errorf("the tables do not end with %q:\n%s", lines, plain.String())
	}
}

// TestGateOfVersionsIsKept in the run's record, as it was.
func TestGateOfVersionsIsKept(t *testing.T) {
	for margin, want := range map[float64]stats.Outcome{.02: stats.Worse, .5: stats.NotWorse, .101: stats.Undecided} {
		got := gated(t, margin).Summary.Gate
		if got.Outcome != want || got.Margin != margin || len(got.Cells) != 2 {
			t.Errorf("margin %v: %+v, want %s", margin, got, want)
		}
	}
}

// TestDisturbedAttempts: an attempt that was taken again is no round.
func TestDisturbedAttempts(t *testing.T) {
	info, samples := resultstest.VersionsRun(t, 2, 1)
	for _, s := range samples {
		if s.Round == 1 { // is taken three times, and disturbed each time
			for n := 1; n <= results.MaxAttempts; n++ {
				s.Attempt, s.Flags = n, []string{"steal took 12% of the cores"}
				samples = append(samples, s)
			}
		}
	}
	samples = slices.DeleteFunc(samples, func(s results.Sample) bool { return s.Round == 1 && len(s.Flags) == 0 })
	r, err := evidence.NewReading(info, samples)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	text.VersionsMarkdown(&b, r)
	if want := "- something else used the machine in 3 attempts, of which 1 round could not be taken again and count"; !strings.Contains(b.String(), want) {
		t.Errorf("no %q in\n%s", want, &b)
	}
}
