// Pictures go through stages that are joined by channels, and the stage that scales them,
// which takes longest, has one goroutine (bakape/shamichan#932, Imgur/mandible#72).
package main

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"math"
	"math/rand/v2"

	"golang.org/x/image/draw"

	"shapes/rig"
)

const width, height = 200, 150

// lanczos is a sharper filter than those of the package.
var lanczos = draw.Kernel{Support: 3, At: func(t float64) float64 {
	if t == 0 {
		return 1
	}
	x := math.Pi * t
	return 3 * math.Sin(x) * math.Sin(x/3) / (x * x)
}}

// uploads makes some pictures.
func uploads() (files [][]byte) {
	for range 6 {
		m := image.NewRGBA(image.Rect(0, 0, 2*width, 2*height))
		tint := uint8(rand.IntN(256))
		for y := range 2 * height {
			for x := range 2 * width {
				m.Set(x, y, color.RGBA{uint8(x), uint8(y), tint, 255})
			}
		}
		var b bytes.Buffer
		rig.Must(png.Encode(&b, m))
		files = append(files, b.Bytes())
	}
	return files
}

// sharpen adds to each pixel what it differs by from the mean of its neighbours.
func sharpen(m *image.RGBA) *image.RGBA {
	out := image.NewRGBA(m.Bounds())
	copy(out.Pix, m.Pix)
	for y := 2; y < height-2; y++ {
		for x := 2; x < width-2; x++ {
			at := m.PixOffset(x, y)
			for c := range 3 {
				sum := 0
				for dy := -2; dy <= 2; dy++ {
					row := at + dy*m.Stride + c
					for dx := -8; dx <= 8; dx += 4 {
						sum += int(m.Pix[row+dx])
					}
				}
				v := int(m.Pix[at+c])
				out.Pix[at+c] = uint8(min(max(v+(v-sum/25)/2, 0), 255))
			}
		}
	}
	return out
}

type pipeline struct {
	files   chan []byte
	decoded chan image.Image
	scaled  chan image.Image
}

func (p *pipeline) decode() {
	for f := range p.files {
		m, err := png.Decode(bytes.NewReader(f))
		if err != nil {
			panic(err)
		}
		p.decoded <- m
	}
}

func (p *pipeline) scale() {
	for m := range p.decoded {
		small := image.NewRGBA(image.Rect(0, 0, width, height))
		lanczos.Scale(small, small.Bounds(), m, m.Bounds(), draw.Src, nil)
		p.scaled <- sharpen(small)
	}
}

func (p *pipeline) encode() {
	for m := range p.scaled {
		var b bytes.Buffer
		if err := jpeg.Encode(&b, m, nil); err != nil {
			panic(err)
		}
		rig.Done(1)
	}
}

func main() {
	rig.Parse()
	p := &pipeline{make(chan []byte), make(chan image.Image, 4), make(chan image.Image, 4)}
	scalers := 1
	if rig.Fixed() {
		scalers = 2
	}
	for range 2 {
		go p.decode()
		go p.encode()
	}
	for range scalers {
		go p.scale()
	}
	files := uploads()
	go func() {
		for i := 0; ; i++ {
			p.files <- files[i%len(files)]
		}
	}()
	rig.Measure()
}
