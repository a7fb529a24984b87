package text

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"collatebench/bench"
	"collatebench/internal/spell"
	"collatebench/results/stats"
)

// The marks behind a number.
const (
	markBelow    = "~"
	markUpstream = "!"
	markRatio    = "ratio" // not printed: there is a ratio to explain
	noInterval   = "?"
)

func (s writer) throughput(l layout, c bench.Cell, marks map[string]bool) string {
	cell := s.Of(c)
	text := l.entry(spell.Amount(cell.Throughput.Median), plusMinus(cell.Throughput), spell.Amount(cell.CPUs.Median))
	if strings.Contains(text, noInterval) {
		marks[noInterval] = true
	}
	if cell.UpstreamHeavy {
		marks[markUpstream] = true
		text += markUpstream
	}
	return text
}

func (s writer) ratio(c bench.Cell, marks map[string]bool) string {
	r, ok := s.Paired(c)
	if !ok {
		return s.unpaired(c)
	}
	marks[markRatio] = true
	text := Ratio(r.Ratio)
	if strings.Contains(text, noInterval) {
		marks[noInterval] = true
	}
	if r.BelowFloor && r.Ratio.Rounds >= stats.FloorRounds { // else the floor is not known
		marks[markBelow] = true
		text += markBelow
	}
	return text
}

func (s writer) unflaggedRatio(c bench.Cell) string {
	if r, ok := s.Paired(c); ok && r.Unflagged != nil {
		return Ratio(*r.Unflagged)
	}
	return s.unpaired(c)
}

// unpaired stands where there is no ratio.
func (s writer) unpaired(c bench.Cell) string {
	if c.Placement == s.BaseOf(c) {
		return "1"
	}
	return "-" // nothing to compare with
}

// flagsMatter says whether a ratio of the group, as it is printed, is another
// without the flagged rounds.
func (s writer) flagsMatter(g stats.Group) bool {
	return slices.ContainsFunc(g.Cells, func(c bench.Cell) bool {
		r, ok := s.Paired(c)
		return ok && r.Unflagged != nil && spell.Amount(r.Unflagged.Mean) != spell.Amount(r.Ratio.Mean)
	})
}

// Ratio spells the mean and the interval: 1.86 (1.80-1.92).
func Ratio(r stats.Ratio) string {
	if math.IsInf(r.High, 1) {
		return fmt.Sprintf("%.2f (%s)", r.Mean, noInterval)
	}
	return fmt.Sprintf("%.2f (%.2f-%.2f)", r.Mean, r.Low, r.High)
}

func plusMinus(e stats.Estimate) string {
	if math.IsInf(e.Spread(), 1) {
		return "±" + noInterval
	}
	return fmt.Sprintf("±%.0f%%", 100*e.Spread())
}
