package changepoint_test

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"collatebench/results/stats/changepoint"
)

func repeated(parts ...[2]int) (out []float64) {
	for _, p := range parts {
		out = append(out, slices.Repeat([]float64{float64(p[0])}, p[1])...)
	}
	return out
}

func with(series []float64, at int, v float64) []float64 {
	series[at] = v
	return series
}

// TestFiguresOfMongoDB: series, places and statistics are those of tests/test_detection.py in
// https://github.com/mongodb/signal-processing-algorithms (Apache License 2.0), which calls
// a change one at p <= .01.
func TestFiguresOfMongoDB(t *testing.T) {
	noisy := []float64{
		41, 18, 23, 3, 32, 11, 40, 13, 29, 48, 47, 35, 18, 21, 6, 2, 23, 3, 4, 7,
		120, 103, 102, 81, 71, 62, 115, 61, 108, 63, 70, 98, 65, 96, 64, 74, 70, 113, 90, 114,
		208, 196, 153, 150, 225, 179, 206, 165, 177, 151, 218, 217, 244, 245, 229, 195, 225, 229, 176, 250,
	}
	for _, c := range []struct {
		name   string
		p      float64 // the significance
		series []float64
		at     []int
		q      []float64 // nil where the source has none
	}{
		{"random numbers of three ranges", .01, noisy, []int{20, 40}, []float64{893.578947368421, 2848.1169590643276}},
		{"one step", .01, repeated([2]int{50, 15}, [2]int{100, 15}), []int{15}, nil},
		{"half way before", .01, with(repeated([2]int{50, 15}, [2]int{100, 15}), 14, 74), []int{15}, nil},
		{"more than half way before", .01, with(repeated([2]int{50, 15}, [2]int{100, 15}), 14, 76), []int{14}, nil},
		{"an outlier before", .01, with(repeated([2]int{50, 15}, [2]int{100, 15}), 2, 100), []int{15}, []float64{649.9999999999999}},
		// p is .017: none of the 100 permutations of the source happened to be as strong.
		{"a regression and a recovery", .02, with(with(repeated([2]int{50, 15}, [2]int{100, 15}, [2]int{50, 15}), 2, 100), 32, 100), []int{15, 33}, []float64{544.7415329768271, 226.66666666666674}},
		{"two steps", .01, with(repeated([2]int{50, 15}, [2]int{100, 15}, [2]int{150, 15}), 2, 100), []int{15, 30}, []float64{649.9999999999999, 1209.1954022988505}},
		{"no step", .01, repeated([2]int{50, 30}), nil, nil},
		{"short", .001, []float64{1, 1, 1, 1, 2, 2, 2, 2, 2, 3, 3, 3}, nil, nil},
	} {
		found := changepoint.FindAt(c.series, 1, c.p)
		if !slices.Equal(places(found), c.at) {
			t.Errorf("%s: changes at %v, want %v", c.name, places(found), c.at)
			continue
		}
		for i, q := range c.q {
			if math.Abs(found[i].Q/q-1) > 1e-12 {
				t.Errorf("%s: at %d the statistic is %.13f, want %.13f", c.name, found[i].At, found[i].Q, q)
			}
		}
	}
}

func places(found []changepoint.Change) (out []int) {
	for _, c := range found {
		out = append(out, c.At)
	}
	return out
}

// TestMeasuredSeries: throughputs of a database with their changes, of
// perf/testdata/TestShort.json in https://github.com/evergreen-ci/cedar (Apache License
// 2.0). Where ours is 69 it has 70, because it cuts m k / (m + k) to a whole number, which
// the paper does not.
func TestMeasuredSeries(t *testing.T) {
	text, err := os.ReadFile("testdata/throughputs.json")
	if err != nil {
		t.Fatal(err)
	}
	var of struct {
		Series   []float64 `json:"series"`
		Expected []int     `json:"expected"`
	}
	if err := json.Unmarshal(text, &of); err != nil {
		t.Fatal(err)
	}
	slices.Sort(of.Expected)
	of.Expected[slices.Index(of.Expected, 70)] = 69
	for seed := range uint64(5) {
		if got := places(changepoint.Find(of.Series, seed)); !slices.Equal(got, of.Expected) {
			t.Errorf("seed %d: changes at %v, want %v", seed, got, of.Expected)
		}
	}
}

// TestByDefinition compares the statistic, found in n log n steps, with its definition: the
// mean distances between and within all splits.
func TestByDefinition(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		series := rapid.SliceOfN(rapid.Float64Range(-1000, 1000), 20, 60).Draw(t, "series")
		step := rapid.IntRange(8, len(series)-8).Draw(t, "step")
		for i := range series[step:] {
			series[step+i] += 5000
		}
		found := changepoint.Find(series, 1)
		at, q := strongest(series)
		if i := slices.Index(places(found), at); i < 0 || math.Abs(found[i].Q/q-1) > 1e-9 {
			t.Fatalf("found %v; by the definition the first is at %d with %.9f", found, at, q)
		}
	})
}

func strongest(series []float64) (at int, q float64) {
	mean := func(a, b []float64, n float64) float64 {
		sum := 0.
		for _, x := range a {
			for _, y := range b {
				sum += math.Abs(x - y)
			}
		}
		return sum / n
	}
	for k := 2; k <= len(series)-2; k++ {
		a, b := series[:k], series[k:]
		n, m := float64(len(a)), float64(len(b))
		if e := n * m / (n + m) * (2*mean(a, b, n*m) - mean(a, a, n*(n-1)) - mean(b, b, m*(m-1))); e > q {
			at, q = k, e
		}
	}
	return at, q
}

// TestNoise: of 2000 series without a change, about .001 of them may have one. Twelve or
// more of 2000 come with a probability below 1e-5, and the seed is fixed.
func TestNoise(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	wrong := 0
	for range 2000 {
		series := make([]float64, 60)
		for i := range series {
			series[i] = math.Exp(.1 * random.NormFloat64())
		}
		if len(changepoint.Find(series, 7)) > 0 {
			wrong++
		}
	}
	if wrong >= 12 {
		t.Errorf("%d of 2000 series without a change have one", wrong)
	}
	t.Logf("%d of 2000", wrong)
}

// TestTooShort: what is too short for the significance has no change, however large.
func TestTooShort(t *testing.T) {
	for n := range 5 {
		if found := changepoint.Find(repeated([2]int{1, n}, [2]int{1000, n}), 1); len(found) > 0 {
			t.Errorf("%d and %d values: %v", n, n, found)
		}
	}
}

// BenchmarkFind500 is what 40 cells of 500 runs take, with three changes each and with none.
func BenchmarkFind500(b *testing.B) {
	for name, step := range map[string]float64{"changes": .2, "none": 0} {
		b.Run(name, func(b *testing.B) {
			random := rand.New(rand.NewPCG(1, 2))
			cells := make([][]float64, 40)
			for i := range cells {
				for k := range 500 {
					cells[i] = append(cells[i], 5+step*float64(k/125%2)+.05*random.NormFloat64())
				}
			}
			for b.Loop() {
				for _, series := range cells {
					changepoint.Find(series, 1)
				}
			}
		})
	}
}
