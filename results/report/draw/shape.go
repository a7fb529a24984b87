package draw

// A Stroke is how a line is drawn. Its zero value is one pixel of "text".
type Stroke struct {
	Ink   Ink
	Width float64 // pixels; 0 means 1
	Dash  bool
}

// A Line is straight.
type Line struct {
	From, To Point
	Stroke   Stroke
}

// A Path is an open polyline.
type Path struct {
	Points []Point
	Stroke Stroke
}

// An Area is a closed polygon.
type Area struct {
	Points  []Point
	Fill    Ink
	Opacity float64 // 0 means 1
}

// A Rect is a rectangle. Without Fill only its border is visible, but hovering over
// it still shows its Title.
type Rect struct {
	X, Y, W, H float64
	Fill       Ink
	Opacity    float64 // of the filling; 0 means 1
	Border     Ink     // one pixel wide; "" means none
	Title      string  // shown by hovering
}

// Boxes are any number of rectangles of one ink, in one element of a page.
type Boxes struct {
	Fill  Ink
	Boxes []Box
}

// A Box is one rectangle of Boxes, in pixels.
type Box struct{ X, Y, W, H float64 }

func (s Stroke) width() float64 {
	if s.Width == 0 {
		return 1
	}
	return s.Width
}

func opaque(opacity float64) float64 {
	if opacity == 0 {
		return 1
	}
	return opacity
}

// corners go clockwise from the top left.
func corners(x, y, w, h float64) []Point {
	return []Point{{x, y}, {x + w, y}, {x + w, y + h}, {x, y + h}}
}
