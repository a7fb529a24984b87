package stats

import (
	"cmp"
	"errors"
	"fmt"
	"math"

	"gonum.org/v1/gonum/stat/distuv"
)

// An Effect is the logarithm of a ratio of throughputs, new over old, as estimated.
type Effect struct {
	Log     float64
	SE      float64 // standard error of Log; +Inf or 0 if it is not known
	Degrees float64 // of freedom, of SE
	Fixed   float64 // the part of SE that more rounds would leave: SE² = Fixed² + something / rounds
}

// A GateCell is a cell as a gate sees it.
type GateCell struct {
	Cell string
	Effect
	// Also are other estimates of the same effect, each with an error of its own kind: what
	// is said of the cell, all of them must show.
	Also []Effect
	// Control is the effect of the cell's A/A control; nil if it has none. The larger one of
	// the two standard errors counts, the control's as that of such an effect, and a control that differs from its cell makes the cell
	// undecided.
	Control *Effect
	// controlScale is what of its standard error counts, as the effect's base may scatter less; 0
	// for all of it.
	controlScale float64
	Floor        float64 // noise floor as [Floor.Floor]: a loss within it is no loss. 0 for none
	Rounds       int     // that the effect is made from; 0 if that is not known
	Unknown      string  // why there is no standard error; "" if there is one
}

// NewGateCell makes the cell of pairs: old[i] and new[i] are the throughputs of two versions in
// one round of one machine, control[i] that of the old one's A/A control in it; nil for no
// control. Slices of different length, and values that are not above 0, are errors.
func NewGateCell(cell string, old, new, control []float64) (GateCell, error) {
	return gateCell(cell, Pairs{Over: new, Base: old, Again: control})
}

func gateCell(cell string, p Pairs) (GateCell, error) {
	c := GateCell{Cell: cell, Rounds: len(p.Over)}
	var err error
	if c.Effect, err = p.gateEffect(); err != nil || p.Again == nil {
		return c, err
	}
	same, err := p.control().gateEffect()
	c.Control, c.controlScale = &same, halfTheBase
	return c, err
}

// halfTheBase is the standard error of a ratio to the mean of two samples, beside that of a ratio
// to one of them, where all three scatter alike: of variances 1 + 1/2 and 1 + 1.
var halfTheBase = math.Sqrt(.75)

// tailDegrees: a gate asks for a t of one in thousands, by its alpha, its number of cells and its early
// looks. So far out the t of values of which some are clamped exceeds that of n-1 degrees too often, at
// .001 some 1.4 times as often as it should with 6 or 8 rounds; that of .8 times as many degrees does not,
// but on a machine that has two speeds (1.4 to 1.8 times; BenchmarkTails).
const tailDegrees = .8

// gateEffect is the effect whose ratio [Pairs.Ratio] shows, for a gate.
func (p Pairs) gateEffect() (Effect, error) {
	e, err := p.estimate()
	if err == nil && p.machines() == 1 && len(p.Over) > mostUnclamped {
		e.Degrees *= tailDegrees
	}
	return e, err
}

// known says that the effect has a standard error.
func (e Effect) known() bool               { return e.SE > 0 && !math.IsInf(e.SE, 1) && e.Degrees > 0 }
func (e Effect) t() distuv.StudentsT       { return distuv.StudentsT{Sigma: 1, Nu: e.Degrees} }
func (e Effect) low(alpha float64) float64 { return e.limit(-1, alpha) }

// limit is the one-sided limit on the side of the sign.
func (e Effect) limit(sign, alpha float64) float64 {
	if !e.known() {
		return math.Inf(int(sign))
	}
	return e.Log + sign*e.SE*e.t().Quantile(1-alpha)
}

// effects are all estimates of the cell, with the standard error of its control where that
// is larger.
func (c GateCell) effects() []Effect {
	out := append([]Effect{c.Effect}, c.Also...)
	if c.Control == nil {
		return out
	}
	se := c.Control.SE * cmp.Or(c.controlScale, 1)
	for i, e := range out {
		if se > e.SE {
			out[i].SE, out[i].Degrees = se, c.Control.Degrees
		}
	}
	return out
}

// pWorse is the p value of a log ratio that is no less than the limit: the largest one of
// the estimates.
func (c GateCell) pWorse(limit float64) float64 {
	p := 0.0
	for _, e := range c.effects() {
		if !e.known() {
			return 1
		}
		p = max(p, e.t().CDF((e.Log-limit)/e.SE))
	}
	return p
}

// differs says that a control is shown to differ from its cell.
func (e *Effect) differs(alpha float64) bool {
	return e != nil && e.known() && (e.low(alpha/2) > 0 || e.limit(1, alpha/2) < 0)
}

// checkCells returns an error for cells on which nothing can be decided.
func checkCells(cells []GateCell) error {
	if len(cells) == 0 {
		return errors.New("a gate without a cell: nothing was measured")
	}
	seen := map[string]bool{}
	for _, c := range cells {
		if seen[c.Cell] {
			return fmt.Errorf("a gate has cell %q twice", c.Cell)
		}
		seen[c.Cell] = true
		all := c.effects()
		if c.Control != nil {
			all = append(all, *c.Control)
		}
		for _, e := range all {
			if math.IsNaN(e.Log) || math.IsInf(e.Log, 0) || !(e.SE >= 0) || !(e.Fixed >= 0) || math.IsNaN(e.Degrees) {
				return fmt.Errorf("a gate has for cell %q a log ratio of %v with a standard error of %v and %v degrees of freedom", c.Cell, e.Log, e.SE, e.Degrees)
			}
		}
	}
	return nil
}
