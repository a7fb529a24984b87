package report

import (
	"fmt"

	"collatebench/results"
	"collatebench/results/report/draw"
)

// delays is the table of what is drawn of neighbours and of slow responses.
var delays = []struct {
	name string
	ink  draw.Ink
	form int
	of   func(bar) float64 // ns
}{
	{"response, median", "fetching", draw.Circle, func(b bar) float64 { return float64(b.cell.P50) }},
	{"response, 99th percentile", "decoding", draw.Diamond, func(b bar) float64 { return float64(b.cell.P99) }},
	{"a goroutine due every millisecond wakes late, 99th percentile", "bad", draw.Triangle, func(b bar) float64 { return b.cell.Unit("late-p99-ns") }},
}

// neighbours draws how long responses took, and how late others' goroutines
// wake meanwhile.
func (d document) neighbours() []picture {
	bars := d.bars()
	least, most, label := 0.0, 0.0, 0.0
	for _, b := range bars {
		label = max(label, draw.TextWidth(b.label, 12))
		for _, delay := range delays {
			if v := delay.of(b) / 1e6; v > 0 {
				most = max(most, v)
				if least == 0 || v < least {
					least = v
				}
			}
		}
	}
	if most == 0 {
		return nil
	}
	var keys []draw.Key
	for _, delay := range delays {
		keys = append(keys, draw.Key{Label: delay.name, Ink: delay.ink, As: draw.KeyMarker, Form: delay.form})
	}
	l := legend(keys)
	f := barFrame(len(bars), label, draw.Axis{Label: "ms, each step of the axis a factor", Min: least / 1.5, Max: most * 1.5, Log: true}, l)
	s := draw.Scene{Width: chartWidth, Height: f.Y + f.H + marginFoot, Title: "Neighbours and slow responses", Class: "neighbours"}
	s.Shapes = append(s.Shapes, f.Shapes()...)
	for i, b := range bars {
		s.Shapes = append(s.Shapes, barLabel(f, i, b.label))
		for _, delay := range delays {
			v := delay.of(b) / 1e6
			if v <= 0 {
				continue
			}
			at := f.Point(v, 0)
			at.Y = f.Y + barHeight*(float64(i)+.5)
			tip := fmt.Sprintf("%s: %s: %s ms", b.label, delay.name, results.Amount(v))
			s.Desc += tip + ". "
			s.Shapes = append(s.Shapes, draw.Marker{At: at, Form: delay.form, Ink: delay.ink, Size: 10, Title: tip})
		}
	}
	s.Shapes = append(s.Shapes, l.Shapes()...)
	return []picture{{Name: "neighbours", Scene: headed(s)}}
}
