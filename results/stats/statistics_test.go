package stats_test

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"collatebench/results"
	"collatebench/results/resultstest"
	"collatebench/results/stats"
)

func near(a, b float64) bool {
	return a == b || math.Abs(a-b) <= 1e-6*math.Max(math.Abs(a), math.Abs(b))
}

func TestRatioByHand(t *testing.T) {
	// Log ratios 0, ln 2 and 2 ln 2: mean ln 2, sample deviation ln 2. The t
	// quantile of two degrees of freedom at .975 is 4.302653 in any table.
	half := 4.30265273 * math.Ln2 / math.Sqrt(3)
	for _, tt := range []struct {
		name            string
		over, base      []float64
		mean, low, high float64
		doubts          int
	}{
		{"three rounds", []float64{10, 40, 20}, []float64{10, 20, 5}, 2, 2 * math.Exp(-half), 2 * math.Exp(half), 1},
		{"one round", []float64{3}, []float64{2}, 1.5, 0, math.Inf(1), 1},
		{"no scatter", []float64{2, 4, 6, 8, 10, 12}, []float64{1, 2, 3, 4, 5, 6}, 2, 2, 2, 0},
	} {
		r, err := stats.NewRatio(tt.over, tt.base)
		if err != nil {
			t.Fatalf("%s: %v", tt.name, err)
		}
		if !near(r.Mean, tt.mean) || !near(r.Low, tt.low) || !near(r.High, tt.high) || r.Rounds != len(tt.over) || len(r.Doubts) != tt.doubts {
			t.Errorf("%s: %+v, want %v (%v to %v) with %d doubts", tt.name, r, tt.mean, tt.low, tt.high, tt.doubts)
		}
	}
	for _, bad := range [][2][]float64{{{1, 2}, {1}}, {{}, {}}, {{0}, {1}}, {{1}, {0}}, {{-1}, {1}}, {{math.NaN()}, {1}}} {
		if r, err := stats.NewRatio(bad[0], bad[1]); err == nil {
			t.Errorf("ratio of %v to %v is %+v, want an error", bad[0], bad[1], r)
		}
	}
}

// TestOneBadRound: five rounds near 1.10 and one of 2.2 are still a gain of some 10%, to be called a
// difference; by mean and deviation they would be 1.23 (0.91 to 1.67). How far out the bad one lies
// changes nothing, and one that is bad the other way is no loss.
func TestOneBadRound(t *testing.T) {
	base := []float64{100, 100, 100, 100, 100, 100}
	of := func(last float64) stats.Ratio {
		r, err := stats.NewRatio([]float64{108, 112, 109, 111, 110, last}, base)
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	bad := of(220)
	if bad.Mean < 1.09 || bad.Mean > 1.13 || bad.Low < 1.05 || bad.High > 1.17 || !stats.Judge([]stats.Ratio{bad}, 0)[0].Differs {
		t.Errorf("%+v", bad)
	}
	if far := of(2200); !near(far.Mean, bad.Mean) || !near(far.Low, bad.Low) || !near(far.High, bad.High) {
		t.Errorf("%+v, and with a round that is ten times as far out %+v", bad, far)
	}
	if slow := of(50); slow.Low < 1.05 || slow.Mean > 1.11 {
		t.Errorf("%+v with a slow round", slow)
	}
	if good := of(110); bad.High-bad.Low < 1.5*(good.High-good.Low) {
		t.Errorf("%+v, hardly wider than without the bad round: %+v", bad, good)
	}
}

func TestEstimateByHand(t *testing.T) {
	values := []float64{60, 10, 50, 20, 40, 30}
	// Of six values the interval is the whole range: level 1 - 2/2^6.
	e := stats.NewEstimate(values)
	if e.Median != 35 || e.Low != 10 || e.High != 60 || len(e.Doubts) != 0 {
		t.Errorf("%+v, want 35 (10 to 60)", e)
	}
	if want := 1 - 10.0/35; !near(e.Spread(), want) {
		t.Errorf("spread %v, want %v", e.Spread(), want)
	}
	if values[0] != 60 {
		t.Error("the values were sorted in place: pairs are lost")
	}
	few := stats.NewEstimate(values[:5])
	if few.Median != 40 || !math.IsInf(few.Spread(), 1) || len(few.Doubts) == 0 {
		t.Errorf("%+v of five values, want a median of 40, no interval and a doubt", few)
	}
}

func TestUnknownBoundsAreNull(t *testing.T) {
	r, err := stats.NewRatio([]float64{3}, []float64{2})
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(r)
	if err != nil || !strings.Contains(string(text), `"high":null`) {
		t.Errorf("%s, %v; want high to be null", text, err)
	}
	var back stats.Ratio
	if err := json.Unmarshal(text, &back); err != nil || back.Mean != r.Mean || !math.IsInf(back.High, 1) {
		t.Errorf("read back %+v, %v; want %+v", back, err, r)
	}
	if text, err = json.Marshal(stats.NewEstimate([]float64{1})); err != nil || !strings.Contains(string(text), `"low":null`) {
		t.Errorf("%s, %v; want low to be null", text, err)
	}
}

// pairs draws the throughputs of two cells.
func pairs(t *rapid.T) (a, b []float64) {
	n := rapid.IntRange(1, 20).Draw(t, "rounds")
	one := rapid.Float64Range(.01, 1e5)
	return rapid.SliceOfN(one, n, n).Draw(t, "a"), rapid.SliceOfN(one, n, n).Draw(t, "b")
}

func ratio(t *rapid.T, a, b []float64) stats.Ratio {
	r, err := stats.NewRatio(a, b)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestRatioProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := pairs(t)
		r, swapped := ratio(t, a, b), ratio(t, b, a)
		if r.Low > r.Mean || r.Mean > r.High {
			t.Errorf("%v is not within %v to %v", r.Mean, r.Low, r.High)
		}
		if !near(swapped.Mean, 1/r.Mean) || !near(swapped.Low, 1/r.High) || !near(swapped.High, 1/r.Low) {
			t.Errorf("%+v swapped is %+v", r, swapped)
		}
		if same := ratio(t, a, a); same.Mean != 1 || same.Low > 1 || same.High < 1 {
			t.Errorf("a cell to itself: %+v", same)
		}
	})
}

func TestNoiseFloorByHand(t *testing.T) {
	// The collector's A/A control is e^.1 and e^.3 times as fast: mean log .2,
	// standard error .1; 12.7062 is the t quantile of one degree of freedom.
	limit := math.Expm1(.2 + 12.706205*.1)
	names := []string{resultstest.Collector32, resultstest.Request32, resultstest.Control(t, resultstest.Collector32), resultstest.Control(t, resultstest.Request32)}
	for _, tt := range []struct {
		second float64
		within bool
	}{{1.5, true}, {1 + limit + .01, false}, {1 / (1 + limit + .01), false}} {
		var samples []results.Sample
		for n, controlled := range []float64{math.Exp(.1), math.Exp(.3)} {
			for i, v := range []float64{50, 90, 50 * controlled, 90 * tt.second} {
				samples = append(samples, exactSample(t, names[i], n+1, v))
			}
		}
		s := summarise(t, resultstest.Info(names...), samples)
		f := s.NoiseFloor
		if f == nil || math.Abs(f.Floor-limit) > 1e-5 || f.Cell != resultstest.Collector32 || f.Second != resultstest.Request32 || f.Within != tt.within {
			t.Errorf("second pair %v: floor %+v, want %v and within=%v", tt.second, f, limit, tt.within)
		}
	}
}

func TestNoNoiseFloor(t *testing.T) {
	plain := []string{resultstest.Collector32, resultstest.Request32}
	if s := summarise(t, resultstest.Info(plain...), resultstest.Rounds(t, plain, 2)); s.NoiseFloor != nil || s.NoFloor == "" {
		t.Errorf("without A/A controls: %+v, %q", s.NoiseFloor, s.NoFloor)
	}
	controlled := append(plain, resultstest.Control(t, resultstest.Request32))
	if s := summarise(t, resultstest.Info(controlled...), resultstest.Rounds(t, controlled, 1)); s.NoiseFloor != nil || s.NoFloor == "" {
		t.Errorf("of one round: %+v, %q", s.NoiseFloor, s.NoFloor)
	}
	s := summarise(t, resultstest.Info(controlled...), resultstest.Rounds(t, controlled, 2))
	if f := s.NoiseFloor; f == nil || f.Cell != resultstest.Request32 || f.Second != "" {
		t.Errorf("one pair: %+v, want it to set the floor and nothing to test it", f)
	}
}

// exactSample makes a sample whose line does not round the throughput.
func exactSample(t testing.TB, cell string, round int, throughput float64) results.Sample {
	t.Helper()
	s := resultstest.Sample(t, cell, round, 1, 123.45)
	s.Line = strings.Replace(s.Line, "123.45 MB/s", text(throughput)+" MB/s", 1)
	return s
}

func text(v float64) string {
	b, _ := json.Marshal(v)
	return string(b)
}

func summarise(t testing.TB, info results.Info, samples []results.Sample) stats.Summary {
	t.Helper()
	s, err := stats.Summarise(info, samples)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestOrderOfTheLedgerDoesNotMatter(t *testing.T) {
	info, samples := resultstest.TroubledRun(t, map[string]string{"placement": "collector,request", "window": "32", "procs": "2"})
	want, err := json.Marshal(summarise(t, info, samples))
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(t *rapid.T) {
		shuffled := slices.Clone(samples)
		r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
		r.Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
		s, err := stats.Summarise(info, shuffled)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := json.Marshal(s); err != nil || string(got) != string(want) {
			t.Fatalf("%v: %s\nwant %s", err, got, want)
		}
	})
}

func TestSummary(t *testing.T) {
	info, samples := resultstest.DefaultRun(t)
	s := summarise(t, info, samples)
	if s.Rounds != 6 || s.Base != "collector" || len(s.Cells) != 26 || len(s.Ratios) != 18 || s.Samples != len(samples) {
		t.Errorf("%d rounds, base %s, %d cells, %d ratios, %d samples", s.Rounds, s.Base, len(s.Cells), len(s.Ratios), s.Samples)
	}
	widest := 0.0
	for _, r := range s.Ratios {
		widest = max(widest, r.Ratio.High/r.Ratio.Mean-1)
		if r.Unflagged == nil || r.Unflagged.Rounds != 5 || r.Ratio.Rounds != 6 {
			t.Errorf("%s: %+v, without flagged rounds %+v", r.Cell, r.Ratio, r.Unflagged)
		}
	}
	if s.Precision() != widest || widest == 0 {
		t.Errorf("precision %v, want %v", s.Precision(), widest)
	}
	for _, c := range s.Cells {
		// Each round has 64 responses, of 10 ms in the first to 60 in the sixth.
		if c.Responses != 6*64 || math.Abs(float64(c.P50)-30e6) > 1e5 || math.Abs(float64(c.P99)-60e6) > 1e5 {
			t.Errorf("%s: p50 %d ns, p99 %d ns of %d responses", c.Cell, c.P50, c.P99, c.Responses)
		}
		if heavy := strings.Contains(c.Cell, "pool/window=32") && strings.HasSuffix(c.Cell, "-2"); c.UpstreamHeavy != heavy {
			t.Errorf("%s: upstream marked %v", c.Cell, c.UpstreamHeavy)
		}
		if len(c.Units) != 8 || c.Units[0].Unit != "MB/s" || c.Units[1].Unit != "cpus" {
			t.Errorf("%s: units %+v", c.Cell, c.Units)
		}
	}
}

func TestSummaryOfOnePlacement(t *testing.T) {
	names := []string{strings.Replace(resultstest.Collector32, "collector", "pool", 1)}
	s := summarise(t, resultstest.Info(names...), resultstest.Rounds(t, names, 6))
	if len(s.Ratios) != 0 || !math.IsInf(s.Precision(), 1) || s.Base != "pool" {
		t.Errorf("%d ratios, precision %v, base %s", len(s.Ratios), s.Precision(), s.Base)
	}
}

func TestSummariseRefuses(t *testing.T) {
	names := []string{resultstest.Collector32, resultstest.Request32}
	good := resultstest.Rounds(t, names, 1)
	for name, bad := range map[string]struct {
		cells  []string
		change func(*results.Sample)
	}{
		"a cell that is none":        {append([]string{"placement=pool"}, names...), func(*results.Sample) {}},
		"a cell twice":               {append([]string{resultstest.Collector32}, names...), func(*results.Sample) {}},
		"a sample of another cell":   {names[:1], func(*results.Sample) {}},
		"a sample that is not valid": {names, func(s *results.Sample) { s.Line = "ok" }},
	} {
		samples := slices.Clone(good)
		bad.change(&samples[0])
		if _, err := stats.Summarise(resultstest.Info(bad.cells...), samples); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestSamplesWithoutResponsesHaveNoPercentiles(t *testing.T) {
	s := resultstest.Sample(t, resultstest.Request32, 1, 1, 89.84)
	s.Detail.Responses = ""
	c := summarise(t, resultstest.Info(resultstest.Request32), []results.Sample{s}).Cells[0]
	if c.P50 != 0 || c.P99 != 0 || c.Responses != 0 || math.IsNaN(c.Throughput.Median) {
		t.Errorf("%+v", c)
	}
}

// TestFloorIsKnownFromFourRounds: of fewer a t interval says nothing.
func TestFloorIsKnownFromFourRounds(t *testing.T) {
	if (*stats.Floor)(nil).Known() {
		t.Error("no floor is known")
	}
	for rounds, known := range map[int]bool{2: false, 3: false, 4: true} {
		if f := (stats.Floor{Ratio: stats.Ratio{Rounds: rounds}}); f.Known() != known {
			t.Errorf("a floor of %d rounds is known: %v", rounds, f.Known())
		}
	}
}

// TestOneEstimatorOfPercentiles: the rounds' 99th percentiles are 107, 128, 163, 212 ms, so
// their median is 145.5. Every client of a run that compares clients has it, also one whose
// responses could be pooled; and a run in which some responses were lost pools none.
func TestOneEstimatorOfPercentiles(t *testing.T) {
	info, samples := resultstest.ComparedRun(t, 4)
	for _, c := range summarise(t, info, samples).Cells {
		if c.P99 != 145.5e6 || c.Responses != 0 {
			t.Errorf("%s: %d ns, of %d pooled responses", c.Cell, c.P99, c.Responses)
		}
	}
	foreign := func(name string) bool { return strings.HasPrefix(name, "client=") }
	info.Cells = slices.DeleteFunc(info.Cells, foreign)
	samples = slices.DeleteFunc(samples, func(s results.Sample) bool { return foreign(s.Cell) })
	if c := summarise(t, info, samples).Cells[0]; c.P99 != 145.5e6 {
		t.Errorf("of Go's client alone %d ns", c.P99)
	}
	names := []string{resultstest.Collector32, resultstest.Request32}
	samples = resultstest.Rounds(t, names, 3)
	if s := summarise(t, resultstest.Info(names...), samples); !s.Pooled || s.Cells[0].Responses != 3*64 || s.Cells[1].P99 < 29e6 {
		t.Errorf("pooled: %v, %+v", s.Pooled, s.Cells)
	}
	samples[0].Detail.Responses = ""
	if s := summarise(t, resultstest.Info(names...), samples); s.Pooled || s.Cells[0].Responses+s.Cells[1].Responses != 0 {
		t.Errorf("one cell's responses are not whole: pooled %v, %+v", s.Pooled, s.Cells)
	}
}
