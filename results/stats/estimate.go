package stats

import (
	"encoding/json"
	"math"
	"slices"

	"golang.org/x/perf/benchmath"
)

// confidence is the level of every interval here.
const confidence = 0.95

// An Estimate is a median with a 95% interval that assumes no distribution of the values.
type Estimate struct {
	Median    float64
	Low, High float64  // -Inf and +Inf if there are too few values for an interval
	Values    int      // how many
	Doubts    []string // a sentence each
}

// NewEstimate makes the estimate of one cell in one unit. Without values the median is 0,
// with a doubt.
func NewEstimate(values []float64) Estimate {
	if len(values) == 0 { // benchmath would return NaN, which JSON can't hold
		return Estimate{Low: math.Inf(-1), High: math.Inf(1), Doubts: []string{"no value"}}
	}
	// NewSample sorts its slice, and callers pair values by position.
	sample := benchmath.NewSample(slices.Clone(values), &benchmath.DefaultThresholds)
	s := benchmath.AssumeNothing.Summary(sample, confidence)
	e := Estimate{Median: s.Center, Low: s.Lo, High: s.Hi, Values: len(values)}
	for _, w := range slices.Concat(sample.Warnings, s.Warnings) {
		e.Doubts = append(e.Doubts, w.Error())
	}
	return e
}

// Spread is the interval's longer side relative to the median, 0.03 for 3%; +Inf if there
// is no interval.
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

// MarshalJSON writes null for an unknown bound.
func (e Estimate) MarshalJSON() ([]byte, error) {
	return json.Marshal(estimateJSON{e.Median, bound(e.Low), bound(e.High), e.Values, e.Doubts})
}

// A bound of an interval may be infinite, which JSON can't hold.
type bound float64

func (b bound) MarshalJSON() ([]byte, error) {
	if math.IsInf(float64(b), 0) {
		return []byte("null"), nil
	}
	return json.Marshal(float64(b))
}

// UnmarshalJSON reads null as no upper bound.
func (b *bound) UnmarshalJSON(text []byte) error {
	if string(text) == "null" {
		*b = bound(math.Inf(1))
		return nil
	}
	return json.Unmarshal(text, (*float64)(b))
}
