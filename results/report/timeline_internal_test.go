package report

import (
	"strings"
	"testing"
	"time"

	"collatebench/bench"
	"collatebench/profiles/timeline"
	"collatebench/results/stats"
)

// Each trace has other times, so this test draws made-up lanes, from inside the
// package.
func madeUp(length time.Duration, order ...int) laneChart {
	c := laneChart{cell: bench.DefaultCell(), Timeline: timeline.Timeline{Procs: 2, Length: length, Cores: []float64{1, 2}}}
	for id, turn := range order {
		begin := time.Duration(turn) * 10 * time.Millisecond
		c.Lanes = append(c.Lanes, timeline.Lane{Request: id, Spans: []timeline.Span{
			{Phase: timeline.Fetching, From: 0, To: begin},
			{Phase: timeline.Decoding, From: begin, To: begin + 10*time.Millisecond},
		}})
	}
	return c
}

func TestLanes(t *testing.T) {
	never := timeline.Lane{Request: 9, Spans: []timeline.Span{{Phase: timeline.Fetching, From: 0, To: time.Millisecond}}}
	first := madeUp(40*time.Millisecond, 3, 1, 2)
	first.Lanes = append([]timeline.Lane{never}, first.Lanes...)
	second := madeUp(100*time.Millisecond, 1)
	second.cell.Placement = bench.Request
	d := document{summary: stats.Summary{}, timelines: []laneChart{second, first}}
	pictures := d.lanes()
	if len(pictures) != 2 {
		t.Fatalf("%d pictures", len(pictures))
	}
	a, b := pictures[1].Data.(zoomData), pictures[0].Data.(zoomData)
	var order []int64
	for _, lane := range a.Lanes {
		order = append(order, lane[0])
	}
	if len(order) != 4 || order[0] != 1 || order[1] != 2 || order[2] != 0 || order[3] != 9 {
		t.Errorf("the lanes are %v, want 1 2 0 as they began to decode, then the one that never did", order)
	}
	if got := a.Lanes[0]; len(got) != 6 || got[1] != 0 || got[3] != 10_000 || got[5] != 20_000 {
		t.Errorf("request 1 is %v, want fetching to 10 ms and decoding to 20 ms", got)
	}
	if a.End != 100_000 || b.End != 100_000 {
		t.Errorf("the axes end at %v and %v us, want both at the longest one's 100 ms", a.End, b.End)
	}
	// 454 pixels are 100 ms: the decodes follow each other like a staircase, and
	// the cores are 1 for 20 ms and 2 for another 20.
	svg := pictures[1].Scene.SVG()
	for _, want := range []string{
		`f-decoding" d="m97.4 86h45.4v11.4h-45.4zm45.4 12h45.4v11.4h-45.4zm45.4 12h45.4v11.4h-45.4z"`,
		`f-decoding" d="M52 204l0-28 90.8 0 0-28 90.8 0 0 56z"`,
	} {
		if !strings.Contains(svg, want) {
			t.Errorf("no %s in\n%s", want, svg)
		}
	}
}
