package draw

import (
	"encoding/xml"
	"fmt"
	"hash/fnv"
	"strconv"
	"strings"
)

// SVG is the scene as an element for a page that contains [CSS].
func (s Scene) SVG() string {
	w := &svgWriter{}
	w.open("svg", `xmlns="http://www.w3.org/2000/svg"`)
	w.class("draw", s.Class)
	w.size("width", s.Width)
	w.size("height", s.Height)
	w.raw(` viewBox="0 0 `, number(s.Width), " ", number(s.Height), `" role="img" aria-labelledby="`, idMark, "-t")
	if s.Desc != "" {
		w.raw(" ", idMark, "-d")
	}
	w.raw(`"`)
	w.data(s.Data)
	w.raw(`><title id="`, idMark, `-t">`)
	w.text(s.Title)
	w.raw("</title>")
	if s.Desc != "" {
		w.raw(`<desc id="`, idMark, `-d">`)
		w.text(s.Desc)
		w.raw("</desc>")
	}
	w.shapes(s.Shapes)
	w.raw("</svg>")
	return s.withID(w.String())
}

// idMark stands for the id until all is written, since the id may depend on it. No
// text can contain this character.
const idMark = "\x00"

func (s Scene) withID(svg string) string {
	id := strings.Map(idRune, s.ID)
	if id == "" {
		h := fnv.New32a()
		h.Write([]byte(svg))
		id = fmt.Sprintf("d%08x", h.Sum32())
	}
	return strings.ReplaceAll(svg, idMark, id)
}

// idRune keeps the characters that are valid in an id, in an attribute's name and
// in url(#id).
func idRune(r rune) rune {
	switch {
	case 'a' <= r && r <= 'z', 'A' <= r && r <= 'Z', '0' <= r && r <= '9', r == '-', r == '_':
		return r
	}
	return '-'
}

// An svgWriter gathers the markup.
type svgWriter struct {
	strings.Builder
	clips int // so far
}

func (w *svgWriter) raw(parts ...string) {
	for _, p := range parts {
		w.WriteString(p)
	}
}

// text writes a text from outside, as content or within double quotes.
func (w *svgWriter) text(s string) {
	_ = xml.EscapeText(w, []byte(s)) // a strings.Builder gives no error
}

func (w *svgWriter) open(element string, attributes ...string) {
	w.raw("<", element)
	for _, a := range attributes {
		w.raw(" ", a)
	}
}

func (w *svgWriter) attribute(name, value string) {
	if value == "" {
		return
	}
	w.raw(" ", name, `="`)
	w.text(value)
	w.raw(`"`)
}

func (w *svgWriter) size(name string, v float64) { w.raw(" ", name, `="`, number(v), `"`) }

func (w *svgWriter) class(names ...string) {
	var given []string
	for _, n := range names {
		if n != "" {
			given = append(given, n)
		}
	}
	w.attribute("class", strings.Join(given, " "))
}

func (w *svgWriter) data(data [][2]string) {
	for _, d := range data {
		w.raw(" data-", strings.ToLower(strings.Map(idRune, d[0])), `="`)
		w.text(d[1])
		w.raw(`"`)
	}
}

func (w *svgWriter) opacity(o float64) {
	if o = opaque(o); o != 1 {
		w.raw(` fill-opacity="`, strconv.FormatFloat(o, 'g', 2, 64), `"`)
	}
}

// close ends an element that has at most a title in it.
func (w *svgWriter) close(element, title string) {
	if title == "" {
		w.raw("/>")
		return
	}
	w.raw("><title>")
	w.text(title)
	w.raw("</title></", element, ">")
}

func (w *svgWriter) shapes(shapes []Shape) {
	for _, s := range shapes {
		s.svg(w)
	}
}
