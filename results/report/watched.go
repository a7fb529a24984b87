package report

import (
	"bytes"
	_ "embed"
	"fmt"
	"html/template"
	"strings"

	"collatebench/profiles/outside"
	"collatebench/results/evidence"
	"collatebench/results/report/draw"
)

//go:embed assets/watched.html
var watchedHTML string

var watchedTemplate = bodyTemplate(watchedHTML)

// Watched returns the page of what was seen of a running process.
func Watched(w evidence.Watched, nav []Link) ([]byte, error) {
	p := watched{w}
	var body bytes.Buffer
	if err := watchedTemplate.Execute(&body, p); err != nil {
		return nil, err
	}
	return Page{Title: p.Heading() + " - collatebench", Nav: nav, Body: template.HTML(body.String())}.HTML()
}

// A watched is the content of the page.
type watched struct{ evidence.Watched }

// Heading names the process.
func (w watched) Heading() string { return w.Verdict.Subject }

// Lines are those of the verdict's sentence. The page shows the cause as a mark.
func (w watched) Lines() []string {
	return strings.Split(strings.TrimSuffix(w.Verdict.Sentence, "\n"), "\n")
}

// Peers lists the upstream and the others.
func (w watched) Peers() []outside.Peer {
	if w.Evidence.Upstream.Address == "" {
		return w.Evidence.Others
	}
	return append([]outside.Peer{w.Evidence.Upstream}, w.Evidence.Others...)
}

// Hot lists the stacks that most samples have.
func (w watched) Hot() []evidence.HotStack {
	if w.Stacks == nil {
		return nil
	}
	return w.Stacks.Hot
}

// Parallelism draws for how much of the time 0, 1, 2, ... cores were used.
func (w watched) Parallelism() template.HTML {
	return parallelPicture(w.Evidence.Parallel, w.Evidence.Around.Cores, "Cores used at once", "cores used")
}

// A layer is one of a stack of areas.
type layer struct {
	label string
	ink   draw.Ink
	of    func(outside.Moment) float64
}

// stateLayers are the states of a connection, from that in which something outside is to move to
// that in which the program is.
var stateLayers = []layer{
	{"connecting", "held-back", func(m outside.Moment) float64 { return m.Connecting }},
	{"asked", "queued", func(m outside.Moment) float64 { return m.Asked }},
	{"arriving", "fetching", func(m outside.Moment) float64 { return m.Arriving }},
	{"unread", "waiting", func(m outside.Moment) float64 { return m.Unread }},
	{"answered", "decoding", func(m outside.Moment) float64 { return m.Answered }},
}

// States draws the connections to the upstream over time, stacked by who is to move.
func (w watched) States() template.HTML {
	if w.Evidence.Upstream.Connections == 0 {
		return ""
	}
	return w.layers("Connections to the upstream, by who is to move", "connections", "states", stateLayers, 1)
}

// CoresOverTime draws how many cores were used.
func (w watched) CoresOverTime() template.HTML {
	return w.layers("Cores used, over time", "cores used", "used", []layer{{"used", "decoding", func(m outside.Moment) float64 { return m.Cores }}}, float64(w.Evidence.Around.Cores))
}

// layers draws stacked areas over the moments; the axis goes to least, or further.
func (w watched) layers(title, unit, class string, all []layer, least float64) template.HTML {
	moments := w.Evidence.Moments
	if len(moments) < 2 {
		return ""
	}
	most := least
	var keys []draw.Key
	var used []layer
	for _, l := range all {
		sum := 0.0
		for _, m := range moments {
			sum += l.of(m)
		}
		if sum > 0 || len(all) == 1 {
			used = append(used, l)
			keys = append(keys, draw.Key{Label: l.label, Ink: l.ink})
		}
	}
	for _, m := range moments {
		top := 0.0
		for _, l := range used {
			top += l.of(m)
		}
		most = max(most, top)
	}
	l := legend(keys)
	f := draw.Frame{
		X: 44, Y: titleHeight + l.Height() + 8, W: chartWidth - 44 - marginRight, H: areaHeight,
		XAxis: draw.Axis{Label: "time since watching began, s", Min: 0, Max: w.Evidence.Seconds},
		YAxis: draw.Axis{Label: unit, Min: 0, Max: most * 1.04},
	}
	s := draw.Scene{Width: chartWidth, Height: f.Y + f.H + marginFoot, Title: title, Class: class}
	s.Shapes = append(s.Shapes, l.Shapes()...)
	bottom := make([]float64, len(moments))
	for _, l := range used {
		boxes := make([]draw.Box, 0, len(moments))
		mean := 0.0
		for i, m := range moments {
			until := w.Evidence.Seconds
			if i+1 < len(moments) {
				until = moments[i+1].Second
			}
			from, to := f.Point(m.Second, bottom[i]), f.Point(until, bottom[i]+l.of(m))
			bottom[i] += l.of(m)
			mean += l.of(m) / float64(len(moments))
			boxes = append(boxes, draw.Box{X: from.X, Y: to.Y, W: to.X - from.X + .3, H: from.Y - to.Y})
		}
		s.Desc += fmt.Sprintf("%s: %.1f, mean. ", l.label, mean)
		s.Shapes = append(s.Shapes, draw.Boxes{Fill: l.ink, Boxes: boxes})
	}
	s.Shapes = append(s.Shapes, f.Shapes()...)
	return template.HTML(headed(s).SVG())
}

// areaHeight, pixels.
const areaHeight = 170
