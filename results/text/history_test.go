package text_test

import (
	"fmt"
	"strings"
	"testing"

	"collatebench/results/history"
	"collatebench/results/resultstest"
	"collatebench/results/text"
)

// TestWriteHistory: changes stand in their cell's row, the newest first, and runs that are
// left out below.
func TestWriteHistory(t *testing.T) {
	records := []history.Record{history.LeftOut("w", resultstest.Began(), "it is a run of why")}
	for n := range 30 {
		speed, other := 100+float64(n*7%5), 50+float64(n*3%5)
		switch {
		case n >= 20:
			speed *= 1.1
		case n >= 10:
			speed *= .8
		}
		records = append(records, history.Record{
			ID: fmt.Sprintf("run%02d", n), Commit: fmt.Sprintf("c%02d", n), Started: resultstest.Began().AddDate(0, 0, n), Machine: "Some CPU, 2 cores", Go: "go1.26.0",
			Values: []history.Value{{Cell: resultstest.Request32, MBPerS: speed}, {Cell: resultstest.Collector32, MBPerS: other}},
		})
	}
	var b strings.Builder
	text.WriteHistory(&b, history.New(records))
	want := `Some CPU, 2 cores, go1.26.0: 30 runs, 2026-11-22 to 2026-12-21
  MB/s   runs   cell                                                      changes
   113     30   codec=json/placement=request/window=32/size=1MiB-2     1.38x at run20 (commit c20): 81.6, then 112 MB/s, p < .001
                                                                       0.80x at run10 (commit c10): 102, then 81.6 MB/s, p < .001
  52.0     30   codec=json/placement=collector/window=32/size=1MiB-2   none
left out: w: it is a run of why
`
	squeeze := func(s string) string {
		var out []string
		for line := range strings.Lines(s) {
			out = append(out, strings.Join(strings.Fields(line), " "))
		}
		return strings.Join(out, "\n")
	}
	if squeeze(b.String()) != squeeze(want) {
		t.Errorf("it prints\n%s\nwant\n%s", b.String(), want)
	}
}
