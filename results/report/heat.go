package report

import (
	"fmt"
	"math"
	"slices"
	"strconv"

	"collatebench/bench"
	"collatebench/internal/spell"
	"collatebench/mockserver/payload"
	"collatebench/results/report/draw"
	"collatebench/results/stats"
)

// A heatMap shows one unit over window and size, in a block for each placement.
type heatMap struct {
	unit string
	what string
	log  bool // equal steps of colour are equal factors
	most func(stats.Group) float64
}

// heatMaps is the table of heat maps. A new one is a row.
func heatMaps() []heatMap {
	return []heatMap{
		{"decode-overlap", "decodes begun and not ended, mean", true, nil},
		{"cpus", "cores used by the client, mean", false, func(g stats.Group) float64 { return float64(g.Cells[0].Cores()) }},
	}
}

// Sizes of a heat map's parts, in pixels.
const (
	squareWidth  = 36
	squareHeight = 28
	blockGap     = 12
	blockHead    = 36
	heatTop      = 44
)

func (d document) heat() []picture {
	if d.info.Why != nil {
		return nil
	}
	var out []picture
	for _, g := range d.summary.Groups("placement", "window", "size") {
		for _, m := range heatMaps() {
			out = append(out, picture{
				Name:  "heat-" + m.unit + "-" + fileName(g.Title),
				Scene: d.heatScene(m, g),
			})
		}
	}
	return out
}

func (d document) heatScene(m heatMap, g stats.Group) draw.Scene {
	h := newHeatLayout(g)
	scale := m.scale(d.summary, g)
	s := draw.Scene{Width: chartWidth, Title: m.unit + ", " + g.Title, Class: "heat"}
	s.Shapes = append(s.Shapes, draw.Text{At: draw.Point{X: 8, Y: titleHeight + 8}, Text: m.what, Ink: "muted"})
	for i, p := range h.placements {
		s.Shapes = append(s.Shapes, h.block(i, p)...)
	}
	for _, c := range g.Cells {
		v := d.summary.Cell(c).Unit(m.unit)
		x, y := h.square(c)
		ground, ink := draw.HeatInks(scale.step(v))
		tip := fmt.Sprintf("%s, window %d, %s: %s", c.Placement, c.Window, c.Size, spell.Amount(v))
		s.Desc += tip + ". "
		s.Shapes = append(s.Shapes,
			draw.Rect{X: x, Y: y, W: squareWidth - 2, H: squareHeight - 2, Fill: ground, Title: tip},
			draw.Text{At: draw.Point{X: x + squareWidth/2 - 1, Y: y + squareHeight/2 + 3}, Text: spell.Amount(v), Size: 11, Anchor: draw.Middle, Ink: ink, Title: tip})
	}
	s.Height = h.height()
	return headed(s)
}

// A heatScale maps a value to a step of colour.
type heatScale struct {
	least, most float64
	log         bool
}

func (m heatMap) scale(s stats.Summary, g stats.Group) heatScale {
	scale := heatScale{least: 0, most: 1, log: m.log}
	if m.log {
		scale.least = 1
	}
	for _, c := range g.Cells {
		scale.most = max(scale.most, s.Cell(c).Unit(m.unit))
	}
	if m.most != nil {
		scale.most = max(scale.most, m.most(g))
	}
	return scale
}

const heatSteps = 9

func (h heatScale) step(v float64) int {
	low, high := h.least, h.most
	if h.log {
		v, low, high = math.Log(max(v, low)), math.Log(low), math.Log(high)
	}
	if high <= low {
		return 0
	}
	return min(heatSteps-1, int((v-low)/(high-low)*heatSteps))
}

// A heatLayout places the blocks side by side, in as many lines as they need.
type heatLayout struct {
	placements []bench.Placement
	windows    []int
	sizes      []payload.Size
	left       float64 // where the first block begins, right of the sizes
	wide       float64 // width of a block: of its windows or its name
	across     int     // blocks in a line
}

func newHeatLayout(g stats.Group) heatLayout {
	h := heatLayout{placements: placementsOf(g.Cells), windows: windowsOf(g.Cells), left: 8}
	for _, c := range g.Cells {
		if !slices.Contains(h.sizes, c.Size) {
			h.sizes = append(h.sizes, c.Size)
		}
	}
	slices.Sort(h.sizes)
	for _, size := range h.sizes {
		h.left = max(h.left, 16+draw.TextWidth(size.String(), 11))
	}
	h.wide = squareWidth * float64(len(h.windows))
	for _, p := range h.placements {
		h.wide = max(h.wide, 1.08*draw.TextWidth(string(p), 12)) // bold text is wider than TextWidth
	}
	h.across = max(1, int((chartWidth-h.left+blockGap)/(h.wide+blockGap)))
	return h
}

func (h heatLayout) blockHeight() float64 {
	return blockHead + squareHeight*float64(len(h.sizes)) + blockGap
}

// corner is the upper left corner of a block's squares.
func (h heatLayout) corner(block int) (x, y float64) {
	return h.left + float64(block%h.across)*(h.wide+blockGap), heatTop + float64(block/h.across)*h.blockHeight() + blockHead
}

func (h heatLayout) square(c bench.Cell) (x, y float64) {
	x, y = h.corner(slices.Index(h.placements, c.Placement))
	return x + squareWidth*float64(slices.Index(h.windows, c.Window)), y + squareHeight*float64(slices.Index(h.sizes, c.Size))
}

func (h heatLayout) height() float64 {
	lines := (len(h.placements) + h.across - 1) / h.across
	return heatTop + float64(lines)*h.blockHeight()
}

// block draws the labels around a block's squares.
func (h heatLayout) block(at int, p bench.Placement) []draw.Shape {
	x, y := h.corner(at)
	out := []draw.Shape{draw.Text{At: draw.Point{X: x, Y: y - 20}, Text: string(p), Bold: true}}
	for i, w := range h.windows {
		out = append(out, draw.Text{At: draw.Point{X: x + squareWidth*(float64(i)+.5) - 1, Y: y - 5}, Text: strconv.Itoa(w), Size: 11, Anchor: draw.Middle, Ink: "muted"})
	}
	if at%h.across > 0 {
		return out
	}
	for i, size := range h.sizes {
		out = append(out, draw.Text{At: draw.Point{X: x - 8, Y: y + squareHeight*(float64(i)+.5) + 3}, Text: size.String(), Size: 11, Anchor: draw.End, Ink: "muted"})
	}
	return out
}
