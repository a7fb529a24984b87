package stats

import (
	"cmp"
	"fmt"
	"math"
	"time"

	"collatebench/bench"
	"collatebench/internal/spell"
	"collatebench/results"
)

// significance is the p value, after the correction for the number of ratios, below which
// a difference is called one.
const significance = 0.05

// A Versus compares two runs, cell by cell. Their samples are not pairs, and the rounds of
// one run are no independent samples of what was measured: whatever differed between the
// two hours is in all of them, and their scatter does not show it. So a cell is compared
// with the other cells, and their scatter is the measure.
type Versus struct {
	Old         Side         `json:"old"`
	New         Side         `json:"new"`
	Differences []Difference `json:"differences"`
	Cells       []VersusCell `json:"cells"` // common to both, in the new run's order
	// Placements sums up the cells.
	Placements []PlacementRatio `json:"placements"`
	// Drift is the geometric mean of the ratios of the cells that do not stand out: the
	// machine, or a change of all cells alike. Two runs can't tell these apart.
	Drift float64 `json:"drift"`
	// Scatter is the deviation of the log ratios of these cells, 0.03 for 3%: how far cells
	// moved that nothing is known to have changed. 0 if there are too few cells.
	Scatter float64 `json:"scatter"`
	NoMarks string  `json:"no_marks,omitempty"` // why no change can be marked; "" if one can
	Floor   float64 `json:"noise_floor"`        // the larger one of the two runs, as [Floor.Floor]; 0 if neither has one
	// Names of cells that only one run has, or has measured in a complete round.
	OnlyOld []string `json:"only_old,omitempty"`
	OnlyNew []string `json:"only_new,omitempty"`
	// Detectable is the loss of a cell that is found in four of five such comparisons, .12 for
	// 12%, and DetectablePaired the same if rounds as many as these were pairs of one run; 0
	// if not known.
	Detectable       float64 `json:"detectable,omitempty"`
	DetectablePaired float64 `json:"detectable_paired,omitempty"`

	within  []contrast // as Cells
	of      string     // what the values of a cell are of: "round", or "machine"
	drift   drift
	seconds float64 // that a round more of both runs takes
}

// A Side is one of the two runs.
type Side struct {
	Run     string    `json:"run"`
	Label   string    `json:"label,omitempty"`
	Commit  string    `json:"commit,omitempty"`
	Go      string    `json:"go,omitempty"`
	Started time.Time `json:"started"`
	Rounds  int       `json:"rounds"`            // complete ones
	Asked   int       `json:"asked"`             // rounds that were asked for, at most
	Stopped string    `json:"stopped,omitempty"` // why it has no more; "" for a run that is complete
	Flagged int       `json:"flagged_rounds"`    // of these: something outside the run disturbed them
}

func newSide(info results.Info, v Values) Side {
	s := Side{Run: info.ID, Label: info.Label, Commit: info.Commit, Go: info.Go, Started: info.Started, Rounds: len(v.Rounds), Flagged: len(v.Rounds) - len(v.unflagged().Rounds)}
	s.Asked = max(s.Rounds, asked(info, s.Rounds))
	if info.State != results.Complete {
		s.Stopped = cmp.Or(info.Stopped, string(info.State))
	}
	return s
}

// A VersusCell is one cell in two runs.
type VersusCell struct {
	Cell  string   `json:"cell"`
	Old   Estimate `json:"old_mb_per_s"`
	New   Estimate `json:"new_mb_per_s"`
	Ratio Ratio    `json:"ratio"` // of throughput, new over old, by Welch; its interval knows the scatter within the runs alone; Rounds, and Machines of a merged run, are the smaller numbers of the two
	// Beside is the ratio over the drift of the other cells. Its interval has the scatter
	// within the runs and that between the cells, widened for the number of cells.
	Beside Ratio   `json:"ratio_beside_drift"`
	P      float64 `json:"p"`      // of Beside being 1, corrected for the number of cells: the larger one by either scatter; 1 if it can't be known
	Change Change  `json:"change"` // other than none only if Beside lies outside the floor
	parsed bench.Cell
}

// A Change says what a difference is called.
type Change string

const (
	NoChange    Change = "none"        // not told apart from the drift
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
	floor, err := largerFloor(old, new, o, n)
	if err != nil {
		return Versus{}, err
	}
	v := Versus{
		Old: newSide(old.Info(), o), New: newSide(new.Info(), n), Floor: floor, Differences: Differences(old.Info(), new.Info()),
		OnlyOld: OnlyIn(old, new), OnlyNew: OnlyIn(new, old), seconds: o.roundSeconds() + n.roundSeconds(), of: "round",
	}
	if o.machines() > 1 || n.machines() > 1 {
		v.of = "machine"
	}
	var within []contrast
	for _, c := range cells {
		before, after := o.apart(c), n.apart(c)
		if len(before) > 0 && len(after) > 0 {
			w := welch(logs(before), logs(after))
			v.Cells, within = append(v.Cells, v.cell(c, before, after, w)), append(within, w)
			continue
		}
		if len(before) > 0 { // it joined the new run after its last complete round
			v.OnlyOld = append(v.OnlyOld, c.Name())
		}
		if len(after) > 0 {
			v.OnlyNew = append(v.OnlyNew, c.Name())
		}
	}
	if len(v.Cells) == 0 {
		return Versus{}, &IncomparableError{fmt.Sprintf("runs %s and %s have no cell in common that both have measured", old.Info().ID, new.Info().ID)}
	}
	v.judge(within)
	v.Placements = byPlacement(v.Cells)
	v.Detectable, v.DetectablePaired = v.detectable()
	return v, nil
}

// roundSeconds is how long the samples of a round take, mean.
func (v Values) roundSeconds() float64 {
	sum := 0.0
	for _, r := range v.Rounds {
		for _, s := range r.Samples {
			sum += s.Seconds
		}
	}
	return sum / float64(max(1, len(v.Rounds)))
}

// completed reads the complete rounds, of a merged run those on machines of its first kind; a run
// that has none is an error.
func completed(r *results.Run) (Values, error) {
	samples, err := r.Samples()
	if err != nil {
		return Values{}, err
	}
	v, err := NewValues(r.Info(), samples)
	if err == nil && r.Info().IsMerged() {
		v = v.ofKind(r.Info().Machine.Kind())
	}
	if err == nil && len(v.Rounds) == 0 {
		err = &IncomparableError{fmt.Sprintf("run %s: no round is complete", r.Info().ID)}
	}
	return v, err
}

// largerFloor is the larger one of the two runs' floors; 0 if neither has one that is
// known.
func largerFloor(old, new *results.Run, o, n Values) (float64, error) {
	a, err := floorOf(old, o)
	if err != nil {
		return 0, err
	}
	b, err := floorOf(new, n)
	return max(a.margin(), b.margin()), err
}

// floorOf is the floor in the run's record. If the run was killed and so has none, it is
// made from the ledger.
func floorOf(r *results.Run, v Values) (*Floor, error) {
	f, err := ReadFloor(r.Info())
	if err == nil && f == nil {
		f, _, err = noiseFloor(v)
	}
	return f, err
}

// cell compares the logs, because throughputs scatter by a factor.
func (v *Versus) cell(c bench.Cell, old, new []float64, w contrast) VersusCell {
	row := VersusCell{Cell: c.Name(), parsed: c, Old: NewEstimate(old), New: NewEstimate(new), P: 1, Change: NoChange}
	rounds, few := min(len(old), len(new)), fewRounds
	own := newJudged(w, significance, 0)
	row.Ratio = Ratio{Mean: math.Exp(w.mean), Low: own.Low, High: own.High, Rounds: rounds}
	row.Beside = Ratio{Mean: row.Ratio.Mean, High: math.Inf(1), Rounds: rounds}
	if v.of == "machine" {
		few, row.Ratio.Machines, row.Ratio.Rounds = fewMachines, rounds, min(v.Old.Rounds, v.New.Rounds)
	}
	if rounds < few {
		row.Ratio.Doubts = []string{fmt.Sprintf("%s are few", spell.Plural(rounds, v.of))}
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

// judge finds the drift and the cells that stand out from it.
func (v *Versus) judge(within []contrast) {
	ratios := make([]float64, len(within))
	for i, w := range within {
		ratios[i] = w.mean
	}
	d := newDrift(ratios)
	v.Drift, v.Scatter = math.Exp(d.mean), d.scatter
	v.within, v.drift = within, d
	if !d.known() {
		v.NoMarks = fmt.Sprintf("of %s nothing shows what the machine changed between the runs; it takes %d", spell.Plural(len(ratios), "cell"), leastCells)
		return
	}
	beside := make([]contrast, len(within)) // with the scatter within the runs
	for i, w := range within {
		beside[i] = contrast{w.mean - d.without(i).mean, w.se, w.degrees}
	}
	ps := holm(pValues(beside, 0))
	for i, j := range judge(beside, v.Floor) {
		c := &v.Cells[i]
		others := d.without(i)
		j = j.joined(newJudged(others.contrast(i), others.alpha(), v.Floor))
		c.Beside = Ratio{Mean: math.Exp(beside[i].mean), Low: j.Low, High: j.High, Rounds: c.Ratio.Rounds}
		c.P = max(ps[i], others.p(i))
		switch {
		case !d.stands(i): // the cells that do have used up the significance level
			c.P = max(c.P, significance)
		case !j.Differs:
		case c.Beside.Mean < 1:
			c.Change = Regression
		default:
			c.Change = Improvement
		}
	}
}
