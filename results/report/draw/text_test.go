package draw_test

import (
	"image"
	"math"
	"testing"

	"collatebench/results/report/draw"
)

// The widths are the font's, in thousandths of its size: the same in Arial and
// Helvetica.
func TestTextWidth(t *testing.T) {
	for _, c := range []struct {
		text string
		want float64 // pixels at size 1000
	}{
		{"", 0}, {"0123456789", 5560}, {"M", 833}, {"i", 222}, {"n n", 556 + 278 + 556},
		{" n\n\tn ", 556 + 278 + 556}, // as it is drawn
	} {
		if got := draw.TextWidth(c.text, 1000); math.Abs(got-c.want) > 5 {
			t.Errorf("TextWidth(%q) = %.0f, want %.0f", c.text, got, c.want)
		}
	}
	if normal, bold := (draw.Text{Text: "pool"}).Width(), (draw.Text{Text: "pool", Bold: true}).Width(); bold <= normal {
		t.Errorf("bold is %v wide, normal %v", bold, normal)
	}
	if got, want := draw.TextWidth("pool", 0), draw.TextWidth("pool", 12); got != want {
		t.Errorf("without size %v wide, want %v", got, want)
	}
}

// H fills its width except for a few dots, and its height is .69 of its size.
func TestTextStandsAtItsAnchor(t *testing.T) {
	const size = 20
	wide := 2 * draw.TextWidth("HH", size)
	for _, c := range []struct {
		name     string
		text     draw.Text
		from, to image.Point // dots
	}{
		{"start", draw.Text{}, image.Pt(100, 60-28), image.Pt(100+int(wide), 60)},
		{"middle", draw.Text{Anchor: draw.Middle}, image.Pt(100-int(wide/2), 60-28), image.Pt(100+int(wide/2), 60)},
		{"end", draw.Text{Anchor: draw.End}, image.Pt(100-int(wide), 60-28), image.Pt(100, 60)},
		{"turned", draw.Text{Turned: true}, image.Pt(100-28, 60-int(wide)), image.Pt(100, 60)},
		{"turned to its middle", draw.Text{Turned: true, Anchor: draw.Middle}, image.Pt(100-28, 60-int(wide/2)), image.Pt(100, 60+int(wide/2))},
		{"turned to its end", draw.Text{Turned: true, Anchor: draw.End}, image.Pt(100-28, 60), image.Pt(100, 60+int(wide))},
	} {
		c.text.At, c.text.Text, c.text.Size = draw.Point{X: 50, Y: 30}, "HH", size
		got := inked(paint(t, c.text))
		for _, d := range []int{got.Min.X - c.from.X, got.Min.Y - c.from.Y, c.to.X - got.Max.X, c.to.Y - got.Max.Y} {
			if d < -1 || d > 5 {
				t.Errorf("%s: in dots %v, want just within %v", c.name, got, image.Rectangle{Min: c.from, Max: c.to})
				break
			}
		}
	}
}

// gg cut an edge off each glyph that it placed by a part of a dot.
func TestTextIsWholeBetweenTwoDots(t *testing.T) {
	ink := func(by float64, turned bool) int {
		m := paint(t, draw.Text{At: draw.Point{X: 30 + by, Y: 40 + by}, Text: "HE", Size: 20, Turned: turned})
		sum := 0
		for y := range 120 {
			for x := range 200 {
				r, _, _, _ := m.At(x, y).RGBA()
				sum += 255 - int(r>>8)
			}
		}
		return sum
	}
	for _, turned := range []bool{false, true} {
		whole := ink(0, turned)
		for _, by := range []float64{.1, .2, .3, .4} {
			if part := ink(by, turned); whole == 0 || math.Abs(float64(part-whole)) > float64(whole)/300 {
				t.Errorf("turned %t: %d ink at %v of a pixel, %d at none", turned, part, by, whole)
			}
		}
	}
}
