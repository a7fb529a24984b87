package draw

import "math"

// LogTicks are ticks from min to max for a logarithmic axis: 1, 2 and 5 times
// powers of ten. If these are too many it takes only the powers, then every second
// power, and so on. If a range has fewer than three of them, it takes those of
// NiceTicks. min must be above 0.
func LogTicks(min, max float64, about int) []Tick {
	if !(max > min) || !(min > 0) || math.IsInf(max, 0) {
		return []Tick{{min, plain(min)}}
	}
	about = clamp(about, 3, 10)
	out := powers(min, max, 1, []float64{1, 2, 5})
	if len(out) < 3 {
		return NiceTicks(min, max, about)
	}
	for every := 1; len(out) > about && len(out) > 3; every++ {
		fewer := powers(min, max, every, []float64{1})
		if len(fewer) < 3 {
			break
		}
		out = fewer
	}
	return out
}

func powers(min, max float64, every int, mantissas []float64) []Tick {
	var out []Tick
	for e := int(math.Floor(math.Log10(min))) - 1; e <= int(math.Ceil(math.Log10(max))); e++ {
		if e%every != 0 {
			continue
		}
		for _, m := range mantissas {
			s := step{m, e}
			if v := s.at(1); v >= min && v <= max {
				out = append(out, Tick{v, s.label(v, v)})
			}
		}
	}
	return out
}

func clamp(v, low, high int) int { return max(low, min(v, high)) }
