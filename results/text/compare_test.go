package text_test

import (
	"strings"
	"testing"
	"time"

	"collatebench/results"
	"collatebench/results/evidence"
	"collatebench/results/resultstest"
	"collatebench/results/text"
)

func compare(t *testing.T, old, new *results.Run) string {
	t.Helper()
	c, err := evidence.Compare(old, new)
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	if err := text.Compare(t.Context(), &b, c, old, new); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestCompare(t *testing.T) {
	resultstest.NeedGo(t)
	before := resultstest.Cells(t, map[string]string{"placement": "collector,request", "window": "8,32", "procs": "2"})
	after := resultstest.Cells(t, map[string]string{"placement": "request,pool", "window": "8,32"})
	old := resultstest.Info(append(before, resultstest.Control(t, resultstest.Collector32))...)
	old.Label, old.Commit = "main", "abc1234"
	new := resultstest.Info(after...)
	new.Label, new.Commit, new.Go, new.Started = "mine", "def5678+dirty", "go1.27.0", resultstest.Began().Add(time.Hour)
	new.Machine.Cores, new.Machine.Kernel = 4, ""
	new.Upstream = "http://10.0.0.1:8080"
	new.Bodies = []results.BodyFile{{Path: "/a", SHA256: "0123456789abcdef"}}
	new.Defaults = map[string]string{"responses": "128"}
	got := compare(t, resultstest.Run(t, old, resultstest.Rounds(t, old.Cells, 6)), resultstest.Run(t, new, resultstest.Rounds(t, new.Cells, 6)))
	resultstest.Golden(t, "compare.golden", got)
}

func TestCompareARunWithItself(t *testing.T) {
	resultstest.NeedGo(t)
	r := resultstest.Run(t, resultstest.Info(resultstest.Request32), resultstest.Rounds(t, []string{resultstest.Request32}, 6))
	got := compare(t, r, r)
	for _, unwanted := range []string{"warning", "only in", "vary in"} {
		if strings.Contains(got, unwanted) {
			t.Errorf("%q in\n%s", unwanted, got)
		}
	}
	if !strings.Contains(got, "old") || !strings.Contains(got, "new") || !strings.Contains(got, "~ (p=1.000 n=6)") {
		t.Errorf("no equal columns old and new in\n%s", got)
	}
}

func TestCompareRefuses(t *testing.T) {
	run := func(rounds int, names ...string) *results.Run {
		return resultstest.Run(t, resultstest.Info(names...), resultstest.Rounds(t, names, rounds))
	}
	whole := run(1, resultstest.Request32)
	for names, other := range map[string]*results.Run{"no cell in common": run(1, resultstest.Collector32), "no round is complete": run(0, resultstest.Request32)} {
		_, err := evidence.Compare(whole, other)
		if err == nil || !strings.Contains(err.Error(), names) {
			t.Errorf("%v, want an error that has %q", err, names)
		}
	}
}
