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
// five, count less, as the comment of the package says. Of several machines it is the mean of
// theirs ([Pairs]).
type Ratio struct {
	Mean      float64
	Low, High float64 // 0 and +Inf if there are too few rounds for an interval
	Rounds    int
	Machines  int // that took the rounds; 0 for one
	Doubts    []string
}

// NewRatio compares over[i] with base[i], one pair a round of one machine. Slices of different
// length, empty ones, and values that are not above 0 are errors.
func NewRatio(over, base []float64) (Ratio, error) { return Pairs{Over: over, Base: base}.Ratio() }

// Ratio compares the pairs, as [NewRatio] does.
func (p Pairs) Ratio() (Ratio, error) {
	e, err := p.estimate()
	if err != nil {
		return Ratio{}, err
	}
	half, rounds := e.half(), len(p.Over)
	r := Ratio{Mean: math.Exp(e.Log), Low: math.Exp(e.Log - half), High: math.Exp(e.Log + half), Rounds: rounds}
	if n := p.machines(); n > 1 {
		r.Machines, r.Doubts = n, p.doubts(e)
		return r, nil
	}
	switch {
	case rounds == 1:
		r.Doubts = append(r.Doubts, "one round has no interval")
	case rounds < fewRounds:
		r.Doubts = append(r.Doubts, fmt.Sprintf("%d rounds are few: the interval rests on how they happened to scatter", rounds))
	}
	return r, nil
}

// half is half the width of the effect's 95% interval; +Inf if there is none.
func (e Effect) half() float64 {
	if e.Degrees == 0 {
		return math.Inf(1)
	}
	return e.SE * tQuantile(e.Degrees)
}

// Precision is the interval's upper half relative to the mean, 0.12 for 12%; +Inf if
// there is no interval.
func (r Ratio) Precision() float64 { return r.High/r.Mean - 1 }

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
	Hosts  int      `json:"machines,omitempty"`
	Doubts []string `json:"doubts,omitempty"`
}

// MarshalJSON writes null for an unknown upper bound.
func (r Ratio) MarshalJSON() ([]byte, error) {
	high := bound(r.High)
	return json.Marshal(ratioJSON{r.Mean, bound(r.Low), &high, r.Rounds, r.Machines, r.Doubts})
}

// UnmarshalJSON is the inverse of MarshalJSON.
func (r *Ratio) UnmarshalJSON(text []byte) error {
	var in ratioJSON
	if err := json.Unmarshal(text, &in); err != nil {
		return err
	}
	*r = Ratio{Mean: in.Mean, Low: float64(in.Low), High: math.Inf(1), Rounds: in.Rounds, Machines: in.Hosts, Doubts: in.Doubts}
	if in.High != nil {
		r.High = float64(*in.High)
	}
	return nil
}
