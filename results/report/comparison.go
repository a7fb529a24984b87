package report

import (
	"bytes"
	_ "embed"
	"fmt"
	"html/template"
	"slices"

	"collatebench/bench"
	"collatebench/results"
	"collatebench/results/evidence"
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
	title := fmt.Sprintf("%s, then %s - collatebench", c.Old.Run, c.New.Run)
	return Page{Title: title, Nav: nav, Body: template.HTML(body.String())}.HTML()
}

// A comparison is the content of the page.
type comparison struct {
	evidence.Comparison
	Curves       []picture
	Regressions  int
	Improvements int
}

func newComparison(old, new *results.Run) (comparison, error) {
	compared, err := evidence.Compare(old, new)
	if err != nil {
		return comparison{}, err
	}
	c := comparison{Comparison: compared}
	c.Regressions, c.Improvements = text.Changed(compared)
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
	p := entry{Shown: text.FormatP(v), Sort: fmt.Sprintf("%.6g", v.P)}
	return []entry{{Shown: v.Cell}, estimate(v.Old), estimate(v.New), ratio, beside, p}
}

// Said says how a cell changed, and whether its cause did.
func (c comparison) Said(v stats.VersusCell) string { return text.SayChange(c.Comparison, v, "") }

// Placement is a row of the summary.
func (c comparison) Placement(p stats.PlacementRatio) []entry {
	return []entry{
		{Shown: p.Placement}, {Shown: fmt.Sprint(p.Cells), Sort: fmt.Sprint(p.Cells)},
		{Shown: text.FormatRatio(p.Ratio), Sort: fmt.Sprintf("%.6g", p.Ratio.Mean)},
	}
}

// Power says what such a comparison can see.
func (c comparison) Power() string { return text.Power(c.Comparison) }

// Meaningless says why the ratios say nothing of the code; "" if they do.
func (c comparison) Meaningless() string {
	if err := stats.Refused(c.Differences); err != nil {
		return err.Error()
	}
	return ""
}

func estimate(e stats.Estimate) entry {
	return entry{Shown: interval(e), Sort: fmt.Sprintf("%.6g", e.Median)}
}
