package report

import "collatebench/profiles/timeline"

// zoomData is what the page's script needs to name a span and to redraw the axis:
// the frames in pixels, and the spans of each lane in microseconds.
type zoomData struct {
	X      float64   `json:"x"`
	W      float64   `json:"w"`
	Y      float64   `json:"y"`
	H      float64   `json:"h"`
	Foot   float64   `json:"foot"` // below it are the labels of the time axis
	Lane   float64   `json:"lane"`
	End    float64   `json:"end"` // of the axis, in microseconds
	Phases []string  `json:"phases"`
	Lanes  [][]int64 `json:"lanes"` // request, begin, then phase and end of each span
}

func (l laneFrame) data() zoomData {
	z := zoomData{
		X: l.lanes.X, W: l.lanes.W, Y: l.lanes.Y, H: l.lanes.H, Foot: l.cores.Y + l.cores.H, Lane: l.lane,
		End: l.lanes.XAxis.Max * 1000, Lanes: [][]int64{},
	}
	for _, p := range timeline.Phases() {
		z.Phases = append(z.Phases, p.String())
	}
	for _, lane := range l.chart.Lanes {
		row := []int64{int64(lane.Request), 0}
		for i, s := range lane.Spans {
			if i == 0 {
				row[1] = s.From.Microseconds()
			}
			row = append(row, int64(s.Phase), s.To.Microseconds())
		}
		z.Lanes = append(z.Lanes, row)
	}
	return z
}
