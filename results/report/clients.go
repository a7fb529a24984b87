package report

import (
	"fmt"
	"slices"

	"collatebench/bench"
	"collatebench/internal/spell"
	"collatebench/results/report/draw"
	"collatebench/results/stats"
	"collatebench/results/verdict"
)

// clients draws the throughput of all clients side by side, with a bar for each
// placement. A bar's ink shows the verdict on what was seen from outside.
func (d document) clients() []picture {
	var out []picture
	for _, t := range d.summary.PeerTables() {
		out = append(out, picture{Name: "clients-" + fileName(t.Title), Scene: d.clientScene(t)})
	}
	return out
}

// clientInks is the legend: inks say whether a client is serial.
func clientInks() []draw.Key {
	return []draw.Key{
		{Label: "serialised", Ink: "bad"}, {Label: "cpu-saturated, the healthy end", Ink: "good"}, {Label: "another cause, or no verdict", Ink: "muted"},
	}
}

func clientInk(v verdict.Verdict) draw.Ink {
	switch {
	case slices.Contains(v.Causes, verdict.Serialised):
		return "bad"
	case slices.Contains(v.Causes, verdict.CPUSaturated):
		return "good"
	}
	return "muted"
}

func (d document) clientScene(t stats.PeerTable) draw.Scene {
	var bars []bar
	most := 0.0
	for _, r := range t.Rows {
		cell := d.summary.Cell(r.Cell)
		bars = append(bars, bar{d.naming(r.Cell), cell})
		most = max(most, cell.Throughput.Median)
	}
	l := legend(clientInks())
	f := barFrame(bars, draw.Axis{Label: "throughput, MB/s", Min: 0, Max: most * 1.35}, l)
	s := draw.Scene{Width: chartWidth, Height: f.Y + f.H + marginFoot, Title: "Clients, " + t.Title, Class: "clients"}
	s.Shapes = append(s.Shapes, f.Shapes()...)
	for i, b := range bars {
		r := t.Rows[i]
		from, to := f.Point(0, 0), f.Point(b.cell.Throughput.Median, 0)
		said := d.verdictOf(r.Cell)
		used := fmt.Sprintf("%s MB/s, %s cores", spell.Amount(b.cell.Throughput.Median), spell.Amount(seenCPUs(said)))
		tip := fmt.Sprintf("%s: %s: %s", b.label, used, said.Sentence)
		s.Desc += tip + " "
		s.Shapes = append(s.Shapes, barLabel(f, i, b.label),
			draw.Rect{X: from.X, Y: barMiddle(f, i) - 8, W: to.X - from.X, H: 16, Fill: clientInk(said), Title: tip},
			draw.Text{At: draw.Point{X: to.X + 5, Y: barMiddle(f, i) + 4}, Text: spell.Amount(seenCPUs(said)) + " cores", Size: 11, Ink: "muted", Title: tip})
	}
	s.Shapes = append(s.Shapes, l.Shapes()...)
	return headed(s)
}

// judged are the cells of the observed verdicts.
func (d document) judged() []bench.Cell {
	var out []bench.Cell
	for _, o := range d.reading.Observed {
		out = append(out, o.Cell)
	}
	return out
}

// verdictOf is what was observed of a cell; the zero one where nothing was.
func (d document) verdictOf(c bench.Cell) verdict.Verdict { return d.reading.VerdictOf(c) }

// seenCPUs is the number of cores in use, as seen from outside.
func seenCPUs(v verdict.Verdict) float64 {
	for _, f := range v.Evidence {
		if f.Name == "cpus" {
			return f.Value
		}
	}
	return 0
}
