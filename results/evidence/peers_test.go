package evidence_test

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"collatebench/results/evidence"
	"collatebench/results/resultstest"
	"collatebench/results/verdict"
)

// TestPeersVerdicts: any client that uses one core of two is serial.
func TestPeersVerdicts(t *testing.T) {
	info, samples := resultstest.ComparedRun(t, 3)
	s, err := evidence.NewReading(info, samples)
	if err != nil {
		t.Fatal(err)
	}
	if len(s.Observed) != len(resultstest.Compared) {
		t.Fatalf("%d verdicts, want %d", len(s.Observed), len(resultstest.Compared))
	}
	for i, c := range resultstest.Compared {
		want := []verdict.Cause{verdict.CPUSaturated}
		if c.CPUs < 1.2 {
			want = []verdict.Cause{verdict.Serialised}
		}
		if v := s.Observed[i]; !slices.Equal(v.Causes, want) || v.Subject != c.Name+fmt.Sprintf(resultstest.Tail, 32) {
			t.Errorf("%s: %v, %q", v.Subject, v.Causes, v.Sentence)
		}
	}
	// With nothing seen from outside there is no verdict.
	for i := range samples {
		samples[i].External = nil
	}
	if s, err = evidence.NewReading(info, samples); err != nil {
		t.Fatal(err)
	}
	for _, v := range s.Observed {
		if len(v.Causes) > 0 || len(v.Missing) == 0 {
			t.Errorf("%s: %v without evidence", v.Subject, v.Causes)
		}
	}
}

// TestPeersCPUs: cores are CPU time over the interval in which it was sampled, which can be
// shorter than the sample.
func TestPeersCPUs(t *testing.T) {
	info, samples := resultstest.ComparedRun(t, 2)
	for i := range samples {
		samples[i].External.CPUOver /= 2
		samples[i].External.CPU /= 2
	}
	s, err := evidence.NewReading(info, samples)
	if err != nil {
		t.Fatal(err)
	}
	for i, v := range s.Observed {
		for _, f := range v.Evidence {
			if f.Name == "cpus" && math.Abs(f.Value-resultstest.Compared[i].CPUs) > 1e-9 {
				t.Errorf("%s: %v cores, want %v", v.Subject, f.Value, resultstest.Compared[i].CPUs)
			}
		}
	}
}
