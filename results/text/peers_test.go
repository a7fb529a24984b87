package text_test

import (
	"slices"
	"strings"
	"testing"

	"collatebench/results"
	"collatebench/results/resultstest"
)

func TestPeersTable(t *testing.T) {
	info, samples := resultstest.ComparedRun(t, 4)
	resultstest.Golden(t, "peers.golden", write(t, info, samples))
}

// TestCompareKeepsClientsApart: two clients' cells may have the same name on
// the line.
func TestCompareKeepsClientsApart(t *testing.T) {
	info, samples := resultstest.ComparedRun(t, 6)
	was := resultstest.Run(t, info, samples)
	mine := func(name string) bool { return strings.HasPrefix(name, "client=my-client") }
	info.Cells = slices.DeleteFunc(slices.Clone(info.Cells), mine)
	samples = slices.DeleteFunc(slices.Clone(samples), func(s results.Sample) bool { return mine(s.Cell) })
	is := resultstest.Run(t, info, samples)
	out := compare(t, was, is)
	if strings.Count(out, "client: rust") == 0 || strings.Contains(out, "client: my-client") || !strings.Contains(out, "only in") {
		t.Error(out)
	}
	if !strings.Contains(out, "Collate/placement=request/window=32 ") {
		t.Errorf("Go's request is gone with the other client's:\n%s", out)
	}
}
