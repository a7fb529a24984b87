package draw_test

import (
	"image"
	"testing"

	"collatebench/results/report/draw"
)

// Each form has an outline of its own, around its point.
func TestMarkers(t *testing.T) {
	seen := map[string]int{}
	for form := range 8 {
		m := paint(t, draw.Marker{At: draw.Point{X: 50, Y: 30}, Form: form, Ink: "inline", Size: 20})
		middle := draw.Ink("inline").Light()
		if form == draw.Ring {
			middle = paper
		}
		if got := at(m, 50, 30); got != middle {
			t.Errorf("form %d: %s in the middle, want %s", form, got, middle)
		}
		box := inked(m)
		if box.Dx() < 34 || box.Dx() > 54 || box.Dy() < 34 || box.Dy() > 54 {
			t.Errorf("form %d takes %v dots, want about 40 x 40", form, box)
		}
		bits := silhouette(m)
		if other, ok := seen[bits]; ok {
			t.Errorf("forms %d and %d are the same", other, form)
		}
		seen[bits] = form
	}
	first, ninth := draw.Marker{}, draw.Marker{Form: 8}
	if silhouette(paint(t, first)) != silhouette(paint(t, ninth)) {
		t.Error("the forms do not begin again")
	}
}

func inkedAt(m image.Image, x, y int) bool {
	r, g, b, _ := m.At(x, y).RGBA()
	return r+g+b < 3*0xd000
}

// inked is the part of the picture that is not paper, in dots.
func inked(m image.Image) image.Rectangle {
	var out image.Rectangle
	b := m.Bounds()
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			if inkedAt(m, x, y) {
				out = out.Union(image.Rect(x, y, x+1, y+1))
			}
		}
	}
	return out
}

func silhouette(m image.Image) string {
	var out []byte
	b := m.Bounds()
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			out = append(out, map[bool]byte{true: '#', false: '.'}[inkedAt(m, x, y)])
		}
	}
	return string(out)
}
