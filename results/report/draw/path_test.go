package draw_test

import (
	"math"
	"regexp"
	"strings"
	"testing"

	"collatebench/results/report/draw"
)

func TestThousandsOfBoxesAreOneSmallElement(t *testing.T) {
	boxes := make([]draw.Box, 5000)
	for i := range boxes {
		boxes[i] = draw.Box{X: float64(i%500) * 1.7, Y: float64(i/500) * 12, W: 1.23456, H: 10}
	}
	svg := draw.Scene{Width: 900, Height: 200, Shapes: []draw.Shape{draw.Boxes{Fill: "decoding", Boxes: boxes}}}.SVG()
	if n := strings.Count(svg, "<path"); n != 1 {
		t.Errorf("%d paths, want 1", n)
	}
	if each := float64(len(svg)) / float64(len(boxes)); each > 25 {
		t.Errorf("%.1f bytes a box, want at most 25", each)
	}
}

// pathOf is the path data of a shape.
func pathOf(t *testing.T, shape draw.Shape) string {
	t.Helper()
	m := regexp.MustCompile(` d="([^"]*)"`).FindStringSubmatch(draw.Scene{Width: 9, Height: 9, Shapes: []draw.Shape{shape}}.SVG())
	if m == nil {
		return ""
	}
	return m[1]
}

func TestPathData(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	third := 1. / 3
	for _, c := range []struct {
		name  string
		shape draw.Shape
		want  string
	}{
		{"line", draw.Line{From: draw.Point{X: 1, Y: 2.5}, To: draw.Point{X: 4.25, Y: -.5}}, "M1 2.5l3.25-3"},
		{"path", draw.Path{Points: []draw.Point{{0, 0}, {.5, 1}, {.25, 1}, {2, 1.125}}}, "M0 0l.5 1-.25 0 1.75 .13"},
		{"rounding does not add up", draw.Path{Points: []draw.Point{{third, 0}, {2 * third, 0}, {3 * third, 0}}}, "M.33 0l.34 0 .33 0"},
		{"area", draw.Area{Points: []draw.Point{{0, 0}, {1, 0}, {1, 1}}}, "M0 0l1 0 0 1z"},
		{"no numbers", draw.Path{Points: []draw.Point{{nan, 0}, {inf, -inf}}}, "M0 0l10000000-10000000"},
		{"boxes", draw.Boxes{Boxes: []draw.Box{{1, 2, 3, 4}, {10, 2, .5, 4}}}, "m1 2h3v4h-3zm9 0h.5v4h-.5z"},
		{"neighbours touch", draw.Boxes{Boxes: []draw.Box{{0, 0, third, 1}, {third, 0, third, 1}, {2 * third, 0, third, 1}}}, "m0 0h.33v1h-.33zm.33 0h.34v1h-.34zm.34 0h.33v1h-.33z"},
		{"thin ones stay", draw.Boxes{Boxes: []draw.Box{{0, 0, 1e-6, 1}}}, "m0 0h.01v1h-.01z"},
		{"empty ones go", draw.Boxes{Boxes: []draw.Box{{0, 0, 0, 1}, {0, 0, 1, -1}, {5, 5, nan, 1}, {3, 3, 1, 1}}}, "m3 3h1v1h-1z"},
		{"nothing", draw.Boxes{}, ""},
		{"no points", draw.Path{}, ""},
	} {
		if got := pathOf(t, c.shape); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}
