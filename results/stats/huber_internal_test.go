package stats

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/integrate/quad"
	"gonum.org/v1/gonum/stat/distuv"
)

// TestClampedVariance holds the constant to the integral that it stands for.
func TestClampedVariance(t *testing.T) {
	n := distuv.UnitNormal
	inside := quad.Fixed(func(x float64) float64 { return x * x * n.Prob(x) }, -clampAt, clampAt, 50, nil, 0)
	if want := inside + clampAt*clampAt*2*n.Survival(clampAt); math.Abs(want-clampedVariance) > 1e-6 {
		t.Errorf("%v, want %v", clampedVariance, want)
	}
}

// TestHuberByHand: of -1, 1 five times and one far out, the far one counts as if it lay where the
// equations of Proposal 2 hold: at 1.5 deviations from the centre, where the deviation is that of
// the clamped values over the root of clampedVariance.
func TestHuberByHand(t *testing.T) {
	values := []float64{-1, 1, -1, 1, -1, 1, -1, 1, -1, 1, 1000}
	center, se := huber(values)
	// With the clamped value at v the mean of the eleven is v/11, the sum of squares 10 + v² - v²/11,
	// and v - v/11 = 1.5 deviations, whose square is that sum over 10 clampedVariance.
	v := math.Sqrt(10 / (10*clampedVariance*math.Pow(10./11/1.5, 2) - 10./11))
	deviation := math.Sqrt((10 + v*v*10/11) / 10)
	want := deviation / math.Sqrt(11) * 11 / 10 * (1 + 4*(1./11)/(11*10./11))
	if !near(center, v/11) || !near(se, want) {
		t.Errorf("%v with an error of %v, want %v and %v", center, se, v/11, want)
	}
}

// TestHuberIsTheMean where no value lies far out, and where so many do that nothing says which.
func TestHuberIsTheMean(t *testing.T) {
	for name, values := range map[string][]float64{
		"steady":         {.09, .1, .11, .1, .12, .08},
		"one of four":    {.09, .1, .11, .9},
		"two of six":     {0, .01, 0, .01, .4, .4},
		"three of eight": {0, .01, 0, .01, 0, .4, .41, .4},
		"equal":          {.1, .1, .1, .1, .1, .1},
		"two":            {.1, .3},
	} {
		center, se := huber(values)
		if want := math.Sqrt(variance(values) / float64(len(values))); math.Abs(center-mean(values)) > 1e-12 || math.Abs(se-want) > 1e-12 {
			t.Errorf("%s: %v with an error of %v, want %v and %v", name, center, se, mean(values), want)
		}
	}
}
