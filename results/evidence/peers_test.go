package evidence_test

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"collatebench/profiles/outside"
	"collatebench/results"
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

// TestPeersSeen: a client that was watched needs no second window, and what was seen of it is
// among the figures.
func TestPeersSeen(t *testing.T) {
	info, samples := resultstest.ComparedRun(t, 3)
	info.Cells = slices.DeleteFunc(info.Cells, func(name string) bool { return strings.Contains(name, "window=64") })
	samples = slices.DeleteFunc(samples, func(s results.Sample) bool { return strings.Contains(s.Cell, "window=64") })
	s, err := evidence.NewReading(info, samples)
	if err != nil {
		t.Fatal(err)
	}
	if len(s.Observed) != 0 {
		t.Fatalf("%d verdicts on one window without being watched", len(s.Observed))
	}
	for i := range samples {
		cores := samples[i].External.CPU / samples[i].External.Seconds
		samples[i].External.Seen = &outside.Evidence{
			Seconds: 2, Cores: cores, Parallel: []float64{.02, min(1, max(0, 1.96-cores)), min(1, max(0, cores-.98))}, Waiting: 2 * (cores - 1), Sockets: outside.DetailFull,
			Around: outside.Around{Cores: 2, Others: .1, Known: true}, Upstream: outside.Peer{Address: "10.0.0.1:80", Connections: 32, Asked: 2, Unread: 14, Answered: 16},
		}
	}
	if s, err = evidence.NewReading(info, samples); err != nil {
		t.Fatal(err)
	}
	if len(s.Observed) != len(resultstest.Compared) {
		t.Fatalf("%d verdicts, want %d", len(s.Observed), len(resultstest.Compared))
	}
	for i, c := range resultstest.Compared {
		want := verdict.CPUSaturated
		if c.CPUs < 1.2 {
			want = verdict.Serialised
		}
		v := s.Observed[i]
		if !slices.Equal(v.Causes, []verdict.Cause{want}) || !slices.ContainsFunc(v.Evidence, func(f verdict.Figure) bool { return f.Name == "asked" && math.Abs(f.Value-2) < 1e-9 }) {
			t.Errorf("%s, %.2f cores: %v, %s", v.Subject, c.CPUs, v.Causes, v.Sentence)
		}
	}
}
