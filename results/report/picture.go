package report

import (
	"fmt"
	"html/template"
	"math"
	"strings"

	"collatebench/internal/spell"
	"collatebench/results/report/draw"
	"collatebench/results/stats"
)

// A picture is one scene of a report, with the name of its file.
type picture struct {
	Name    string // without an extension
	Scene   draw.Scene
	Data    any    // for the page's script, as JSON; nil if it needs none
	Missing string // why there is no picture; "" if there is one
}

// SVG is the picture as part of a page.
func (p picture) SVG() template.HTML { return template.HTML(p.Scene.SVG()) }

// headed writes a scene's title at its top, in a smaller size if it is too long.
func headed(s draw.Scene) draw.Scene {
	const size, room = 13, chartWidth - 16
	fits := size * min(1, room/draw.TextWidth(s.Title, size)/1.08) // bold text is wider than TextWidth
	s.Shapes = append(s.Shapes, draw.Text{At: draw.Point{X: 8, Y: 15}, Text: s.Title, Size: min(size, fits), Bold: true})
	return s
}

// legend places keys below the title.
func legend(keys []draw.Key) draw.Legend {
	return draw.Legend{X: 8, Y: titleHeight, W: chartWidth - 8 - marginRight, Keys: keys}
}

// fileName turns a title into a name that every file system accepts.
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

// interval writes a median with its 95% interval: 87.8 (76.1-99.0).
func interval(e stats.Estimate) string {
	if math.IsInf(e.Low, 0) || math.IsInf(e.High, 0) {
		return spell.Amount(e.Median) + " (?)"
	}
	return fmt.Sprintf("%s (%s-%s)", spell.Amount(e.Median), spell.Amount(e.Low), spell.Amount(e.High))
}

// finite is 0 for a bound that is not known.
func finite(v float64) float64 {
	if math.IsInf(v, 0) {
		return 0
	}
	return v
}
