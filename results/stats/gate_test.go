package stats_test

import (
	"encoding/json"
	"math"
	"slices"
	"strings"
	"testing"

	"collatebench/results/stats"
)

// effect is an estimate with ten degrees of freedom, whose one-sided t quantile at 1% is
// 2.763769 and at .5% 3.169273.
func effect(ratio, se float64) stats.Effect {
	return stats.Effect{Log: math.Log(ratio), SE: se, Degrees: 10}
}

// TestGateByHand: the limit is ln .95 = -.051293. To fail alone a cell lies 2.763769 standard
// errors below it, as one of two 3.169273; to pass it lies 2.763769 above it, whatever their
// number.
func TestGateByHand(t *testing.T) {
	const se, limit, alone, ofTwo = .01, -.05129329, 2.763769, 3.169273
	at := func(errors float64) stats.GateCell {
		return stats.GateCell{Effect: stats.Effect{Log: limit + errors*se, SE: se, Degrees: 10}, Rounds: 11}
	}
	for name, tt := range map[string]struct {
		cells []stats.GateCell
		want  []stats.Outcome
		all   stats.Outcome
	}{
		"just worse":              {[]stats.GateCell{at(-alone - .01)}, []stats.Outcome{stats.Worse}, stats.Worse},
		"not quite worse":         {[]stats.GateCell{at(-alone + .01)}, []stats.Outcome{stats.Undecided}, stats.Undecided},
		"just not worse":          {[]stats.GateCell{at(alone + .01)}, []stats.Outcome{stats.NotWorse}, stats.NotWorse},
		"not quite not worse":     {[]stats.GateCell{at(alone - .01)}, []stats.Outcome{stats.Undecided}, stats.Undecided},
		"worse as one of two":     {[]stats.GateCell{at(-ofTwo - .01), at(9)}, []stats.Outcome{stats.Worse, stats.NotWorse}, stats.Worse},
		"worse if it were alone":  {[]stats.GateCell{at(-ofTwo + .01), at(9)}, []stats.Outcome{stats.Undecided, stats.NotWorse}, stats.Undecided},
		"Holm: the second":        {[]stats.GateCell{at(-alone - .01), at(-9)}, []stats.Outcome{stats.Worse, stats.Worse}, stats.Worse},
		"passes need no Holm":     {[]stats.GateCell{at(alone + .01), at(alone + .01)}, []stats.Outcome{stats.NotWorse, stats.NotWorse}, stats.NotWorse},
		"worse beats undecided":   {[]stats.GateCell{at(0), at(-9)}, []stats.Outcome{stats.Undecided, stats.Worse}, stats.Worse},
		"one undecided of passes": {[]stats.GateCell{at(9), at(0)}, []stats.Outcome{stats.NotWorse, stats.Undecided}, stats.Undecided},
	} {
		for i := range tt.cells {
			tt.cells[i].Cell = string(rune('a' + i))
		}
		d, err := stats.Gate{Margin: .05, Alpha: .01}.Decide(tt.cells)
		if err != nil {
			t.Fatal(err)
		}
		for i, c := range d.Cells {
			if c.Outcome != tt.want[i] {
				t.Errorf("%s: cell %d is %s, want %s: %+v", name, i, c.Outcome, tt.want[i], c)
			}
			if shown := float64(c.High) < .95; shown != (c.Outcome == stats.Worse) {
				t.Errorf("%s: cell %d is %s, with a limit of %v", name, i, c.Outcome, c.High)
			}
			if (c.P < .01) != (c.Outcome == stats.Worse) {
				t.Errorf("%s: cell %d is %s, p %v", name, i, c.Outcome, c.P)
			}
		}
		if d.Outcome != tt.all {
			t.Errorf("%s: %s, want %s", name, d.Outcome, tt.all)
		}
	}
}

// TestGateWants: each estimate, the control and the floor must allow what is said.
func TestGateWants(t *testing.T) {
	unknown := stats.Effect{Log: -1, SE: math.Inf(1)}
	steady, apart, noisy := effect(1, .01), effect(1.1, .01), effect(1, .3)
	for name, tt := range map[string]struct {
		cell stats.GateCell
		want stats.Outcome
		says string
	}{
		"worse by all":          {stats.GateCell{Effect: effect(.8, .01), Also: []stats.Effect{effect(.85, .02)}, Control: &steady}, stats.Worse, ""},
		"one says not worse":    {stats.GateCell{Effect: effect(.8, .01), Also: []stats.Effect{effect(1, .01)}}, stats.Undecided, "anything from"},
		"one is not sure":       {stats.GateCell{Effect: effect(1, .01), Also: []stats.Effect{effect(1, .2)}}, stats.Undecided, "anything from"},
		"no error":              {stats.GateCell{Effect: unknown}, stats.Undecided, "too few rounds"},
		"no scatter":            {stats.GateCell{Effect: effect(.5, 0)}, stats.Undecided, "too few rounds"},
		"its control differs":   {stats.GateCell{Effect: effect(.8, .01), Control: &apart}, stats.Undecided, "A/A control is 1.10 times"},
		"its control scatters":  {stats.GateCell{Effect: effect(.8, .01), Control: &noisy}, stats.Undecided, "anything from"},
		"within the floor":      {stats.GateCell{Effect: effect(.8, .01), Floor: .3}, stats.Undecided, "not by more than the noise floor of 30.0%"},
		"a floor passes no one": {stats.GateCell{Effect: effect(.9, .01), Floor: .3}, stats.Undecided, ""},
		"beyond the floor":      {stats.GateCell{Effect: effect(.7, .01), Floor: .3}, stats.Worse, ""},
		"not known why":         {stats.GateCell{Effect: unknown, Unknown: "of 1 cell nothing shows"}, stats.Undecided, "of 1 cell nothing shows"},
	} {
		tt.cell.Cell = "x"
		d, err := stats.Gate{Margin: .05, Alpha: .01}.Decide([]stats.GateCell{tt.cell})
		if err != nil {
			t.Fatal(err)
		}
		if d.Outcome != tt.want || !strings.Contains(d.Cells[0].Because, tt.says) {
			t.Errorf("%s: %s, %+v; want %s and %q", name, d.Outcome, d.Cells[0], tt.want, tt.says)
		}
		if _, err := json.Marshal(d); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestGateRefuses: a gate that measured nothing does not pass.
func TestGateRefuses(t *testing.T) {
	good := stats.GateCell{Cell: "x", Effect: effect(1, .001)}
	bad := func(e stats.Effect) []stats.GateCell { return []stats.GateCell{good, {Cell: "y", Effect: e}} }
	for says, tt := range map[string]struct {
		gate  stats.Gate
		cells []stats.GateCell
	}{
		"nothing was measured":      {stats.Gate{Margin: .05, Alpha: .01}, nil},
		`"x" twice`:                 {stats.Gate{Margin: .05, Alpha: .01}, []stats.GateCell{good, good}},
		`"y" a log ratio of NaN`:    {stats.Gate{Margin: .05, Alpha: .01}, bad(stats.Effect{Log: math.NaN(), SE: .01, Degrees: 5})},
		`"y" a log ratio of -Inf`:   {stats.Gate{Margin: .05, Alpha: .01}, bad(stats.Effect{Log: math.Inf(-1), SE: .01, Degrees: 5})},
		"a standard error of NaN":   {stats.Gate{Margin: .05, Alpha: .01}, bad(stats.Effect{SE: math.NaN(), Degrees: 5})},
		"a standard error of -0.01": {stats.Gate{Margin: .05, Alpha: .01}, bad(stats.Effect{SE: -.01, Degrees: 5})},
		"NaN degrees":               {stats.Gate{Margin: .05, Alpha: .01}, bad(stats.Effect{SE: .01, Degrees: math.NaN()})},
		"margin 0":                  {stats.Gate{Alpha: .01}, []stats.GateCell{good}},
		"margin 1":                  {stats.Gate{Margin: 1, Alpha: .01}, []stats.GateCell{good}},
		"alpha 0":                   {stats.Gate{Margin: .05}, []stats.GateCell{good}},
		"alpha 0.6":                 {stats.Gate{Margin: .05, Alpha: .6}, []stats.GateCell{good}},
	} {
		if d, err := tt.gate.Decide(tt.cells); err == nil || !strings.Contains(err.Error(), says) || d.Outcome == stats.NotWorse {
			t.Errorf("%v, %v; want an error that has %q", d.Outcome, err, says)
		}
	}
}

// TestMoreRounds: ten times the rounds make the standard error .01/sqrt(10) = .00316, with
// which .005 beyond the limit is not known at 1% with a power of 80% (2.5+.85 errors), and
// fifty times make it .00141, with which it is.
func TestMoreRounds(t *testing.T) {
	cell := stats.GateCell{Cell: "x", Effect: stats.Effect{Log: math.Log(.95) + .005, SE: .01, Degrees: 10}, Rounds: 11}
	rounds := func(c stats.GateCell) int {
		d, err := stats.Gate{Margin: .05, Alpha: .01}.Decide([]stats.GateCell{c})
		if err != nil || d.Outcome != stats.Undecided {
			t.Fatalf("%+v, %v", d, err)
		}
		return d.Cells[0].MoreRounds
	}
	// (2.3335+.8421)² (.01/.005)² 11 = 443.7 rounds, with t quantiles of 440 degrees
	if n := rounds(cell); n < 430 || n > 436 {
		t.Errorf("%d rounds more", n)
	}
	cell.Fixed = .009
	if n := rounds(cell); n != 0 {
		t.Errorf("%d rounds more, of an error that no rounds make smaller", n)
	}
	cell.Fixed, cell.Rounds = 0, 0
	if n := rounds(cell); n != 0 {
		t.Errorf("%d rounds more, of an effect of unknown rounds", n)
	}
}

// TestNewGateCellByHand: logs of the ratios 0, .1 and .2 to the old version, and of .2, 0 and -.2 of
// its control, are -.1, .1 and .3 to the mean of both. They have a mean of .1 and an error of
// .2/sqrt 3, with two degrees of freedom.
func TestNewGateCellByHand(t *testing.T) {
	old := []float64{100, 200, 50}
	times := func(logs ...float64) []float64 {
		out := make([]float64, len(logs))
		for i, l := range logs {
			out[i] = old[i] * math.Exp(l)
		}
		return out
	}
	c, err := stats.NewGateCell("x", old, times(0, .1, .2), times(.2, 0, -.2))
	if err != nil {
		t.Fatal(err)
	}
	if !near(c.Log, .1) || !near(c.SE, .2/math.Sqrt(3)) || c.Degrees != 2 || c.Rounds != 3 {
		t.Errorf("%+v", c)
	}
	if math.Abs(c.Control.Log) > 1e-9 || !near(c.Control.SE, .2/math.Sqrt(3)) {
		t.Errorf("control %+v", c.Control)
	}
	if c, err = stats.NewGateCell("x", old[:1], old[1:2], nil); err != nil || c.Control != nil || !math.IsInf(c.SE, 1) {
		t.Errorf("one round: %+v, %v", c, err)
	}
	for _, bad := range [][]float64{nil, {1, 2}, {1, 2, 0}} {
		if _, err := stats.NewGateCell("x", old, bad, nil); err == nil {
			t.Errorf("three rounds and %v", bad)
		}
		if _, err := stats.NewGateCell("x", old, old, bad); err == nil && bad != nil {
			t.Errorf("three rounds with a control of %v", bad)
		}
	}
}

// TestGateWithoutParts: what is missing may be what failed.
func TestGateWithoutParts(t *testing.T) {
	const lacks = "missing of 2 shards: 2"
	of := func(ratio float64) stats.Decision {
		d, err := stats.Gate{Margin: .05, Alpha: .01}.Decide([]stats.GateCell{{Effect: stats.Effect{Log: math.Log(ratio), SE: .001, Degrees: 10}, Rounds: 11}})
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	if d := of(1).WithoutParts(lacks); d.Outcome != stats.Undecided || !slices.Equal(d.Settle, []string{lacks}) || !strings.Contains(d.Sentence(), "none of 1 cell is seen to have lost more than 5% of throughput, but the run is not whole") {
		t.Errorf("%s: %s, settled by %q", d.Outcome, d.Sentence(), d.Settle)
	}
	if d := of(.8).WithoutParts(lacks); d.Outcome != stats.Worse {
		t.Errorf("a loss that is seen is %s", d.Outcome)
	}
	if d := of(1).WithoutParts(""); d.Outcome != stats.NotWorse {
		t.Errorf("a whole run is %s", d.Outcome)
	}
}
