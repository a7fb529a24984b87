package runner_test

import (
	"errors"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"collatebench/bench"
	"collatebench/bench/runner"
	"collatebench/internal/raced"
	"collatebench/results"
	"collatebench/results/evidence"
	"collatebench/results/report"
	"collatebench/results/verdict"
)

// why runs a cell on simulated cores, which pass time whatever else this
// machine does: other tests as well.
func why(t *testing.T, cell string, pairs, ops int) (*results.Run, verdict.Verdict) {
	t.Helper()
	c, err := bench.ReadCell(cell)
	if err != nil {
		t.Fatal(err)
	}
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	run, err := runner.Why(t.Context(), runner.Options{Rounds: pairs, Ops: ops, Seed: 1, Out: t.TempDir(), Program: program(t), Self: []string{exe, "mockserver"}}, c)
	if err != nil {
		t.Fatal(err)
	}
	v, err := study(t, run).Verdict(run.Info(), samplesOf(t, run))
	if err != nil {
		t.Fatal(err)
	}
	return run, v
}

// study is what the run recorded of its interventions.
func study(t *testing.T, run *results.Run) evidence.Why {
	t.Helper()
	w, err := evidence.ReadWhy(run.Info())
	if err != nil || w == nil {
		t.Fatalf("no study: %v", err)
	}
	return *w
}

// TestWhy runs its cells side by side, as they spend seconds asleep.
func TestWhy(t *testing.T) {
	t.Run("cells", func(t *testing.T) {
		t.Run("stacked", testWhyStacked)
		t.Run("ruled out", testWhyLeavesOutWhatIsRuledOut)
	})
	noChildren(t)
}

// testWhyStacked follows two causes, one behind the other: the collector, and
// the upstream's queue, which shows once decoding is parallel.
func testWhyStacked(t *testing.T) {
	if raced.Enabled {
		t.Skip("it sleeps for most of a minute, and the other cell goes the same way")
	}
	t.Parallel()
	run, v := why(t, "placement=collector/window=16/size=64KiB/responses=48/virtual-cores=8x8MiBps/queue=1/latency=4ms", 3, 0)
	if want := []verdict.Cause{verdict.Serialised, verdict.UpstreamQueueing}; !slices.Equal(v.Causes, want) {
		t.Fatalf("got %v, %s", v.Causes, v.Sentence)
	}
	if v.MeasuredGain == nil || v.MeasuredGain.Low <= 1 || v.PredictedGain <= 1 || !v.Simulated || !strings.Contains(v.Sentence, "Simulated") {
		t.Errorf("%+v", v)
	}
	info := run.Info()
	base, parallel := info.Cells[0], strings.Replace(info.Cells[0], "collector", "pool", 1)
	if study(t, run).Cell != base || info.Joined[base] != 0 || info.Joined[parallel] != 3 {
		t.Errorf("the run is about %q; joined: %v", study(t, run).Cell, info.Joined)
	}
	checkFirst(t, info, samplesOf(t, run)) // also of the cells that joined
	for _, r := range results.Rounds(info, samplesOf(t, run)) {
		for _, s := range r.Samples {
			checkSteady(t, info, s)
		}
		if _, there := r.Samples[parallel]; there != (r.N > 2) {
			t.Errorf("round %d: the intervention is there: %v", r.N, there)
		}
	}
	again, err := results.Open(run.Dir())
	if err != nil {
		t.Fatal(err)
	}
	if reread, err := study(t, again).Verdict(again.Info(), samplesOf(t, again)); err != nil || reread.Sentence != v.Sentence {
		t.Errorf("read again: %v, %q", err, reread.Sentence)
	}
	reading, err := evidence.Read(again)
	if err != nil {
		t.Fatal(err)
	}
	if err := report.Write(t.Context(), again, reading); err != nil {
		t.Error(err)
	}
	if refused := (*runner.OptionError)(nil); !errors.As(runner.Resume(t.Context(), stopped(t, again), runner.Options{}), &refused) {
		t.Error("a run of why was resumed")
	}
}

// stopped marks a run as one that could be resumed.
func stopped(t *testing.T, run *results.Run) *results.Run {
	t.Helper()
	info := run.Info()
	info.State = results.Stopped
	if err := run.SetInfo(info); err != nil {
		t.Fatal(err)
	}
	return run
}

// testWhyLeavesOutWhatIsRuledOut: nothing but the cap is worth a try here. The
// window is twice the cores: one of 8 just fills them, and is a cause by itself
// once it does not.
func testWhyLeavesOutWhatIsRuledOut(t *testing.T) {
	t.Parallel()
	run, v := why(t, "placement=pool/window=16/size=64KiB/responses=64/workers=2/virtual-cores=8x4MiBps/latency=none", 2, 1)
	var tried []string
	for _, i := range study(t, run).Interventions {
		tried = append(tried, i.Change)
	}
	if !slices.Contains(tried, "workers=none") || slices.Contains(tried, "gogc=800") || slices.Contains(tried, "window=32") {
		t.Errorf("tried %v", tried)
	}
	if want := []verdict.Cause{verdict.HiddenCap}; !slices.Equal(v.Causes, want) {
		t.Errorf("got %v, %s", v.Causes, v.Sentence)
	}
	if len(v.RuledOut) == 0 {
		t.Error("nothing was ruled out")
	}
}

// TestWhyRefuses what can't be run, before anything is written.
func TestWhyRefuses(t *testing.T) {
	c, err := bench.ReadCell("window=128")
	if err != nil {
		t.Fatal(err)
	}
	out := t.TempDir()
	run, err := runner.Why(t.Context(), runner.Options{Out: out}, c)
	if refused := (*runner.OptionError)(nil); run != nil || !errors.As(err, &refused) {
		t.Errorf("got %v", err)
	}
	if left, err := os.ReadDir(out); err != nil || len(left) > 0 {
		t.Errorf("left %v, %v", left, err)
	}
}

// TestWhyBudgetTooShort is told from a defect: whoever asked can ask again with more.
func TestWhyBudgetTooShort(t *testing.T) {
	c, err := bench.ReadCell("placement=collector/window=4/size=16KiB/responses=24/latency=none")
	if err != nil {
		t.Fatal(err)
	}
	for _, budget := range []time.Duration{time.Nanosecond, 300 * time.Millisecond} {
		o := tiny(t, 3)
		o.Budget = budget
		_, err := runner.Why(t.Context(), o, c)
		var short *runner.BudgetError
		if !errors.As(err, &short) || !strings.Contains(err.Error(), "--budget") {
			t.Errorf("--budget %v: %v", budget, err)
		}
	}
}
