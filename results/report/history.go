package report

import (
	"bytes"
	_ "embed"
	"fmt"
	"html/template"
	"math"
	"time"

	"collatebench/internal/spell"
	"collatebench/results/history"
	"collatebench/results/report/draw"
)

//go:embed assets/history.html
var historyHTML string

var historyTemplate = template.Must(template.Must(reportTemplate.Clone()).New("history").Parse(historyHTML))

// History returns the page of many runs: a row for each cell, with its throughput over the
// runs and where it changed. runPath is where the report of a run is served.
func History(h history.History, nav []Link, runPath func(id string) string) ([]byte, error) {
	c := historyContent{History: h}
	for i, p := range h.Places {
		place := historyPlace{Place: p, ID: fmt.Sprintf("place-%d", i+1)}
		for _, s := range p.Cells {
			place.Rows = append(place.Rows, historyRow{s, runPath})
		}
		c.Shown = append(c.Shown, place)
	}
	var body bytes.Buffer
	if err := historyTemplate.Execute(&body, c); err != nil {
		return nil, err
	}
	return Page{Title: "History - collatebench", Nav: nav, Body: template.HTML(body.String())}.HTML()
}

// historyContent is the content of the page.
type historyContent struct {
	history.History
	Shown []historyPlace
}

type historyPlace struct {
	history.Place
	ID   string
	Rows []historyRow
}

// A historyRow is one cell at one place.
type historyRow struct {
	history.Series
	runPath func(id string) string
}

// Sizes of a row's chart, in pixels, and the most points that are links: at 500 they would
// lie over each other.
const (
	historyWidth  = 520
	historyHeight = 104
	historyLinks  = 150
)

// SVG is the row's chart.
func (r historyRow) SVG() template.HTML { return template.HTML(r.scene().SVG()) }

func (r historyRow) scene() draw.Scene {
	f := r.frame()
	s := draw.Scene{
		Width: historyWidth, Height: historyHeight, Class: "history",
		Title: "Throughput of " + r.Cell + " over the runs", Desc: r.describe(),
	}
	s.Shapes = append(f.Shapes(), r.changes(f)...)
	line := draw.Path{Stroke: draw.Stroke{Ink: "request"}}
	for i, p := range r.Points {
		line.Points = append(line.Points, f.Point(float64(i), p.Value))
	}
	s.Shapes = append(s.Shapes, line)
	for _, part := range r.Segments() {
		m := r.Median(part[0], part[1])
		s.Shapes = append(s.Shapes, draw.Line{From: f.Point(float64(part[0]), m), To: f.Point(float64(part[1]-1), m), Stroke: draw.Stroke{Ink: "roof", Width: 2}})
	}
	s.Shapes = append(s.Shapes, r.marks(f)...)
	return s
}

// frame has the runs at equal distances, since they come in bursts; its ticks have the
// dates. The throughput does not begin at 0: a step of 5% is to be seen.
func (r historyRow) frame() draw.Frame {
	low, high := math.Inf(1), 0.
	for _, p := range r.Points {
		low, high = min(low, p.Value), max(high, p.Value)
	}
	room := max(.08*(high-low), .02*high)
	last := len(r.Points) - 1
	x := draw.Axis{Min: -.5, Max: float64(last) + .5, Bare: true}
	x.Ticks = []draw.Tick{{At: 0, Label: dayOf(r.Points[0].Started)}}
	if last > 0 {
		x.Ticks = append(x.Ticks, draw.Tick{At: float64(last), Label: dayOf(r.Points[last].Started)})
	}
	return draw.Frame{XAxis: x, YAxis: draw.Axis{Min: max(0, low-room), Max: high + room}}.Fit(8, 4, historyWidth-16, historyHeight-8)
}

// changes are vertical lines before the first run after each change.
func (r historyRow) changes(f draw.Frame) []draw.Shape {
	var out []draw.Shape
	for _, c := range r.Changes {
		x := f.Point(float64(c.At)-.5, f.YAxis.Min).X
		out = append(out, draw.Line{From: draw.Point{X: x, Y: f.Y}, To: draw.Point{X: x, Y: f.Y + f.H}, Stroke: draw.Stroke{Ink: changeInk(c), Dash: true}})
	}
	return out
}

// marks are the points, each a link to its run; the first after a change points up or down.
func (r historyRow) marks(f draw.Frame) []draw.Shape {
	changed := map[int]history.Change{}
	for _, c := range r.Changes {
		changed[c.At] = c
	}
	var out []draw.Shape
	for i, p := range r.Points {
		m := draw.Marker{At: f.Point(float64(i), p.Value), Ink: "request", Size: 5, Title: tipOf(p)}
		c, is := changed[i]
		if is {
			m.Ink, m.Size, m.Form = changeInk(c), 10, draw.Triangle
			m.Title += "; " + sayChange(c)
		}
		if is && c.Regressed() {
			m.Form = draw.Wedge
		}
		if is || i >= len(r.Points)-historyLinks {
			out = append(out, draw.Link{To: r.runPath(p.Run), Shapes: []draw.Shape{m}})
		}
	}
	return out
}

func changeInk(c history.Change) draw.Ink {
	if c.Regressed() {
		return "bad"
	}
	return "good"
}

func tipOf(p history.Point) string {
	out := fmt.Sprintf("%s: %s MB/s, %s", p.Run, spell.Amount(p.Value), spell.Plural(p.Rounds, "round"))
	if p.Commit != "" {
		out += ", commit " + p.Commit
	}
	return out
}

// sayChange says what changed by how much.
func sayChange(c history.Change) string {
	return fmt.Sprintf("%s from here on: %s, then %s MB/s, p < .001", formatTimes(c.Ratio), spell.Amount(c.Before), spell.Amount(c.After))
}

func formatTimes(ratio float64) string { return fmt.Sprintf("%.2fx", ratio) }

// describe puts the chart into words, for screen readers.
func (r historyRow) describe() string {
	out := fmt.Sprintf("%s MB/s in the newest of %s.", spell.Amount(r.Last().Value), spell.Plural(len(r.Points), "run"))
	for _, c := range r.Changes {
		out += fmt.Sprintf(" At %s %s.", c.Run, sayChange(c))
	}
	return out
}

// LastPath is where the newest run is.
func (r historyRow) LastPath() string { return r.runPath(r.Last().Run) }

// LastValue is the newest value, in MB/s.
func (r historyRow) LastValue() string { return spell.Amount(r.Last().Value) }

// A shownChange is a change in the words of the page.
type shownChange struct {
	history.Change
	Times, Values, Path, Commits, Day string
}

// Shown lists the changes, the newest first.
func (r historyRow) Shown() []shownChange {
	var out []shownChange
	for i := len(r.Changes) - 1; i >= 0; i-- {
		c := r.Changes[i]
		s := shownChange{
			Change: c, Times: formatTimes(c.Ratio), Path: r.runPath(c.Run), Day: dayOf(r.Points[c.At].Started),
			Values: fmt.Sprintf("%s, then %s MB/s", spell.Amount(c.Before), spell.Amount(c.After)),
		}
		switch {
		case c.Commit != "" && c.Was.Commit != "" && c.Commit != c.Was.Commit:
			s.Commits = c.Was.Commit + " to " + c.Commit
		case c.Commit != "" && c.Commit == c.Was.Commit:
			s.Commits = c.Commit + ", as before: it is not the commit"
		case c.Commit != "":
			s.Commits = c.Commit
		}
		out = append(out, s)
	}
	return out
}

func dayOf(t time.Time) string { return t.Format("2006-01-02") }
