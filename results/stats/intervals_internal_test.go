package stats

import (
	"bufio"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/montanaflynn/stats"

	"collatebench/internal/raced"
)

// A method makes a 95% interval for the centre of log ratios.
type method func(logs []float64) (low, high float64)

// methods are what [NewRatio] does and what it might do instead.
func methods() map[string]method {
	one := func(n int) float64 { return float64(n - 1) }
	return map[string]method{
		"chosen":         byT(huber, one),
		"mean":           byT(func(l []float64) (float64, float64) { return trimmed(l, 0) }, one),
		"trimmed":        byT(func(l []float64) (float64, float64) { return trimmed(l, .2) }, func(n int) float64 { return float64(n - 2*(n/5) - 1) }),
		"hodges-lehmann": hodgesLehmann,
		// As Mosteller and Tukey (1977) advise, 7 in 10 degrees count.
		"huber-mad": byT(func(l []float64) (float64, float64) { return mEstimate(l, clampedPull) }, func(n int) float64 { return .7 * float64(n-1) }),
		"biweight":  byT(func(l []float64) (float64, float64) { return mEstimate(l, biweight) }, func(n int) float64 { return .7 * float64(n-1) }),
	}
}

// byT makes the interval of an estimate, given its degrees of freedom for a number of values.
func byT(estimate func([]float64) (center, se float64), degrees func(n int) float64) method {
	return func(logs []float64) (low, high float64) {
		center, se := estimate(logs)
		half := se * cachedQuantile(degrees(len(logs)))
		return center - half, center + half
	}
}

var quantiles = map[float64]float64{}

// cachedQuantile is [tQuantile], which takes longer than the rest.
func cachedQuantile(degrees float64) float64 {
	if _, known := quantiles[degrees]; !known {
		quantiles[degrees] = tQuantile(max(1, degrees))
	}
	return quantiles[degrees]
}

// trimmed leaves out a share of the values at either end (Tukey and McLaughlin 1963); of four or
// less that is none.
func trimmed(values []float64, share float64) (center, se float64) {
	center, _ = stats.TrimmedMean(values, share)
	winsorized, _ := stats.Winsorize(values, share)
	n := float64(len(values))
	h := n - 2*math.Floor(n*share)
	return center, math.Sqrt(variance(winsorized) * (n - 1) / (h * (h - 1)))
}

// hodgesLehmann is the exact interval that belongs to the median of the means of all pairs. Of five
// values or less there is none of 95%.
func hodgesLehmann(values []float64) (low, high float64) {
	left := walshCut(len(values))
	if left < 0 {
		return math.Inf(-1), math.Inf(1)
	}
	var means []float64
	for i, a := range values {
		for _, b := range values[i:] {
			means = append(means, (a+b)/2)
		}
	}
	slices.Sort(means)
	return means[left], means[len(means)-1-left]
}

var cuts = map[int]int{}

// walshCut is how many means of pairs the interval leaves out at either end, by the distribution of
// Wilcoxon's signed ranks; -1 if even all of them are no interval of 95%.
func walshCut(n int) int {
	if cut, known := cuts[n]; known {
		return cut
	}
	ways := make([]float64, n*(n+1)/2+1) // to choose ranks with a sum
	ways[0] = 1
	for rank := 1; rank <= n; rank++ {
		for sum := len(ways) - 1; sum >= rank; sum-- {
			ways[sum] += ways[sum-rank]
		}
	}
	cut, tail := -1, 0.0
	for sum := range ways {
		if tail += ways[sum] / math.Exp2(float64(n)); tail > (1-confidence)/2 {
			break
		}
		cut = sum
	}
	cuts[n] = cut
	return cut
}

// clampedPull and biweight are functions of a value's distance from the centre in deviations: what
// it pulls with, and the slope of that.
func clampedPull(u float64) (pull, slope float64) {
	if math.Abs(u) > clampAt {
		return math.Copysign(clampAt, u), 0
	}
	return u, 1
}

func biweight(u float64) (pull, slope float64) {
	rest := 1 - u*u/36
	if rest < 0 {
		return 0, 0
	}
	return u * rest * rest, rest * (1 - 5*u*u/36)
}

// mEstimate has the deviation from the median absolute deviation, which half of the values
// can't move.
func mEstimate(values []float64, pull func(float64) (float64, float64)) (center, se float64) {
	center, _ = stats.Median(values)
	mad, _ := stats.MedianAbsoluteDeviation(values)
	deviation, n := 1.4826*mad, float64(len(values))
	if deviation == 0 {
		return center, 0
	}
	var squares, slopes float64
	for range 50 {
		var sum, weights float64
		squares, slopes = 0, 0
		for _, v := range values {
			u := (v - center) / deviation
			p, slope := pull(u)
			weight := 1.0
			if u != 0 {
				weight = p / u
			}
			sum, weights, squares, slopes = sum+weight*v, weights+weight, squares+p*p, slopes+slope
		}
		center = sum / weights
	}
	return center, deviation * math.Sqrt(squares*n/(n-1)) / max(1, slopes)
}

// A noise draws the log ratios of two equal cells in n rounds, centre 0.
type noise func(r *rand.Rand, n int) []float64

// noises are machines: of a deviation of 8% in each throughput, as ours in a calm hour.
func noises(tb testing.TB) map[string]noise {
	const deviation = .08
	quiet := func(r *rand.Rand) float64 { return deviation * (r.NormFloat64() - r.NormFloat64()) }
	slow := func(r *rand.Rand, share, by float64) float64 {
		if r.Float64() < share {
			return -math.Log(by)
		}
		return 0
	}
	each := func(draw func(r *rand.Rand) float64) noise {
		return func(r *rand.Rand, n int) []float64 {
			out := make([]float64, n)
			for i := range out {
				out[i] = draw(r)
			}
			return out
		}
	}
	return map[string]noise{
		"lognormal": each(quiet),
		"slow1.5x":  each(func(r *rand.Rand) float64 { return quiet(r) + slow(r, .1, 1.5) - slow(r, .1, 1.5) }),
		"slow3x":    each(func(r *rand.Rand) float64 { return quiet(r) + slow(r, .1, 3) - slow(r, .1, 3) }),
		"oneside3x": each(func(r *rand.Rand) float64 { return quiet(r) + slow(r, .1, 3) }),
		"twospeeds": each(func(r *rand.Rand) float64 { return quiet(r)/4 + slow(r, .3, 1.3) - slow(r, .3, 1.3) }),
		"heavy":     each(func(r *rand.Rand) float64 { return deviation * r.NormFloat64() / math.Sqrt(r.ExpFloat64()) }), // t, 2 degrees
		"drifting":  drifting(deviation),
		"recorded":  recorded(tb),
	}
}

// drifting is a machine that becomes slower or faster from sample to sample; chance orders the two
// samples of a round.
func drifting(deviation float64) noise {
	return func(r *rand.Rand, n int) []float64 {
		out := make([]float64, n)
		trend := deviation / 4 * r.NormFloat64()
		for i := range out {
			out[i] = trend + deviation*(.6*r.NormFloat64()+r.NormFloat64()-r.NormFloat64())
			if r.IntN(2) == 0 {
				out[i] = -out[i]
			}
		}
		return out
	}
}

// recorded draws rounds of one series of testdata/aa.txt, without replacement. Which of two equal
// cells is divided by the other is drawn too, so that the centre is 0.
func recorded(tb testing.TB) noise {
	series := recordedSeries(tb)
	return func(r *rand.Rand, n int) []float64 {
		s := series[r.IntN(len(series))]
		for len(s) < n {
			s = series[r.IntN(len(series))]
		}
		out := make([]float64, n)
		for i, at := range r.Perm(len(s))[:n] {
			out[i] = s[at]
			if r.IntN(2) == 0 {
				out[i] = -out[i]
			}
		}
		return out
	}
}

// recordedSeries reads the file that its first lines describe.
func recordedSeries(tb testing.TB) [][]float64 {
	tb.Helper()
	f, err := os.Open("testdata/aa.txt")
	if err != nil {
		tb.Fatal(err)
	}
	defer f.Close()
	var out [][]float64
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		if strings.HasPrefix(lines.Text(), "#") {
			continue
		}
		var s []float64
		for _, text := range strings.Fields(lines.Text()) {
			v, err := strconv.ParseFloat(text, 64)
			if err != nil {
				tb.Fatal(err)
			}
			s = append(s, v)
		}
		out = append(out, s)
	}
	if lines.Err() != nil || len(out) == 0 {
		tb.Fatalf("%d series, %v", len(out), lines.Err())
	}
	return out
}

// BenchmarkIntervals is the study behind [huber]: for each noise, number of rounds and method the share
// of the intervals that cover the truth, in percent, and their mean width in log ratio. An op
// is an interval. The tables of the package's comment are from
//
//	go test -run '^$' -bench Intervals -benchtime 10000x ./results/stats
func BenchmarkIntervals(b *testing.B) {
	all, by := noises(b), methods()
	for _, from := range slices.Sorted(maps.Keys(all)) {
		for _, n := range []int{3, 4, 5, 6, 8, 12, 20, 40} {
			for _, name := range slices.Sorted(maps.Keys(by)) {
				b.Run(fmt.Sprintf("noise=%s/rounds=%d/by=%s", from, n, name), func(b *testing.B) {
					r := rand.New(rand.NewPCG(41, 42)) // the same draws for each method
					covered, width := 0, 0.0
					for range b.N {
						low, high := by[name](all[from](r, n))
						width += high - low
						if low <= 0 && 0 <= high {
							covered++
						}
					}
					b.ReportMetric(100*float64(covered)/float64(b.N), "%covered")
					b.ReportMetric(width/float64(b.N), "width")
				})
			}
		}
	}
}

// BenchmarkTails shows how often the t of equal cells exceeds what a gate asks for at alpha .001, relative
// to that: with all degrees of freedom, and with tailDegrees of them.
func BenchmarkTails(b *testing.B) {
	const alpha = .001
	all := noises(b)
	for _, from := range slices.Sorted(maps.Keys(all)) {
		for _, n := range []int{5, 6, 8, 12, 24} {
			b.Run(fmt.Sprintf("noise=%s/rounds=%d", from, n), func(b *testing.B) {
				r := rand.New(rand.NewPCG(45, 46))
				limit := func(degrees float64) float64 { return Effect{Degrees: degrees}.t().Quantile(1 - alpha/2) }
				full, less := limit(float64(n-1)), limit(tailDegrees*float64(n-1))
				var beyondFull, beyondLess float64
				for range b.N {
					center, se := huber(all[from](r, n))
					if math.Abs(center) > full*se {
						beyondFull++
					}
					if math.Abs(center) > less*se {
						beyondLess++
					}
				}
				b.ReportMetric(beyondFull/float64(b.N)/alpha, "times-alpha")
				b.ReportMetric(beyondLess/float64(b.N)/alpha, "times-alpha-of-less")
			})
		}
	}
}

// TestIntervalsCover: of two equal cells at most one interval in twenty leaves out 1, whatever the
// noise. The benchmark has more draws and rounds.
func TestIntervalsCover(t *testing.T) {
	if raced.Enabled {
		t.Skip("one goroutine, and 40,000 intervals")
	}
	const draws = 1600
	allowed := draws*(1-confidence) + 2.5*math.Sqrt(draws*confidence*(1-confidence))
	by := methods()
	for from, draw := range noises(t) {
		for _, n := range []int{4, 6, 8} {
			r := rand.New(rand.NewPCG(43, 44))
			missed, width, plain := 0, 0.0, 0.0
			for range draws {
				logs := draw(r, n)
				low, high := by["chosen"](logs)
				if low > 0 || high < 0 {
					missed++
				}
				width += high - low
				low, high = by["mean"](logs)
				plain += high - low
			}
			if float64(missed) > allowed {
				t.Errorf("%s, %d rounds: %d of %d intervals leave out the truth", from, n, missed, draws)
			}
			most := 1.04
			if from == "slow3x" && n > 4 {
				most = .85
			}
			if width > most*plain {
				t.Errorf("%s, %d rounds: %.3f times as wide as by the mean, want %v at most", from, n, width/plain, most)
			}
		}
	}
}
