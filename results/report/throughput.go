package report

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"collatebench/bench"
	"collatebench/internal/spell"
	"collatebench/results/report/draw"
	"collatebench/results/stats"
)

// Sizes of a chart, in pixels. Two fit side by side on a screen, and one can be
// read on a phone.
const (
	chartWidth  = 520
	chartHeight = 370
	marginLeft  = 52
	marginRight = 14
	titleHeight = 24
	marginFoot  = 46
)

// dodge is the distance between the intervals of two placements at the same window,
// in pixels. It is small, because the roof does not move with them.
const dodge = 3

// throughput draws throughput against the window, with a line for each placement
// and the roof above.
func (d document) throughput() []picture {
	if d.info.Why != nil {
		return nil // its cells differ in other things than the window
	}
	var out []picture
	for _, g := range d.summary.Groups("placement", "window") {
		out = append(out, picture{
			Name:  "throughput-" + fileName(g.Title),
			Scene: newCurves(g, curve{summary: d.summary}).scene("Throughput, " + g.Title),
		})
	}
	return out
}

// curves are the lines of one chart.
type curves struct {
	group  stats.Group
	curve  []curve
	roof   stats.Roof
	legend draw.Legend
	frame  draw.Frame

	placements []bench.Placement
	series     []draw.Series // as placements
}

// A curve is the source of one set of lines. In a comparison there is a second one,
// for the older run, and it is drawn dashed.
type curve struct {
	summary stats.Summary
	label   string // "" where there is one
	dashed  bool
}

// newCurves sorts the cells by window, since a person may list windows in any order.
func newCurves(g stats.Group, of ...curve) curves {
	g.Cells = slices.Clone(g.Cells)
	slices.SortStableFunc(g.Cells, func(a, b bench.Cell) int { return cmp.Compare(a.Window, b.Window) })
	c := curves{group: g, curve: of, roof: of[len(of)-1].summary.Roof(g.Cells)}
	c.placements = placementsOf(g.Cells)
	c.series = draw.SeriesOf(spell.Strings(bench.Placements()), spell.Strings(c.placements))
	var keys []draw.Key
	for i, p := range c.placements {
		keys = append(keys, draw.Key{Label: string(p), Ink: c.series[i].Ink, As: draw.KeyMarker, Form: c.series[i].Form})
	}
	c.legend = legend(keys)
	top := titleHeight + c.legend.Height() + 8
	windows := windowsOf(g.Cells)
	first, last := float64(windows[0]), float64(windows[len(windows)-1])
	if first == last {
		first, last = first/2, last*2
	}
	c.frame = draw.Frame{
		X: marginLeft, Y: top, W: chartWidth - marginLeft - marginRight, H: chartHeight - top - marginFoot,
		XAxis: draw.Axis{Label: "window, requests", Min: first / 1.18, Max: last * 1.18, Log: true, Ticks: windowTicks(windows)},
		YAxis: draw.Axis{Label: "throughput, MB/s", Min: 0, Max: 1.1 * c.highest()},
	}
	return c
}

// highest is the greatest value in the chart, in MB/s. The part of the roof that the
// window sets may be higher, and leaves the chart.
func (c curves) highest() float64 {
	top := c.roof.AllCores()
	for _, cell := range c.group.Cells {
		for _, u := range c.curve {
			e := u.summary.Cell(cell).Throughput
			top = max(top, e.Median, finite(e.High))
		}
	}
	return top
}

func (c curves) scene(title string) draw.Scene {
	s := draw.Scene{Width: chartWidth, Height: chartHeight, Title: title, Desc: c.describe(), Class: "curves"}
	s.Shapes = append(s.Shapes, c.frame.Shapes()...)
	s.Shapes = append(s.Shapes, draw.Clip{X: c.frame.X, Y: c.frame.Y, W: c.frame.W, H: c.frame.H, Shapes: c.roofs()})
	for _, u := range c.curve {
		for i := range c.placements {
			s.Shapes = append(s.Shapes, c.line(u, i))
		}
	}
	s.Shapes = append(s.Shapes, c.roofLabels()...)
	s.Shapes = append(s.Shapes, c.legend.Shapes()...)
	return headed(s)
}

// line draws a placement's values: the intervals, the line and the markers.
func (c curves) line(u curve, at int) draw.Shape {
	p, ink := c.placements[at], c.series[at].Ink
	g := draw.Group{Class: "series", Data: [][2]string{{"series", string(p)}}}
	line := draw.Path{Stroke: draw.Stroke{Ink: ink, Width: 2, Dash: u.dashed}}
	shift := (float64(at) - float64(len(c.placements)-1)/2) * dodge
	var marks []draw.Shape
	for _, cell := range c.group.Cells {
		if cell.Placement != p {
			continue
		}
		e := u.summary.Cell(cell)
		point := func(v float64) draw.Point {
			p := c.frame.Point(float64(cell.Window), v)
			p.X += shift
			return p
		}
		line.Points = append(line.Points, point(e.Throughput.Median))
		if !math.IsInf(e.Throughput.High, 1) && !math.IsInf(e.Throughput.Low, -1) {
			g.Shapes = append(g.Shapes, draw.Line{From: point(e.Throughput.Low), To: point(e.Throughput.High), Stroke: draw.Stroke{Ink: ink, Width: 1}})
		}
		marks = append(marks, draw.Marker{At: point(e.Throughput.Median), Form: c.series[at].Form, Ink: ink, Size: 8, Title: c.tip(u, cell)})
	}
	g.Shapes = append(append(g.Shapes, line), marks...)
	return g
}

func (c curves) tip(u curve, cell bench.Cell) string {
	e := u.summary.Cell(cell)
	tip := fmt.Sprintf("%s, window %d: %s MB/s, %s cores", cell.Placement, cell.Window, interval(e.Throughput), spell.Amount(e.CPUs.Median))
	if u.label != "" {
		tip = u.label + ": " + tip
	}
	return tip
}

// describe puts the picture into words, for screen readers.
func (c curves) describe() string {
	text := ""
	for _, cell := range c.group.Cells {
		for _, u := range c.curve {
			text += c.tip(u, cell) + ". "
		}
	}
	return text
}
