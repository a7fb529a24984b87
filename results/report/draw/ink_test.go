package draw_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/lucasb-eyer/go-colorful"

	"collatebench/results/report/draw"
)

var themes = []struct {
	name string
	of   func(draw.Ink) string
}{{"light", draw.Ink.Light}, {"dark", draw.Ink.Dark}}

// vision is how a reader sees linear RGB: Machado, Oliveira and Fernandes 2009,
// each at severity 1.0.
var vision = []struct {
	name   string
	matrix [9]float64
}{
	{"normal", [9]float64{1, 0, 0, 0, 1, 0, 0, 0, 1}},
	{"protanopia", [9]float64{0.152286, 1.052583, -0.204868, 0.114503, 0.786281, 0.099216, -0.003882, -0.048116, 1.051998}},
	{"deuteranopia", [9]float64{0.367322, 0.860646, -0.227968, 0.280085, 0.672501, 0.047413, -0.011820, 0.042940, 0.968881}},
	{"tritanopia", [9]float64{1.255528, -0.076749, -0.178779, -0.078411, 0.930809, 0.147602, 0.004733, 0.691367, 0.303900}},
}

func parse(t *testing.T, hex string) colorful.Color {
	t.Helper()
	c, err := colorful.Hex(hex)
	if err != nil || len(hex) != len("#rrggbb") {
		t.Fatalf("%q is no #rrggbb: %v", hex, err)
	}
	return c
}

func seen(c colorful.Color, m [9]float64) colorful.Color {
	r, g, b := c.LinearRgb()
	return colorful.LinearRgb(m[0]*r+m[1]*g+m[2]*b, m[3]*r+m[4]*g+m[5]*b, m[6]*r+m[7]*g+m[8]*b).Clamped()
}

// contrast is WCAG's.
func contrast(a, b colorful.Color) float64 {
	y := func(c colorful.Color) float64 {
		r, g, b := c.LinearRgb()
		return .2126*r + .7152*g + .0722*b
	}
	return (max(y(a), y(b)) + .05) / (min(y(a), y(b)) + .05)
}

// apart fails if two inks are closer than that many CIEDE2000 units, in any theme
// and for any reader.
func apart(t *testing.T, a, b draw.Ink, least float64) {
	t.Helper()
	for _, theme := range themes {
		for _, v := range vision {
			x, y := seen(parse(t, theme.of(a)), v.matrix), seen(parse(t, theme.of(b)), v.matrix)
			if d := 100 * x.DistanceCIEDE2000(y); d < least {
				t.Errorf("%s and %s are %.1f apart in the %s theme with %s vision, want %v", a, b, d, theme.name, v.name, least)
			}
		}
	}
}

// stands fails if the ink has less contrast with the ground in any theme.
func stands(t *testing.T, ink, ground draw.Ink, least float64) {
	t.Helper()
	for _, theme := range themes {
		if k := contrast(parse(t, theme.of(ink)), parse(t, theme.of(ground))); k < least {
			t.Errorf("%s on %s: contrast %.2f in the %s theme, want %v", ink, ground, k, theme.name, least)
		}
	}
}

func placements() []draw.Ink {
	return []draw.Ink{"inline", "collector", "request", "pool", "gated", "stream"}
}

func TestSeriesCanBeToldApart(t *testing.T) {
	for i, a := range placements() {
		stands(t, a, "paper", 3)
		for _, b := range placements()[:i] {
			apart(t, a, b, 11)
		}
		apart(t, a, "series7", 8)
		apart(t, a, "series8", 8)
	}
	stands(t, "series7", "paper", 3)
	stands(t, "series8", "paper", 3)
	apart(t, "series7", "series8", 8)
}

func TestPhasesThatTouchCanBeToldApart(t *testing.T) {
	for _, c := range []struct {
		a, b  draw.Ink
		least float64
	}{
		{"paper", "held-back", 4}, {"held-back", "queued", 7}, {"queued", "fetching", 11}, {"held-back", "fetching", 11},
		{"paper", "service", 8}, {"held-back", "service", 8}, {"queued", "service", 8}, {"service", "fetching", 8}, {"service", "decoding", 11},
		{"fetching", "waiting", 11}, {"fetching", "decoding", 11}, {"waiting", "decoding", 11}, {"decoding", "stalled", 11},
		{"waiting", "stalled", 11}, {"stalled", "handed-over", 11}, {"decoding", "handed-over", 11},
	} {
		apart(t, c.a, c.b, c.least)
	}
	stands(t, "decoding", "paper", 7)
	stands(t, "waiting", "paper", 2)
}

func TestTextCanBeRead(t *testing.T) {
	for _, ink := range []draw.Ink{"text", "muted", "roof", "good", "bad"} {
		stands(t, ink, "paper", 4.5)
	}
	for step := range 9 {
		ground, text := draw.HeatInks(step)
		stands(t, text, ground, 4.5)
	}
	apart(t, "good", "bad", 11)
}

// A higher step is darker on a light page and lighter on a dark one, by even steps.
func TestHeatScale(t *testing.T) {
	for _, theme := range themes {
		var steps []float64
		sign := map[string]float64{"light": -1, "dark": 1}[theme.name]
		for i := range 8 {
			ground, _ := draw.HeatInks(i)
			next, _ := draw.HeatInks(i + 1)
			a, b := parse(t, theme.of(ground)), parse(t, theme.of(next))
			la, _, _ := a.Lab()
			lb, _, _ := b.Lab()
			if sign*(lb-la) < .05 {
				t.Errorf("%s: lightness %.2f of step %d, %.2f of the next", theme.name, la, i, lb)
			}
			steps = append(steps, a.DistanceCIEDE2000(b))
		}
		if lo, hi := slices.Min(steps), slices.Max(steps); hi > 1.7*lo {
			t.Errorf("%s: uneven steps %.3f", theme.name, steps)
		}
	}
	low, _ := draw.HeatInks(-3)
	high, text := draw.HeatInks(12)
	if low != "heat0" || high != "heat8" || text != "heattext8" {
		t.Errorf("beyond the ends: %s and %s with %s", low, high, text)
	}
}

func TestInks(t *testing.T) {
	inks := draw.Inks()
	if len(inks) != 41 {
		t.Errorf("%d inks, want 41", len(inks))
	}
	for i, ink := range inks {
		parse(t, ink.Light())
		parse(t, ink.Dark())
		if slices.Contains(inks[:i], ink) {
			t.Errorf("two rows of %s", ink)
		}
	}
	if got := draw.Ink("no such").Light(); got != draw.Ink("text").Light() {
		t.Errorf("an unknown ink is %s", got)
	}
	if got := draw.Ink("paper").Light(); got != paper {
		t.Errorf("paper is %s, yet a PNG's is white", got)
	}
}

func TestSeriesOf(t *testing.T) {
	var known []string
	for _, name := range placements() {
		known = append(known, string(name))
	}
	for form, s := range draw.SeriesOf(known, known) {
		if string(s.Ink) != known[form] || s.Form != form {
			t.Errorf("%s has the ink %s and the form %d, want %d", known[form], s.Ink, s.Form, form)
		}
	}
	// A placement keeps its own whoever is beside it; others differ from all.
	for _, names := range [][]string{
		{"spawn"}, {"buffer-unordered", "spawn", "block-in-place", "spawn-blocking", "rayon"},
		{"spawn", "request", "stream", "rayon", "gated"}, {"series7", "paper", ""},
	} {
		seen := map[draw.Series]string{}
		for i, s := range draw.SeriesOf(known, names) {
			if other, twice := seen[s]; twice {
				t.Errorf("of %q, %q and %q look the same", names, other, names[i])
			}
			seen[s] = names[i]
			if slices.Contains(placements(), draw.Ink(names[i])) != (string(s.Ink) == names[i]) && names[i] != "series7" {
				t.Errorf("of %q, %q has the ink %s", names, names[i], s.Ink)
			}
		}
	}
	if alone := draw.SeriesOf(known, []string{"spawn"})[0]; alone.Ink != "series7" || alone.Form != draw.Wedge {
		t.Errorf("a name by itself has the ink %s and the form %d", alone.Ink, alone.Form)
	}
	many := make([]string, 20)
	for i := range many {
		many[i] = fmt.Sprint("placement ", i)
	}
	if got := draw.SeriesOf(known, many); len(got) != len(many) || got[0] != got[8] {
		t.Errorf("more names than series: %v", got)
	}
	// A seventh placement has the seventh place; others go round it.
	seventh := append(slices.Clone(known), "seventh")
	if got := draw.SeriesOf(seventh, []string{"seventh", "spawn", "inline"}); got[0] != (draw.Series{Ink: "series7", Form: draw.Wedge}) || got[1].Ink != "series8" || got[2].Ink != "inline" {
		t.Errorf("with a seventh placement: %v", got)
	}
	all := append(seventh, "eighth", "ninth")
	if got := draw.SeriesOf(all, append(all, "spawn")); got[7].Ink != "series8" || got[8] != got[0] {
		t.Errorf("more placements than inks: %v", got)
	}
}
