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
	markAlike      = "~"
	markUpstream   = "!"
	markRatio      = "ratio" // not printed: the legend must explain ratios
	markNoInterval = "?"
)

func (p printer) throughputEntry(l layout, c bench.Cell, marks map[string]bool) string {
	cell := p.Cell(c)
	text := l.entry(spell.Amount(cell.Throughput.Median), formatSpread(cell.Throughput), spell.Amount(cell.CPUs.Median))
	if strings.Contains(text, markNoInterval) {
		marks[markNoInterval] = true
	}
	if cell.UpstreamHeavy {
		marks[markUpstream] = true
		text += markUpstream
	}
	return text
}

func (p printer) ratioEntry(c bench.Cell, marks map[string]bool) string {
	r, ok := p.RatioToBase(c)
	if !ok {
		return p.noRatioEntry(c)
	}
	marks[markRatio] = true
	text := FormatRatio(r.Ratio)
	if strings.Contains(text, markNoInterval) {
		marks[markNoInterval] = true
	}
	if !r.Differs {
		marks[markAlike] = true
		text += markAlike
	}
	return text
}

func (p printer) unflaggedEntry(c bench.Cell) string {
	if r, ok := p.RatioToBase(c); ok && r.Unflagged != nil {
		return FormatRatio(*r.Unflagged)
	}
	return p.noRatioEntry(c)
}

// noRatioEntry is the entry of a cell that has no ratio.
func (p printer) noRatioEntry(c bench.Cell) string {
	if c.Placement == p.BaseOf(c) {
		return "1"
	}
	return "-" // nothing to compare with
}

// flagsMatter says whether a printed ratio of the group changes without the flagged rounds.
func (p printer) flagsMatter(g stats.Group) bool {
	return slices.ContainsFunc(g.Cells, func(c bench.Cell) bool {
		r, ok := p.RatioToBase(c)
		return ok && r.Unflagged != nil && spell.Amount(r.Unflagged.Mean) != spell.Amount(r.Ratio.Mean)
	})
}

// FormatRatio spells the mean and the interval: 1.86 (1.80-1.92).
func FormatRatio(r stats.Ratio) string {
	if math.IsInf(r.High, 1) {
		return fmt.Sprintf("%.2f (%s)", r.Mean, markNoInterval)
	}
	return fmt.Sprintf("%.2f (%.2f-%.2f)", r.Mean, r.Low, r.High)
}

func formatSpread(e stats.Estimate) string {
	if math.IsInf(e.Spread(), 1) {
		return "±" + markNoInterval
	}
	return fmt.Sprintf("±%.0f%%", 100*e.Spread())
}
