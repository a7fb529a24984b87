package draw_test

import (
	"math"

	"collatebench/results/report/draw"
)

// lines is a line chart as a report draws it: four series over the window,
// each with its interval, beneath two roofs.
func lines() draw.Scene {
	f := draw.Frame{
		XAxis: draw.Axis{Label: "window (requests in flight)", Min: .9, Max: 40, Log: true, Ticks: []draw.Tick{{1, "1"}, {2, "2"}, {4, "4"}, {8, "8"}, {16, "16"}, {32, "32"}}},
		YAxis: draw.Axis{Label: "throughput (MB/s)", Min: 0, Max: 230},
	}.Fit(8, 56, 560, 250)
	shapes := []draw.Shape{draw.Text{At: draw.Point{X: 8, Y: 18}, Text: "Throughput over the window", Size: 15, Bold: true}}
	legend := draw.Legend{X: 8, Y: 30, W: 580}
	shapes = append(shapes, f.Shapes()...)
	for _, roof := range []struct {
		at    float64
		label string
	}{{196, "roof: 2 cores"}, {101, "roof: 1 core"}} {
		from, to := f.Point(f.XAxis.Min, roof.at), f.Point(f.XAxis.Max, roof.at)
		shapes = append(shapes,
			draw.Line{From: from, To: to, Stroke: draw.Stroke{Ink: "roof", Dash: true}},
			draw.Text{At: draw.Point{X: from.X + 4, Y: from.Y - 5}, Text: roof.label, Size: 11, Ink: "roof"})
	}
	names := []string{"inline", "collector", "request", "pool"}
	for i, series := range draw.SeriesOf(names, names) {
		legend.Keys = append(legend.Keys, draw.Key{Label: names[i], Ink: series.Ink, As: draw.KeyMarker, Form: series.Form})
		shapes = append(shapes, line(f, names[i], series))
	}
	legend.Keys = append(legend.Keys, draw.Key{Label: "roof", Ink: "roof", As: draw.KeyDash})
	return draw.Scene{
		Width: 600, Height: 310, Title: "Throughput over the window", Desc: "Four placements beneath the roofs of one core and of two.",
		Shapes: append(shapes, legend.Shapes()...),
	}
}

func line(f draw.Frame, name string, series draw.Series) draw.Group {
	roof := map[string]float64{"inline": 88, "collector": 97, "request": 180, "pool": 187}[name]
	ink := series.Ink
	g := draw.Group{Class: "series", Data: [][2]string{{"series", name}}, Label: name}
	var band []draw.Point
	var path draw.Path
	var markers []draw.Shape
	for _, w := range []float64{1, 2, 4, 8, 16, 32} {
		v := roof * (1 - math.Exp(-w/2.5))
		path.Points = append(path.Points, f.Point(w, v))
		band = append(band, f.Point(w, v*1.06))
		markers = append(markers, draw.Marker{At: f.Point(w, v), Form: series.Form, Ink: ink, Title: name})
	}
	for i := range path.Points {
		p := path.Points[len(path.Points)-1-i]
		band = append(band, draw.Point{X: p.X, Y: 2*p.Y - band[len(path.Points)-1-i].Y})
	}
	path.Stroke = draw.Stroke{Ink: ink, Width: 2}
	g.Shapes = append([]draw.Shape{draw.Area{Points: band, Fill: ink, Opacity: .15}, path}, markers...)
	return g
}

// timeline has one lane for each request, filled with its phases.
func timeline() draw.Scene {
	phases := []draw.Ink{"held-back", "queued", "fetching", "waiting", "decoding", "stalled", "decoding", "handed-over"}
	ms := []float64{4, 6, 18, 30, 16, 5, 9, 7}
	f := draw.Frame{
		XAxis: draw.Axis{Label: "time (ms)", Min: 0, Max: 160},
		YAxis: draw.Axis{Label: "request", Min: 0, Max: 8, Bare: true},
	}
	for i := range 8 {
		f.YAxis.Ticks = append(f.YAxis.Ticks, draw.Tick{At: 7.5 - float64(i), Label: string(rune('1' + i))})
	}
	f = f.Fit(8, 48, 584, 210)
	boxes := make(map[draw.Ink][]draw.Box)
	for lane := range 8 {
		t := float64(lane) * 11
		for i, p := range phases {
			long := ms[i] * (1 + float64((lane*5+i*3)%7)/20)
			at, end := f.Point(t, 7.9-float64(lane)), f.Point(t+long, 7.1-float64(lane))
			boxes[p] = append(boxes[p], draw.Box{X: at.X, Y: at.Y, W: end.X - at.X, H: end.Y - at.Y})
			t += long
		}
	}
	within := draw.Group{Class: "zoom"}
	legend := draw.Legend{X: 8, Y: 4, W: 580}
	for i, p := range phases {
		if i != 6 {
			within.Shapes = append(within.Shapes, draw.Boxes{Fill: p, Boxes: boxes[p]})
			legend.Keys = append(legend.Keys, draw.Key{Label: string(p), Ink: p})
		}
	}
	clip := draw.Clip{X: f.X, Y: f.Y, W: f.W, H: f.H, Shapes: []draw.Shape{within}}
	return draw.Scene{
		Width: 600, Height: 260, Title: "Eight requests", Class: "timeline",
		Shapes: append(append(f.Shapes(), clip), legend.Shapes()...),
	}
}

// table is a heat map, each step with its text, and the marks.
func table() draw.Scene {
	var shapes []draw.Shape
	for i := range 9 {
		ground, text := draw.HeatInks(i)
		x := 10 + 60*float64(i)
		shapes = append(shapes,
			draw.Rect{X: x, Y: 10, W: 60, H: 30, Fill: ground},
			draw.Text{At: draw.Point{X: x + 30, Y: 29}, Text: "step " + string(rune('0'+i)), Anchor: draw.Middle, Ink: text})
	}
	for i := range 8 {
		p := draw.Point{X: 40 + 60*float64(i), Y: 70}
		ink := []draw.Ink{"inline", "collector", "request", "pool", "gated", "stream", "series7", "series8"}[i]
		shapes = append(shapes,
			draw.Line{From: draw.Point{X: p.X - 20, Y: p.Y}, To: draw.Point{X: p.X + 20, Y: p.Y}, Stroke: draw.Stroke{Ink: ink, Width: 2}},
			draw.Marker{At: p, Form: i, Ink: ink, Size: 12},
			draw.Text{At: draw.Point{X: p.X, Y: 95}, Text: string(ink), Anchor: draw.Middle, Ink: "muted", Size: 11})
	}
	shapes = append(shapes,
		draw.Text{At: draw.Point{X: 520, Y: 74}, Text: "▲ good", Ink: "good", Bold: true},
		draw.Text{At: draw.Point{X: 520, Y: 94}, Text: "▼ bad", Ink: "bad", Bold: true},
		draw.Rect{X: 500, Y: 55, W: 80, H: 45, Border: "muted", Title: "marks"})
	return draw.Scene{Width: 600, Height: 110, Title: "Heat and marks", Shapes: shapes}
}

type example struct {
	name  string
	scene draw.Scene
}

func examples() []example {
	return []example{{"lines", lines()}, {"timeline", timeline()}, {"table", table()}}
}
