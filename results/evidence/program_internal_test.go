package evidence

import (
	"testing"

	"collatebench/bench"
	"collatebench/results"
	"collatebench/results/stats"
	"collatebench/results/verdict"
)

// TestUpstreamOfAProgram: what the upstream told of the samples is summed, and becomes means.
func TestUpstreamOfAProgram(t *testing.T) {
	c := bench.DefaultCell()
	var v stats.Values
	for range 2 {
		v.Rounds = append(v.Rounds, results.Round{Samples: map[string]results.Sample{v.Name(c): {External: &results.External{
			Seconds: 2, Upstream: 3, Responses: 10, Queue: new(1.0), InFlight: new(8.0), RwndLimited: new(5.0),
		}}}})
	}
	v.Rounds = append(v.Rounds, results.Round{Samples: map[string]results.Sample{v.Name(c): {}}}) // one that was not seen
	sum, ok := sumOf(v, c)
	if !ok {
		t.Fatal("nothing was told")
	}
	var e verdict.Program
	addUpstream(&e, sum)
	for name, got := range map[string]struct {
		n    verdict.Number
		want float64
	}{"in flight": {e.InFlight, 4}, "queued": {e.Queued, .5}, "serving": {e.Serving, 1.5}, "shut": {e.Shut, .5}} {
		if !got.n.Known() || got.n.Value() != got.want {
			t.Errorf("%s: %v, want %v", name, got.n, got.want)
		}
	}
}
