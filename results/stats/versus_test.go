package stats_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"collatebench/results"
	"collatebench/results/resultstest"
	"collatebench/results/stats"
)

// twoRuns makes an old and a new run of the default matrix; times says how many times as
// fast each cell of the new one is.
func twoRuns(t *testing.T, rounds int, times func(cell string) float64) (old, new *results.Run) {
	t.Helper()
	names := resultstest.Cells(t, nil)
	r := rand.New(rand.NewPCG(3, 4))
	take := func(times func(string) float64) []results.Sample {
		var out []results.Sample
		for n := 1; n <= rounds; n++ {
			for _, cell := range names {
				out = append(out, resultstest.Sample(t, cell, n, 1, resultstest.Speed(t, cell, r)*times(cell)))
			}
		}
		return out
	}
	return resultstest.Run(t, resultstest.Info(names...), take(func(string) float64 { return 1 })), resultstest.Run(t, resultstest.Info(names...), take(times))
}

func TestCompareRuns(t *testing.T) {
	times := func(cell string) float64 {
		switch cell {
		case resultstest.Request32:
			return .7
		case resultstest.Collector32:
			return 1.5
		}
		return 1
	}
	v, err := stats.CompareRuns(twoRuns(t, 6, times))
	if err != nil {
		t.Fatal(err)
	}
	if len(v.Cells) != 24 {
		t.Errorf("%d cells", len(v.Cells))
	}
	for _, c := range v.Cells {
		want := stats.NoChange
		switch c.Cell {
		case resultstest.Request32:
			want = stats.Regression
		case resultstest.Collector32:
			want = stats.Improvement
		}
		if c.Change != want {
			t.Errorf("%s: %s, want %s (ratio %v, p %v)", c.Cell, c.Change, want, c.Ratio, c.P)
		}
		if c.Ratio.Low > times(c.Cell) || c.Ratio.High < times(c.Cell) {
			if c.Change != stats.NoChange {
				t.Errorf("%s: the interval %v misses %v", c.Cell, c.Ratio, times(c.Cell))
			}
		}
	}
	if v.Drift < .95 || v.Drift > 1.06 {
		t.Errorf("drift %v", v.Drift)
	}
}

// TestCompareRunsSeldomFindsAChange: of many comparisons of equal runs only a few find a change,
// although each has 8 cells.
func TestCompareRunsSeldomFindsAChange(t *testing.T) {
	changes := 0
	r := rand.New(rand.NewPCG(5, 6))
	names := resultstest.Cells(t, map[string]string{"window": "32"})
	for range 12 {
		var both [2]*results.Run
		for i := range both {
			var samples []results.Sample
			for n := 1; n <= 6; n++ {
				for _, cell := range names {
					samples = append(samples, resultstest.Sample(t, cell, n, 1, resultstest.Speed(t, cell, r)))
				}
			}
			both[i] = resultstest.Run(t, resultstest.Info(names...), samples)
		}
		v, err := stats.CompareRuns(both[0], both[1])
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range v.Cells {
			if c.Change != stats.NoChange {
				changes++
				break
			}
		}
	}
	if changes > 2 { // of 12 at 5% one is expected
		t.Errorf("%d of 12 comparisons of equal runs find a change", changes)
	}
}

// TestCompareRunsKeepsTheFloor: a difference within the noise floor is no change, however
// significant it is.
func TestCompareRunsKeepsTheFloor(t *testing.T) {
	old, new := twoRuns(t, 6, func(cell string) float64 { return .8 })
	info := new.Info()
	ratio, err := stats.NewRatio([]float64{1, 1.1, 1, 1.2}, []float64{1, 1, 1.1, 1})
	if err != nil {
		t.Fatal(err)
	}
	info.NoiseFloor = resultstest.Record(t, &stats.Floor{Cell: resultstest.Collector32, Ratio: ratio, Floor: .4})
	if err := new.SetInfo(info); err != nil {
		t.Fatal(err)
	}
	v, err := stats.CompareRuns(old, new)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range v.Cells {
		if c.Change != stats.NoChange {
			t.Errorf("%s: %s at a ratio of %v, within a floor of %v", c.Cell, c.Change, c.Ratio, v.Floor)
		}
	}
	if math.Abs(v.Drift-.8) > .03 || v.Floor != .4 {
		t.Errorf("drift %v, floor %v", v.Drift, v.Floor)
	}
}

func TestCompareRunsOfFewRounds(t *testing.T) {
	v, err := stats.CompareRuns(twoRuns(t, 1, func(string) float64 { return .2 }))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range v.Cells {
		if c.Change != stats.NoChange || c.P != 1 || !math.IsInf(c.Ratio.High, 1) || len(c.Ratio.Doubts) == 0 {
			t.Errorf("%s: %+v of one round each", c.Cell, c)
		}
	}
	names := resultstest.Cells(t, map[string]string{"size": "2MiB"})
	other := resultstest.Run(t, resultstest.Info(names...), resultstest.Rounds(t, names, 1))
	old, _ := twoRuns(t, 1, func(string) float64 { return 1 })
	if _, err := stats.CompareRuns(old, other); err == nil {
		t.Error("runs without a common cell are resultstest.Compared")
	}
	if _, err := stats.CompareRuns(old, resultstest.Run(t, resultstest.Info(resultstest.Cells(t, nil)...), nil)); err == nil {
		t.Error("a run without a round is resultstest.Compared")
	}
}
