// Package changepoint finds where a series of numbers changes for good: E-divisive with
// means.
//
//	series := []float64{99, 101, 100, 98, 102, 100, 101, 99, 100, 102, 81, 79, 80, 82, 80, 78, 81, 80, 79, 80}
//	for _, c := range changepoint.Find(series, 1) {
//		fmt.Printf("from value %d on, p = %.4f\n", c.At, c.P)
//	}
//
// The method is that of Matteson and James, "A Nonparametric Approach for Multiple Change
// Point Analysis of Multivariate Data" (2014), as Daly et al. use it in "The Use of Change
// Point Detection to Identify Software Performance Regressions in a Continuous Integration
// System" (2020). It assumes no distribution, and needs no threshold in percent. There is
// no Go module of it that is kept: MongoDB's was taken out of evergreen-ci/cedar, and
// golang.org/x/benchmarks has the variant with medians, in an internal package. The tests
// hold it to the figures of mongodb/signal-processing-algorithms.
//
// It does not know what the numbers are. It is no test of two runs: a change shows only
// after some values, see [Find].
package changepoint

import "math/rand/v2"

const (
	// significance is the p value below which a change is one, as in Daly et al.
	significance = 0.001
	// permutations of each test. Of 2000, one may be as strong as what was observed: with
	// 1000 none may, and a true change in a short series is lost by one bad draw.
	permutations = 2000
	// least is the fewest values on each side of a change: the scatter of one value is
	// unknown.
	least = 2
)

// A Change is where a series changes.
type Change struct {
	At int     // index of the first value after it
	Q  float64 // the energy statistic of the two sides, in the values' unit
	P  float64 // how rarely a series without this change has one as strong, by its permutations
}

// Find returns the changes of a series of finite numbers, by their place. The same series
// and seed give the same answer. At p < .001 a step far above the scatter shows after eight
// values where eight were before it, after four where 20 were, after three where 100 were.
// It takes some n log n steps for each of 2000 permutations of each change, and far fewer
// where there is none: 0.1 s for 500 values with three changes, 0.3 ms without.
func Find(series []float64, seed uint64) []Change { return find(series, seed, significance) }

func find(series []float64, seed uint64, significance float64) []Change {
	random := rand.New(rand.NewPCG(seed, 0))
	clusters := []*cluster{newCluster(series, 0)}
	var found []Change
	for {
		best := clusters[0]
		for _, c := range clusters {
			if c.q > best.q {
				best = c
			}
		}
		if best.at == 0 {
			return found
		}
		p := test(clusters, best.q, significance, random)
		if p >= significance {
			return found
		}
		at := best.from + best.at
		found = insert(found, Change{At: at, Q: best.q, P: p})
		end := best.from + len(best.order)
		clusters = split(clusters, best, newCluster(series[best.from:at], best.from), newCluster(series[at:end], at))
	}
}

// test returns the p value of a change of strength q in one of the clusters. Each
// permutation shuffles the values within all clusters, and counts if any of them has such
// a change then. It stops when p can't get below the significance any more.
func test(clusters []*cluster, q, significance float64, random *rand.Rand) float64 {
	// Equal splits of equal values differ by rounding alone.
	const rounding = 1e-9
	as := 0
	for n := 1; n <= permutations; n++ {
		for _, c := range clusters {
			if c.shuffled(random) >= q*(1-rounding) {
				as++
				break
			}
		}
		if float64(as+1)/float64(permutations+1) >= significance {
			return float64(as+1) / float64(n+1)
		}
	}
	return float64(as+1) / float64(permutations+1)
}

func insert(found []Change, c Change) []Change {
	i := 0
	for i < len(found) && found[i].At < c.At {
		i++
	}
	return append(found[:i], append([]Change{c}, found[i:]...)...)
}

func split(clusters []*cluster, old *cluster, halves ...*cluster) []*cluster {
	out := halves
	for _, c := range clusters {
		if c != old {
			out = append(out, c)
		}
	}
	return out
}
