package report

import (
	"math"

	"collatebench/internal/spell"
	"collatebench/results/report/draw"
)

// roofs draws the limits of the lines.
func (c curves) roofs() []draw.Shape {
	roof := draw.Path{Stroke: draw.Stroke{Ink: "roof", Width: 2.5}}
	const steps = 60
	low, high := math.Log(c.frame.XAxis.Min), math.Log(c.frame.XAxis.Max)
	for i := range steps + 1 {
		w := math.Exp(low + (high-low)*float64(i)/steps)
		if v := c.roof.At(w); v > 0 {
			roof.Points = append(roof.Points, c.frame.Point(w, v))
		}
	}
	var out []draw.Shape
	for _, l := range c.lines() {
		out = append(out, draw.Line{
			From: c.frame.Point(c.frame.XAxis.Min, l.mbps), To: c.frame.Point(c.frame.XAxis.Max, l.mbps),
			Stroke: draw.Stroke{Ink: "roof", Width: 1, Dash: true},
		})
	}
	return append(out, roof)
}

// A level is a horizontal line of a chart.
type level struct {
	name string
	mbps float64
}

func (c curves) lines() []level {
	var out []level
	procs := c.group.Cells[0].Cores()
	if v := c.serial(); v > 0 && procs > 1 {
		out = append(out, level{"one decoding core", v})
	}
	if v := c.roof.AllCores(); v > 0 {
		out = append(out, level{"roof: " + spell.Plural(procs, "core"), v})
	}
	if v := c.roof.LinkMBps(); v > 0 && v < c.frame.YAxis.Max {
		out = append(out, level{"link", v})
	}
	return out
}

// roofLabels are at the left, where the lines of the placements are low.
func (c curves) roofLabels() []draw.Shape {
	var out []draw.Shape
	for _, l := range c.lines() {
		at := c.frame.Point(c.frame.XAxis.Min, l.mbps)
		out = append(out, draw.Text{At: draw.Point{X: at.X + 6, Y: at.Y - 5}, Text: l.name, Size: 11, Ink: "text"})
	}
	return out
}

// serial is the throughput of one decoding core, in MB/s, or 0 if that is no limit:
// decoding is only a small part of a small response, and then all the cores
// together do not reach what one core could decode.
func (c curves) serial() float64 {
	if v := c.roof.OneCore(); v < c.roof.AllCores() {
		return v
	}
	return 0
}
