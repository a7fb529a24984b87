package report

import (
	"testing"

	"collatebench/bench"
	"collatebench/results"
)

// TestEachScalingIsAFact: a run has one for each kind of work, and an older run one that
// does not say its kind or its interval.
func TestEachScalingIsAFact(t *testing.T) {
	d := document{info: results.Info{Scalings: bench.Scalings{
		{Procs: 2, Codec: "sonic", Encoding: "gzip", Payload: "captured", EffectiveCores: 1.75, Low: 1.5, High: 2},
		{Procs: 2, EffectiveCores: 1.9},
	}}}
	want := []string{
		"1.75 (1.50 to 2.00) together, one alone being 1, decoding sonic, gzip, captured (measured before the run)",
		"1.90 together, one alone being 1 (measured before the run)",
	}
	var got []string
	for _, f := range d.machine() {
		if f.Name == "effective cores" {
			got = append(got, f.Value)
		}
	}
	if len(got) != len(want) || got[0] != want[0] || got[1] != want[1] {
		t.Errorf("got %q; want %q", got, want)
	}
}
