package report

import (
	"fmt"
	"slices"

	"collatebench/bench"
	"collatebench/internal/spell"
	"collatebench/results/report/draw"
	"collatebench/results/stats"
)

// stageInks gives each stage of a response its colour: that of the timeline's phase,
// if it has the same.
var stageInks = map[string]draw.Ink{
	"client queue": "held-back", "upstream queue": "queued", "service": "service", "transfer": "fetching",
	"wait for decoding": "waiting", "decoding": "decoding", "hand-over": "handed-over",
}

const barHeight = 26

// A bar is one row of a picture with a row for each placement.
type bar struct {
	label string
	cell  stats.CellSummary
}

// bars are the cells that the verdicts are about. In a run of why they are all
// cells.
func (d document) bars() []bar {
	var out []bar
	if d.summary.Rounds == 0 {
		return nil
	}
	if !d.info.Proves() {
		cells := stats.Headline(d.summary.AllCells())
		if d.summary.ComparesClients() {
			cells = d.judged()
		}
		for _, c := range cells {
			out = append(out, bar{d.naming(c), d.summary.Cell(c)})
		}
		return out
	}
	for _, g := range d.summary.Groups() {
		for _, c := range g.Cells {
			out = append(out, bar{d.change(c), d.summary.Cell(c)})
		}
	}
	return out
}

// change names a cell of a run of why by what the intervention changed.
func (d document) change(c bench.Cell) string {
	for _, i := range d.reading.Proven.Interventions {
		if i.Cell == c.Name() {
			if i.OnTopOf != "" {
				return i.OnTopOf + " + " + i.Change
			}
			return i.Change
		}
	}
	return "as it is"
}

// stages draws where the time of a response goes, with a bar for each placement.
func (d document) stages() []picture {
	// Clients in other languages report only how long a response took.
	bars := slices.DeleteFunc(d.bars(), func(b bar) bool { return b.cell.Stages() == nil })
	longest := 0.0 // ms
	for _, b := range bars {
		longest = max(longest, b.ms())
	}
	if longest == 0 {
		return nil
	}
	keys := legend(stageKeys(bars, longest))
	f := barFrame(bars, draw.Axis{Label: "a response, from admission to collated, ms", Min: 0, Max: longest * 1.02}, keys)
	s := draw.Scene{Width: chartWidth, Height: f.Y + f.H + marginFoot, Title: "Where the time of a response goes", Class: "stages"}
	s.Shapes = append(s.Shapes, f.Shapes()...)
	for i, b := range bars {
		s.Shapes = append(s.Shapes, barLabel(f, i, b.label))
		at := 0.0
		for _, stage := range b.cell.Stages() {
			took := stage.Seconds * 1e3
			from, to := f.Point(at, 0), f.Point(at+took, 0)
			at += took
			tip := fmt.Sprintf("%s, %s: %s ms of %s ms", b.label, stage.Name, spell.Amount(took), spell.Amount(b.ms()))
			s.Desc += tip + ". "
			if took >= seen*longest {
				s.Shapes = append(s.Shapes, draw.Rect{X: from.X, Y: barMiddle(f, i) - 9, W: to.X - from.X, H: 18, Fill: stageInks[stage.Name], Title: tip})
			}
		}
	}
	s.Shapes = append(s.Shapes, keys.Shapes()...)
	return []picture{{Name: "stages", Scene: headed(s)}}
}

// ms is the mean time of the bar's responses.
func (b bar) ms() float64 { return b.cell.Unit("resp-ns") / 1e6 }

// seen is the least share of the longest bar for which a part of a bar is drawn.
const seen = .001

// stageKeys is the legend of the stages that are long enough to be seen.
func stageKeys(bars []bar, longest float64) []draw.Key {
	var keys []draw.Key
	for i, stage := range bars[0].cell.Stages() {
		for _, b := range bars {
			if all := b.cell.Stages(); all != nil && all[i].Seconds*1e3 >= seen*longest {
				keys = append(keys, draw.Key{Label: stage.Name, Ink: stageInks[stage.Name]})
				break
			}
		}
	}
	return keys
}

// barFrame leaves room for the labels at the left and for the legend at the top.
func barFrame(bars []bar, x draw.Axis, keys draw.Legend) draw.Frame {
	left := 0.0
	for _, b := range bars {
		left = max(left, 18+draw.TextWidth(b.label, 12))
	}
	return draw.Frame{
		X: left, Y: titleHeight + keys.Height() + 8, W: chartWidth - left - marginRight - 8, H: barHeight * float64(len(bars)),
		XAxis: x, YAxis: draw.Axis{Min: float64(len(bars)), Max: 0, Ticks: []draw.Tick{}, Bare: true},
	}
}

func barMiddle(f draw.Frame, at int) float64 { return f.Y + barHeight*(float64(at)+.5) }

func barLabel(f draw.Frame, at int, text string) draw.Shape {
	return draw.Text{At: draw.Point{X: f.X - 8, Y: barMiddle(f, at) + 4}, Text: text, Anchor: draw.End}
}

// stageTable has the figures of the picture of stages, in ms. Without a pointer
// a reader cannot hover, so all that hovering shows is in a table too.
func stageTable(bars []bar) table {
	t := table{Columns: []column{{Name: "cell", Text: true}}}
	for _, b := range bars {
		stages := b.cell.Stages()
		if stages == nil {
			return table{}
		}
		row := []entry{{Shown: b.label}}
		for _, s := range stages {
			if len(t.Rows) == 0 {
				t.Columns = append(t.Columns, column{Name: s.Name + " ms"})
			}
			row = append(row, amount(s.Seconds*1e3))
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}
