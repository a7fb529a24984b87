package stats

import (
	"math"

	"github.com/montanaflynn/stats"
)

// welch compares the means of two samples whose variances may differ: new less old.
func welch(old, new []float64) contrast {
	c := contrast{mean: mean(new) - mean(old), se: math.Inf(1)}
	if len(old) < 2 || len(new) < 2 {
		return c
	}
	vo, vn := variance(old)/float64(len(old)), variance(new)/float64(len(new))
	if vo+vn == 0 {
		return c // equal values come from made-up samples, not from a steady machine
	}
	c.degrees = (vo + vn) * (vo + vn) / (vo*vo/float64(len(old)-1) + vn*vn/float64(len(new)-1))
	c.se = math.Sqrt(vo + vn)
	return c
}

func mean(values []float64) float64 {
	m, err := stats.Mean(values)
	if err != nil {
		return math.NaN()
	}
	return m
}

func variance(values []float64) float64 {
	v, err := stats.SampleVariance(values)
	if err != nil {
		return math.NaN()
	}
	return v
}
