package report

import (
	"bytes"
	_ "embed"
	"fmt"
	"html/template"
	"math"
	"slices"

	"collatebench/bench"
	"collatebench/results"
	"collatebench/results/stats"
	"collatebench/results/text"
)

//go:embed assets/comparison.html
var comparisonHTML string

var comparisonTemplate = template.Must(template.Must(reportTemplate.Clone()).New("comparison").Parse(comparisonHTML))

// Comparison returns the page of two runs. It has the curves of both in one chart,
// and the ratio of each cell that both runs have.
func Comparison(old, new *results.Run, nav []Link) ([]byte, error) {
	c, err := newComparison(old, new)
	if err != nil {
		return nil, err
	}
	var body bytes.Buffer
	if err := comparisonTemplate.Execute(&body, c); err != nil {
		return nil, err
	}
	title := fmt.Sprintf("%s, then %s - collatebench", c.Old.ID, c.New.ID)
	return Page{Title: title, Nav: nav, Body: template.HTML(body.String())}.HTML()
}

// A comparison is the content of the page.
type comparison struct {
	Old, New results.Info
	stats.Versus
	Curves       []picture
	Regressions  int
	Improvements int
}

func newComparison(old, new *results.Run) (comparison, error) {
	c := comparison{Old: old.Info(), New: new.Info()}
	var err error
	if c.Versus, err = stats.CompareRuns(old, new); err != nil {
		return c, err
	}
	for _, cell := range c.Cells {
		switch cell.Change {
		case stats.Regression:
			c.Regressions++
		case stats.Improvement:
			c.Improvements++
		}
	}
	c.Curves, err = overlaid(old, new)
	return c, err
}

// overlaid draws the cells that both runs have. The lines of the older run are
// dashed; the roof is that of the newer run.
func overlaid(old, new *results.Run) ([]picture, error) {
	var both [2]stats.Summary
	for i, run := range []*results.Run{old, new} {
		samples, err := run.Samples()
		if err != nil {
			return nil, err
		}
		if both[i], err = stats.Summarise(run.Info(), samples); err != nil {
			return nil, err
		}
	}
	var out []picture
	for _, g := range both[1].Groups("placement", "window") {
		g.Cells = slices.DeleteFunc(g.Cells, func(c bench.Cell) bool { return !both[0].Has(c) })
		if len(g.Cells) == 0 {
			continue
		}
		out = append(out, picture{
			Name: "throughput-" + fileName(g.Title),
			Scene: newCurves(g, curve{summary: both[0], label: "old", dashed: true}, curve{summary: both[1], label: "new"}).
				scene("Throughput, " + g.Title),
		})
	}
	return out, nil
}

// Percent is the drift: the change that all cells have in common.
func (c comparison) Percent() string { return fmt.Sprintf("%+.1f%%", 100*(c.Drift-1)) }

// FloorPercent is the noise floor.
func (c comparison) FloorPercent() string { return fmt.Sprintf("%.1f%%", 100*c.Floor) }

// ScatterPercent is how far cells scatter around the drift.
func (c comparison) ScatterPercent() string { return fmt.Sprintf("%.1f%%", 100*c.Scatter) }

// Row is one cell in the table of ratios.
func (c comparison) Row(v stats.VersusCell) []entry {
	ratio := entry{Shown: text.FormatRatio(v.Ratio), Sort: fmt.Sprintf("%.6g", v.Ratio.Mean)}
	beside := entry{Shown: text.FormatRatio(v.Beside), Sort: fmt.Sprintf("%.6g", v.Beside.Mean)}
	p := entry{Shown: fmt.Sprintf("%.3f", v.P), Sort: fmt.Sprintf("%.6g", v.P)}
	if math.IsInf(v.Beside.High, 1) {
		p.Shown = "?"
	}
	return []entry{{Shown: v.Cell}, estimate(v.Old), estimate(v.New), ratio, beside, p}
}

func estimate(e stats.Estimate) entry {
	return entry{Shown: interval(e), Sort: fmt.Sprintf("%.6g", e.Median)}
}
