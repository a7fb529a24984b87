package stats

import (
	"cmp"
	"math"
	"slices"

	"gonum.org/v1/gonum/stat/distuv"
)

// A Judged is a ratio as one of a family: the ratios that a reader sees together. Of 20
// ratios of equal cells one lies outside its own 95% interval by chance.
type Judged struct {
	// Low and High are the ratio's interval, widened for the number of ratios in the
	// family; 0 and +Inf if they are not known. They contain the ratio's own interval.
	Low, High float64
	// Differs says that the ratio may be called a difference: the widened interval lies
	// outside the noise floor around 1. In at most 5% of the families of equal cells does
	// any ratio differ.
	Differs bool
}

// Judge judges the ratios of a family, each of which was made by [NewRatio]. It is the one
// standard of the program for calling something a difference. floor is as [Floor.Floor];
// 0 for none.
//
// The correction is Holm's. A few rounds say little of a ratio's scatter, so that of the
// other ratios counts too, as if it had been seen in at most four rounds more
// (scatterWeight). The ratio's own interval is asked beside that, because a cell may be
// noisier than the others.
func Judge(ratios []Ratio, floor float64) []Judged {
	all := make([]contrast, len(ratios))
	for i, r := range ratios {
		all[i] = r.contrast()
	}
	out := judge(shareScatter(all), floor)
	for i := range out {
		out[i] = out[i].joined(newJudged(all[i], significance, floor))
	}
	return out
}

// scatterWeight is the degrees of freedom that the scatter of the other ratios has at
// most. With 4 a quiet family helps a ratio of three rounds, and a cell that scatters
// three times as much as the others is still seldom called a difference.
const scatterWeight = 4

// A contrast is a log ratio that is to be judged.
type contrast struct {
	mean    float64
	se      float64 // of mean; +Inf if it is not known
	degrees float64 // of freedom, of se
}

// contrast returns the ratio's logarithm with its standard error.
func (r Ratio) contrast() contrast {
	c := contrast{mean: math.Log(r.Mean), se: math.Inf(1), degrees: float64(r.Rounds - 1)}
	if r.Rounds > 1 && !math.IsInf(r.High, 1) {
		c.se = (math.Log(r.High) - c.mean) / tQuantile(c.degrees)
	}
	return c
}

// half is half the width of the interval at a level of 1 - alpha.
func (c contrast) half(alpha float64) float64 {
	if math.IsInf(c.se, 1) {
		return c.se
	}
	return c.se * distuv.StudentsT{Sigma: 1, Nu: c.degrees}.Quantile(1-alpha/2)
}

// p is the two-sided p value of the mean lying within the band around 0.
func (c contrast) p(band float64) float64 {
	beyond := math.Abs(c.mean) - band
	switch {
	case beyond <= 0 || math.IsInf(c.se, 1):
		return 1
	case c.se == 0:
		return 0
	}
	return 2 * distuv.StudentsT{Sigma: 1, Nu: c.degrees}.Survival(beyond/c.se)
}

// shareScatter adds to each contrast's scatter that of the others, which are of the same
// machine at the same time. Their degrees count by half, because the ratios to one base are
// not independent.
func shareScatter(all []contrast) []contrast {
	sum, degrees := 0.0, 0.0 // of the variances of a round, weighted by their degrees
	known := func(c contrast) bool { return !math.IsInf(c.se, 1) }
	for _, c := range all {
		if known(c) {
			sum, degrees = sum+c.degrees*c.variance(), degrees+c.degrees
		}
	}
	out := slices.Clone(all)
	for i, c := range all {
		others := degrees - c.degrees
		if !known(c) || others <= 0 {
			continue
		}
		pooled := (sum - c.degrees*c.variance()) / others
		weight := min(scatterWeight, others/2)
		variance := (weight*pooled + c.degrees*c.variance()) / (weight + c.degrees)
		out[i] = contrast{c.mean, math.Sqrt(max(0, variance) / (c.degrees + 1)), weight + c.degrees}
	}
	return out
}

// variance is that of one round.
func (c contrast) variance() float64 { return c.se * c.se * (c.degrees + 1) }

// judge gives each contrast the interval at Holm's level, and says whether it differs.
func judge(all []contrast, floor float64) []Judged {
	out := make([]Judged, len(all))
	for i, share := range holmShares(pValues(all, floor), significance) {
		out[i] = newJudged(all[i], significance*share, floor)
	}
	return out
}

func pValues(all []contrast, floor float64) []float64 {
	out := make([]float64, len(all))
	for i, c := range all {
		out[i] = c.p(band(floor))
	}
	return out
}

func newJudged(c contrast, alpha, floor float64) Judged {
	half := c.half(alpha)
	j := Judged{Low: math.Exp(c.mean - half), High: math.Exp(c.mean + half)}
	j.Differs = math.Abs(c.mean)-half > band(floor)
	return j
}

// joined is the interval that contains both; it differs if both do.
func (j Judged) joined(other Judged) Judged {
	return Judged{Low: min(j.Low, other.Low), High: max(j.High, other.High), Differs: j.Differs && other.Differs}
}

// band is the logarithm of a noise floor.
func band(floor float64) float64 {
	if !(floor > 0) { // a damaged record may hold anything
		return 0
	}
	return math.Log1p(floor)
}

// holmShares returns the share of the level alpha at which each p value is tested by
// Holm's method: 1/n for the least p value, then 1/(n-1) and so on, up to the first that is
// not significant. All from there on have the same share.
func holmShares(ps []float64, alpha float64) []float64 {
	out := make([]float64, len(ps))
	left, stopped := len(ps), false
	for _, i := range ascending(ps) {
		out[i] = 1 / float64(left)
		stopped = stopped || ps[i] >= alpha*out[i]
		if !stopped {
			left--
		}
	}
	return out
}

// holm corrects p values for their number.
func holm(ps []float64) []float64 {
	out := make([]float64, len(ps))
	least := 0.0
	for rank, i := range ascending(ps) {
		least = max(least, min(1, ps[i]*float64(len(ps)-rank)))
		out[i] = least
	}
	return out
}

// ascending returns the indices of the values, those of the smallest first.
func ascending(values []float64) []int {
	order := make([]int, len(values))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(values[a], values[b]) })
	return order
}
