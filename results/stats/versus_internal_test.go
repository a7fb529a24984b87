package stats

import (
	"math"
	"math/rand/v2"
	"testing"

	"collatebench/bench"
)

// drawnVersus compares two runs of 6 rounds. within is the deviation of a log throughput in a
// run, common that of the drift of all cells between the runs, own that of each cell's.
func drawnVersus(r *rand.Rand, rounds int, within, common, own, floor float64, gains ...float64) Versus {
	v := Versus{Floor: floor, of: "round"}
	drift := common * r.NormFloat64()
	var all []contrast
	for _, gain := range gains {
		center := math.Log(gain) + drift + own*r.NormFloat64()
		before, after := make([]float64, rounds), make([]float64, rounds)
		for i := range before {
			before[i], after[i] = math.Exp(within*r.NormFloat64()), math.Exp(center+within*r.NormFloat64())
		}
		w := welch(logs(before), logs(after))
		v.Cells = append(v.Cells, v.cell(bench.DefaultCell(), before, after, w))
		all = append(all, w)
	}
	v.judge(all)
	return v
}

func changed(v Versus) (n int, first bool) {
	for i, c := range v.Cells {
		if c.Change != NoChange {
			n++
			first = first || i == 0
		}
	}
	return n, first
}

func gainsOf(n int, first ...float64) []float64 {
	out := make([]float64, n)
	for i := range out {
		out[i] = 1
	}
	copy(out, first)
	return out
}

// TestVersusAgainstDrift: whatever two equal runs differ by, in all cells alike or in each by
// itself, at most one comparison in twenty finds a change, and a real one of 1.3 in one cell
// of 8 is found.
func TestVersusAgainstDrift(t *testing.T) {
	r := rand.New(rand.NewPCG(21, 22))
	const comparisons = 250
	for _, d := range []struct {
		common, own float64
		found       int // in percent, at least
	}{{0, 0, 98}, {.05, 0, 98}, {0, .02, 98}, {.03, .03, 90}, {0, .05, 45}} {
		cried, found := 0, 0
		for range comparisons {
			if n, _ := changed(drawnVersus(r, 6, .02, d.common, d.own, 0, gainsOf(8)...)); n > 0 {
				cried++
			}
			if _, first := changed(drawnVersus(r, 6, .02, d.common, d.own, 0, gainsOf(8, 1.3)...)); first {
				found++
			}
		}
		if cried > comparisons*8/100 { // 12.5 expected at most, 20 are two deviations more
			t.Errorf("%+v: %d of %d comparisons of equal runs find a change", d, cried, comparisons)
		}
		if found < comparisons*d.found/100 {
			t.Errorf("%+v: 1.3x is found in %d of %d", d, found, comparisons)
		}
	}
}

// TestVersusOfTwoThatHideOneAnother: each of two changed cells makes the others look
// scattered, so that neither stands out from the rest with the other one in it.
func TestVersusOfTwoThatHideOneAnother(t *testing.T) {
	r := rand.New(rand.NewPCG(23, 24))
	v := drawnVersus(r, 6, .02, 0, .01, 0, gainsOf(8, 1.3, 1.3)...)
	if n, first := changed(v); n != 2 || !first || math.Abs(v.Drift-1) > .03 || v.Scatter > .03 {
		t.Errorf("%d cells changed; drift %v, scatter %v", n, v.Drift, v.Scatter)
	}
}

// TestVersusIntervalHasTheScatterBetweenCells: rounds that agree within each run do not make
// an interval narrow.
func TestVersusIntervalHasTheScatterBetweenCells(t *testing.T) {
	v := drawnVersus(rand.New(rand.NewPCG(29, 30)), 6, .001, 0, .05, 0, gainsOf(12)...)
	for _, c := range v.Cells {
		if c.Beside.High/c.Beside.Low < math.Exp(4*v.Scatter) {
			t.Errorf("%+v, where cells scatter by %v", c.Beside, v.Scatter)
		}
	}
	if v.Scatter < .02 {
		t.Errorf("a scatter of %v", v.Scatter)
	}
}

// TestVersusOfFewCells: three cells say nothing of what the machine did to a fourth.
func TestVersusOfFewCells(t *testing.T) {
	r := rand.New(rand.NewPCG(25, 26))
	v := drawnVersus(r, 6, .01, 0, 0, 0, 1, 1, .5)
	if n, _ := changed(v); n > 0 || v.NoMarks == "" {
		t.Errorf("%d cells changed, and %q", n, v.NoMarks)
	}
	if v = drawnVersus(r, 6, .01, 0, 0, 0, .5, 1, 1, 1, 1); v.NoMarks != "" {
		t.Errorf("five cells: %q", v.NoMarks)
	}
}

// TestVersusOfANoisyCell: a cell that scatters within its runs is no change, though it stands
// out from quiet ones.
func TestVersusOfANoisyCell(t *testing.T) {
	r := rand.New(rand.NewPCG(27, 28))
	cried := 0
	for range 200 {
		v := Versus{}
		var all []contrast
		for i := range 8 {
			within := .02
			if i == 0 {
				within = .3
			}
			before, after := make([]float64, 6), make([]float64, 6)
			for j := range before {
				before[j], after[j] = math.Exp(within*r.NormFloat64()), math.Exp(within*r.NormFloat64())
			}
			w := welch(logs(before), logs(after))
			v.Cells, all = append(v.Cells, v.cell(bench.DefaultCell(), before, after, w)), append(all, w)
		}
		v.judge(all)
		if n, _ := changed(v); n > 0 {
			cried++
		}
	}
	if cried > 16 {
		t.Errorf("%d of 200 comparisons of equal runs find a change", cried)
	}
}
