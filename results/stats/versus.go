package stats

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"github.com/montanaflynn/stats"
	"gonum.org/v1/gonum/stat/distuv"

	"collatebench/bench"
	"collatebench/internal/spell"
	"collatebench/results"
)

// significance is the p value, after Holm's correction for the number of cells, below
// which a difference is called a change.
const significance = 0.05

// A Versus compares two runs, cell by cell. Their samples are not pairs: a drift between
// the runs is in every ratio, and Drift shows how far all of them moved together.
type Versus struct {
	Cells []VersusCell `json:"cells"` // common to both, in the new run's order
	// Drift is the geometric mean of all ratios: a machine that became slower
	// changes all cells alike.
	Drift float64 `json:"drift"`
	Floor float64 `json:"noise_floor"` // the larger one of the two runs, as [Floor.Floor]; 0 if neither has one
	// Warnings are [Differences].
	Warnings []string `json:"warnings,omitempty"`
	OnlyOld  []string `json:"only_old,omitempty"` // names of cells
	OnlyNew  []string `json:"only_new,omitempty"`
}

// A VersusCell is one cell in two runs.
type VersusCell struct {
	Cell   string   `json:"cell"`
	Old    Estimate `json:"old_mb_per_s"`
	New    Estimate `json:"new_mb_per_s"`
	Ratio  Ratio    `json:"ratio"`  // of throughput, new over old; Rounds is the smaller number of the two
	P      float64  `json:"p"`      // of Welch's t test on the logs, after Holm's correction; 1 if there are too few rounds
	Change Change   `json:"change"` // other than none only if it is significant and beyond the floor
	parsed bench.Cell
}

// A Change says what a difference is called.
type Change string

const (
	NoChange    Change = "none"        // within the floor, or not significant
	Regression  Change = "regression"  // less throughput
	Improvement Change = "improvement" // more throughput
)

// CompareRuns compares the throughput of the cells that both runs have. If they have no
// common cell, or one has no complete round, the error is an [*IncomparableError].
func CompareRuns(old, new *results.Run) (Versus, error) {
	cells, err := CommonCells(old, new)
	if err != nil {
		return Versus{}, err
	}
	o, err := completed(old)
	if err != nil {
		return Versus{}, err
	}
	n, err := completed(new)
	if err != nil {
		return Versus{}, err
	}
	floor, err := recordedFloor(old, new)
	if err != nil {
		return Versus{}, err
	}
	v := Versus{
		Floor: floor, Warnings: Differences(old.Info(), new.Info()),
		OnlyOld: OnlyIn(old, new), OnlyNew: OnlyIn(new, old),
	}
	var logs float64
	for _, c := range cells {
		row := newVersusCell(c, o.Series(c, results.Throughput), n.Series(c, results.Throughput))
		logs += math.Log(row.Ratio.Mean) / float64(len(cells))
		v.Cells = append(v.Cells, row)
	}
	v.Drift = math.Exp(logs)
	v.judge()
	return v, nil
}

// completed reads the complete rounds; a run that has none is an error.
func completed(r *results.Run) (Values, error) {
	samples, err := r.Samples()
	if err != nil {
		return Values{}, err
	}
	v, err := NewValues(r.Info(), samples)
	if err == nil && len(v.Rounds) == 0 {
		err = &IncomparableError{fmt.Sprintf("run %s: no round is complete", r.Info().ID)}
	}
	return v, err
}

// recordedFloor is the larger one of the floors in the runs' records; 0 if neither has
// one that is known.
func recordedFloor(runs ...*results.Run) (float64, error) {
	most := 0.0
	for _, r := range runs {
		f, err := ReadFloor(r.Info())
		if err != nil {
			return 0, err
		}
		if f.Known() {
			most = max(most, f.Floor)
		}
	}
	return most, nil
}

// newVersusCell compares the logs, because throughputs scatter by a factor.
func newVersusCell(c bench.Cell, old, new []float64) VersusCell {
	row := VersusCell{Cell: c.Name(), parsed: c, Old: NewEstimate(old), New: NewEstimate(new), P: 1, Change: NoChange}
	w := welch(logs(old), logs(new))
	row.Ratio = Ratio{Mean: math.Exp(w.mean), Low: 0, High: math.Inf(1), Rounds: min(len(old), len(new))}
	if row.Ratio.Rounds < fewRounds {
		row.Ratio.Doubts = []string{fmt.Sprintf("%s are few", spell.Plural(row.Ratio.Rounds, "round"))}
	}
	if !math.IsInf(w.half, 1) {
		row.Ratio.Low, row.Ratio.High, row.P = math.Exp(w.mean-w.half), math.Exp(w.mean+w.half), w.p
	}
	return row
}

func logs(values []float64) []float64 {
	out := make([]float64, len(values))
	for i, v := range values {
		out[i] = math.Log(v)
	}
	return out
}

// A difference of two means.
type difference struct {
	mean float64
	half float64 // half the width of the 95% interval; +Inf if it is not known
	p    float64 // two-sided
}

// welch compares the means of two samples whose variances may differ.
func welch(old, new []float64) difference {
	mo, mn := mean(old), mean(new)
	d := difference{mean: mn - mo, half: math.Inf(1), p: 1}
	if len(old) < 2 || len(new) < 2 {
		return d
	}
	vo, vn := variance(old)/float64(len(old)), variance(new)/float64(len(new))
	if vo+vn == 0 {
		return d // equal values come from made-up samples, not from a steady machine
	}
	degrees := (vo + vn) * (vo + vn) / (vo*vo/float64(len(old)-1) + vn*vn/float64(len(new)-1))
	se := math.Sqrt(vo + vn)
	d.half = tQuantile(degrees) * se
	d.p = 2 * distuv.StudentsT{Sigma: 1, Nu: degrees}.Survival(math.Abs(d.mean)/se)
	return d
}

func mean(values []float64) float64 {
	m, err := stats.Mean(values)
	if err != nil {
		return math.NaN()
	}
	return m
}

func variance(values []float64) float64 {
	v, err := stats.SampleVariance(values)
	if err != nil {
		return math.NaN()
	}
	return v
}

// judge corrects the p values for their number (Holm) and marks the changes. Without the
// correction one or two of 30 equal cells would look different.
func (v *Versus) judge() {
	order := make([]int, len(v.Cells))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(v.Cells[a].P, v.Cells[b].P) })
	least := 0.0
	for rank, i := range order {
		c := &v.Cells[i]
		least = max(least, min(1, c.P*float64(len(order)-rank)))
		c.P = least
		if c.P < significance && math.Abs(math.Log(c.Ratio.Mean)) > math.Log1p(v.Floor) {
			c.Change = Improvement
			if c.Ratio.Mean < 1 {
				c.Change = Regression
			}
		}
	}
}
