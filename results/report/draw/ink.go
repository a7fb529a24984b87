package draw

import (
	"image/color"
	"slices"
	"strconv"
)

// An Ink names a colour by its role. A page shows the light or the dark colour, a
// PNG the light one. An unknown name is drawn as "text".
type Ink string

// Inks lists all inks.
func Inks() []Ink {
	out := make([]Ink, len(inks))
	for i, s := range inks {
		out[i] = s.ink
	}
	return out
}

// Light is the colour on a light page, as #rrggbb.
func (i Ink) Light() string { return i.swatch().light }

// Dark is the colour on a dark page, as #rrggbb.
func (i Ink) Dark() string { return i.swatch().dark }

// A Series is how one line of a chart looks.
type Series struct {
	Ink  Ink
	Form int // of its markers
}

// SeriesOf gives each name of a chart a series. A name of known has the same one in
// every chart: the place in the palette that it has in known. Any other name gets one
// that no name of the chart has: first those past known, then from the end. Past
// eight names they repeat.
func SeriesOf(known, names []string) []Series {
	var free, spare []int
	for at := range palette {
		switch {
		case at >= len(known):
			free = append(free, at)
		case !slices.Contains(names, known[at]):
			spare = slices.Insert(spare, 0, at)
		}
	}
	free = append(free, spare...)
	out := make([]Series, len(names))
	taken := 0
	for i, name := range names {
		at := slices.Index(known, name)
		if at < 0 {
			at = taken
			if len(free) > 0 {
				at = free[taken%len(free)]
			}
			taken++
		}
		at %= len(palette)
		out[i] = Series{palette[at].ink, at}
	}
	return out
}

// HeatInks are the inks of ground and text for step 0 to 8 of the heat scale. A step
// below or above counts as the first or the last.
func HeatInks(step int) (ground, text Ink) {
	n := strconv.Itoa(max(0, min(step, heatSteps-1)))
	return Ink("heat" + n), Ink("heattext" + n)
}

const heatSteps = 9

func (i Ink) swatch() swatch {
	if n := slices.IndexFunc(inks, func(s swatch) bool { return s.ink == i }); n >= 0 {
		return inks[n]
	}
	return Ink("text").swatch()
}

func (i Ink) or(other Ink) Ink {
	if i == "" {
		return other
	}
	return i
}

func (i Ink) fillClass() string   { return "f-" + string(i.swatch().ink) }
func (i Ink) strokeClass() string { return "s-" + string(i.swatch().ink) }

// color is the light colour.
func (i Ink) color(opacity float64) color.Color {
	v, err := strconv.ParseUint(i.Light()[1:], 16, 32)
	if err != nil {
		panic("draw: ink " + string(i) + ": " + err.Error()) // the table of inks has a mistake
	}
	return color.NRGBA{R: uint8(v >> 16), G: uint8(v >> 8), B: uint8(v), A: uint8(255*opaque(opacity) + .5)}
}
