package behaviour

import "time"

// Times returns the latency with every delay multiplied, as far as MaxDelay and the factors of
// recorded delays allow.
func (l Latency) Times(factor float64) Latency {
	longest := float64(MaxDelay)
	switch l.kind {
	case immediate:
	case recorded:
		l.a = min(max(l.a*factor, minFactor), maxFactor)
	case pareto: // its second parameter is a shape
		l.a = min(l.a*factor, longest)
	default:
		l.a, l.b = min(l.a*factor, longest), min(l.b*factor, longest)
	}
	return l
}

// Fixed is one delay.
func Fixed(d time.Duration) Latency {
	if d <= 0 {
		return Latency{}
	}
	return Latency{kind: fixed, a: float64(min(d, MaxDelay))}
}
