package draw

import (
	"strconv"
	"strings"
)

func (l Line) svg(w *svgWriter) { Path{Points: []Point{l.From, l.To}, Stroke: l.Stroke}.svg(w) }

func (p Path) svg(w *svgWriter) {
	if len(p.Points) == 0 {
		return
	}
	dash := ""
	if p.Stroke.Dash {
		dash = "dash"
	}
	w.open("path")
	w.class(p.Stroke.Ink.or("text").strokeClass(), dash)
	w.raw(` fill="none"`)
	if width := p.Stroke.width(); width != 1 {
		w.size("stroke-width", width)
	}
	w.raw(` d="`, polyline(p.Points), `"/>`)
}

func (a Area) svg(w *svgWriter) {
	if len(a.Points) == 0 {
		return
	}
	w.open("path")
	w.class(a.Fill.or("text").fillClass())
	w.opacity(a.Opacity)
	w.raw(` d="`, polyline(a.Points), `z"/>`)
}

func (r Rect) svg(w *svgWriter) {
	w.open("rect")
	fill, border := "hit", ""
	if r.Fill != "" {
		fill = r.Fill.fillClass()
	}
	if r.Border != "" {
		border = r.Border.strokeClass()
	}
	w.class(fill, border)
	if r.Fill != "" {
		w.opacity(r.Opacity)
	}
	w.box(r.X, r.Y, r.W, r.H)
	w.close("rect", r.Title)
}

func (w *svgWriter) box(x, y, width, height float64) {
	w.size("x", x)
	w.size("y", y)
	w.size("width", max(0, width))
	w.size("height", max(0, height))
}

func (b Boxes) svg(w *svgWriter) {
	if len(b.Boxes) == 0 {
		return
	}
	w.open("path")
	w.class(b.Fill.or("text").fillClass())
	w.raw(` d="`, boxes(b.Boxes), `"/>`)
}

func (m Marker) svg(w *svgWriter) {
	ink := m.Ink.or("text")
	form := m.form()
	if form != Circle && form != Ring {
		w.open("path")
		w.class("form", ink.fillClass())
		w.raw(` d="`, polyline(m.outline()), `z"`)
		w.close("path", m.Title)
		return
	}
	w.open("circle")
	if form == Ring {
		w.class(Ink("paper").fillClass(), ink.strokeClass())
		w.size("stroke-width", ringWidth)
	} else {
		w.class("form", ink.fillClass())
	}
	w.size("cx", m.At.X)
	w.size("cy", m.At.Y)
	w.size("r", m.radius())
	w.close("circle", m.Title)
}

func (t Text) svg(w *svgWriter) {
	w.open("text")
	w.class(t.Anchor.class(), t.boldClass(), t.inkClass())
	if t.size() != textSize {
		w.size("font-size", t.size())
	}
	if t.Turned {
		w.raw(` transform="translate(`, number(t.At.X), " ", number(t.At.Y), `)rotate(-90)"`)
	} else {
		w.size("x", t.At.X)
		w.size("y", t.At.Y)
	}
	w.raw(">")
	if t.Title != "" {
		w.raw("<title>")
		w.text(t.Title)
		w.raw("</title>")
	}
	w.text(t.line())
	w.raw("</text>")
}

func (a Anchor) class() string {
	switch a {
	case Middle:
		return "mid"
	case End:
		return "end"
	}
	return ""
}

func (t Text) boldClass() string {
	if t.Bold {
		return "bold"
	}
	return ""
}

// inkClass is "" for the ink that every text of a scene has by default.
func (t Text) inkClass() string {
	if ink := t.Ink.or("text"); ink != "text" {
		return ink.fillClass()
	}
	return ""
}

func (g Group) svg(w *svgWriter) {
	w.open("g")
	w.class(g.Class)
	w.data(g.Data)
	if g.Label != "" {
		w.raw(` role="group"`)
		w.attribute("aria-label", g.Label)
	}
	w.raw(">")
	w.shapes(g.Shapes)
	w.raw("</g>")
}

func (l Link) svg(w *svgWriter) {
	// A script's address, or another host's, may come out of a file too.
	if !strings.HasPrefix(l.To, "/") || strings.HasPrefix(l.To, "//") || strings.ContainsRune(l.To, '\\') {
		w.shapes(l.Shapes)
		return
	}
	w.raw(`<a tabindex="-1"`)
	w.attribute("href", l.To)
	w.raw(">")
	w.shapes(l.Shapes)
	w.raw("</a>")
}

func (c Clip) svg(w *svgWriter) {
	w.clips++
	id := idMark + "-c" + strconv.Itoa(w.clips)
	w.raw(`<clipPath id="`, id, `"><rect`)
	w.box(c.X, c.Y, c.W, c.H)
	w.raw(`/></clipPath><g clip-path="url(#`, id, `)">`)
	w.shapes(c.Shapes)
	w.raw("</g>")
}
