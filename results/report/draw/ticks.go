package draw

import (
	"math"
	"strconv"
	"strings"
)

// NiceTicks are ticks from min to max at steps of 1, 2 or 5 times a power of ten.
// There are three to ten of them, as near to about as the steps allow. If max is
// not above min there is one, at min.
//
// It does not use plot.DefaultTicks, which also takes steps such as 3 and 2.5, and
// adds minor ticks without labels.
func NiceTicks(min, max float64, about int) []Tick {
	if !(max-min > 1e-300) || math.IsInf(max-min, 0) {
		return []Tick{{min, plain(min)}}
	}
	best := step{}
	power := int(math.Floor(math.Log10(max - min)))
	for exponent := power - 1; exponent <= power; exponent++ {
		for _, mantissa := range []float64{5, 2, 1} {
			s := step{mantissa, exponent}
			n := s.count(min, max)
			if n >= 3 && n <= 10 && (best.mantissa == 0 || better(n, best.count(min, max), about)) {
				best = s
			}
		}
	}
	if best.mantissa == 0 { // floating-point numbers are not that close
		return []Tick{{min, plain(min)}}
	}
	return best.ticks(min, max)
}

func better(n, than, about int) bool {
	return math.Abs(float64(n-about)) < math.Abs(float64(than-about))
}

// A step is mantissa times ten to the exponent. The two are kept apart, since
// three times 0.1 is not 0.3 in floating point.
type step struct {
	mantissa float64
	exponent int
}

// at is the k-th multiple of the step, correctly rounded.
func (s step) at(k float64) float64 {
	if s.exponent < 0 {
		return k * s.mantissa / math.Pow10(-s.exponent)
	}
	return k * s.mantissa * math.Pow10(s.exponent)
}

// within returns the first and the last multiple from min to max. The division may
// be off by one.
func (s step) within(min, max float64) (first, last float64) {
	first, last = math.Ceil(min/s.at(1))-1, math.Floor(max/s.at(1))+1
	for s.at(first) < min {
		first++
	}
	for s.at(last) > max {
		last--
	}
	return first, last
}

// count is the number of multiples from min to max. It is 0 if their numbers are so
// large that adding one to them changes nothing.
func (s step) count(min, max float64) int {
	if math.Max(math.Abs(min), math.Abs(max))/s.at(1) > 1<<50 {
		return 0
	}
	first, last := s.within(min, max)
	return int(last-first) + 1
}

func (s step) ticks(min, max float64) []Tick {
	first, last := s.within(min, max)
	largest := math.Max(math.Abs(min), math.Abs(max))
	var out []Tick
	for k := first; k <= last; k++ {
		out = append(out, Tick{At: s.at(k) + 0, Label: s.label(s.at(k), largest)})
	}
	return out
}

// label has as many decimals as the step, and k, M, G or T for long numbers.
func (s step) label(v, largest float64) string {
	if v == 0 {
		return "0" // not -0, nor 0.0 or 0k
	}
	if largest >= 1e15 || largest < 1e-4 {
		return plain(v)
	}
	unit, power := suffix(largest)
	return strconv.FormatFloat(v/math.Pow10(power), 'f', max(0, power-s.exponent), 64) + unit
}

// suffix begins at 100000: a smaller number is not longer without one.
func suffix(largest float64) (unit string, power int) {
	switch {
	case largest >= 1e12:
		return "T", 12
	case largest >= 1e9:
		return "G", 9
	case largest >= 1e6:
		return "M", 6
	case largest >= 1e5:
		return "k", 3
	}
	return "", 0
}

// plain is a number's shortest form.
func plain(v float64) string {
	return strings.Replace(strconv.FormatFloat(v, 'g', -1, 64), "e+", "e", 1)
}
