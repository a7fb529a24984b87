package draw

import "math"

// An Axis is what one direction of a plot shows.
type Axis struct {
	Label    string // with its unit
	Min, Max float64
	Log      bool   // Min must be above 0
	Ticks    []Tick // nil: chosen
	Bare     bool   // without grid lines, as for named places
}

// A Tick is a marked place of an axis, in the data's unit.
type Tick struct {
	At    float64
	Label string
}

// share is where v lies between Min (0) and Max (1), beyond them where v is.
func (a Axis) share(v float64) float64 {
	low, high := a.Min, a.Max
	if a.Log {
		// A value of 0 has no place: it goes far below.
		low, high, v = logarithm(low), logarithm(high), logarithm(v)
	}
	if low == high {
		return .5
	}
	return (v - low) / (high - low)
}

// holds tells whether v is between Min and Max; the sum of a few steps may miss
// an end by a rounding error.
func (a Axis) holds(v float64) bool {
	s := a.share(v)
	return s > -1e-9 && s < 1+1e-9
}

func logarithm(v float64) float64 { return math.Log10(max(v, 1e-300)) }

// ticks are those given, or about so many.
func (a Axis) ticks(about int) []Tick {
	switch {
	case a.Ticks != nil:
		return a.Ticks
	case a.Log:
		return LogTicks(a.Min, a.Max, about)
	}
	return NiceTicks(a.Min, a.Max, about)
}
