package draw

import "math"

// An Axis is one direction of a plot.
type Axis struct {
	Label    string // with its unit
	Min, Max float64
	Log      bool   // Min must be above 0
	Ticks    []Tick // nil means that they are chosen
	Bare     bool   // without grid lines
}

// A Tick is a marked value of an axis, in the data's unit.
type Tick struct {
	At    float64
	Label string
}

// share is the place of v on the axis: 0 at Min, 1 at Max, less or more beyond.
func (a Axis) share(v float64) float64 {
	low, high := a.Min, a.Max
	if a.Log {
		// A value of 0 has no place on a logarithmic axis: it goes far below Min.
		low, high, v = logarithm(low), logarithm(high), logarithm(v)
	}
	if low == high {
		return .5
	}
	return (v - low) / (high - low)
}

// holds reports whether v is between Min and Max. It allows for the rounding error
// of a sum of steps.
func (a Axis) holds(v float64) bool {
	s := a.share(v)
	return s > -1e-9 && s < 1+1e-9
}

func logarithm(v float64) float64 { return math.Log10(max(v, 1e-300)) }

// ticks returns the ticks that are set, or chooses about so many.
func (a Axis) ticks(about int) []Tick {
	switch {
	case a.Ticks != nil:
		return a.Ticks
	case a.Log:
		return LogTicks(a.Min, a.Max, about)
	}
	return NiceTicks(a.Min, a.Max, about)
}
