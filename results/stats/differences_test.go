package stats_test

import (
	"errors"
	"math"
	"strings"
	"testing"

	"collatebench/results"
	"collatebench/results/resultstest"
	"collatebench/results/stats"
)

// TestRefused: what makes a comparison meaningless, and what does not.
func TestRefused(t *testing.T) {
	for name, tt := range map[string]struct {
		change func(*results.Info)
		says   string // "" if it is told and not refused
	}{
		"nothing":          {func(*results.Info) {}, ""},
		"a label":          {func(i *results.Info) { i.Label, i.Commit = "x", "y" }, ""},
		"Go":               {func(i *results.Info) { i.Go = "go1.99" }, ""},
		"a kernel":         {func(i *results.Info) { i.Machine.Kernel = "7" }, ""},
		"collations":       {func(i *results.Info) { i.Ops = 3 }, ""},
		"cores":            {func(i *results.Info) { i.Machine.Cores = 64 }, "the cores differ: 2 cores, then 64 cores"},
		"a CPU":            {func(i *results.Info) { i.Machine.CPU = "" }, "the CPUs differ: Some CPU @ 2.00GHz, then unknown"},
		"an architecture":  {func(i *results.Info) { i.Machine.Arch = "arm64" }, "the systems differ: linux/amd64, then linux/arm64"},
		"an upstream":      {func(i *results.Info) { i.Upstream = "http://x" }, "the upstreams differ: our own, then http://x"},
		"bodies":           {func(i *results.Info) { i.Bodies = []results.BodyFile{{SHA256: "0123456789"}} }, "the bodies differ"},
		"a frozen default": {func(i *results.Info) { i.Defaults = map[string]string{"responses": "128"} }, "the defaults of responses, which names leave out, differ: 64, then 128"},
	} {
		old, new := resultstest.Info(resultstest.Request32), resultstest.Info(resultstest.Request32)
		old.Defaults = map[string]string{"responses": "64"}
		tt.change(&new)
		differences := stats.Differences(old, new)
		err := stats.Refused(differences)
		if (tt.says == "") != (err == nil) || err != nil && !strings.Contains(err.Error(), tt.says) {
			t.Errorf("%s: %v, want %q", name, err, tt.says)
		}
		if told := name == "nothing" || name == "a label"; told != (len(differences) == 0) {
			t.Errorf("%s: %v", name, differences)
		}
		if apart := (*stats.IncomparableError)(nil); err != nil && !errors.As(err, &apart) {
			t.Errorf("%s: %T", name, err)
		}
	}
}

// TestByPlacementByHand: two placements of two cells each, with logs 0 and .2, and .3 and .3.
// Their sums of squares are .02 and 0, with two degrees of freedom: a variance of .01, so that
// the mean of two has an error of .1/sqrt 2; the t quantile of two degrees is 4.302653.
func TestByPlacementByHand(t *testing.T) {
	names := resultstest.Cells(t, map[string]string{"placement": "collector,request", "window": "32"})
	shift := func(cell string) float64 {
		for i, name := range names {
			if name == cell {
				return []float64{0, .2, .3, .3}[i]
			}
		}
		return 0
	}
	logs := []float64{.01, -.01}
	v, err := stats.CompareRuns(exactRun(t, resultstest.Info(names...), logs, func(string) float64 { return 0 }), exactRun(t, resultstest.Info(names...), logs, shift))
	if err != nil {
		t.Fatal(err)
	}
	if len(v.Placements) != 2 || v.Placements[0].Placement != "collector" || v.Placements[0].Cells != 2 {
		t.Fatalf("%+v", v.Placements)
	}
	half := 4.302653 * .0707107
	for i, center := range []float64{.1, .3} {
		r := v.Placements[i].Ratio
		if d := r.Mean / math.Exp(center); d < .99999 || d > 1.00001 {
			t.Errorf("%+v, want a mean of e^%v", r, center)
		}
		if d := r.High / math.Exp(center+half); d < .9999 || d > 1.0001 {
			t.Errorf("%+v, want a limit of e^%v", r, center+half)
		}
	}
}

// TestCellsWithoutAValue: a cell that joined the new run after its last round is not compared,
// and a gate misses it.
func TestCellsWithoutAValue(t *testing.T) {
	names := resultstest.Cells(t, map[string]string{"window": "32", "procs": "2"})
	info := resultstest.Info(names...)
	late := resultstest.Info(names...)
	late.Joined = map[string]int{names[3]: 9}
	old, new := resultstest.Run(t, info, resultstest.Rounds(t, names, 4)), resultstest.Run(t, late, resultstest.Rounds(t, names[:3], 4))
	v, err := stats.CompareRuns(old, new)
	if err != nil || len(v.Cells) != 3 || len(v.OnlyOld) != 1 || v.OnlyOld[0] != names[3] {
		t.Fatalf("%d cells, only old %v, %v", len(v.Cells), v.OnlyOld, err)
	}
	if d, err := v.Gate(stats.Gate{Margin: .05, Alpha: .01}, ""); err == nil || !strings.Contains(err.Error(), names[3]) {
		t.Errorf("%v, %v", d.Outcome, err)
	}
}
