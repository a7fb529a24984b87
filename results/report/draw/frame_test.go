package draw_test

import (
	"fmt"
	"image"
	"math"
	"testing"

	"collatebench/results/report/draw"
)

func TestFramePoint(t *testing.T) {
	linear := draw.Frame{X: 10, Y: 20, W: 100, H: 50, XAxis: draw.Axis{Min: 0, Max: 4}, YAxis: draw.Axis{Min: -1, Max: 1}}
	log := draw.Frame{X: 0, Y: 0, W: 100, H: 100, XAxis: draw.Axis{Min: 1, Max: 100, Log: true}, YAxis: draw.Axis{Min: 1, Max: 4, Log: true}}
	for _, c := range []struct {
		frame      draw.Frame
		x, y       float64
		wantX, top float64
	}{
		{linear, 0, -1, 10, 70}, {linear, 4, 1, 110, 20}, {linear, 1, 0, 35, 45}, {linear, 8, 0, 210, 45},
		{log, 1, 1, 0, 100}, {log, 10, 2, 50, 50}, {log, 100, 4, 100, 0},
		{draw.Frame{W: 10, H: 10}, 3, 3, 5, 5}, // axes without extent
	} {
		got := c.frame.Point(c.x, c.y)
		if math.Abs(got.X-c.wantX) > 1e-9 || math.Abs(got.Y-c.top) > 1e-9 {
			t.Errorf("(%v, %v) is at %v, want (%v, %v)", c.x, c.y, got, c.wantX, c.top)
		}
	}
	if p := log.Point(0, -3); p.X > 0 || p.Y < 100 || math.IsInf(p.X, 0) || math.IsNaN(p.Y) {
		t.Errorf("what has no logarithm is at %v, want beyond the low ends", p)
	}
}

// Everything that Fit lays out is inside its rectangle, for any labels.
func TestFitHoldsAllLabels(t *testing.T) {
	for _, c := range []struct{ x, y draw.Axis }{
		{draw.Axis{Label: "window (gj)", Max: 1e5}, draw.Axis{Label: "throughput (MB/s)", Max: 1e5}},
		{draw.Axis{Max: 1}, draw.Axis{Max: 1}},
		{draw.Axis{Label: "x", Min: 1, Max: 1e9, Log: true}, draw.Axis{Label: "y", Min: 1e-9, Max: 1, Log: true}},
		{draw.Axis{Max: 1, Ticks: []draw.Tick{{1, "a long name at the end"}}}, draw.Axis{Max: 1, Ticks: []draw.Tick{{1, "a long name at the top"}}, Bare: true}},
	} {
		f := draw.Frame{XAxis: c.x, YAxis: c.y}.Fit(20, 20, 360, 200)
		got := inked(render(t, draw.Scene{Width: 400, Height: 240, Shapes: f.Shapes()}))
		within := image.Rect(2*20, 2*20, 2*380, 2*220).Inset(-1)
		if got.Empty() || !got.In(within) {
			t.Errorf("axes %v: ink in dots %v, want within %v", c, got, within)
		}
		if f.W < 180 || f.H < 150 {
			t.Errorf("axes %v: just %v x %v are left", c, f.W, f.H)
		}
	}
	if f := (draw.Frame{XAxis: draw.Axis{Label: "x", Max: 1}, YAxis: draw.Axis{Label: "y", Max: 1}}).Fit(0, 0, 5, 5); f.W <= 0 || f.H <= 0 {
		t.Errorf("without room: %v x %v", f.W, f.H)
	}
}

// texts are the texts of the shapes, in their order.
func texts(shapes []draw.Shape) []draw.Text {
	var out []draw.Text
	for _, s := range shapes {
		if text, ok := s.(draw.Text); ok {
			out = append(out, text)
		}
	}
	return out
}

func TestTickLabelsDoNotOverlap(t *testing.T) {
	f := draw.Frame{X: 50, Y: 10, W: 300, H: 100, XAxis: draw.Axis{Max: 100}, YAxis: draw.Axis{Max: 100}}
	for i := range 101 {
		tick := draw.Tick{At: float64(i), Label: fmt.Sprint("number ", i)}
		f.XAxis.Ticks, f.YAxis.Ticks = append(f.XAxis.Ticks, tick), append(f.YAxis.Ticks, tick)
	}
	var below, beside []draw.Text
	for _, text := range texts(f.Shapes()) {
		if text.Anchor == draw.Middle {
			below = append(below, text)
		} else {
			beside = append(beside, text)
		}
	}
	if len(below) < 4 || len(beside) < 6 {
		t.Fatalf("%d labels below and %d beside", len(below), len(beside))
	}
	for i := range below[1:] {
		if a, b := below[i], below[i+1]; a.At.X+a.Width()/2 >= b.At.X-b.Width()/2 {
			t.Errorf("%q runs into %q", a.Text, b.Text)
		}
	}
	for i := range beside[1:] {
		if a, b := beside[i], beside[i+1]; a.At.Y-b.At.Y < a.Size {
			t.Errorf("%q overlaps %q", a.Text, b.Text)
		}
	}
}

func TestTicksBeyondAnAxisAreNotDrawn(t *testing.T) {
	ticks := []draw.Tick{{-1, "below"}, {0, "low"}, {1.0000000000001, "high"}, {2, "above"}}
	f := draw.Frame{X: 50, Y: 10, W: 300, H: 100, XAxis: draw.Axis{Max: 1, Ticks: ticks}, YAxis: draw.Axis{Max: 1, Ticks: ticks}}
	var got []string
	for _, text := range texts(f.Shapes()) {
		got = append(got, text.Text)
	}
	if fmt.Sprint(got) != "[low high low high]" {
		t.Errorf("labels %v", got)
	}
}

// A line of one pixel is two dots wide, with no half dots beside it.
func TestGridLinesAreSharp(t *testing.T) {
	f := draw.Frame{X: 10, Y: 5, W: 80, H: 40, XAxis: draw.Axis{Max: 3, Ticks: []draw.Tick{{1, ""}}}, YAxis: draw.Axis{Max: 3, Ticks: []draw.Tick{{2, ""}}}}
	m := render(t, draw.Scene{Width: 100, Height: 60, Shapes: f.Shapes()})
	count := func(next func(i int) string, n int) map[string]int {
		out := map[string]int{}
		for i := range n {
			out[next(i)]++
		}
		return out
	}
	grid := draw.Ink("grid").Light()
	across := count(func(i int) string { return at(m, float64(i)/2, 10) }, 200)
	up := count(func(i int) string { return at(m, 20, float64(i)/2) }, 80)
	if across[grid] != 2 || across[paper] != 198 || up[grid] != 2 || up[paper] != 78 {
		t.Errorf("dots across %v and down %v, want two each of %s", across, up, grid)
	}
}

func TestBareAxisHasNoGrid(t *testing.T) {
	lines := func(bare bool) int {
		f := draw.Frame{W: 100, H: 100, XAxis: draw.Axis{Max: 1, Bare: bare}, YAxis: draw.Axis{Max: 1, Bare: bare}}
		n := 0
		for _, s := range f.Shapes() {
			if _, ok := s.(draw.Line); ok {
				n++
			}
		}
		return n
	}
	if bare, full := lines(true), lines(false); bare != 1 || full < 7 {
		t.Errorf("%d lines without grid and %d with", bare, full)
	}
}

func TestLegendBreaksItsRows(t *testing.T) {
	legend := draw.Legend{X: 10, Y: 5, W: 200}
	if h := legend.Height(); h != 0 {
		t.Errorf("an empty one is %v high", h)
	}
	for as := draw.KeyBox; as <= draw.KeyDash; as++ {
		legend.Keys = append(legend.Keys, draw.Key{Label: "a label of some length", Ink: "inline", As: as})
	}
	if h := legend.Height(); h != 72 {
		t.Errorf("%v high, want four rows", h)
	}
	got := inked(render(t, draw.Scene{Width: 300, Height: 120, Shapes: legend.Shapes()}))
	if within := image.Rect(20, 10, 420, 10+2*72); !got.In(within) {
		t.Errorf("ink in dots %v, want within %v", got, within)
	}
	legend.W = 1000
	if h := legend.Height(); h != 18 {
		t.Errorf("%v high with room for all, want one row", h)
	}
}
