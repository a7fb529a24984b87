package verdict

import "math"

// A Number is a measured quantity. The zero value is unknown, because a figure that nobody
// measured must not read as 0: that would clear what the figure is about.
type Number struct {
	value float64
	known bool
}

// Known returns a number that was measured. NaN is unknown.
func Known(value float64) Number {
	if math.IsNaN(value) {
		return Number{}
	}
	return Number{value, true}
}

// Known says whether the number was measured.
func (n Number) Known() bool { return n.known }

// Value is the number, or NaN if it is unknown. No comparison with NaN holds, so a rule
// that rests on an unknown number neither shows a cause nor rules it out.
func (n Number) Value() float64 {
	if !n.known {
		return math.NaN()
	}
	return n.value
}

// Or is the number, or a substitute if it is unknown.
func (n Number) Or(substitute float64) float64 {
	if !n.known {
		return substitute
	}
	return n.value
}
