package report

import (
	"strings"
	"testing"

	"collatebench/results"
	"collatebench/results/resultstest"
)

// TestComparisonSaysCauses: the page says of a changed cell whether its cause did, and first
// what makes the comparison meaningless.
func TestComparisonSaysCauses(t *testing.T) {
	names := resultstest.Cells(t, map[string]string{"window": "32"})
	run := func(cores int, busy string, times float64) *results.Run {
		info := resultstest.Info(names...)
		info.Machine.Cores = cores
		samples := resultstest.Rounds(t, names, 6)
		for i, s := range samples {
			if s.Cell == resultstest.Request32 {
				s = resultstest.Sample(t, s.Cell, s.Round, 1, (80+float64(s.Round))*times)
				head, _, _ := strings.Cut(s.Line, "\t         ")
				s.Line = head + "\t" + busy
				samples[i] = s
			}
		}
		return resultstest.Run(t, info, samples)
	}
	old := run(2, "1.97 cpus\t0.97 decode-busy\t 1.9 decode-overlap\t 400e6 resp-ns\t 11e6 headers-ns/resp\t 10e6 service-ns/resp\t 2e6 read-ns/resp\t 400e6 decode-wait-ns/resp\t 20e6 decode-ns/resp", 1)
	new := run(4, "1.06 cpus\t0.98 decode-busy\t 1 decode-overlap\t 490e6 resp-ns\t 11e6 headers-ns/resp\t 10e6 service-ns/resp\t 2e6 read-ns/resp\t 400e6 decode-wait-ns/resp\t 18e6 decode-ns/resp", .5)
	html, err := Comparison(old, new, nil)
	if err != nil {
		t.Fatal(err)
	}
	page := string(html)
	for _, want := range []string{"2.0x slower: serialised, was cpu-saturated", "refuses to compare these two"} {
		if !strings.Contains(page, want) {
			t.Errorf("no %q in the page", want)
		}
	}
	if strings.Index(page, "the cores differ: 2 cores, then 4 cores") > strings.Index(page, "What has changed") {
		t.Error("what differs is not first")
	}
}
