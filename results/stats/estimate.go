package stats

import (
	"encoding/json"
	"math"
	"slices"

	"golang.org/x/perf/benchmath"
)

// confidence is the level of every interval here.
const confidence = 0.95

// An Estimate is a median with a 95% interval that assumes nothing about how
// the values scatter.
type Estimate struct {
	Median    float64
	Low, High float64 // -Inf and +Inf where there are too few values for an interval
	Values    int
	Doubts    []string
}

// NewEstimate estimates from the values of one cell in one unit.
func NewEstimate(values []float64) Estimate {
	if len(values) == 0 { // of none benchmath makes NaN, which JSON has no word for
		return Estimate{Low: math.Inf(-1), High: math.Inf(1), Doubts: []string{"no value"}}
	}
	// NewSample sorts the slice it is given, and pairing is by position.
	sample := benchmath.NewSample(slices.Clone(values), &benchmath.DefaultThresholds)
	s := benchmath.AssumeNothing.Summary(sample, confidence)
	e := Estimate{Median: s.Center, Low: s.Lo, High: s.Hi, Values: len(values)}
	for _, w := range slices.Concat(sample.Warnings, s.Warnings) {
		e.Doubts = append(e.Doubts, w.Error())
	}
	return e
}

// Spread is the interval's longer side relative to the median, 0.03 for 3%;
// +Inf where there is no interval.
func (e Estimate) Spread() float64 {
	if math.IsInf(e.Low, 0) || math.IsInf(e.High, 0) || e.Median == 0 {
		return math.Inf(1)
	}
	return max(e.High/e.Median-1, 1-e.Low/e.Median)
}

type estimateJSON struct {
	Median float64  `json:"median"`
	Low    bound    `json:"low"`
	High   bound    `json:"high"`
	Values int      `json:"values"`
	Doubts []string `json:"doubts,omitempty"`
}

// MarshalJSON writes null for a bound that is not known.
func (e Estimate) MarshalJSON() ([]byte, error) {
	return json.Marshal(estimateJSON{e.Median, bound(e.Low), bound(e.High), e.Values, e.Doubts})
}

// A bound of an interval may be infinite, which JSON has no number for.
type bound float64

func (b bound) MarshalJSON() ([]byte, error) {
	if math.IsInf(float64(b), 0) {
		return []byte("null"), nil
	}
	return json.Marshal(float64(b))
}
