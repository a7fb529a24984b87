package history_test

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"collatebench/results"
	"collatebench/results/history"
	"collatebench/results/resultstest"
)

// runs makes runs of one cell, a day apart from day n0 on, with a round each. change may
// set the record of each.
func runs(t *testing.T, n0 int, speeds []float64, change func(i int, info *results.Info)) []history.Record {
	t.Helper()
	var out []history.Record
	for i, v := range speeds {
		info := resultstest.Info(resultstest.Request32)
		info.Started = info.Started.AddDate(0, 0, n0+i)
		if change != nil {
			change(i, &info)
		}
		run := resultstest.Run(t, info, []results.Sample{resultstest.Sample(t, info.Cells[0], 1, 1, v)})
		out = append(out, history.Read(run.Info().ID, run))
	}
	return out
}

// controlledRuns makes runs of one cell and its A/A control, with two complete rounds and
// one that is not.
func controlledRuns(t *testing.T, speeds []float64) []history.Record {
	t.Helper()
	var out []history.Record
	for i, v := range speeds {
		info := resultstest.Info(resultstest.Request32, resultstest.Control(t, resultstest.Request32))
		info.Label, info.Commit = fmt.Sprintf("r%d", i), fmt.Sprintf("c%d", i)
		info.Started = info.Started.AddDate(0, 0, i)
		samples := []results.Sample{
			resultstest.Sample(t, info.Cells[0], 1, 1, v*.99), resultstest.Sample(t, info.Cells[1], 1, 1, 1),
			resultstest.Sample(t, info.Cells[0], 2, 1, v*1.01), resultstest.Sample(t, info.Cells[1], 2, 1, 1),
			resultstest.Sample(t, info.Cells[0], 3, 1, v*9), // its round is not complete
		}
		run := resultstest.Run(t, info, samples)
		out = append(out, history.Read(run.Info().ID, run))
	}
	return out
}

// speeds are n throughputs around a mean, with a deviation of 3%.
func speeds(random *rand.Rand, n int, mean float64) (out []float64) {
	for range n {
		out = append(out, mean*math.Exp(.03*random.NormFloat64()))
	}
	return out
}

// TestChange: a change of the code is found at its run, with the ratio, whatever the order
// in which the runs are given; incomplete rounds and A/A controls do not count.
func TestChange(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 1))
	values := slices.Concat(speeds(random, 12, 100), speeds(random, 10, 80))
	records := controlledRuns(t, values)
	random.Shuffle(len(records), func(i, j int) { records[i], records[j] = records[j], records[i] })
	h := history.New(records)
	if len(h.Places) != 1 || len(h.Places[0].Cells) != 1 || h.Places[0].Runs != 22 {
		t.Fatalf("%d places: %+v", len(h.Places), h.Places)
	}
	s := h.Places[0].Cells[0]
	for i, p := range s.Points {
		if math.Abs(p.Value/values[i]-1) > .001 || p.Commit != fmt.Sprintf("c%d", i) || p.Rounds != 2 {
			t.Errorf("point %d is %+v, want %.1f", i, p, values[i])
		}
	}
	if len(s.Changes) != 1 {
		t.Fatalf("changes: %+v", s.Changes)
	}
	c := s.Changes[0]
	if c.At != 12 || c.Commit != "c12" || c.Was.Commit != "c11" || !strings.HasSuffix(c.Run, "-r12") || c.P >= .001 || !c.Regressed() || len(c.Beside) > 0 {
		t.Errorf("the change is %+v", c)
	}
	if math.Abs(c.Ratio-.8) > .03 || math.Abs(c.Ratio-c.After/c.Before) > 1e-9 {
		t.Errorf("its ratio is %.3f: %.1f, then %.1f", c.Ratio, c.Before, c.After)
	}
}

// TestPlacesAreApart: half the speed on another machine, with another Go or upstream is no
// change, and the runs before and after it stay one series. A kernel is said beside a
// change.
func TestPlacesAreApart(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for name, set := range map[string]func(*results.Info){
		"CPU":      func(i *results.Info) { i.Machine.CPU = "Another CPU" },
		"cores":    func(i *results.Info) { i.Machine.Cores = 8 },
		"Go":       func(i *results.Info) { i.Go = "go1.27.0" },
		"upstream": func(i *results.Info) { i.Upstream = "http://10.0.0.1:80" },
		"bodies":   func(i *results.Info) { i.Bodies = []results.BodyFile{{SHA256: "abcdefabcdef"}} },
	} {
		records := slices.Concat(
			runs(t, 0, speeds(random, 8, 100), nil),
			runs(t, 10, speeds(random, 8, 50), func(_ int, i *results.Info) { set(i) }),
			runs(t, 30, speeds(random, 8, 100), nil))
		h := history.New(records)
		if len(h.Places) != 2 || h.Changes() != 0 {
			t.Errorf("%s: %d places, %d changes", name, len(h.Places), h.Changes())
			continue
		}
		if n := len(h.Places[0].Cells[0].Points); n != 16 || h.Places[0].Title() == h.Places[1].Title() {
			t.Errorf("%s: %d points at %q; the other is %q", name, n, h.Places[0].Title(), h.Places[1].Title())
		}
	}
	h := history.New(slices.Concat(
		runs(t, 0, speeds(random, 10, 100), nil),
		runs(t, 10, speeds(random, 10, 50), func(_ int, i *results.Info) { i.Machine.Kernel, i.Machine.Memory = "6.12", 4<<30 })))
	if h.Changes() != 1 || !strings.Contains(strings.Join(h.Places[0].Cells[0].Changes[0].Beside, ""), "kernels differ: 6.1, then 6.12") {
		t.Errorf("with another kernel: %+v", h.Places)
	}
}

// TestLeftOut: what is no run of a matrix is in no series, and the reason is told.
func TestLeftOut(t *testing.T) {
	some := []float64{100}
	for want, set := range map[string]func(*results.Info){
		"it is a run of why":   func(i *results.Info) { i.Why = json.RawMessage(`{}`) },
		"it is a run of peers": func(i *results.Info) { i.Peers = json.RawMessage(`{}`) },
	} {
		h := history.New(runs(t, 0, some, func(_ int, i *results.Info) { set(i) }))
		if len(h.Places) != 0 || len(h.LeftOut) != 1 || h.LeftOut[0].Reason != want {
			t.Errorf("%s: %+v", want, h)
		}
	}
	h := history.New(runs(t, 0, some, func(_ int, i *results.Info) { i.Program = json.RawMessage(`{}`) }))
	if len(h.Places) != 0 || len(h.LeftOut) != 1 {
		t.Errorf("a person's own program: %+v", h)
	}
	info := resultstest.Info(resultstest.Request32, resultstest.Collector32)
	run := resultstest.Run(t, info, []results.Sample{resultstest.Sample(t, resultstest.Request32, 1, 1, 50)})
	if r := history.Read("x", run); r.Reason != "no round is complete" {
		t.Errorf("without a complete round: %+v", r)
	}
}

// TestPattern: a pattern chooses cells by any dimension, and a wrong one says why.
func TestPattern(t *testing.T) {
	for text, want := range map[string]bool{
		"placement=request": true, "placement=pool": false, "placement=pool,request/window=32": true,
		"size=1MiB": true, "latency=10ms": true, "latency=20ms": false, "procs=2": true, "procs=1": false,
	} {
		p, err := history.ParsePattern(text)
		if err != nil || p.Matches(resultstest.Request32) != want {
			t.Errorf("%s: %v, %v", text, !want, err)
		}
	}
	for text, want := range map[string]string{
		"": "is no dimension", "window": `"window" is no dimension`, "windw=3": `"windw" is not one of`, "window=x": `"x"`, "window=3/": "is no dimension",
	} {
		if _, err := history.ParsePattern(text); err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
	}
	if !history.Pattern(nil).Matches(resultstest.Request32) {
		t.Error("no pattern matches no cell")
	}
}

// TestBound: series past the bound are left out, and the history says so.
func TestBound(t *testing.T) {
	r := history.Record{ID: "a", Machine: "m", Go: "g"}
	for i := range history.MaxSeries + 3 {
		r.Values = append(r.Values, history.Value{Cell: fmt.Sprint(i), MBPerS: 1})
	}
	h := history.New([]history.Record{r, r})
	if n := len(h.Places[0].Cells); n != history.MaxSeries || !h.Full || len(h.Places[0].Cells[0].Points) != 2 {
		t.Errorf("%d series, full is %v", n, h.Full)
	}
}

// TestShardsAreNoRuns: the samples of a merged run count once, however often it was merged.
func TestShardsAreNoRuns(t *testing.T) {
	of := func(parts ...string) []results.Part {
		var out []results.Part
		for _, p := range parts {
			out = append(out, results.Part{Run: p})
		}
		return out
	}
	set := []func(*results.Info){
		func(i *results.Info) { i.Shard = &results.Shard{Index: 1, Of: 2} },
		func(i *results.Info) { i.Merged = of("a", "b") },
		func(i *results.Info) { i.Merged = of("a", "b") },
		func(i *results.Info) { i.Merged = of("a", "c") },
	}
	records := runs(t, 0, []float64{100, 101, 102, 103}, func(n int, i *results.Info) { set[n](i) })
	h := history.New(records)
	var points []string
	for _, p := range h.Places[0].Cells[0].Points {
		points = append(points, p.Run)
	}
	if want := []string{records[2].ID, records[3].ID}; !slices.Equal(points, want) || h.Places[0].Runs != 2 {
		t.Errorf("the runs %q count, want %q", points, want)
	}
	if len(h.LeftOut) != 2 || !strings.Contains(h.LeftOut[0].Reason, "merged again, in "+records[2].ID) || !strings.Contains(h.LeftOut[1].Reason, "a shard") {
		t.Errorf("left out: %+v", h.LeftOut)
	}
}

// TestTooFew: where no change can be seen, none is not what was found.
func TestTooFew(t *testing.T) {
	steps := []float64{100, 101, 99, 100, 102, 98, 101, 100, 80, 81, 79, 80, 82, 78, 80, 81}
	for first, few := range map[int]bool{0: false, 2: false, 4: true} {
		s := history.New(runs(t, 0, steps[first:], nil)).Places[0].Cells[0]
		if s.TooFew() != few || few && len(s.Changes) > 0 || first == 0 && len(s.Changes) == 0 {
			t.Errorf("%d runs: too few %v, changes %+v", len(s.Points), s.TooFew(), s.Changes)
		}
	}
}
