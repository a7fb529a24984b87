package stats

import (
	"encoding/json"
	"fmt"
	"math"

	"gonum.org/v1/gonum/stat/distuv"
)

// fewRounds: a ratio of fewer rounds is doubted. The intervals of medians need six too.
const fewRounds = 6

// A Ratio compares two cells: exp of the mean of the log ratios, with a 95% Student-t
// interval. The ratios are taken within each round, so that a drift between rounds
// affects both cells. Of five rounds or more a few that lie far from the others, up to one in
// five, count less, as the comment of the package says.
type Ratio struct {
	Mean      float64
	Low, High float64 // 0 and +Inf if there are too few rounds for an interval
	Rounds    int
	Doubts    []string
}

// NewRatio compares over[i] with base[i], one pair a round. Slices of different length,
// empty ones, and values that are not above 0 are errors.
func NewRatio(over, base []float64) (Ratio, error) {
	l, err := newLogRatio(over, base)
	if err != nil {
		return Ratio{}, err
	}
	r := Ratio{
		Mean: math.Exp(l.mean), Low: math.Exp(l.mean - l.half), High: math.Exp(l.mean + l.half),
		Rounds: l.rounds,
	}
	switch {
	case l.rounds == 1:
		r.Doubts = append(r.Doubts, "one round has no interval")
	case l.rounds < fewRounds:
		r.Doubts = append(r.Doubts, fmt.Sprintf("%d rounds are few: the interval rests on how they happened to scatter", l.rounds))
	}
	return r, nil
}

// Precision is the interval's upper half relative to the mean, 0.12 for 12%; +Inf if
// there is no interval.
func (r Ratio) Precision() float64 { return r.High/r.Mean - 1 }

// A logRatio is the logarithm of a ratio. It is symmetrical: the inverse ratio has the
// negative logarithm.
type logRatio struct {
	mean   float64
	half   float64 // half the width of the interval, +Inf for one round
	rounds int
}

func newLogRatio(over, base []float64) (logRatio, error) {
	logs, err := logRatios(over, base)
	if err != nil {
		return logRatio{}, err
	}
	if len(logs) == 1 {
		return logRatio{logs[0], math.Inf(1), 1}, nil
	}
	center, se := huber(logs)
	return logRatio{center, tQuantile(float64(len(logs)-1)) * se, len(logs)}, nil
}

// logRatios are the logarithms of over[i] / base[i].
func logRatios(over, base []float64) ([]float64, error) {
	if len(over) != len(base) || len(over) == 0 {
		return nil, fmt.Errorf("ratio of %d values to %d: they must be pairs", len(over), len(base))
	}
	out := make([]float64, len(over))
	for i := range over {
		out[i] = math.Log(over[i]) - math.Log(base[i])
		if math.IsNaN(out[i]) || math.IsInf(out[i], 0) {
			return nil, fmt.Errorf("ratio of %v to %v: both must be above 0", over[i], base[i])
		}
	}
	return out, nil
}

// tQuantile is how many standard errors the interval reaches to either side.
func tQuantile(degrees float64) float64 {
	return distuv.StudentsT{Sigma: 1, Nu: degrees}.Quantile(1 - (1-confidence)/2)
}

type ratioJSON struct {
	Mean   float64  `json:"mean"`
	Low    bound    `json:"low"`
	High   *bound   `json:"high"` // null: not known
	Rounds int      `json:"rounds"`
	Doubts []string `json:"doubts,omitempty"`
}

// MarshalJSON writes null for an unknown upper bound.
func (r Ratio) MarshalJSON() ([]byte, error) {
	high := bound(r.High)
	return json.Marshal(ratioJSON{r.Mean, bound(r.Low), &high, r.Rounds, r.Doubts})
}

// UnmarshalJSON is the inverse of MarshalJSON.
func (r *Ratio) UnmarshalJSON(text []byte) error {
	var in ratioJSON
	if err := json.Unmarshal(text, &in); err != nil {
		return err
	}
	*r = Ratio{Mean: in.Mean, Low: float64(in.Low), High: math.Inf(1), Rounds: in.Rounds, Doubts: in.Doubts}
	if in.High != nil {
		r.High = float64(*in.High)
	}
	return nil
}
