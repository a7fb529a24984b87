package report

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"time"

	"collatebench/bench"
	"collatebench/internal/spell"
	"collatebench/profiles/timeline"
	"collatebench/results/report/draw"
)

// phaseInk is the colour of a phase.
func phaseInk(p timeline.Phase) draw.Ink {
	return [...]draw.Ink{
		timeline.HeldBack: "held-back", timeline.Queued: "queued", timeline.Fetching: "fetching", timeline.Waiting: "waiting",
		timeline.Decoding: "decoding", timeline.Stalled: "stalled", timeline.HandedOver: "handed-over",
	}[p]
}

// Sizes of a timeline, in pixels.
const (
	lanesHeight = 384
	laneMost    = 12 // largest height of a lane
	coresHeight = 56
	coresGap    = 14
)

// lanes draws each placement's timeline.
func (d document) lanes() []picture {
	longest := time.Duration(0)
	for _, t := range d.timelines {
		longest = max(longest, t.Length)
	}
	var out []picture
	for _, t := range d.timelines {
		t.Lanes = byDecoding(t.Lanes)
		title := fmt.Sprintf("%s, window %d, GOMAXPROCS=%d", d.naming(t.cell), t.cell.Window, t.cell.Procs)
		if t.missing == "" {
			title += fmt.Sprintf(": %d responses in %s", len(t.Lanes), spell.DurationAmount(t.Length))
		}
		p := picture{Name: "timeline-" + fileName(string(t.cell.Placement)), Scene: draw.Scene{Title: title}, Missing: t.missing}
		if t.missing == "" {
			l := newLaneFrame(t, longest)
			p.Scene, p.Data = l.scene(title), l.data()
		}
		out = append(out, p)
	}
	return out
}

// byDecoding sorts lanes by the time when their decoding began, which shows a serial
// decoder as a staircase. In the order of admission the stairs would be scattered,
// since it decodes bodies in the order in which they arrive. Lanes without decoding
// come last.
func byDecoding(lanes []timeline.Lane) []timeline.Lane {
	begin := func(l timeline.Lane) time.Duration {
		for _, s := range l.Spans {
			if s.Phase == timeline.Decoding || s.Phase == timeline.Stalled {
				return s.From
			}
		}
		return math.MaxInt64
	}
	out := slices.Clone(lanes)
	slices.SortStableFunc(out, func(a, b timeline.Lane) int { return cmp.Compare(begin(a), begin(b)) })
	return out
}

// A laneFrame lays out one timeline: the lanes, below them the cores, and one axis of
// time for both.
type laneFrame struct {
	chart laneChart
	lane  float64 // height
	lanes draw.Frame
	cores draw.Frame
	time  draw.Frame
	keys  draw.Legend
}

// newLaneFrame uses one scale of time for all timelines of a report, so that a
// faster placement is visibly shorter.
func newLaneFrame(t laneChart, longest time.Duration) laneFrame {
	l := laneFrame{chart: t, lane: min(laneMost, lanesHeight/float64(max(len(t.Lanes), 1)))}
	var keys []draw.Key
	for _, p := range timeline.Phases() { // all phases, so that timelines side by side begin at the same height
		keys = append(keys, draw.Key{Label: p.String(), Ink: phaseInk(p)})
	}
	l.keys = legend(keys)
	none := []draw.Tick{}
	x := draw.Axis{Min: 0, Max: ms(longest), Ticks: none}
	height := l.lane * float64(len(t.Lanes))
	l.lanes = draw.Frame{
		X: marginLeft, Y: titleHeight + l.keys.Height() + 8, W: chartWidth - marginLeft - marginRight, H: height, XAxis: x,
		YAxis: draw.Axis{Label: "requests, as their decoding began", Min: float64(len(t.Lanes)), Max: 0, Ticks: none},
	}
	l.cores = draw.Frame{
		X: l.lanes.X, Y: l.lanes.Y + height + coresGap, W: l.lanes.W, H: coresHeight, XAxis: x,
		YAxis: draw.Axis{Label: coresLabel(t.cell), Min: 0, Max: float64(max(t.Procs, 1)), Ticks: coreTicks(t.Procs)},
	}
	l.time = draw.Frame{
		X: l.lanes.X, Y: l.lanes.Y, W: l.lanes.W, H: l.cores.Y + l.cores.H - l.lanes.Y,
		XAxis: draw.Axis{Min: 0, Max: ms(longest)}, YAxis: draw.Axis{Min: 0, Max: 1, Ticks: none},
	}
	return l
}

// coresLabel says "real cores" where cores are simulated: a trace knows nothing of
// simulated ones.
func coresLabel(c bench.Cell) string {
	if c.Simulated() {
		return "real cores"
	}
	return "cores"
}

func coreTicks(procs int) []draw.Tick {
	return []draw.Tick{{At: 0, Label: "0"}, {At: float64(procs), Label: fmt.Sprint(procs)}}
}

func (l laneFrame) scene(title string) draw.Scene {
	s := draw.Scene{Width: chartWidth, Height: l.cores.Y + l.cores.H + marginFoot, Title: title, Class: "lanes", Desc: l.describe()}
	s.Shapes = append(s.Shapes, l.keys.Shapes()...)
	s.Shapes = append(s.Shapes, l.lanes.Shapes()...)
	s.Shapes = append(s.Shapes, l.cores.Shapes()...)
	s.Shapes = append(s.Shapes,
		draw.Group{Class: "time", Shapes: l.time.Shapes()},
		draw.Text{At: draw.Point{X: l.time.X + l.time.W/2, Y: s.Height - 12}, Text: "time since the collation began, ms", Anchor: draw.Middle, Ink: "muted"},
		clip(l.lanes, "spans", l.boxes()), clip(l.cores, "level", l.level()))
	return headed(s)
}

// clip clips shapes that the page's script zooms.
func clip(f draw.Frame, class string, shapes []draw.Shape) draw.Shape {
	return draw.Clip{X: f.X, Y: f.Y, W: f.W, H: f.H, Shapes: []draw.Shape{draw.Group{Class: "zoom " + class, Shapes: shapes}}}
}

// boxes are the spans, as one shape for each phase.
func (l laneFrame) boxes() []draw.Shape {
	byPhase := map[timeline.Phase][]draw.Box{}
	thick := l.lane
	if thick > 3 {
		thick -= .6 // a gap between lanes
	}
	for i, lane := range l.chart.Lanes {
		for _, s := range lane.Spans {
			from, to := l.lanes.Point(ms(s.From), float64(i)), l.lanes.Point(ms(s.To), float64(i))
			byPhase[s.Phase] = append(byPhase[s.Phase], draw.Box{X: from.X, Y: from.Y, W: to.X - from.X, H: thick})
		}
	}
	var out []draw.Shape
	for _, p := range timeline.Phases() {
		if len(byPhase[p]) > 0 {
			out = append(out, draw.Boxes{Fill: phaseInk(p), Boxes: byPhase[p]})
		}
	}
	return out
}

// level draws the cores in use, as steps.
func (l laneFrame) level() []draw.Shape {
	a := draw.Area{Fill: "decoding", Points: []draw.Point{l.cores.Point(0, 0)}}
	slice := ms(l.chart.Length) / float64(max(len(l.chart.Cores), 1))
	for i, n := range l.chart.Cores {
		a.Points = append(a.Points, l.cores.Point(float64(i)*slice, n), l.cores.Point(float64(i+1)*slice, n))
	}
	a.Points = append(a.Points, l.cores.Point(ms(l.chart.Length), 0))
	return []draw.Shape{a}
}

// present lists the phases that occur.
func (l laneFrame) present() []timeline.Phase {
	there := map[timeline.Phase]bool{}
	for _, lane := range l.chart.Lanes {
		for _, s := range lane.Spans {
			there[s.Phase] = true
		}
	}
	var out []timeline.Phase
	for _, p := range timeline.Phases() {
		if there[p] {
			out = append(out, p)
		}
	}
	return out
}

func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// sums adds up the time of all lanes in each phase.
func sums(t timeline.Timeline) map[timeline.Phase]time.Duration {
	out := map[timeline.Phase]time.Duration{}
	for _, lane := range t.Lanes {
		for _, s := range lane.Spans {
			out[s.Phase] += s.To - s.From
		}
	}
	return out
}

func (l laneFrame) describe() string {
	text := fmt.Sprintf("%d requests in %s.", len(l.chart.Lanes), spell.DurationAmount(l.chart.Length))
	all := sums(l.chart.Timeline)
	for _, p := range l.present() {
		text += fmt.Sprintf(" %s: %s a request, mean.", p, spell.DurationAmount(all[p]/time.Duration(max(len(l.chart.Lanes), 1))))
	}
	return text
}
