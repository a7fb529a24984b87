package report

import (
	"fmt"
	"html/template"

	"collatebench/results/report/draw"
)

// parallelPicture draws the share of the time in which 0, 1, 2, ... were what the noun says, up
// to the cores at least.
func parallelPicture(shares []float64, cores int, title, noun string) template.HTML {
	shares = trimmed(shares, cores)
	f := draw.Frame{
		X: 64, Y: titleHeight + 4, W: chartWidth - 64 - marginRight - 40, H: histogramBar * float64(len(shares)),
		XAxis: draw.Axis{Label: "share of the time, %", Min: 0, Max: 100},
		YAxis: draw.Axis{Min: float64(len(shares)), Max: 0, Ticks: []draw.Tick{}, Bare: true},
	}
	s := draw.Scene{Width: chartWidth, Height: f.Y + f.H + marginFoot, Title: title, Class: "parallel"}
	s.Shapes = append(s.Shapes, f.Shapes()...)
	for n, share := range shares {
		tip := fmt.Sprintf("%d %s: %.0f%% of the time", n, noun, 100*share)
		s.Desc += tip + ". "
		from, to := f.Point(0, float64(n)), f.Point(100*share, float64(n))
		ink := draw.Ink("decoding")
		if n == 0 {
			ink = "queued"
		}
		s.Shapes = append(s.Shapes,
			draw.Rect{X: from.X, Y: from.Y + 3, W: to.X - from.X, H: histogramBar - 6, Fill: ink, Title: tip},
			draw.Text{At: draw.Point{X: f.X - 8, Y: from.Y + histogramBar*.68}, Text: fmt.Sprint(n), Anchor: draw.End},
			draw.Text{At: draw.Point{X: to.X + 6, Y: from.Y + histogramBar*.68}, Text: fmt.Sprintf("%.0f%%", 100*share), Ink: "muted"})
	}
	return template.HTML(headed(s).SVG())
}

// trimmed has a share for each number of cores, and none beyond that is 0.
func trimmed(shares []float64, cores int) []float64 {
	out := append([]float64{}, shares...)
	for len(out) > cores+1 && out[len(out)-1] == 0 {
		out = out[:len(out)-1]
	}
	for len(out) <= cores {
		out = append(out, 0)
	}
	return out
}
