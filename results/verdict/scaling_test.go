package verdict_test

import (
	"fmt"
	"strings"
	"testing"

	"collatebench/results/verdict"
)

// TestScatterOfTheScalingIsDoubt: where the measured core scaling scatters, the verdict
// says how far that reaches in the gain that it predicts.
func TestScatterOfTheScalingIsDoubt(t *testing.T) {
	for _, x := range []struct {
		name      string
		low, high float64
		decoding  float64 // CPU seconds
		says      string  // "" means no doubt
	}{
		{name: "not known"},
		{name: "little", low: 1.75, high: 1.85},
		{name: "wide", low: 1.4, high: 1.95, says: "1.40 to 1.95 effective ones, so it is"},
		{name: "wide, with decoding measured", low: 1.4, high: 1.95, decoding: .0105, says: "1.40 to 1.95 effective ones, so it is"},
		{name: "no more than the cores", low: 1.4, high: 2.9, says: "1.40 to 2.00 effective ones, so it is"},
	} {
		p := change(func(p *verdict.Probes) {
			collector(p)
			p.EffectiveCoresLow, p.EffectiveCoresHigh, p.Decoding = x.low, x.high, x.decoding
		})
		v := verdict.Observe(p)
		var doubts []string
		for _, u := range v.Uncertain {
			if strings.HasPrefix(u, "the gain predicted of decoding in parallel: ") {
				doubts = append(doubts, u)
			}
		}
		if (x.says == "") != (len(doubts) == 0) || x.says != "" && !strings.Contains(doubts[0], x.says) {
			t.Errorf("%s: %q; want %q", x.name, doubts, x.says)
		}
	}
}

// TestScatterReachesTheGain: the range is that of the prediction at either end of the
// interval, also where the cost of decoding was measured.
func TestScatterReachesTheGain(t *testing.T) {
	for _, decoding := range []float64{0, .0105} {
		at := func(effective float64) float64 {
			return change(func(p *verdict.Probes) {
				collector(p)
				p.EffectiveCores, p.Decoding = effective, decoding*1.8/effective
			}).Predict(1, "placement")
		}
		p := change(func(p *verdict.Probes) {
			collector(p)
			p.EffectiveCores, p.EffectiveCoresLow, p.EffectiveCoresHigh, p.Decoding = 1.8, 1.4, 1.95, decoding
		})
		want := spellRange(at(1.4), at(1.95))
		v := verdict.Observe(p)
		if last := v.Uncertain[len(v.Uncertain)-1]; !strings.HasSuffix(last, want) {
			t.Errorf("with decoding %v: %q; want %q", decoding, last, want)
		}
	}
}

func spellRange(low, high float64) string { return fmt.Sprintf("so it is %.2fx to %.2fx", low, high) }
