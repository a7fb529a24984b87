package runner

import (
	"slices"
	"testing"
	"time"

	"collatebench/bench"
	"collatebench/mockserver/payload"
	"collatebench/results"
	"collatebench/results/evidence"
	"collatebench/results/verdict"
)

func cell(t *testing.T, text string) bench.Cell {
	t.Helper()
	c, err := bench.ReadCell(text)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// chained is a study whose cell c is two interventions behind a, with an aside on each.
func chained() evidence.Why {
	return evidence.Why{Cell: "a", Interventions: []verdict.Intervention{
		{Before: "a", Cell: "b", Change: "placement=pool", Cause: verdict.Serialised},
		{Before: "a", Cell: "x", Change: "from=memory", Aside: true},
		{Before: "b", Cell: "c", Change: "queue=none", Cause: verdict.UpstreamQueueing},
		{Before: "a", Cell: "c", Change: "decode=off", Aside: true},
		{Before: "c", Cell: "d", Change: "decode=off", Cause: verdict.CPUSaturated},
		{Before: "c", Cell: "e", Change: "window=8", Cause: verdict.UpstreamQueueing, Flat: true},
	}}
}

// TestChainOfChanges: what led to a cell, in the order in which it was changed, without
// what stands beside the chain.
func TestChainOfChanges(t *testing.T) {
	why := chained()
	if got := changes(why, "c"); got != "placement=pool queue=none" {
		t.Errorf("changes %q", got)
	}
	got := mended(why, "c")
	slices.Sort(got)
	if !slices.Equal(got, []verdict.Cause{verdict.Serialised, verdict.UpstreamQueueing}) {
		t.Errorf("mended %q", got)
	}
	for cell, want := range map[string]bool{"b": false, "c": false, "d": true, "e": true} {
		if ends(&why, cell) != want {
			t.Errorf("%s ends the chain: %v, want %v", cell, !want, want)
		}
	}
}

// TestControlCell has the largest window, and then the most cores.
func TestControlCell(t *testing.T) {
	all := []bench.Cell{
		cell(t, "placement=collector/window=32/procs=1"), cell(t, "placement=collector/window=32/procs=2"),
		cell(t, "placement=collector/window=8/procs=2"), cell(t, "placement=request/window=64/procs=2"),
	}
	if got := controlCell(all, bench.Collector); got != all[1] {
		t.Errorf("%s, want %s", got.Name(), all[1].Name())
	}
}

// TestPossible: an op that just fills its window, and the smallest and largest payload, are
// possible.
func TestPossible(t *testing.T) {
	for text, want := range map[string]bool{
		"window=64/responses=64": true, "window=65/responses=64": false,
		"size=" + payload.MinSize.String(): true, "size=" + payload.MaxSize.String(): true,
	} {
		if err := possible(cell(t, text), Options{}); (err == nil) != want {
			t.Errorf("%s: %v", text, err)
		}
	}
	small := cell(t, "window=1")
	for size, want := range map[payload.Size]bool{payload.MinSize - 1: false, payload.MaxSize + 1: false} {
		if small.Size = size; (possible(small, Options{}) == nil) != want {
			t.Errorf("%v bytes are possible: %v", int(size), !want)
		}
	}
}

// TestProfileTime: each pass runs some ops of each cell in a process of its own.
func TestProfileTime(t *testing.T) {
	c := cell(t, "placement=collector")
	x := &experiment{cells: []bench.Cell{c}, Options: Options{Profile: LargestProfiles, Ops: 4}, run: &results.Run{}}
	s := results.Sample{Seconds: 5, Line: "BenchmarkCollate/" + c.Benchmark() + " 4 1000000000 ns/op 1 MB/s"}
	got := x.profileTime(results.Round{Samples: map[string]results.Sample{c.Name(): s}})
	if want := 2 * time.Second * time.Duration(passes) * 5 / 4; got != want { // 5 s with four ops of 1 s, so 2 s with one
		t.Errorf("%v, want %v", got, want)
	}
	s.Line += " 1 cpus" // six ops of a second make a CPU profile
	got = x.profileTime(results.Round{Samples: map[string]results.Sample{c.Name(): s}})
	if want := (2 + 7) * time.Second * 5 / 4; got != want {
		t.Errorf("%v, want %v", got, want)
	}
}
