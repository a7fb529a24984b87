package stats_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"collatebench/results"
	"collatebench/results/resultstest"
	"collatebench/results/stats"
)

// scattered makes a ratio whose log has this mean and, in 8 rounds, a standard error of .01.
func scattered(t *testing.T, mean float64) stats.Ratio {
	t.Helper()
	// +-1 in 8 rounds: the sample deviation is sqrt(8/7).
	step := .01 * math.Sqrt(8) / math.Sqrt(8.0/7)
	over, base := make([]float64, 8), make([]float64, 8)
	for i := range over {
		over[i], base[i] = math.Exp(mean+step*float64(1-2*(i%2))), 1
	}
	r, err := stats.NewRatio(over, base)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func differ(judged []stats.Judged) []bool {
	var out []bool
	for _, j := range judged {
		out = append(out, j.Differs)
	}
	return out
}

// TestJudgeByHand: by t tables, 2.42 standard errors are p = .046 with the 7 degrees of
// freedom of a ratio alone, and .035 with the 10.5 that two equal ones share. So the ratio
// differs alone, differs beside one that certainly does (Holm), and not beside one that
// does not (.035 > .05/2).
func TestJudgeByHand(t *testing.T) {
	doubtful, certain, null := scattered(t, .0242), scattered(t, .5), scattered(t, .001)
	for name, tt := range map[string]struct {
		ratios []stats.Ratio
		floor  float64
		want   []bool
	}{
		"alone":                         {[]stats.Ratio{doubtful}, 0, []bool{true}},
		"beside one that differs":       {[]stats.Ratio{doubtful, certain}, 0, []bool{true, true}},
		"beside one that does not":      {[]stats.Ratio{null, doubtful}, 0, []bool{false, false}},
		"within the floor":              {[]stats.Ratio{scattered(t, .2)}, .25, []bool{false}},
		"mean beyond the floor, not so": {[]stats.Ratio{scattered(t, math.Log(1.25)+.02)}, .25, []bool{false}},
		"beyond the floor":              {[]stats.Ratio{scattered(t, math.Log(1.25)+.03)}, .25, []bool{true}},
		"below 1 beyond the floor":      {[]stats.Ratio{scattered(t, -math.Log(1.25)-.03)}, .25, []bool{true}},
		"a damaged floor is none":       {[]stats.Ratio{scattered(t, .2)}, -7, []bool{true}},
		"none":                          {nil, 0, nil},
	} {
		got := differ(stats.Judge(tt.ratios, tt.floor))
		if len(got) != len(tt.want) {
			t.Fatalf("%s: %v", name, got)
		}
		for i := range got {
			if got[i] != tt.want[i] {
				t.Errorf("%s: %v, want %v", name, got, tt.want)
			}
		}
	}
}

// TestJudgeOfANoisyRatio: a mean far beyond the floor is no difference while the ratio's own
// interval reaches 1, however quiet the others are.
func TestJudgeOfANoisyRatio(t *testing.T) {
	noisy, err := stats.NewRatio([]float64{.9, 1.7, 1.2, 1.3}, []float64{1, 1, 1, 1})
	if err != nil {
		t.Fatal(err)
	}
	if noisy.Mean < 1.2 || noisy.Low > 1 {
		t.Fatalf("%+v is no noisy one", noisy)
	}
	family := []stats.Ratio{noisy}
	for range 10 {
		family = append(family, scattered(t, .001))
	}
	j := stats.Judge(family, .1)[0]
	if j.Differs || j.Low > noisy.Low || j.High < noisy.High {
		t.Errorf("%+v of %+v", j, noisy)
	}
}

// family draws ratios of cells with these gains to a base; sd is the deviation of a log
// ratio in a round.
func family(t *testing.T, r *rand.Rand, rounds int, sd float64, gains ...float64) []stats.Ratio {
	t.Helper()
	draw := func(gain float64) []float64 {
		out := make([]float64, rounds)
		for i := range out {
			out[i] = gain * math.Exp(sd/math.Sqrt2*r.NormFloat64())
		}
		return out
	}
	base := draw(1)
	var out []stats.Ratio
	for _, gain := range gains {
		ratio, err := stats.NewRatio(draw(gain), base)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, ratio)
	}
	return out
}

// TestJudgeSeldomErrs: of families of equal cells at most one in twenty has a difference, and
// a real one of 1.5 is found in four rounds beside them.
func TestJudgeSeldomErrs(t *testing.T) {
	r := rand.New(rand.NewPCG(11, 12))
	const families = 300
	equal := []float64{1, 1, 1, 1, 1, 1, 1, 1}
	for _, rounds := range []int{3, 4, 6} {
		errors, found := 0, 0
		for range families {
			any := false
			for _, differs := range differ(stats.Judge(family(t, r, rounds, .16, equal...), 0)) {
				any = any || differs
			}
			if any {
				errors++
			}
			if stats.Judge(family(t, r, rounds, .05, 1.5, 1, 1, 1, 1, 1, 1, 1), 0)[0].Differs {
				found++
			}
		}
		if errors > families*8/100 { // of 300 at 5% 15 are expected at most, 24 are two deviations more
			t.Errorf("%d rounds: %d of %d families of equal cells differ", rounds, errors, families)
		}
		if found < families*95/100 {
			t.Errorf("%d rounds: a ratio of 1.5 is found in %d of %d", rounds, found, families)
		}
	}
}

// TestPairedRatiosDifferBeyondTheFloor: the floor's pairs have log ratios .1, .3, .1, .3;
// mean .2, standard error .0577, and 3.18245 is the t quantile: the floor is e^.3837 = 1.468.
func TestPairedRatiosDifferBeyondTheFloor(t *testing.T) {
	names := []string{resultstest.Collector32, resultstest.Request32, resultstest.Control(t, resultstest.Collector32)}
	for request, differs := range map[float64]bool{1.4: false, 1.6: true, 1 / 1.4: false, 1 / 1.6: true} {
		var samples []results.Sample
		for i, controlled := range []float64{.1, .3, .1, .3} {
			for j, v := range []float64{50, 50 * request, 50 * math.Exp(controlled)} {
				samples = append(samples, exactSample(t, names[j], i+1, v))
			}
		}
		s := summarise(t, resultstest.Info(names...), samples)
		if math.Abs(s.NoiseFloor.Floor-math.Expm1(.3837)) > 1e-3 || len(s.Ratios) != 1 || s.Ratios[0].Differs != differs {
			t.Errorf("%v: %+v, floor %v", request, s.Ratios, s.NoiseFloor.Floor)
		}
	}
}

// TestFastestOfEqualPeers: the fastest of many equal clients is fast by chance.
func TestFastestOfEqualPeers(t *testing.T) {
	info, _ := resultstest.ComparedRun(t, 3) // of three rounds no floor is known, which would cover all
	r := rand.New(rand.NewPCG(13, 14))
	wrong := 0
	const runs = 30
	for range runs {
		var samples []results.Sample
		for n := 1; n <= 3; n++ {
			for _, name := range info.Cells {
				samples = append(samples, resultstest.Sample(t, name, n, 1, 100*math.Exp(.08*r.NormFloat64())))
			}
		}
		s, err := stats.Summarise(info, samples)
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range s.PeerTables()[0].Rows {
			if row.ToBestDiffers || row.ToBaseDiffers {
				wrong++
				break
			}
		}
	}
	if wrong > runs/10 {
		t.Errorf("%d of %d tables of equal clients have a difference", wrong, runs)
	}
}
