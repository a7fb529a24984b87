// Package draw holds a picture as shapes, written as SVG into a page or as PNG
// into a file, so that a report's page, light and dark, and its files show the
// same picture from one description.
//
// It promises that one scene gives the same bytes each time, that no text of a
// scene can become markup, that both writers place and clip alike, and that
// its inks can be told apart by most colour-blind readers too (a test holds
// them to it). It does not know runs, cells or results, and lays nothing out
// but axes and legends: who draws decides what goes where.
//
// Coordinates are CSS pixels from the scene's top left corner, y downwards. A
// PNG has two dots a pixel, white paper and the light inks.
package draw

// A Point is a place in a scene, in pixels.
type Point struct{ X, Y float64 }

// A Shape is one part of a picture. The interface is sealed: each shape must be
// drawn by both writers, and whatever else is wanted is made of these.
type Shape interface {
	svg(w *svgWriter)
	png(c *canvas)
}

// A Scene is a whole picture.
type Scene struct {
	Width, Height float64

	// ID begins the ids within the SVG; letters, digits, - and _ are kept.
	// Empty takes one from the picture itself, so that any number of scenes
	// fit into one page; only two equal ones then share their ids.
	ID string

	Title, Desc string      // what a screen reader says instead
	Class       string      // further classes of the SVG element
	Data        [][2]string // as a Group's
	Shapes      []Shape
}

// A Group is shapes that belong together, for a page's script and style.
type Group struct {
	Class  string
	Data   [][2]string // data-* attributes, named without the prefix, in this order; names keep what an ID keeps
	Label  string      // aria-label
	Shapes []Shape
}

// A Clip shows of its shapes what is within a rectangle. What a page's script
// is to move or scale goes into a Group within: the rectangle stays.
type Clip struct {
	X, Y, W, H float64
	Shapes     []Shape
}
