package report_test

import (
	"strings"
	"testing"

	"collatebench/results/report"
	"collatebench/results/resultstest"
	"collatebench/results/stats"
)

// TestVersionsPage shows both versions as rows and their pairs, or that there are none yet.
func TestVersionsPage(t *testing.T) {
	info, samples := resultstest.VersionsRun(t, 12, .8)
	page, err := report.HTML(resultstest.Run(t, info, samples), nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"Versions side by side", "Old: 1a2b3c4 (main). New: worktree (9f8e7d6 with changes).", "A/A of old</th>",
		"2 cells in 2 versions and 2 A/A controls", "<td>worktree</td>", "request, rev=worktree",
	} {
		if !strings.Contains(string(page), want) {
			t.Errorf("the page has no %q", want)
		}
	}
	for margin, want := range map[float64]string{.05: "<p class=\"warning\">gate: FAIL: 1 of 2 cells lost more than 5% of throughput", .5: "<p>gate: PASS: none of 2 cells"} {
		gated := info
		d, err := (&stats.Sequence{Gate: stats.Gate{Margin: margin, Alpha: .01}}).Look(resultstest.Run(t, info, samples), 1)
		if err == nil {
			gated.Gate, err = d.Record()
		}
		if err == nil {
			page, err = report.HTML(resultstest.Run(t, gated, samples), nil)
		}
		if err != nil || !strings.Contains(string(page), want) {
			t.Errorf("margin %v: %v: the page has no %q", margin, err, want)
		}
	}
	page, err = report.HTML(resultstest.Run(t, info, samples[:3]), nil)
	if err != nil || !strings.Contains(string(page), "No round is complete yet.") {
		t.Errorf("%v: a run that has just begun", err)
	}
	if _, err := report.WritePNG(resultstest.Run(t, info, samples), t.TempDir()); err != nil {
		t.Error(err)
	}
}
