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
	missed := 0
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
			missed++
		}
		// All intervals beside the drift hold together, in 19 of 20 comparisons.
		if c.Beside.Low > times(c.Cell) || c.Beside.High < times(c.Cell) {
			t.Errorf("%s: the interval beside the drift, %v, misses %v", c.Cell, c.Beside, times(c.Cell))
		}
	}
	if missed > 4 { // of 24 intervals of 95%; more than 4 happens once in 200 comparisons
		t.Errorf("%d of %d intervals miss what was changed", missed, len(v.Cells))
	}
	if v.Drift < .95 || v.Drift > 1.06 {
		t.Errorf("drift %v", v.Drift)
	}
}

// TestCompareRunsSeldomFindsAChange: of many comparisons of equal runs only a few find a change,
// although each has 8 cells, and each run and each cell in it has its own speed.
func TestCompareRunsSeldomFindsAChange(t *testing.T) {
	changes := 0
	r := rand.New(rand.NewPCG(5, 6))
	names := resultstest.Cells(t, map[string]string{"window": "32"})
	for range 12 {
		var both [2]*results.Run
		for i := range both {
			var samples []results.Sample
			speeds := map[string]float64{}
			run := .03 * r.NormFloat64()
			for _, cell := range names {
				speeds[cell] = math.Exp(run + .03*r.NormFloat64())
			}
			for n := 1; n <= 6; n++ {
				for _, cell := range names {
					samples = append(samples, resultstest.Sample(t, cell, n, 1, speeds[cell]*resultstest.Speed(t, cell, r)))
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

// exactRun makes a run of rounds whose throughputs have these logs, the same for each cell;
// shift is added by cell.
func exactRun(t *testing.T, info results.Info, logs []float64, shift func(cell string) float64) *results.Run {
	t.Helper()
	var samples []results.Sample
	for i, l := range logs {
		for _, cell := range info.Cells {
			samples = append(samples, exactSample(t, cell, i+1, 100*math.Exp(l+shift(cell))))
		}
	}
	return resultstest.Run(t, info, samples)
}

// TestWelchByHand: logs 0 .1 .2 and then .2 .3 .4. Each variance is .01, so the standard error
// of the difference of .2 is sqrt(.02/3), and the degrees of freedom are 2+2; their t quantile
// is 2.776445.
func TestWelchByHand(t *testing.T) {
	names := resultstest.Cells(t, map[string]string{"window": "32", "procs": "2"})
	none := func(string) float64 { return 0 }
	v, err := stats.CompareRuns(exactRun(t, resultstest.Info(names...), []float64{0, .1, .2}, none), exactRun(t, resultstest.Info(names...), []float64{.4, .2, .3}, none))
	if err != nil {
		t.Fatal(err)
	}
	half := 2.776445 * math.Sqrt(.02/3)
	if r := v.Cells[0].Ratio; !near(r.Mean, math.Exp(.2)) || !near(r.Low, math.Exp(.2-half)) || !near(r.High, math.Exp(.2+half)) || r.Rounds != 3 {
		t.Errorf("%+v, want e^.2 with half a width of %v", r, half)
	}
}

// TestVersusIsHolms: two cells of 8 are 1.5 and 1.025 times as fast, the others differ by a
// thousandth. By t tables .0247 is p = .0070 within the runs (standard error .0072, 10
// degrees of freedom): below .05/7, Holm's level beside one that is certain, and not below
// .05/8.
func TestVersusIsHolms(t *testing.T) {
	names := resultstest.Cells(t, map[string]string{"window": "32"})
	step := .0072 * math.Sqrt(3) * math.Sqrt(5.0/6) // +-1 in 6 rounds: the deviation is sqrt(6/5)
	logs := []float64{step, -step, step, -step, step, -step}
	shift := func(cell string) float64 {
		for i, name := range names {
			if name == cell {
				return []float64{.4, .0247, .001, -.001, .001, -.001, .001, -.001}[i]
			}
		}
		return 0
	}
	v, err := stats.CompareRuns(exactRun(t, resultstest.Info(names...), logs, func(string) float64 { return 0 }), exactRun(t, resultstest.Info(names...), logs, shift))
	if err != nil {
		t.Fatal(err)
	}
	for i, c := range v.Cells {
		if want := i < 2; want != (c.Change == stats.Improvement) || want != (c.P < .05) {
			t.Errorf("%s: %s, p %v, %+v", c.Cell, c.Change, c.P, c.Beside)
		}
	}
}

// TestFloorOfFewRoundsIsNone: a floor of two or three rounds holds no change back.
func TestFloorOfFewRoundsIsNone(t *testing.T) {
	for rounds, want := range map[int]float64{2: 0, 3: 0, 4: .4} {
		old, new := twoRuns(t, 6, func(string) float64 { return 1 })
		info := old.Info()
		info.NoiseFloor = resultstest.Record(t, &stats.Floor{Cell: resultstest.Collector32, Ratio: stats.Ratio{Mean: 1, Low: .9, High: 1.1, Rounds: rounds}, Floor: .4})
		if err := old.SetInfo(info); err != nil {
			t.Fatal(err)
		}
		if v, err := stats.CompareRuns(old, new); err != nil || v.Floor != want {
			t.Errorf("a floor of %d rounds: %v, %v; want %v", rounds, v.Floor, err, want)
		}
	}
}

// TestFloorOfAKilledRun: run.json of a run that was killed has no floor; the ledger has.
func TestFloorOfAKilledRun(t *testing.T) {
	names := resultstest.Cells(t, map[string]string{"window": "32"})
	names = append(names, resultstest.Control(t, resultstest.Collector32))
	samples := resultstest.Rounds(t, names, 6)
	whole := summarise(t, resultstest.Info(names...), samples).NoiseFloor
	killed, other := resultstest.Run(t, resultstest.Info(names...), samples), resultstest.Run(t, resultstest.Info(names...), samples)
	if killed.Info().NoiseFloor != nil || whole.Floor < .01 {
		t.Fatalf("the record has %s; the floor is %v", killed.Info().NoiseFloor, whole.Floor)
	}
	if v, err := stats.CompareRuns(other, killed); err != nil || v.Floor != whole.Floor {
		t.Errorf("floor %v, %v; want %v", v.Floor, err, whole.Floor)
	}
}

// TestInterruptedRunOfOneCell: two runs of one commit, of one cell, the second stopped after
// two rounds, were once called a regression.
func TestInterruptedRunOfOneCell(t *testing.T) {
	info := resultstest.Info(resultstest.Request32)
	none := func(string) float64 { return 0 }
	old := exactRun(t, info, []float64{0, .01, -.01, .02, -.02, .005}, none)
	info.State, info.Stopped = results.Stopped, "interrupted"
	v, err := stats.CompareRuns(old, exactRun(t, info, []float64{-.18, -.19}, none))
	if err != nil {
		t.Fatal(err)
	}
	if c := v.Cells[0]; c.Change != stats.NoChange || c.P != 1 || v.NoMarks == "" || c.Ratio.High > .9 {
		t.Errorf("%s, p %v, ratio %v, %q", c.Change, c.P, c.Ratio, v.NoMarks)
	}
	if d, err := v.Gate(stats.Gate{Margin: .05, Alpha: .01}, ""); err != nil || d.Outcome != stats.Undecided {
		t.Errorf("%s, %v", d.Outcome, err)
	}
}
