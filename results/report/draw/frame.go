package draw

import "math"

// A Frame is a plot area in a scene, in pixels, with its two axes. Labels are
// outside of it, to the left and below: Fit leaves room for them.
type Frame struct {
	X, Y, W, H   float64
	XAxis, YAxis Axis
}

// Point is the place of a pair of values, one for each axis.
func (f Frame) Point(x, y float64) Point {
	return Point{f.X + f.W*f.XAxis.share(x), f.Y + f.H*(1-f.YAxis.share(y))}
}

// Sizes around a plot area, in pixels.
const (
	labelGap  = 6  // from the area to the labels of ticks, and at least between two labels
	labelSize = 11 // of the labels of ticks
	lineGap   = 16 // from the labels of ticks to the label of the axis
	descent   = 3  // of the lowest line of text
)

// Fit lays the frame out so that it fills the rectangle with all its labels.
func (f Frame) Fit(x, y, w, h float64) Frame {
	f.X, f.Y, f.W, f.H = x, y, w, h
	// The ticks are set here: for the smaller area others could be chosen, whose
	// labels have another width.
	f.XAxis.Ticks, f.YAxis.Ticks = f.xTicks(), f.yTicks()
	left, bottom := f.labelsWidth(), float64(labelGap+labelSize+descent)
	if f.YAxis.Label != "" {
		left += lineGap
	}
	if f.XAxis.Label != "" {
		bottom += lineGap
	}
	over := labelSize / 2. // half of a label at the very end of an axis
	right := over
	if n := len(f.XAxis.Ticks); n > 0 {
		right = max(right, TextWidth(f.XAxis.Ticks[n-1].Label, labelSize)/2)
	}
	f.X, f.W = x+left, max(1, w-left-right)
	f.Y, f.H = y+over, max(1, h-over-bottom)
	return f
}

// Shapes are the grid lines, the base line and all labels. Put them first, so that
// the data is drawn over them.
func (f Frame) Shapes() []Shape {
	out := append(f.yShapes(), f.xShapes()...)
	low := f.Y + f.H
	out = append(out, hairline(Point{f.X, low}, Point{f.X + f.W, low}, "muted"))
	if f.XAxis.Label != "" {
		at := Point{f.X + f.W/2, low + labelGap + labelSize + lineGap}
		out = append(out, Text{At: at, Text: f.XAxis.Label, Anchor: Middle, Ink: "muted"})
	}
	if f.YAxis.Label != "" {
		at := Point{f.X - f.labelsWidth() - labelGap, f.Y + f.H/2}
		out = append(out, Text{At: at, Text: f.YAxis.Label, Anchor: Middle, Ink: "muted", Turned: true})
	}
	return out
}

func (f Frame) xTicks() []Tick { return f.XAxis.ticks(int(f.W / 80)) }
func (f Frame) yTicks() []Tick { return f.YAxis.ticks(int(f.H / 45)) }

// labelsWidth is the room for the labels of the y axis' ticks.
func (f Frame) labelsWidth() float64 {
	widest := 0.
	for _, t := range f.yTicks() {
		widest = max(widest, TextWidth(t.Label, labelSize))
	}
	return labelGap + widest
}

// yShapes leaves out a label that would overlap the one before.
func (f Frame) yShapes() []Shape {
	var lines, labels []Shape
	last := math.Inf(1)
	for _, t := range f.yTicks() {
		y := f.Point(f.XAxis.Min, t.At).Y
		if !f.YAxis.holds(t.At) {
			continue
		}
		if !f.YAxis.Bare {
			lines = append(lines, hairline(Point{f.X, y}, Point{f.X + f.W, y}, "grid"))
		}
		if math.Abs(y-last) < labelSize {
			continue
		}
		last = y
		labels = append(labels, Text{At: Point{f.X - labelGap, y + labelSize*.35}, Text: t.Label, Size: labelSize, Anchor: End, Ink: "muted"})
	}
	return append(lines, labels...)
}

// xShapes leaves out a label that would overlap the one before.
func (f Frame) xShapes() []Shape {
	var lines, labels []Shape
	taken := math.Inf(-1)
	for _, t := range f.xTicks() {
		x := f.Point(t.At, f.YAxis.Min).X
		if !f.XAxis.holds(t.At) {
			continue
		}
		if !f.XAxis.Bare {
			lines = append(lines, hairline(Point{x, f.Y}, Point{x, f.Y + f.H}, "grid"))
		}
		half := TextWidth(t.Label, labelSize) / 2
		if x-half < taken+labelGap {
			continue
		}
		taken = x + half
		labels = append(labels, Text{At: Point{x, f.Y + f.H + labelGap + labelSize - 2}, Text: t.Label, Size: labelSize, Anchor: Middle, Ink: "muted"})
	}
	return append(lines, labels...)
}

// hairline is a line of one pixel that is placed on whole pixels. Between two pixels
// it would be two wide, and pale.
func hairline(from, to Point, ink Ink) Line {
	snap := func(v float64) float64 { return math.Floor(v) + .5 }
	if from.X == to.X {
		from.X, to.X = snap(from.X), snap(from.X)
	} else {
		from.Y, to.Y = snap(from.Y), snap(from.Y)
	}
	return Line{From: from, To: to, Stroke: Stroke{Ink: ink}}
}
