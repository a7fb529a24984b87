package text_test

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"collatebench/bench"
	"collatebench/results"
	"collatebench/results/evidence"
	"collatebench/results/resultstest"
	"collatebench/results/stats"
	"collatebench/results/text"
)

func write(t *testing.T, info results.Info, samples []results.Sample) string {
	t.Helper()
	r, err := evidence.NewReading(info, samples)
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	text.Write(&b, r)
	return b.String()
}

func TestTableOfTheDefaultMatrix(t *testing.T) {
	info, samples := resultstest.DefaultRun(t)
	got := write(t, info, samples)
	resultstest.Golden(t, "table.golden", got)
	for line := range strings.Lines(got) {
		inTable := strings.HasPrefix(line, " ") || strings.HasPrefix(line, "window")
		if n := utf8.RuneCountInString(strings.TrimSpace(line)); inTable && n > 110 {
			t.Errorf("%d columns: %s", n, line)
		}
	}
}

func TestTableOfOtherMatrices(t *testing.T) {
	names := resultstest.Cells(t, map[string]string{"placement": "all", "window": "1,32", "size": "64KiB,1MiB", "latency": "none,10ms", "procs": "2"})
	resultstest.Golden(t, "table_wide.golden", write(t, resultstest.Info(names...), resultstest.Rounds(t, names, 3)))

	names = resultstest.Cells(t, map[string]string{"placement": string(bench.Pool), "window": "8"})
	info := resultstest.Info(names...)
	info.State, info.Stopped = results.Stopped, "interrupted"
	resultstest.Golden(t, "table_single.golden", write(t, info, resultstest.Rounds(t, names, 1)))

	resultstest.Golden(t, "table_none.golden", write(t, info, resultstest.Rounds(t, names, 1)[:1]))
}

// TestDoubtsAreTold beside the table, and by the notes of the page.
func TestDoubtsAreTold(t *testing.T) {
	info, samples := resultstest.DefaultRun(t)
	info.Outsets = []results.Outset{{At: resultstest.Began(), Forced: true, Beside: "run x (pid 4711)"}}
	const want = "doubt: --force: at 20:41:00 UTC it began beside run x (pid 4711)"
	if got := write(t, info, samples); !strings.Contains(got, "\n"+want+"\n") {
		t.Errorf("the tables have no line %q:\n%s", want, got)
	}
	s, err := stats.Summarise(info, samples)
	if err != nil {
		t.Fatal(err)
	}
	if notes := text.Notes(s); !slices.Contains(notes, want) {
		t.Errorf("%q has no %q", notes, want)
	}
}
