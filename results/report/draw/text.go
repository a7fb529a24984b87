package draw

import (
	"strings"
	"sync"
	"unicode"

	"codeberg.org/go-fonts/liberation/liberationsansbold"
	"codeberg.org/go-fonts/liberation/liberationsansregular"
	"golang.org/x/image/font/opentype"
	"gonum.org/v1/plot/font"
)

// An Anchor is the part of a text that stands at its place.
type Anchor int

// The anchors.
const (
	Start Anchor = iota
	Middle
	End
)

// A Text is one line. White space is drawn as one space, and so are characters
// without a glyph, such as control characters and those that change a line's
// direction.
type Text struct {
	At     Point // on the baseline
	Text   string
	Size   float64 // pixels; 0 means 12
	Anchor Anchor
	Ink    Ink // "" means "text"
	Bold   bool
	Turned bool   // by 90 degrees, to read upwards
	Title  string // shown by hovering
}

const textSize = 12 // pixels

// Width is in pixels.
func (t Text) Width() float64 {
	face := t.face()
	return pixels(face.Width(t.line()))
}

// TextWidth is the width of a text in the PNG, in pixels. It is the same in a page
// if Liberation Sans, Arial or Helvetica is installed: their widths are equal by
// design.
func TextWidth(text string, size float64) float64 {
	return Text{Text: text, Size: size}.Width()
}

func (t Text) size() float64 {
	if t.Size == 0 {
		return textSize
	}
	return t.Size
}

// line is the text that both writers show. Otherwise a page would fold white space,
// and a PNG would draw a box for each character without a glyph.
func (t Text) line() string {
	return strings.Join(strings.FieldsFunc(t.Text, func(r rune) bool {
		return r == ' ' || !unicode.IsPrint(r)
	}), " ")
}

func (t Text) face() font.Face {
	f := regular
	if t.Bold {
		f = bold
	}
	return font.Face{Font: font.Font{Size: length(t.size())}, Face: f()}
}

// These are only two fonts of the family. gonum's own collection would add all
// twelve to the program, which are 4 MB.
var (
	regular = sync.OnceValue(func() *opentype.Font { return parse(liberationsansregular.TTF) })
	bold    = sync.OnceValue(func() *opentype.Font { return parse(liberationsansbold.TTF) })
)

func parse(ttf []byte) *opentype.Font {
	f, err := opentype.Parse(ttf)
	if err != nil {
		panic("draw: the font that is part of this program: " + err.Error())
	}
	return f
}

// length is pixels as gonum's length; pixels goes back.
func length(px float64) font.Length { return font.Length(px) * font.Inch / 96 }
func pixels(l font.Length) float64  { return float64(l / font.Inch * 96) }
