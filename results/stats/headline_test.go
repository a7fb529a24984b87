package stats_test

import (
	"slices"
	"strings"
	"testing"

	"collatebench/bench"
	"collatebench/results/resultstest"
	"collatebench/results/stats"
)

// TestHeadlineOfEachBlock: a placement has a cell for each codec and size, at the most cores
// and the largest window, wherever that stands in the list.
func TestHeadlineOfEachBlock(t *testing.T) {
	names := resultstest.Cells(t, map[string]string{"codec": "json,sonic", "size": "64KiB,1MiB", "placement": "collector,request", "window": "32,8", "procs": "2,1"})
	names = append(names, resultstest.Control(t, resultstest.Collector32))
	var cells []bench.Cell
	for _, name := range names {
		c, err := bench.ParseCell(name)
		if err != nil {
			t.Fatal(err)
		}
		cells = append(cells, c)
	}
	var got []string
	for _, c := range stats.Headline(cells) {
		got = append(got, c.Name())
	}
	var want []string
	for _, codec := range []string{"json", "sonic"} {
		for _, placement := range []string{"collector", "request"} {
			for _, size := range []string{"64KiB", "1MiB"} {
				want = append(want, "codec="+codec+"/placement="+placement+"/window=32/size="+size+"-2")
			}
		}
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if apart := stats.Distinctions(stats.Headline(cells)); apart[0] == "" || apart[0] == apart[1] {
		t.Errorf("the cells are told apart by %q", apart)
	}
	if apart := stats.Distinctions(cells[:1]); apart[0] != "" {
		t.Errorf("a cell alone is told from others by %q", apart[0])
	}
}
