package draw_test

import (
	"encoding/xml"
	"io"
	"slices"
	"strings"
	"testing"

	"collatebench/results/report/draw"
)

// Texts that the name of a function, a file or a host may contain.
const hostile = "</title></svg><script>alert(1)</script>\"' onload=\"x' &amp; a\nb\x00\x1b[1m\u202e]]>"

func hostileScene() draw.Scene {
	data := [][2]string{{`k onload=x "><b>`, hostile}}
	f := draw.Frame{
		X: 10, Y: 10, W: 80, H: 80,
		XAxis: draw.Axis{Label: hostile, Max: 1, Ticks: []draw.Tick{{0, hostile}}},
		YAxis: draw.Axis{Label: hostile, Max: 1, Ticks: []draw.Tick{{0, hostile}}},
	}
	legend := draw.Legend{W: 100, Keys: []draw.Key{{Label: hostile, Ink: hostile}}}
	return draw.Scene{
		Width: 100, Height: 100, ID: hostile, Title: hostile, Desc: hostile, Class: hostile, Data: data,
		Shapes: append(append(f.Shapes(), legend.Shapes()...),
			draw.Group{Class: hostile, Data: data, Label: hostile, Shapes: []draw.Shape{
				draw.Text{Text: hostile, Ink: hostile, Title: hostile},
				draw.Rect{W: 1, H: 1, Fill: hostile, Border: hostile, Title: hostile},
				draw.Marker{Ink: hostile, Title: hostile},
				draw.Marker{Form: draw.Square, Ink: hostile, Title: hostile},
				draw.Link{To: hostile, Shapes: []draw.Shape{draw.Marker{Ink: hostile}}},
				draw.Link{To: "/" + hostile, Shapes: []draw.Shape{draw.Marker{Ink: hostile}}},
				draw.Line{Stroke: draw.Stroke{Ink: hostile}},
				draw.Area{Points: []draw.Point{{}}, Fill: hostile},
				draw.Boxes{Fill: hostile, Boxes: []draw.Box{{W: 1, H: 1}}},
			}}),
	}
}

func TestNoTextBecomesMarkup(t *testing.T) {
	svg := hostileScene().SVG()
	// As a reader has it: what no XML may contain is replaced, in the text of
	// the picture also line breaks and what turns the direction.
	given := strings.NewReplacer("\x00", "\ufffd", "\x1b", "\ufffd").Replace(hostile)
	shown := strings.NewReplacer("\n", " ", "\x00\x1b", " ", "\u202e", " ").Replace(hostile)
	titles, texts := 0, 0
	var in string
	d := xml.NewDecoder(strings.NewReader(svg))
	for {
		token, err := d.Token()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatalf("%v in\n%s", err, svg)
		}
		switch token := token.(type) {
		case xml.StartElement:
			in = token.Name.Local
			checkElement(t, token, given)
		case xml.CharData:
			switch {
			case (in == "title" || in == "desc") && string(token) == given:
				titles++
			case in == "text" && string(token) == shown:
				texts++
			default:
				t.Errorf("in %s the text %q", in, token)
			}
		case xml.EndElement:
			// A text follows its title.
			in = map[bool]string{true: "text"}[in == "title"]
		default:
			t.Errorf("a %T in\n%s", token, svg)
		}
	}
	if titles != 6 || texts != 6 {
		t.Errorf("%d titles and %d texts came through, want 6 and 6, in\n%s", titles, texts, svg)
	}
}

// TestLinksStayOnTheServer: a link leads to a path of the server that shows the page alone.
func TestLinksStayOnTheServer(t *testing.T) {
	for to, want := range map[string]bool{
		"/runs/a%2Fb/": true, "/": true,
		"": false, "runs": false, "//host/x": false, `/\host/x`: false, "javascript:alert(1)": false, "https://host": false, " /x": false,
	} {
		s := draw.Scene{Shapes: []draw.Shape{draw.Link{To: to, Shapes: []draw.Shape{draw.Marker{}}}}}
		svg := s.SVG()
		if got := strings.Contains(svg, "<a "); got != want || !strings.Contains(svg, "<circle") {
			t.Errorf("%q: a link is %v in %s", to, got, svg)
		}
	}
}

// checkElement checks that an element and its attributes are allowed in an SVG.
func checkElement(t *testing.T, e xml.StartElement, given string) {
	t.Helper()
	elements := []string{"svg", "title", "desc", "g", "path", "rect", "circle", "text", "a"}
	attributes := strings.Fields("xmlns class width height viewBox role aria-label aria-labelledby id data-k-onload-x----b- data-key " +
		"href tabindex d fill fill-opacity stroke-width x y cx cy r font-size transform")
	if !slices.Contains(elements, e.Name.Local) {
		t.Errorf("an element %s", e.Name.Local)
	}
	for _, a := range e.Attr {
		if !slices.Contains(attributes, a.Name.Local) {
			t.Errorf("%s has an attribute %s", e.Name.Local, a.Name.Local)
		}
		if strings.HasPrefix(a.Name.Local, "data-") || a.Name.Local == "aria-label" {
			if a.Value != given {
				t.Errorf("%s of %s is %q", a.Name.Local, e.Name.Local, a.Value)
			}
		}
	}
}
