package text_test

import (
	"fmt"
	"strings"
	"testing"

	"collatebench/results"
	"collatebench/results/evidence"
	"collatebench/results/resultstest"
	"collatebench/results/text"
)

// TestMachines: a merged run says on what machines it was taken, which of them disagrees, and does
// not mix the throughput of two kinds.
func TestMachines(t *testing.T) {
	a, b := resultstest.Collector32, resultstest.Request32
	info := resultstest.Info(a, b)
	info.State, info.Rounds = results.Complete, 30
	var samples []results.Sample
	for i, name := range []string{"ant", "bee", "cat", "dog", "elk"} {
		m := resultstest.Machine()
		speed, ratio := 50.0, 1.5
		if name == "elk" {
			m.Cores, speed, ratio = 4, 400, .8
		}
		info.Enter(results.Host{ID: name, Name: name, Machine: m})
		info.Merged = append(info.Merged, results.Part{Shard: results.Shard{Index: i + 1, Of: 5}})
		for n := i + 1; n <= 30; n += 5 {
			jitter := 1 + .01*float64(n%3)
			for cell, mb := range map[string]float64{a: speed, b: speed * ratio * jitter} {
				s := resultstest.Sample(t, cell, n, 1, mb)
				s.Host = name
				samples = append(samples, s)
			}
		}
	}
	r, err := evidence.NewReading(info, samples)
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	text.Write(&out, r)
	got := out.String()
	for _, want := range []string{
		"30 rounds of 2 cells, on 5 machines\n",
		"4 machines ant, bee, cat, dog: 2 cores, Some CPU @ 2.00GHz, linux/amd64 (24 rounds)\n",
		"machine elk: 4 cores, Some CPU @ 2.00GHz, linux/amd64 (6 rounds)\n  collector, window 32, 1MiB, GOMAXPROCS=2  ",
		"doubt: request, window 32, 1MiB, GOMAXPROCS=2: on elk it is 0.81, on all machines 1.3",
		"doubt: the machines are of 2 kinds: ",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in\n%s", want, got)
		}
	}
	for _, c := range r.Summary.Cells {
		if c.Throughput.Median > 100 {
			t.Errorf("%s: %v MB/s: of both kinds", c.Cell, fmt.Sprint(c.Throughput.Median))
		}
	}
}
