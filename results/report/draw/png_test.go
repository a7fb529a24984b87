package draw_test

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/png"
	"math"
	"testing"

	"collatebench/results/report/draw"
)

func render(t *testing.T, s draw.Scene) image.Image {
	t.Helper()
	var b bytes.Buffer
	if err := s.PNG(&b); err != nil {
		t.Fatal(err)
	}
	m, err := png.Decode(&b)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func paint(t *testing.T, shapes ...draw.Shape) image.Image {
	t.Helper()
	return render(t, draw.Scene{Width: 100, Height: 60, Shapes: shapes})
}

// at is the colour at a place in pixels, as #rrggbb.
func at(m image.Image, x, y float64) string {
	r, g, b, _ := m.At(int(2*x), int(2*y)).RGBA()
	return fmt.Sprintf("#%02x%02x%02x", r>>8, g>>8, b>>8)
}

const paper = "#ffffff"

func TestPNGHasTwoDotsAPixel(t *testing.T) {
	for _, c := range []struct {
		width, height float64
		want          image.Point
	}{{100, 60, image.Pt(200, 120)}, {33, 7, image.Pt(66, 14)}, {10.2, 9.7, image.Pt(22, 20)}} {
		if got := render(t, draw.Scene{Width: c.width, Height: c.height}).Bounds().Size(); got != c.want {
			t.Errorf("%v x %v pixels gave %v dots, want %v", c.width, c.height, got, c.want)
		}
	}
}

func TestPNGHasTheInksWhereTheShapesAre(t *testing.T) {
	p := func(x, y float64) draw.Point { return draw.Point{X: x, Y: y} }
	type dot struct {
		x, y float64
		want string
	}
	waiting, inline, muted := draw.Ink("waiting").Light(), draw.Ink("inline").Light(), draw.Ink("muted").Light()
	for _, c := range []struct {
		name  string
		shape draw.Shape
		dots  []dot
	}{
		{"rect", draw.Rect{X: 10, Y: 20, W: 30, H: 10, Fill: "waiting"},
			[]dot{{10, 20, waiting}, {39.5, 29.5, waiting}, {9.5, 25, paper}, {40, 25, paper}, {20, 19.5, paper}, {20, 30, paper}}},
		{"rect with a border alone", draw.Rect{X: 10.5, Y: 20.5, W: 30, H: 10, Border: "muted"},
			[]dot{{10, 25, muted}, {40, 25, muted}, {25, 20, muted}, {25, 30, muted}, {25, 25, paper}}},
		{"unknown ink", draw.Rect{W: 10, H: 10, Fill: "no such ink"}, []dot{{5, 5, draw.Ink("text").Light()}}},
		{"boxes", draw.Boxes{Fill: "inline", Boxes: []draw.Box{{10, 10, 10, 10}, {30, 10, 10, 10}, {50, 10, -5, 10}}},
			[]dot{{15, 15, inline}, {35, 15, inline}, {25, 15, paper}, {48, 15, paper}}},
		{"area", draw.Area{Points: []draw.Point{p(10, 10), p(50, 10), p(10, 50)}, Fill: "inline"},
			[]dot{{15, 15, inline}, {45, 45, paper}}},
		{"line", draw.Line{From: p(10, 30), To: p(90, 30), Stroke: draw.Stroke{Ink: "inline", Width: 4}},
			[]dot{{50, 28.5, inline}, {50, 31, inline}, {50, 27, paper}, {50, 32.5, paper}, {9, 30, paper}, {91, 30, paper}}},
		{"dashes", draw.Line{From: p(10, 30), To: p(90, 30), Stroke: draw.Stroke{Ink: "inline", Width: 4, Dash: true}},
			[]dot{{13, 30, inline}, {18, 30, paper}, {23, 30, inline}, {28, 30, paper}}},
		{"path", draw.Path{Points: []draw.Point{p(10, 10), p(10, 50), p(50, 50)}, Stroke: draw.Stroke{Ink: "inline", Width: 4}},
			[]dot{{10, 30, inline}, {30, 50, inline}, {30, 30, paper}}},
		{"group", draw.Group{Shapes: []draw.Shape{draw.Rect{W: 10, H: 10, Fill: "waiting"}}}, []dot{{5, 5, waiting}}},
		{"clip", draw.Clip{X: 10, Y: 10, W: 20, H: 20, Shapes: []draw.Shape{draw.Rect{W: 100, H: 60, Fill: "waiting"}}},
			[]dot{{10, 10, waiting}, {29.5, 29.5, waiting}, {9.5, 15, paper}, {30, 15, paper}, {15, 9.5, paper}, {15, 30, paper}}},
		{"clip within a clip", draw.Clip{X: 10, Y: 10, W: 20, H: 20, Shapes: []draw.Shape{
			draw.Clip{X: 20, Y: 20, W: 40, H: 40, Shapes: []draw.Shape{draw.Rect{W: 100, H: 60, Fill: "waiting"}}},
		}}, []dot{{25, 25, waiting}, {15, 15, paper}, {35, 35, paper}}},
		{"places that are none", draw.Path{Points: []draw.Point{p(math.NaN(), 30), p(math.Inf(1), 30)}, Stroke: draw.Stroke{Ink: "inline", Width: 4}},
			[]dot{{50, 30, inline}, {50, 10, paper}}},
	} {
		m := paint(t, c.shape)
		for _, d := range c.dots {
			if got := at(m, d.x, d.y); got != d.want {
				t.Errorf("%s: %s at (%v, %v), want %s", c.name, got, d.x, d.y, d.want)
			}
		}
	}
}

func TestOpacity(t *testing.T) {
	text := draw.Rect{W: 100, H: 60, Fill: "text", Opacity: .5}
	for name, m := range map[string]image.Image{
		"rect": paint(t, text),
		"area": paint(t, draw.Area{Points: []draw.Point{{0, 0}, {100, 0}, {100, 60}, {0, 60}}, Fill: "text", Opacity: .5}),
		"clip": paint(t, draw.Clip{W: 100, H: 60, Shapes: []draw.Shape{text}}),
	} {
		r, g, b, _ := m.At(100, 60).RGBA()
		for i, got := range []uint32{r >> 8, g >> 8, b >> 8} {
			if want := []uint32{0x8e, 0x90, 0x93}[i]; got+2 < want || got > want+2 { // half of #1c2126
				t.Errorf("%s: channel %d is %#x, want about %#x", name, i, got, want)
			}
		}
	}
}

func TestPNGRefusesWhatIsNoPicture(t *testing.T) {
	for _, size := range [][2]float64{{0, 10}, {10, -1}, {math.NaN(), 10}, {1e6, 10}, {10, math.Inf(1)}} {
		var b bytes.Buffer
		if err := (draw.Scene{Width: size[0], Height: size[1]}).PNG(&b); err == nil || b.Len() > 0 {
			t.Errorf("%v pixels: error %v and %d bytes", size, err, b.Len())
		}
	}
}

var errFull = errors.New("full")

type fullDisk struct{}

func (fullDisk) Write([]byte) (int, error) { return 0, errFull }

func TestPNGReportsTheWriter(t *testing.T) {
	if err := lines().PNG(fullDisk{}); !errors.Is(err, errFull) {
		t.Errorf("error %v, want %v", err, errFull)
	}
}

func TestPNGIsTheSameEachTime(t *testing.T) {
	for _, e := range examples() {
		var a, b bytes.Buffer
		if err := errors.Join(e.scene.PNG(&a), e.scene.PNG(&b)); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(a.Bytes(), b.Bytes()) {
			t.Errorf("%s: two files of one scene", e.name)
		}
	}
}
