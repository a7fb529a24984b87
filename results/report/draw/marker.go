package draw

import "math"

// The forms of a marker. Series differ in form as well as in ink.
const (
	Circle = iota
	Square
	Triangle
	Diamond
	Cross
	Ring
	Wedge // a triangle on its tip
	Plus
	forms int = iota
)

// A Marker is a data point.
type Marker struct {
	At    Point
	Form  int // Circle and so on; past the last form they repeat
	Ink   Ink
	Size  float64 // pixels across; 0 means 8
	Title string  // shown by hovering
}

func (m Marker) form() int { return ((m.Form % forms) + forms) % forms }

func (m Marker) size() float64 {
	if m.Size == 0 {
		return 8
	}
	return m.Size
}

// outline is the form's polygon around its point, nil for the round forms. Each has
// about the area of the circle: with equal widths the square would look larger than
// the diamond.
func (m Marker) outline() []Point {
	var unit []Point // in radii of the circle
	switch m.form() {
	case Square:
		unit = corners(-.886, -.886, 1.772, 1.772)
	case Triangle:
		unit = []Point{{0, -1.35}, {1.2, .78}, {-1.2, .78}}
	case Wedge:
		unit = []Point{{0, 1.35}, {-1.2, -.78}, {1.2, -.78}}
	case Diamond:
		unit = []Point{{0, -1.3}, {1.2, 0}, {0, 1.3}, {-1.2, 0}}
	case Plus:
		unit = plus(1.25, .4)
	case Cross:
		unit = turn(plus(1.3, .4), math.Pi/4)
	}
	out := make([]Point, len(unit))
	for i, p := range unit {
		out[i] = Point{m.At.X + p.X*m.size()/2, m.At.Y + p.Y*m.size()/2}
	}
	return out
}

// plus has arms of length a and half width b.
func plus(a, b float64) []Point {
	return []Point{
		{-b, -a}, {b, -a}, {b, -b}, {a, -b}, {a, b}, {b, b},
		{b, a}, {-b, a}, {-b, b}, {-a, b}, {-a, -b}, {-b, -b},
	}
}

func turn(points []Point, angle float64) []Point {
	sin, cos := math.Sincos(angle)
	for i, p := range points {
		points[i] = Point{p.X*cos - p.Y*sin, p.X*sin + p.Y*cos}
	}
	return points
}

const ringWidth = 2 // pixels

// radius is that of the round forms. A ring's stroke is inside the circle.
func (m Marker) radius() float64 {
	if m.form() == Ring {
		return (m.size() - ringWidth/2) / 2
	}
	return m.size() / 2
}
