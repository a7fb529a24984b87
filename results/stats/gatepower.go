package stats

import (
	"math"
	"slices"
	"sort"
)

// power is the share of the comparisons in which something is found that is said to be
// found.
const power = .8

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
