package results_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"collatebench/results"
	"collatebench/results/resultstest"
)

func TestProgress(t *testing.T) {
	names := resultstest.Cells(t, map[string]string{"window": "32"}) // 8 cells
	info := resultstest.Info(names...)
	samples := resultstest.Rounds(t, names, 3)[:2*8+3]
	// A flagged sample makes its round begin again.
	flagged := resultstest.Sample(t, names[0], 3, 1, 50)
	flagged.Flags, flagged.Started = []string{"steal 12% of the cores"}, resultstest.Began()
	run := resultstest.Run(t, info, append(samples, flagged))
	p, err := run.Progress()
	if err != nil {
		t.Fatal(err)
	}
	if p.Samples != 2*8 || p.Planned != 6*8 || p.Round != 3 {
		t.Errorf("got %+v, want 16 of 48 samples, round 3 begun again", p)
	}
	then := time.Now().Add(-time.Hour)
	for _, name := range []string{"run.json", "samples.jsonl"} {
		if err := os.Chtimes(filepath.Join(run.Dir(), name), then, then); err != nil {
			t.Fatal(err)
		}
	}
	if p, err = run.Progress(); err != nil || !p.Lost(time.Now()) {
		t.Errorf("no sign of life since %v (%v), and not lost", p.Changed, err)
	}
	if p.Lost(p.Changed.Add(time.Minute)) {
		t.Error("lost after a minute")
	}
}

// TestProgressNamesTheRound: by its number, also where rounds before it are missing.
func TestProgressNamesTheRound(t *testing.T) {
	run := resultstest.Run(t, resultstest.Info(resultstest.Request32), []results.Sample{resultstest.Sample(t, resultstest.Request32, 4, 1, 50)})
	if p, err := run.Progress(); err != nil || p.Round != 4 {
		t.Errorf("%+v, %v; want round 4", p, err)
	}
}

func TestCommandLine(t *testing.T) {
	for _, c := range []struct {
		command []string
		want    string
	}{
		{nil, ""},
		{[]string{".build/collatebench", "bench"}, "collatebench bench"},
		{[]string{"/tmp/go-build1/exe/collatebench", "bench", "--window=1,8", "--body", "a page.json"}, "collatebench bench --window=1,8 --body 'a page.json'"},
		{[]string{"x.test", "bench", "--label", "it's;$(id)"}, `collatebench bench --label 'it'"'"'s;$(id)'`},
	} {
		if got := (results.Info{Command: c.command}).CommandLine(); got != c.want {
			t.Errorf("%q is repeated by %q, want %q", c.command, got, c.want)
		}
	}
}
