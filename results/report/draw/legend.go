package draw

// How a legend shows a key's ink.
const (
	KeyBox    = iota // a filled box, as for phases
	KeyMarker        // a marker on its line, as for series
	KeyLine
	KeyDash
)

// A Key is one entry of a legend.
type Key struct {
	Label string
	Ink   Ink
	As    int // KeyBox and so on
	Form  int // of a KeyMarker
}

// A Legend names what inks and forms stand for, in as many rows as its width needs.
type Legend struct {
	X, Y, W float64 // pixels
	Keys    []Key
}

// Sizes of a legend, in pixels.
const (
	keyRow    = 18
	keySample = 22 // a sample's width
	keyGap    = 16 // between one key and the next
	keyPad    = 6  // between sample and label
)

// Height is the height of all rows, in pixels.
func (l Legend) Height() float64 {
	_, rows := l.places()
	return float64(rows * keyRow)
}

// Shapes are the samples with their labels. Each is a Group of class "key" with its
// label as data-key, which a page's script turns into a switch.
func (l Legend) Shapes() []Shape {
	var out []Shape
	places, _ := l.places()
	for i, k := range l.Keys {
		p := places[i]
		label := Text{At: Point{p.X + k.width() + keyPad, p.Y + textSize*.35}, Text: k.Label}
		out = append(out, Group{Class: "key", Data: [][2]string{{"key", k.Label}}, Shapes: append(k.sample(p), label)})
	}
	return out
}

// places are the points where each key begins, in the middle of its row.
func (l Legend) places() (at []Point, rows int) {
	x := l.X
	for i, k := range l.Keys {
		wide := k.width() + keyPad + TextWidth(k.Label, textSize)
		if i == 0 || x+wide > l.X+l.W {
			x, rows = l.X, rows+1
		}
		at = append(at, Point{x, l.Y + keyRow*(float64(rows)-.5)})
		x += wide + keyGap
	}
	return at, rows
}

// width is the width of a sample. A box can be shorter than a line.
func (k Key) width() float64 {
	if k.As == KeyBox {
		return keySample / 2
	}
	return keySample
}

func (k Key) sample(p Point) []Shape {
	if k.As == KeyBox {
		return []Shape{Rect{X: p.X, Y: p.Y - keySample/4., W: keySample / 2, H: keySample / 2, Fill: k.Ink.or("text")}}
	}
	line := Line{From: p, To: Point{p.X + keySample, p.Y}, Stroke: Stroke{Ink: k.Ink, Width: 2, Dash: k.As == KeyDash}}
	if k.As != KeyMarker {
		return []Shape{line}
	}
	return []Shape{line, Marker{At: Point{p.X + keySample/2, p.Y}, Form: k.Form, Ink: k.Ink}}
}
