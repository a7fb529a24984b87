package stats

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"sort"

	"gonum.org/v1/gonum/stat/distuv"

	"collatebench/internal/spell"
)

// A Gate decides whether any cell of a comparison lost more than a margin. It does not know
// where the effects come from: of two runs they are made by [Versus.Gate], of pairs within a
// run by who made the pairs.
//
// Both answers have to be shown. To fail, a cell must be shown to be worse than the margin,
// with Holm's correction for the number of cells, so that Alpha is of the whole gate. To
// pass, each cell must be shown to be not worse than that, each at Alpha: as all of them
// have to be, this needs no correction (Berger 1982). Between the two the data can't tell.
// "Not significant" as a pass, the usual rule, would pass whatever was measured badly.
type Gate struct {
	Margin float64 `json:"margin"` // of throughput lost, .05 for 5%
	Alpha  float64 `json:"alpha"`  // of the whole gate, .01 for 1%
}

// power is the share of the comparisons in which something is found that is said to be
// found.
const power = .8

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
	// the two standard errors counts, and a control that differs from its cell makes the cell
	// undecided.
	Control *Effect
	Floor   float64 // noise floor as [Floor.Floor]: a loss within it is no loss. 0 for none
	Rounds  int     // that the effect is made from; 0 if that is not known
	Unknown string  // why there is no standard error; "" if there is one
}

// An Outcome is what a gate says, of a cell or of all.
type Outcome string

const (
	Worse     Outcome = "worse"     // by more than the margin
	NotWorse  Outcome = "not worse" // than the margin
	Undecided Outcome = "undecided"
)

// A Decision is what a gate says.
type Decision struct {
	Gate
	// Outcome is Worse if a cell is, NotWorse if each cell is.
	Outcome Outcome     `json:"outcome"`
	Cells   []GatedCell `json:"cells"`
	// Settle says, a sentence each, what would settle an undecided gate, the cheapest first.
	Settle []string `json:"settle,omitempty"`
	// Detectable is the loss that a cell must have to be found worse than the margin in four
	// of five such comparisons, .12 for 12%: the median of the cells. 0 if it is not known, or
	// beyond 95%.
	Detectable float64 `json:"detectable,omitempty"`
	// Assumes says what the decision rests on that the data can't show; "" if nothing.
	Assumes string `json:"assumes,omitempty"`
}

// A GatedCell is what a gate says of one cell.
type GatedCell struct {
	Cell    string  `json:"cell"`
	Outcome Outcome `json:"outcome"`
	Ratio   float64 `json:"ratio"` // the lowest of its estimates
	// Low and High are one-sided limits: the cell is not worse if Low is above 1 less the
	// margin, and worse if High is below it, or below the noise floor if that is larger.
	Low  float64 `json:"low"`
	High bound   `json:"high"`
	// P is that of not being worse, corrected for the number of cells: small for a cell that
	// is.
	P       float64 `json:"p"`
	Because string  `json:"because,omitempty"` // why it is undecided
	// MoreRounds is how many rounds more would settle it in four of five cases if the effect is
	// as large as it seems; 0 if it is settled, no number of
	// rounds would, or the gate fails.
	MoreRounds int `json:"more_rounds,omitempty"`
}

// Check returns an error for a margin or an alpha that makes no sense.
func (g Gate) Check() error {
	switch {
	case !(g.Margin > 0 && g.Margin < 1):
		return fmt.Errorf("margin %v: not between 0 and 1", g.Margin)
	case !(g.Alpha > 0 && g.Alpha <= .5):
		return fmt.Errorf("alpha %v: not above 0 and at most 0.5", g.Alpha)
	}
	return nil
}

// Decide decides. No cell, a cell named twice and numbers that are none are errors: a gate
// that measured nothing does not pass.
func (g Gate) Decide(cells []GateCell) (Decision, error) {
	if err := g.Check(); err != nil {
		return Decision{}, err
	}
	if err := checkCells(cells); err != nil {
		return Decision{}, err
	}
	d := Decision{Gate: g, Outcome: NotWorse, Detectable: g.Detectable(cells)}
	ps := make([]float64, len(cells))
	for i, c := range cells {
		ps[i] = c.pWorse(g.worse(c))
	}
	corrected := holm(ps)
	for i, share := range holmShares(ps, g.Alpha) {
		cell := g.decide(cells[i], g.Alpha*share, len(cells))
		cell.P = corrected[i]
		d.Cells = append(d.Cells, cell)
		switch {
		case cell.Outcome == Worse:
			d.Outcome = Worse
		case cell.Outcome == Undecided && d.Outcome == NotWorse:
			d.Outcome = Undecided
		}
	}
	if d.Outcome == Undecided {
		for i, c := range d.Cells {
			if c.Outcome == Undecided {
				d.Cells[i].MoreRounds = g.moreRounds(cells[i], len(cells))
			}
		}
	}
	return d, nil
}

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

// notWorse is the limit that a cell's log ratio must be above, worse the one that it must be
// below.
func (g Gate) notWorse() float64           { return math.Log1p(-g.Margin) }
func (g Gate) worse(c GateCell) float64    { return min(g.notWorse(), -band(c.Floor)) }
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
	for i, e := range out {
		if c.Control.SE > e.SE {
			out[i].SE, out[i].Degrees = c.Control.SE, c.Control.Degrees
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

func (g Gate) decide(c GateCell, alpha float64, cells int) GatedCell {
	low, high, lowest := math.Inf(1), math.Inf(-1), math.Inf(1)
	for _, e := range c.effects() {
		low, high, lowest = min(low, e.low(g.Alpha)), max(high, e.limit(1, alpha)), min(lowest, e.Log)
	}
	out := GatedCell{Cell: c.Cell, Outcome: Undecided, Ratio: math.Exp(lowest), Low: math.Exp(low), High: bound(math.Exp(high))}
	switch {
	case c.Unknown != "":
		out.Because = c.Unknown
	case math.IsInf(high, 1):
		out.Because = "it has too few rounds, or none that scatter, for an interval"
	case c.Control.differs(g.Alpha / float64(cells)):
		out.Because = fmt.Sprintf("its A/A control is %.2f times as fast as itself, so that its ratios are not to be trusted", math.Exp(c.Control.Log))
	case high < g.worse(c):
		out.Outcome = Worse
	case low > g.notWorse():
		out.Outcome = NotWorse
	case high < g.notWorse():
		out.Because = fmt.Sprintf("it lost more, but not by more than the noise floor of %s", spell.Percent(c.Floor, 1))
	default:
		out.Because = fmt.Sprintf("its ratio may be anything from %.2f to %.2f, and the limit is %.2f", out.Low, out.High, 1-g.Margin)
	}
	return out
}

// differs says that a control is shown to differ from its cell.
func (e *Effect) differs(alpha float64) bool {
	return e != nil && e.known() && (e.low(alpha/2) > 0 || e.limit(1, alpha/2) < 0)
}

// maxRounds bounds what is promised: beyond it the machine changes while it measures.
const maxRounds = 1000

// moreRounds is [GatedCell.MoreRounds].
func (g Gate) moreRounds(c GateCell, cells int) int {
	if c.Rounds < 2 {
		return 0
	}
	more := 1 + sort.Search(maxRounds, func(i int) bool { return g.settles(c.after(c.Rounds+1+i), cells) })
	if more > maxRounds {
		return 0
	}
	return more
}

// settles says whether a cell as far from the limits as this one would be decided with the
// power.
func (g Gate) settles(c GateCell, cells int) bool {
	below := func(e Effect) bool { return g.worse(c)-e.Log >= e.reach(g.Alpha/float64(cells)) }
	above := func(e Effect) bool { return e.Log-g.notWorse() >= e.reach(g.Alpha) }
	return all(c.effects(), below) || all(c.effects(), above)
}

func all(effects []Effect, is func(Effect) bool) bool {
	return !slices.ContainsFunc(effects, func(e Effect) bool { return !is(e) })
}

// after is the cell as it would be after so many rounds, if nothing else changed.
func (c GateCell) after(rounds int) GateCell {
	c.Also = slices.Clone(c.Also)
	for i, e := range c.Also {
		c.Also[i] = e.after(c.Rounds, rounds)
	}
	c.Effect = c.Effect.after(c.Rounds, rounds)
	if c.Control != nil {
		c.Control = new(c.Control.after(c.Rounds, rounds))
	}
	return c
}

// after is the effect as it would be after so many rounds instead of has.
func (e Effect) after(has, rounds int) Effect {
	more := float64(rounds) / float64(has)
	e.SE = math.Sqrt(e.Fixed*e.Fixed + max(0, e.SE*e.SE-e.Fixed*e.Fixed)/more)
	if e.Fixed == 0 {
		e.Degrees *= float64(rounds-1) / float64(has-1)
	}
	return e
}

// reach is how far from a limit the effect must lie to be told from it with the power.
func (e Effect) reach(alpha float64) float64 {
	if !e.known() {
		return math.Inf(1)
	}
	return e.SE * (e.t().Quantile(1-alpha) + e.t().Quantile(power))
}

// Detectable is [Decision.Detectable]. A Margin of 0 asks for a loss of any size.
func (g Gate) Detectable(cells []GateCell) float64 {
	var out []float64
	for _, c := range cells {
		needs := 0.0
		for _, e := range c.effects() {
			needs = max(needs, e.reach(g.Alpha/float64(len(cells))))
		}
		out = append(out, -math.Expm1(g.worse(c)-needs))
	}
	if len(out) == 0 {
		return 0
	}
	sort.Float64s(out)
	if at := out[len(out)/2]; at <= maxLoss {
		return at
	}
	return 0
}

// maxLoss bounds what is said to be detectable: beyond it there is hardly a cell left.
const maxLoss = .95

// Undecided returns the cells that the data can't tell.
func (d Decision) Undecided() []GatedCell { return d.of(Undecided) }

// Worse returns the cells that lost more than the margin.
func (d Decision) Worse() []GatedCell { return d.of(Worse) }

func (d Decision) of(o Outcome) []GatedCell {
	var out []GatedCell
	for _, c := range d.Cells {
		if c.Outcome == o {
			out = append(out, c)
		}
	}
	return out
}

// Sentence says the decision in one line.
func (d Decision) Sentence() string {
	margin, cells := spell.Percent(d.Margin, 0), spell.Plural(len(d.Cells), "cell")
	if d.Margin*100 != math.Trunc(d.Margin*100) {
		margin = spell.Percent(d.Margin, 1)
	}
	switch d.Outcome {
	case Worse:
		return fmt.Sprintf("FAIL: %d of %s lost more than %s of throughput", len(d.Worse()), cells, margin)
	case NotWorse:
		return fmt.Sprintf("PASS: none of %s lost more than %s of throughput", cells, margin)
	}
	return fmt.Sprintf("CAN'T TELL: of %d of %s the data do not show whether more than %s of throughput was lost", len(d.Undecided()), cells, margin)
}
