package report

import (
	"fmt"
	"html/template"
	"math"
	"strings"

	"collatebench/internal/spell"
	"collatebench/results"
	"collatebench/results/report/draw"
)

// A picture is one scene of a report, with the name that its file gets.
type picture struct {
	Name    string // without its ending
	Scene   draw.Scene
	Data    any    // what a script needs of it, as JSON; nil for nothing
	Missing string // why there is no picture
}

// SVG is the picture as part of a page.
func (p picture) SVG() template.HTML { return template.HTML(p.Scene.SVG()) }

// headed writes a scene's title on top of it, smaller where it would be cut.
func headed(s draw.Scene) draw.Scene {
	const size, room = 13, chartWidth - 16
	fits := size * min(1, room/draw.TextWidth(s.Title, size)/1.08) // bold is wider than what is measured
	s.Shapes = append(s.Shapes, draw.Text{At: draw.Point{X: 8, Y: 15}, Text: s.Title, Size: min(size, fits), Bold: true})
	return s
}

// legend lays keys out below the title.
func legend(keys []draw.Key) draw.Legend {
	return draw.Legend{X: 8, Y: titleHeight, W: chartWidth - 8 - marginRight, Keys: keys}
}

// fileName makes of a title what every file system takes.
func fileName(title string) string {
	var b strings.Builder
	for _, r := range strings.ToLower(title) {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9', r == '.':
			b.WriteRune(r)
		case !strings.HasSuffix(b.String(), "-"):
			b.WriteByte('-')
		}
	}
	return strings.Trim(b.String(), "-")
}

// interval writes a median with its interval: 87.8 (76.1-99.0).
func interval(e results.Estimate) string {
	if math.IsInf(e.Low, 0) || math.IsInf(e.High, 0) {
		return spell.Amount(e.Median) + " (?)"
	}
	return fmt.Sprintf("%s (%s-%s)", spell.Amount(e.Median), spell.Amount(e.Low), spell.Amount(e.High))
}

// finite gives 0 for a bound that is not known.
func finite(v float64) float64 {
	if math.IsInf(v, 0) {
		return 0
	}
	return v
}
