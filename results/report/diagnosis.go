package report

import (
	"bytes"
	_ "embed"
	"fmt"
	"html/template"
	"math"
	"slices"
	"strings"

	"collatebench/internal/spell"
	"collatebench/profiles/diagnose"
	"collatebench/results/report/draw"
)

//go:embed assets/diagnosis.html
var diagnosisHTML string

//go:embed assets/verdictblock.html
var verdictBlockHTML string

var diagnosisTemplate = bodyTemplate(diagnosisHTML)

// bodyTemplate is the template of a page about one program.
func bodyTemplate(text string) *template.Template {
	t := template.Must(template.New("body").Funcs(template.FuncMap{
		"milli":   spell.DurationMilli,
		"bytes":   spell.Bytes,
		"plural":  spell.Plural,
		"percent": func(v float64) string { return fmt.Sprintf("%.0f%%", 100*v) },
	}).Parse(verdictBlockHTML))
	return template.Must(t.Parse(text))
}

// Diagnosis returns the page of what [diagnose.Read] found in a trace.
func Diagnosis(r diagnose.Report, nav []Link) ([]byte, error) {
	d := diagnosis{Report: r.Pictured()}
	var body bytes.Buffer
	if err := diagnosisTemplate.Execute(&body, d); err != nil {
		return nil, err
	}
	return Page{Title: d.Heading() + " - collatebench", Nav: nav, Body: template.HTML(body.String())}.HTML()
}

// A diagnosis is the content of the page.
type diagnosis struct{ diagnose.Report }

// Heading names the trace.
func (d diagnosis) Heading() string {
	if d.Verdict.Subject == "" {
		return "A trace"
	}
	return d.Verdict.Subject
}

// Lines are those of the verdict's sentence. The page shows the cause as a mark.
func (d diagnosis) Lines() []string {
	return strings.Split(strings.TrimSuffix(d.Verdict.Sentence, "\n"), "\n")
}

// inks of what a goroutine does: by the words in which a stretch says it.
var activityInks = []struct {
	begins string
	ink    draw.Ink
}{
	{"executing", "decoding"},
	{"waiting for a core", "stalled"},
	{"waiting for a turn", "waiting"},
	{"waiting for an answer", "fetching"},
	{"waiting for a connection", "service"},
	{"waiting for a clock", "queued"},
	{"waiting for a system call", "handed-over"},
	{"in a system call", "handed-over"},
	{"waiting for another goroutine to execute", "collector"},
}

func activityInk(what string) draw.Ink {
	for _, a := range activityInks {
		if strings.HasPrefix(what, a.begins) {
			return a.ink
		}
	}
	return "held-back"
}

// Sizes of the pictures, in pixels.
const (
	histogramBar = 22
	wayHeight    = 34
	laneThick    = 13
)

// Parallelism draws for how much of the time 0, 1, 2, ... goroutines executed.
func (d diagnosis) Parallelism() template.HTML {
	return parallelPicture(d.Parallel, d.Procs, "Goroutines executing at once", "executing")
}

// WayPicture draws where the time of those goes that carry the work.
func (d diagnosis) WayPicture() template.HTML {
	var keys []draw.Key
	for _, w := range d.Way {
		k := draw.Key{Label: w.What, Ink: activityInk(w.What)}
		if !slices.Contains(keys, k) {
			keys = append(keys, k)
		}
	}
	l := legend(keys)
	f := draw.Frame{
		X: 8, Y: titleHeight + l.Height() + 8, W: chartWidth - 16 - marginRight, H: wayHeight,
		XAxis: draw.Axis{Label: "share of their time, %", Min: 0, Max: 100}, YAxis: draw.Axis{Min: 0, Max: 1, Ticks: []draw.Tick{}, Bare: true},
	}
	s := draw.Scene{Width: chartWidth, Height: f.Y + f.H + marginFoot, Title: "Where the time of the goroutines goes that carry the work", Class: "way"}
	s.Shapes = append(s.Shapes, l.Shapes()...)
	s.Shapes = append(s.Shapes, f.Shapes()...)
	at := 0.0
	for _, w := range d.Way {
		tip := fmt.Sprintf("%.0f%% %s", 100*w.Share, w.What)
		if w.At != "" {
			tip += " at " + w.At + " (" + w.In + ")"
		}
		s.Desc += tip + ". "
		from, to := f.Point(100*at, 0), f.Point(100*(at+w.Share), 0)
		at += w.Share
		s.Shapes = append(s.Shapes, draw.Rect{X: from.X, Y: f.Y, W: max(to.X-from.X-1, .5), H: f.H, Fill: activityInk(w.What), Title: tip})
	}
	return template.HTML(headed(s).SVG())
}

// Timeline draws the last part of the trace: a lane a goroutine, and a line from who woke
// to who was woken.
func (d diagnosis) Timeline() template.HTML {
	from, to := math.Inf(1), 0.0
	lane := map[int64]int{}
	for i, l := range d.Lanes {
		lane[l.ID] = i
		for _, s := range l.Spans {
			from, to = min(from, s.From), max(to, s.To)
		}
	}
	if to <= from {
		return ""
	}
	var keys []draw.Key
	for _, l := range d.Lanes {
		for _, s := range l.Spans {
			k := draw.Key{Label: s.What, Ink: activityInk(s.What)}
			if !slices.Contains(keys, k) {
				keys = append(keys, k)
			}
		}
	}
	slices.SortFunc(keys, func(a, b draw.Key) int { return strings.Compare(a.Label, b.Label) })
	const left, wide = 92, 1120
	l := draw.Legend{X: 8, Y: titleHeight, W: wide - 16, Keys: append(keys, draw.Key{Label: "woke", Ink: "bad", As: draw.KeyLine})}
	f := draw.Frame{
		X: left, Y: titleHeight + l.Height() + 8, W: wide - left - 12, H: laneThick * float64(len(d.Lanes)),
		XAxis: draw.Axis{Label: "time since the trace began, ms", Min: 1e3 * from, Max: 1e3 * to},
		YAxis: draw.Axis{Min: float64(len(d.Lanes)), Max: 0, Ticks: []draw.Tick{}, Bare: true},
	}
	s := draw.Scene{Width: wide, Height: f.Y + f.H + marginFoot, Title: "The last part of the trace", Class: "waking"}
	s.Desc = fmt.Sprintf("%d goroutines over %s.", len(d.Lanes), spell.DurationMilli(to-from))
	s.Shapes = append(s.Shapes, l.Shapes()...)
	s.Shapes = append(s.Shapes, f.Shapes()...)
	boxes := map[draw.Ink][]draw.Box{}
	var arrows []draw.Shape
	for i, lane := range d.Lanes {
		y := f.Point(0, float64(i)).Y
		s.Shapes = append(s.Shapes, draw.Text{At: draw.Point{X: left - 6, Y: y + laneThick*.8}, Text: fmt.Sprintf("goroutine %d", lane.ID), Size: 10, Anchor: draw.End})
		for _, span := range lane.Spans {
			a, b := f.Point(1e3*span.From, 0).X, f.Point(1e3*span.To, 0).X
			ink := activityInk(span.What)
			boxes[ink] = append(boxes[ink], draw.Box{X: a, Y: y + 1, W: max(b-a, .4), H: laneThick - 2})
		}
	}
	for _, to := range d.Lanes {
		for _, span := range to.Spans {
			if by, ok := lane[span.By]; ok && span.By != 0 {
				x := f.Point(1e3*span.To, 0).X
				y1, y2 := f.Point(0, float64(by)).Y+laneThick/2, f.Point(0, float64(lane[to.ID])).Y+laneThick/2
				arrows = append(arrows, draw.Line{From: draw.Point{X: x, Y: y1}, To: draw.Point{X: x, Y: y2}, Stroke: draw.Stroke{Ink: "bad", Width: .6}})
				arrows = append(arrows, draw.Rect{X: x - 1.5, Y: y2 - 1.5, W: 3, H: 3, Fill: "bad"})
			}
		}
	}
	for _, ink := range sortedInks(boxes) {
		s.Shapes = append(s.Shapes, draw.Boxes{Fill: ink, Boxes: boxes[ink]})
	}
	s.Shapes = append(s.Shapes, arrows...)
	return template.HTML(headed(s).SVG())
}

func sortedInks(boxes map[draw.Ink][]draw.Box) []draw.Ink {
	var out []draw.Ink
	for ink := range boxes {
		out = append(out, ink)
	}
	slices.Sort(out)
	return out
}
