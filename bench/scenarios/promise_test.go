package scenarios_test

import (
	"fmt"
	"math"
	"testing"

	"collatebench/bench/scenarios"
	"collatebench/results/verdict"
)

// TestPromises: each promise that was measured counts, whatever was found then, and a
// promise of what was never measured does not.
func TestPromises(t *testing.T) {
	var got []string
	for _, p := range whole().Promises() {
		got = append(got, fmt.Sprintf("%s %s %.2f", p.Kind, p.Change, p.Predicted))
	}
	want := []string{
		"named placement=pool 1.80", "other window=64 1.80", // of a cause that the verdict does not name
		"named placement=pool 2.00", "link queue=none 3.00", "chain all of them 6.00",
		"other placement=pool 1.50", // it led to no verdict
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("%q,\nwant %q", got, want)
	}
	if n := whole().Unmeasured(scenarios.Diagnose); n != 1 {
		t.Errorf("%d predictions of diagnose have no measurement, want 1", n)
	}
}

func TestOff(t *testing.T) {
	for _, x := range []struct{ predicted, measured, want float64 }{
		{1.5, 1.5, 0}, {2, 1, 1}, {1, 2, 1}, {1.25, 1, .25}, {1.2, 1.5, .25},
	} {
		if got := scenarios.Off(x.predicted, x.measured); math.Abs(got-x.want) > 1e-9 {
			t.Errorf("predicted %v, measured %v: off by %v, want %v", x.predicted, x.measured, got, x.want)
		}
	}
	// The interval is of the same kind: its ends are a factor off its middle.
	if got := scenarios.Within(verdict.Gain{Mean: 2, Low: 2 / 1.25, High: 2 * 1.25, Pairs: 4}); math.Abs(got-.25) > 1e-9 {
		t.Errorf("half of it is %v, want .25", got)
	}
	if got := scenarios.Within(verdict.Gain{Mean: 2, Pairs: 1}); got != 0 {
		t.Errorf("one pair has the half %v", got)
	}
}

// TestSpreads: the promises that gave nothing weigh as much as those that were kept.
func TestSpreads(t *testing.T) {
	m := scenarios.Matrix{}
	for i := range 10 {
		o := outcome(fmt.Sprint(i), list(verdict.Serialised), verdict.Serialised)
		measured := 1.5 / (1 + float64(i)/100) // off by 0%, 1%, ... 8%
		if i == 9 {
			measured = .75 // off by 100%, and the verdict was lost with it
			o.Verdict.Causes = nil
		}
		o.Verdict.Interventions = []verdict.Intervention{{Change: "placement=pool", Cause: verdict.Serialised, Predicted: 1.5,
			Measured: verdict.Gain{Mean: measured, Low: measured / 1.1, High: measured * 1.1, Pairs: 4}}}
		m = append(m, o)
	}
	close := func(a, b float64) bool { return math.Abs(a-b) < 1e-9 }
	all := scenarios.Spreads(m.Promises())[0]
	if all.Promises != 10 || !close(all.Median, .04) || !close(all.P90, .08) || !close(all.HalfWidth, .1) {
		t.Errorf("%+v", all)
	}
	more := m[9]
	more.Title = "10"
	if all = scenarios.Spreads(append(m, more).Promises())[0]; !close(all.P90, 1) {
		t.Errorf("2 of 11 are off by 100%%, and nine in ten by at most %v", all.P90)
	}
	if none := scenarios.Spreads(nil)[0]; none.Promises != 0 || none.Median != 0 {
		t.Errorf("%+v", none)
	}
}
