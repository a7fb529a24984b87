package report

import (
	"fmt"

	"collatebench/internal/spell"
	"collatebench/results/report/draw"
	"collatebench/results/stats"
)

// A delay is one kind of marker in the picture of scheduling latency.
type delay struct {
	name string
	ink  draw.Ink
	form int
	of   func(stats.CellSummary) float64 // ns
}

// delays is the table of delays. A new one is a row.
func delays() []delay {
	return []delay{
		{"response, median", "fetching", draw.Circle, func(c stats.CellSummary) float64 { return float64(c.P50) }},
		{"response, 99th percentile", "decoding", draw.Diamond, func(c stats.CellSummary) float64 { return float64(c.P99) }},
		{"a goroutine due every millisecond wakes late, 99th percentile", "bad", draw.Triangle, func(c stats.CellSummary) float64 { return c.Unit("sched-latency-p99-ns") }},
	}
}

func (d delay) ms(b bar) float64 { return d.of(b.cell) / 1e6 }

// schedLatency draws how long responses took, and how late a goroutine woke that
// slept meanwhile.
func (d document) schedLatency() []picture {
	bars := d.bars()
	least, most := span(bars)
	if most == 0 {
		return nil
	}
	var keys []draw.Key
	for _, delay := range delays() {
		keys = append(keys, draw.Key{Label: delay.name, Ink: delay.ink, As: draw.KeyMarker, Form: delay.form})
	}
	l := legend(keys)
	// The axis is logarithmic, as a late wake-up may be a hundredth of a response.
	f := barFrame(bars, draw.Axis{Label: "ms (log scale)", Min: least / 1.5, Max: most * 1.5, Log: true}, l)
	s := draw.Scene{Width: chartWidth, Height: f.Y + f.H + marginFoot, Title: "Scheduling latency and slow responses", Class: "scheduling"}
	s.Shapes = append(s.Shapes, f.Shapes()...)
	for i, b := range bars {
		s.Shapes = append(s.Shapes, barLabel(f, i, b.label))
		for _, delay := range delays() {
			ms := delay.ms(b)
			if ms <= 0 {
				continue
			}
			at := draw.Point{X: f.Point(ms, 0).X, Y: barMiddle(f, i)}
			tip := fmt.Sprintf("%s: %s: %s ms", b.label, delay.name, spell.Amount(ms))
			s.Desc += tip + ". "
			s.Shapes = append(s.Shapes, draw.Marker{At: at, Form: delay.form, Ink: delay.ink, Size: 10, Title: tip})
		}
	}
	s.Shapes = append(s.Shapes, l.Shapes()...)
	return []picture{{Name: "scheduling-latency", Scene: headed(s)}}
}

// span is the range of all delays, in ms; 0 if there is none.
func span(bars []bar) (least, most float64) {
	for _, b := range bars {
		for _, delay := range delays() {
			if ms := delay.ms(b); ms > 0 {
				most = max(most, ms)
				if least == 0 || ms < least {
					least = ms
				}
			}
		}
	}
	return least, most
}

// delayTable has the figures of the picture of scheduling latency, in ms.
func delayTable(bars []bar) table {
	t := table{Columns: []column{{Name: "cell", Text: true}}}
	for _, d := range delays() {
		t.Columns = append(t.Columns, column{Name: d.name + ", ms"})
	}
	for _, b := range bars {
		row := []entry{{Shown: b.label}}
		for _, d := range delays() {
			row = append(row, amount(d.ms(b)))
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}
