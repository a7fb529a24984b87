package stats

import (
	"encoding/json"
	"fmt"
	"math"

	"collatebench/bench"
	"collatebench/results"
)

// A Floor is the noise floor: how far two samples of the same cell differ within a round.
// A ratio is called a difference only beyond it ([Judge]).
type Floor struct {
	Cell  string  `json:"cell"`  // of the first pair, which sets the floor
	Ratio Ratio   `json:"ratio"` // of the A/A control to Cell
	Floor float64 `json:"floor"` // upper 95% limit of the mean log ratio's absolute value, as a ratio less 1: 0.07 for 7%

	Second      string `json:"second,omitempty"` // the cell of the pair that tests the floor; "" if there is none
	SecondRatio Ratio  `json:"second_ratio,omitzero"`
	Within      bool   `json:"within"` // the second pair's mean is below the floor
}

// FloorRounds is how many rounds a floor needs: a t interval of two rounds spans orders
// of magnitude.
const FloorRounds = 4

// Known says that the floor is from enough rounds to be used.
func (f *Floor) Known() bool { return f != nil && f.Ratio.Rounds >= FloorRounds }

// ReadFloor returns the floor in a run's record; nil if it has none. A run that was killed
// has none there.
func ReadFloor(info results.Info) (*Floor, error) {
	if info.NoiseFloor == nil {
		return nil, nil
	}
	var f *Floor
	if err := json.Unmarshal(info.NoiseFloor, &f); err != nil {
		return nil, fmt.Errorf("run %s: its noise floor: %w", info.ID, err)
	}
	return f, nil
}

// Record returns the floor as [results.Info] keeps it; nil for no floor.
func (f *Floor) Record() (json.RawMessage, error) {
	if f == nil {
		return nil, nil
	}
	return json.Marshal(f)
}

// margin is the floor for [Judge]; 0 if it is not known.
func (f *Floor) margin() float64 {
	if !f.Known() {
		return 0
	}
	return f.Floor
}

// noiseFloor sets the floor from the A/A control of collector and tests it with that of
// request, or takes the first pairs in table order. If there is no floor, why says the
// reason.
func noiseFloor(v Values) (floor *Floor, why string, err error) {
	pairs := controls(v.Cells)
	if len(pairs) == 0 {
		return nil, "no cell has an A/A control", nil
	}
	if len(v.Rounds) < 2 {
		return nil, "it takes two complete rounds", nil
	}
	first, rest := pick(pairs, bench.Collector)
	limit, err := v.effect(first)
	if err != nil {
		return nil, "", err
	}
	f := Floor{Cell: v.names[first.base], Floor: math.Expm1(math.Abs(limit.Log) + limit.half())}
	if f.Ratio, err = v.ratio(first); err != nil {
		return nil, "", err
	}
	if len(rest) > 0 {
		second, _ := pick(rest, bench.Request)
		f.Second = v.names[second.base]
		if f.SecondRatio, err = v.ratio(second); err != nil {
			return nil, "", err
		}
		f.Within = math.Abs(math.Log(f.SecondRatio.Mean)) <= math.Log1p(f.Floor)
	}
	return &f, "", nil
}

// Controls counts the A/A controls among the cells.
func Controls(cells []bench.Cell) int { return len(controls(cells)) }

// A pair is two cells that are compared within each round: over divided by base.
type pair struct{ over, base bench.Cell }

// controls pairs each A/A control with its cell, in table order.
func controls(cells []bench.Cell) []pair {
	there := map[bench.Cell]bool{}
	for _, c := range cells {
		there[c] = true
	}
	var out []pair
	for _, c := range cells {
		if c.AA != "" && there[c.Base()] {
			out = append(out, pair{c, c.Base()})
		}
	}
	return out
}

// pick takes the first pair of a placement, or else the first pair.
func pick(pairs []pair, p bench.Placement) (picked pair, rest []pair) {
	at := 0
	for i := len(pairs) - 1; i >= 0; i-- {
		if pairs[i].base.Placement == p {
			at = i
		}
	}
	rest = append(rest, pairs[:at]...)
	return pairs[at], append(rest, pairs[at+1:]...)
}
