// Package draw holds a picture as shapes, and writes it as SVG into a page or as PNG
// into a file:
//
//	s := draw.Scene{Width: 40, Height: 20, ID: "bar", Title: "one bar"}
//	s.Shapes = append(s.Shapes, draw.Rect{X: 4, Y: 4, W: 32, H: 12, Fill: "good"})
//	fmt.Println(s.SVG())
//
// A report's page, light and dark, and its files show the same picture from one
// description. The same scene gives the same bytes each time. No text of a scene can
// become markup. Both writers place and clip shapes alike. Most colour-blind
// readers can tell the inks apart too: a test checks them.
//
// It does not know runs, cells or results. It lays out only axes and legends: its
// caller decides where everything else goes.
//
// Coordinates are CSS pixels from the top left corner of the scene, with y
// downwards. A PNG has two dots for each pixel, white paper and the light inks.
package draw

// A Point is a place in a scene, in pixels.
type Point struct{ X, Y float64 }

// A Shape is one part of a picture. Only this package can implement it, since both
// writers must draw every shape. Anything else is made of these shapes.
type Shape interface {
	svg(w *svgWriter)
	png(c *canvas)
}

// A Scene is a whole picture.
type Scene struct {
	Width, Height float64

	// ID is the prefix of all ids in the SVG; it keeps letters, digits, - and _.
	// "" means a prefix made from the picture, so that one page can have any number
	// of scenes: only equal scenes then share their ids.
	ID string

	Title, Desc string      // for screen readers
	Class       string      // further classes of the SVG element
	Data        [][2]string // as in Group
	Shapes      []Shape
}

// A Group is shapes that belong together, for a page's script and style.
type Group struct {
	Class  string
	Data   [][2]string // names without "data-" and values of attributes, in this order; names keep the same characters as an ID
	Label  string      // aria-label
	Shapes []Shape
}

// A Link is shapes that lead to another page of the server that shows the page. It is for
// the mouse: a picture may have thousands, so the page has what is worth a stop as text.
type Link struct {
	To     string // a path such as /runs/ID/; the shapes of any other address are no link
	Shapes []Shape
}

// A Clip shows only the part of its shapes that is inside a rectangle. If a page's
// script moves or scales shapes, they are in a Group inside the Clip: the rectangle
// stays where it is.
type Clip struct {
	X, Y, W, H float64
	Shapes     []Shape
}
