package stats

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"collatebench/bench"
	"collatebench/internal/raced"
	"collatebench/results"
)

// drawnGate is drawnVersus with a name for each cell.
func drawnGate(r *rand.Rand, rounds int, within, common, own float64, gains ...float64) Versus {
	return drawnGateOf("round", r, rounds, within, common, own, gains...)
}

func drawnGateOf(of string, r *rand.Rand, rounds int, within, common, own float64, gains ...float64) Versus {
	v := Versus{of: of}
	drift := common * r.NormFloat64()
	var all []contrast
	for i, gain := range gains {
		center := math.Log(gain) + drift + own*r.NormFloat64()
		before, after := make([]float64, rounds), make([]float64, rounds)
		for i := range before {
			before[i], after[i] = math.Exp(within*r.NormFloat64()), math.Exp(center+within*r.NormFloat64())
		}
		c := bench.DefaultCell()
		c.Window = i + 1
		w := welch(logs(before), logs(after))
		v.Cells, all = append(v.Cells, v.cell(c, before, after, w)), append(all, w)
	}
	v.judge(all)
	return v
}

// outcomes counts what the gate says of drawn runs.
func outcomes(t *testing.T, draws int, g Gate, draw func() Versus) map[Outcome]int {
	t.Helper()
	out := map[Outcome]int{}
	for range draws {
		cells, err := draw().gateCells("")
		if err != nil {
			t.Fatal(err)
		}
		for i := range cells {
			cells[i].Rounds = 0 // what would settle it takes most of the time
		}
		d, err := g.Decide(cells)
		if err != nil {
			t.Fatal(err)
		}
		out[d.Outcome]++
	}
	return out
}

// TestGateOfTwoRuns draws pairs of runs with a drift between them. At 5%, 100 gates may be
// wrong in 5, and two deviations more are 9.
func TestGateOfTwoRuns(t *testing.T) {
	if raced.Enabled {
		t.Skip("one goroutine, and 2400 comparisons")
	}
	r := rand.New(rand.NewPCG(31, 32))
	const draws, wrong = 100, 9
	g := Gate{Margin: .05, Alpha: .05}
	for _, d := range []struct{ common, own float64 }{{0, 0}, {.1, .02}, {.03, .05}} {
		for _, cells := range []int{5, 12} {
			name := fmt.Sprintf("%+v, %d cells", d, cells)
			of := func(gains ...float64) map[Outcome]int {
				return outcomes(t, draws, g, func() Versus { return drawnGate(r, 6, .02, d.common, d.own, gains...) })
			}
			if o := of(gainsOf(cells)...); o[Worse] > wrong {
				t.Errorf("%s: equal runs: %v", name, o)
			}
			if o := of(gainsOf(cells, .95)...); o[Worse] > wrong {
				t.Errorf("%s: a cell at the margin: %v", name, o)
			}
			if o := of(gainsOf(cells, .9)...); d.common == 0 && o[NotWorse] > wrong {
				t.Errorf("%s: a loss of 10%%: %v", name, o)
			}
			if o := of(gainsOf(cells, .5)...); cells > 5 && o[Worse] < draws*85/100 {
				t.Errorf("%s: a loss of a half: %v", name, o)
			}
		}
	}
	if o := outcomes(t, draws, Gate{Margin: .15, Alpha: .05}, func() Versus { return drawnGate(r, 6, .02, 0, .01, gainsOf(24)...) }); o[NotWorse] < draws*95/100 {
		t.Errorf("equal runs of a quiet machine, 15%%: %v", o)
	}
}

// TestGateTellsDriftFromLoss: what two runs can't tell apart, they do not.
func TestGateTellsDriftFromLoss(t *testing.T) {
	r := rand.New(rand.NewPCG(33, 34))
	all := func(gain float64, first ...float64) []float64 {
		out := gainsOf(12, first...)
		for i := len(first); i < len(out); i++ {
			out[i] *= gain
		}
		return out
	}
	for name, tt := range map[string]struct {
		gains []float64
		want  Outcome
	}{
		"all lost 20%: the machine or the code":            {all(.8), Undecided},
		"all gained 20%":                                   {all(1.2), NotWorse},
		"all gained 30%, but one":                          {all(1.3, 1), Undecided},
		"all lost 20%, and one kept, which may be the one": {all(.8, 1), Undecided},
		"all lost 20%, one half":                           {all(.8, .4), Worse},
		"none lost":                                        {all(1), NotWorse},
	} {
		d, err := drawnGate(r, 10, .005, 0, .003, tt.gains...).Gate(Gate{Margin: .05, Alpha: .01}, "")
		if err != nil || d.Outcome != tt.want {
			t.Errorf("%s: %s, %v; want %s", name, d.Outcome, err, tt.want)
		}
		if drifts := strings.HasPrefix(name, "all lost"); drifts && d.Outcome == Undecided && !strings.Contains(d.Settle[0], "together, which may be the machine or the code") {
			t.Errorf("%s: is settled by %q", name, d.Settle)
		}
		if (d.Outcome == NotWorse) != (d.Assumes != "") || (d.Outcome == Undecided) != (len(d.Settle) > 0) {
			t.Errorf("%s: %s assumes %q, is settled by %q", name, d.Outcome, d.Assumes, d.Settle)
		}
	}
}

// TestDetectableIsFound: of losses as large as is said to be found in four of five, four of
// five are found. The size is drawn too, so that the share is of its median.
func TestDetectableIsFound(t *testing.T) {
	r := rand.New(rand.NewPCG(35, 36))
	g := Gate{Margin: .05, Alpha: .05}
	const draws = 120
	for _, own := range []float64{0, .03} {
		var sizes float64
		for range draws {
			cells, err := drawnGate(r, 6, .02, 0, own, gainsOf(12)...).gateCells("")
			if err != nil {
				t.Fatal(err)
			}
			sizes += g.Detectable(cells) / draws
		}
		o := outcomes(t, draws, g, func() Versus { return drawnGate(r, 6, .02, 0, own, gainsOf(12, 1-sizes)...) })
		t.Logf("own scatter %v: %.1f%% is detectable; %v", own, 100*sizes, o)
		if o[Worse] < draws*60/100 || o[Worse] > draws*97/100 {
			t.Errorf("own scatter %v: a loss of %.3f, found in %v", own, sizes, o)
		}
	}
}

// TestPairedGate draws pairs of one run, with an A/A control each: what a paired run hands to
// the gate.
func TestPairedGate(t *testing.T) {
	r := rand.New(rand.NewPCG(37, 38))
	const draws, rounds, cells, within = 400, 8, 6, .03
	g := Gate{Margin: .05, Alpha: .01}
	drawn := func(log float64) []float64 {
		out := make([]float64, rounds)
		for i := range out {
			out[i] = 100 * math.Exp(log+within*r.NormFloat64())
		}
		return out
	}
	of := func(first float64) map[Outcome]int {
		out := map[Outcome]int{}
		for range draws {
			var all []GateCell
			for i := range cells {
				log := 0.0
				if i == 0 {
					log = math.Log(first)
				}
				c, err := NewGateCell(fmt.Sprint(i), drawn(0), drawn(log), drawn(0))
				if err != nil {
					t.Fatal(err)
				}
				c.Rounds = 0 // as above
				all = append(all, c)
			}
			d, err := g.Decide(all)
			if err != nil {
				t.Fatal(err)
			}
			out[d.Outcome]++
		}
		return out
	}
	if o := of(1); o[Worse] > 8 { // 4 are allowed, two deviations more are 8
		t.Errorf("equal versions: %v", o)
	}
	if o := of(.95); o[Worse] > 8 {
		t.Errorf("at the margin: %v", o)
	}
	if o := of(.9499); o[NotWorse] > 8 {
		t.Errorf("just beyond the margin: %v", o)
	}
	if o := of(.7); o[Worse] < draws*95/100 {
		t.Errorf("a loss of 30%%: %v", o)
	}
}

// TestGateStandsBadRounds: of 24 pairs of equal versions two in which the new one was held up, and one in
// which the old one was, hide nothing; by the mean of all the new one may have lost a fifth.
func TestGateStandsBadRounds(t *testing.T) {
	var old, new []float64
	for i := range 24 {
		old, new = append(old, 100), append(new, 100+float64(i%7-3))
	}
	new[3], new[17], old[9] = 30, 40, 50
	c, err := NewGateCell("a", old, new, nil)
	if err != nil {
		t.Fatal(err)
	}
	d, err := Gate{Margin: .05, Alpha: .01}.Decide([]GateCell{c})
	if err != nil || d.Outcome != NotWorse || !near(c.Degrees, .8*23) {
		t.Errorf("%s by %+v, %v", d.Outcome, c.Effect, err)
	}
	l := make([]float64, len(old))
	for i := range l {
		l[i] = math.Log(new[i] / old[i])
	}
	if center, se := trimmed(l, 0); center-2.5*se > math.Log(.82) {
		t.Errorf("the mean has no trouble: %v with an error of %v", center, se)
	}
}

// TestOneCellInterrupted: two runs of one commit with a single cell, the second interrupted
// after two rounds, were once called a regression of 17% with p = .004.
func TestOneCellInterrupted(t *testing.T) {
	before, after := []float64{100, 101, 99, 102, 98, 100}, []float64{83, 83.5}
	v, w := Versus{of: "round"}, welch(logs(before), logs(after))
	v.Cells = append(v.Cells, v.cell(bench.DefaultCell(), before, after, w))
	v.judge([]contrast{w})
	c := v.Cells[0]
	if w.p(0) > .001 {
		t.Fatalf("the scatter within the runs alone is no evidence: p %v", w.p(0))
	}
	if c.Change != NoChange || c.P != 1 || !strings.Contains(v.NoMarks, "of 1 cell") {
		t.Errorf("%s, p %v, %q", c.Change, c.P, v.NoMarks)
	}
	if apart, paired := v.detectable(); apart != 0 || paired == 0 {
		t.Errorf("a loss of %v would be seen, %v in pairs", apart, paired)
	}
	d, err := v.Gate(Gate{Margin: .05, Alpha: .05}, "")
	if err != nil || d.Outcome != Undecided || d.Cells[0].Because != v.NoMarks || !strings.Contains(strings.Join(d.Settle, "; "), "--ref") {
		t.Errorf("%+v, %v", d, err)
	}
}

// TestGateSelects: what a pattern chooses, and what is missing.
func TestGateSelects(t *testing.T) {
	v := drawnGate(rand.New(rand.NewPCG(39, 40)), 6, .01, 0, .005, gainsOf(8, .5)...)
	c := bench.DefaultCell()
	c.Window = 64
	g := Gate{Margin: .05, Alpha: .01}
	if d, err := v.Gate(g, "window=1"); err != nil || len(d.Cells) != 1 || d.Outcome != Worse {
		t.Errorf("the cell that lost: %+v, %v", d, err)
	}
	if d, err := v.Gate(g, "window=2"); err != nil || len(d.Cells) != 1 || d.Outcome == Worse {
		t.Errorf("another cell: %+v, %v", d, err)
	}
	v.OnlyNew = []string{c.Name()}
	if d, err := v.Gate(g, ""); err != nil || len(d.Cells) != 8 {
		t.Errorf("a cell that the old run has not: %d cells, %v", len(d.Cells), err)
	}
	for only, says := range map[string]string{"window=9": "none of the 9 cells", "windw=1": "dimension=value", "window=64": "has not measured those chosen"} {
		if d, err := v.Gate(g, only); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v, %v; want an error that has %q", only, d.Outcome, err, says)
		}
	}
	v.OnlyOld, v.OnlyNew = v.OnlyNew, nil
	for _, only := range []string{"", "window=64"} {
		if d, err := v.Gate(g, only); err == nil || !strings.Contains(err.Error(), "window=64") {
			t.Errorf("%q: %v, %v; want an error: a cell is missing", only, d.Outcome, err)
		}
	}
	if _, err := v.Gate(g, "window=1"); err != nil {
		t.Errorf("a cell that is missing and not chosen: %v", err)
	}
}

// TestGateCellByHand: beside a cell at .04 the others, at 0, .01 and -.01, have a mean of 0 and
// a deviation of .01. The difference from a mean of three has an error of .01 sqrt(1 + 1/3),
// with two degrees of freedom; of the deviation sqrt(.0001 - .0064²) is not of the rounds.
func TestGateCellByHand(t *testing.T) {
	v := Versus{Cells: make([]VersusCell, 4)}
	v.judge([]contrast{{.04, .02, 9}, {0, .0064, 9}, {.01, .0064, 9}, {-.01, .0064, 9}})
	c := v.gateCell(0, v.calmBeside(0))
	between := .01 * math.Sqrt(4.0/3)
	fixed := math.Sqrt(.0001-.0064*.0064) * math.Sqrt(4.0/3)
	want := []Effect{{.04, .02, 9, 0}, {.04, between, 2, fixed}, {.04, between, 2, fixed}, {.04, .02, 9, 0}}
	for i, e := range c.effects() {
		for _, pair := range [][2]float64{{e.Log, want[i].Log}, {e.SE, want[i].SE}, {e.Degrees, want[i].Degrees}, {e.Fixed, want[i].Fixed}} {
			if math.Abs(pair[0]-pair[1]) > 1e-9 {
				t.Errorf("effect %d is %+v, want %+v", i, e, want[i])
			}
		}
	}
	v.judge([]contrast{{.05, .02, 9}, {.01, .0064, 9}, {.02, .0064, 9}, {0, .0064, 9}})
	for i, want := range []float64{.05, .05, .04, .04} { // its own twice, and twice over the drift of .01
		if got := v.gateCell(0, v.calmBeside(0)).effects()[i].Log; math.Abs(got-want) > 1e-9 {
			t.Errorf("effect %d is %v with a drift, want %v", i, got, want)
		}
	}
}

// TestGateOfMachines: what two merged runs lack is machines, and not rounds.
func TestGateOfMachines(t *testing.T) {
	const machines = 5
	r, told := rand.New(rand.NewPCG(41, 42)), 0
	var d Decision
	for range 20 {
		v := drawnGateOf("machine", r, machines, .05, 0, 0, gainsOf(12)...)
		if r := v.Cells[0].Ratio; r.Machines != machines || len(r.Doubts) > 0 {
			t.Errorf("%+v", r)
		}
		var err error
		if d, err = v.Gate(Gate{Margin: .1, Alpha: .01}, ""); err != nil {
			t.Fatal(err)
		}
		said := strings.Join(d.Settle, "; ")
		if strings.Contains(said, "machines each") {
			told++
		}
		if strings.Contains(said, "rounds (--rounds)") {
			t.Errorf("settled by %s", said)
		}
	}
	if told == 0 {
		t.Error("nothing says how many machines it takes")
	}
	info, cells := results.Info{Hosts: make([]results.Host, machines), Merged: make([]results.Part, 1)}, []GateCell{{Rounds: 30}}
	d.Cells = []GatedCell{{Outcome: Undecided}} // and no number of rounds settles it
	if said := settleVersions(info, cells, d); len(said) != 1 || !strings.Contains(said[0], "more machines, or another --fail-over") {
		t.Errorf("%q", said)
	}
}
