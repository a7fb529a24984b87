package history

import (
	"math"
	"slices"

	"collatebench/results/stats"
	"collatebench/results/stats/changepoint"
)

// seed is that of the permutations: the same runs give the same answer on each machine.
const seed = 1

// findChanges compares the logs, because throughputs scatter by a factor.
func (s *Series) findChanges() {
	logs := make([]float64, len(s.Points))
	for i, p := range s.Points {
		logs[i] = math.Log(p.Value)
	}
	found := changepoint.Find(logs, seed)
	from := 0
	for i, c := range found {
		to := len(s.Points)
		if i+1 < len(found) {
			to = found[i+1].At
		}
		s.Changes = append(s.Changes, s.change(c, from, to))
		from = c.At
	}
}

// change describes a change between the points from and to.
func (s *Series) change(c changepoint.Change, from, to int) Change {
	last, first := s.Points[c.At-1], s.Points[c.At]
	out := Change{
		At: c.At, Run: first.Run, Commit: first.Commit, Was: Earlier{last.Run, last.Commit}, P: c.P,
		Before: median(s.Points[from:c.At]), After: median(s.Points[c.At:to]),
	}
	for _, d := range stats.Differences(last.record.info, first.record.info) {
		out.Beside = append(out.Beside, d.String())
	}
	out.Ratio = out.After / out.Before
	return out
}

func median(points []Point) float64 {
	values := make([]float64, len(points))
	for i, p := range points {
		values[i] = p.Value
	}
	return middle(values)
}

func middle(values []float64) float64 {
	slices.Sort(values)
	n := len(values)
	return (values[(n-1)/2] + values[n/2]) / 2
}

// Regressed says whether the throughput fell.
func (c Change) Regressed() bool { return c.Ratio < 1 }

// Segments are the bounds of the parts between changes: from, and one past the last point.
func (s Series) Segments() [][2]int {
	var out [][2]int
	from := 0
	for _, c := range s.Changes {
		out = append(out, [2]int{from, c.At})
		from = c.At
	}
	return append(out, [2]int{from, len(s.Points)})
}

// Median is the median of the points from one index to before another, in MB/s.
func (s Series) Median(from, to int) float64 { return median(s.Points[from:to]) }

// Last is the newest point.
func (s Series) Last() Point { return s.Points[len(s.Points)-1] }
