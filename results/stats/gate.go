package stats

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"

	"collatebench/internal/spell"
	"collatebench/results"
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
	// Lacks says what is missing of the plan of a merged run: without it the gate can't pass.
	Lacks string `json:"lacks,omitempty"`
	// Settle says, a sentence each, what would settle an undecided gate, the cheapest first.
	Settle []string `json:"settle,omitempty"`
	// Detectable is the loss that a cell must have to be found worse than the margin in four
	// of five such comparisons, .12 for 12%: the median of the cells. 0 if it is not known, or
	// beyond 95%.
	Detectable float64 `json:"detectable,omitempty"`
	// Assumes says what the decision rests on that the data can't show; "" if nothing.
	Assumes string `json:"assumes,omitempty"`
}

// ReadDecision reads what the gate on a run's versions decided; nil if it had none.
func ReadDecision(info results.Info) (*Decision, error) {
	if info.Gate == nil {
		return nil, nil
	}
	var d *Decision
	if err := json.Unmarshal(info.Gate, &d); err != nil {
		return nil, fmt.Errorf("run %s: its gate: %w", info.ID, err)
	}
	return d, nil
}

// Record returns the decision as [results.Info] keeps it.
func (d Decision) Record() (json.RawMessage, error) { return json.Marshal(d) }

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

// notWorse is the limit that a cell's log ratio must be above, worse the one that it must be
// below.
func (g Gate) notWorse() float64        { return math.Log1p(-g.Margin) }
func (g Gate) worse(c GateCell) float64 { return min(g.notWorse(), -band(c.Floor)) }

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
		out.Because = fmt.Sprintf("its ratio may be anything from %.3f to %.3f, and the limit is %.3f", out.Low, out.High, 1-g.Margin)
	}
	return out
}

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

// WithoutParts is the decision on a run that lacks parts of its plan: what they would show is not
// known, so that it does not pass.
func (d Decision) WithoutParts(lacks string) Decision {
	d.Lacks = lacks
	if lacks != "" && d.Outcome == NotWorse {
		d.Outcome, d.Settle = Undecided, []string{lacks}
	}
	return d
}

// Sentence says the decision in one line.
func (d Decision) Sentence() string {
	margin, cells := strconv.FormatFloat(100*d.Margin, 'g', 4, 64)+"%", spell.Plural(len(d.Cells), "cell")
	switch d.Outcome {
	case Worse:
		return fmt.Sprintf("FAIL: %d of %s lost more than %s of throughput", len(d.Worse()), cells, margin)
	case NotWorse:
		return fmt.Sprintf("PASS: none of %s lost more than %s of throughput", cells, margin)
	}
	if d.Lacks != "" && len(d.Undecided()) == 0 {
		return fmt.Sprintf("CAN'T TELL: none of %s is seen to have lost more than %s of throughput, but the run is not whole", cells, margin)
	}
	return fmt.Sprintf("CAN'T TELL: of %d of %s the data do not show whether more than %s of throughput was lost", len(d.Undecided()), cells, margin)
}
