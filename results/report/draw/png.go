package draw

import (
	"fmt"
	"image"
	"image/color"
	imagedraw "image/draw"
	"io"
	"math"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/vgimg"
)

const (
	density = 2       // dots for each pixel
	most    = 1 << 14 // pixels of a side: a mistake in a layout must not take all memory
)

// PNG writes the scene with two dots for each pixel. Its size is rounded up to
// whole pixels.
func (s Scene) PNG(w io.Writer) error {
	width, height := math.Ceil(s.Width), math.Ceil(s.Height)
	if !(width > 0 && height > 0 && width <= most && height <= most) {
		return fmt.Errorf("picture %q: %v x %v pixels: a side has 1 to %d", s.Title, s.Width, s.Height, most)
	}
	c := newCanvas(width, height, color.White)
	c.shapes(s.Shapes)
	if _, err := (vgimg.PngCanvas{Canvas: c.img}).WriteTo(w); err != nil {
		return fmt.Errorf("picture %q: %w", s.Title, err)
	}
	return nil
}

// A canvas takes pixels from the top left corner. gonum's canvas takes points of
// 1/72 inch from the bottom left corner.
type canvas struct {
	img           *vgimg.Canvas
	width, height float64 // pixels, whole
}

func newCanvas(width, height float64, paper color.Color) *canvas {
	return &canvas{
		width: width, height: height,
		img: vgimg.NewWith(vgimg.UseWH(length(width), length(height)), vgimg.UseDPI(96*density), vgimg.UseBackgroundColor(paper)),
	}
}

func (c *canvas) shapes(shapes []Shape) {
	for _, s := range shapes {
		s.png(c)
	}
}

// point bounds coordinates, so that the rasteriser's fixed-point numbers don't
// overflow.
func (c *canvas) point(p Point) vg.Point {
	return vg.Point{X: length(sane(p.X)), Y: length(c.height - sane(p.Y))}
}

func sane(v float64) float64 {
	if math.IsNaN(v) {
		return 0
	}
	return max(-most, min(v, 2*most))
}

func (c *canvas) outline(path vg.Path, points []Point) vg.Path {
	for i, p := range points {
		if i == 0 {
			path.Move(c.point(p))
		} else {
			path.Line(c.point(p))
		}
	}
	return path
}

func (c *canvas) fill(points []Point, ink Ink, opacity float64) {
	if len(points) == 0 {
		return
	}
	path := c.outline(nil, points)
	path.Close()
	c.img.SetColor(ink.color(opacity))
	c.img.Fill(path)
}

func (c *canvas) stroke(path vg.Path, s Stroke) {
	var dash []vg.Length
	if s.Dash {
		dash = []vg.Length{length(dashOn), length(dashOff)}
	}
	c.img.SetLineDash(dash, 0)
	c.img.SetLineWidth(length(s.width()))
	c.img.SetColor(s.Ink.or("text").color(1))
	c.img.Stroke(path)
}

// clip draws on a second canvas and copies the rectangle, since gonum's canvas
// cannot clip. Clipping each shape would need a third way to draw each.
func (c *canvas) clip(x, y, w, h float64, shapes []Shape) {
	beside := newCanvas(c.width, c.height, color.Transparent)
	beside.shapes(shapes)
	dot := func(v float64) int { return int(math.Round(density * sane(v))) }
	in := image.Rect(dot(x), dot(y), dot(x+w), dot(y+h))
	imagedraw.Draw(c.img.Image(), in, beside.img.Image(), in.Min, imagedraw.Over)
}
