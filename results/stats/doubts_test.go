package stats_test

import (
	"slices"
	"strings"
	"testing"

	"collatebench/internal/allowance"
	"collatebench/results"
	"collatebench/results/resultstest"
	"collatebench/results/stats"
)

// TestDoubts: a quota that stops the samples, a clock that changes and threads without cores
// are told once, of the cell that has most of it.
func TestDoubts(t *testing.T) {
	cells := []string{resultstest.Collector32, resultstest.Request32}
	quota := resultstest.Machine()
	quota.Allowance = &allowance.Allowance{Cores: 2, Quota: 1.5}
	one := resultstest.Machine()
	one.Cores = 1
	for _, c := range []struct {
		name    string
		machine results.Machine
		change  func(*results.Sample)
		want    []string
	}{
		{"quiet", resultstest.Machine(), func(*results.Sample) {}, nil},
		{"a little of each", quota, func(s *results.Sample) { s.Throttled, s.MHz = .05, 3000+100*float64(s.Round) }, nil},
		{"a quota", quota, func(s *results.Sample) {
			if s.Cell == resultstest.Request32 {
				s.Throttled = .3
			}
		}, []string{"the CPU quota (the CPU time of 1.50 of 2 cores) stopped the run's processes in 30% of its periods (" + resultstest.Request32 + ")"}},
		{"a clock", resultstest.Machine(), func(s *results.Sample) {
			s.MHz = 3400
			if s.Cell == resultstest.Collector32 && s.Round == 2 {
				s.MHz = 2100
			}
		}, []string{"the clock of the cores changed: 2.1 to 3.4 GHz in samples of one cell (" + resultstest.Collector32 + ")"}},
		{"cells of two clocks", resultstest.Machine(), func(s *results.Sample) {
			if s.MHz = 3400; s.Cell == resultstest.Collector32 {
				s.MHz = 4200 // one core alone is faster than two
			}
		}, nil},
		{"one core", one, func(*results.Sample) {}, []string{"GOMAXPROCS=2 on 1 core: its threads take turns"}},
	} {
		info := resultstest.Info(cells...)
		info.Machine = c.machine
		samples := resultstest.Rounds(t, cells, 3)
		for i := range samples {
			c.change(&samples[i])
		}
		s, err := stats.Summarise(info, samples)
		if err != nil || !slices.Equal(s.Doubts, c.want) {
			t.Errorf("%s: %q, %v; want %q", c.name, s.Doubts, err, c.want)
		}
	}
}

// TestDifferentDoubts: a run that was forced is told of wherever it is compared, and compared.
func TestDifferentDoubts(t *testing.T) {
	old, forced := resultstest.Info(resultstest.Request32), resultstest.Info(resultstest.Request32)
	forced.Outsets = []results.Outset{{At: resultstest.Began(), Of: 2, Others: 1.5, Busy: true, Forced: true}}
	all := stats.Differences(old, forced)
	if len(all) != 1 || all[0].Meaningless || !strings.HasPrefix(all[0].String(), "the doubts of the runs differ: none, then --force: at 20:41:00 UTC it began while others used 1.5 of 2 cores") {
		t.Errorf("%v", all)
	}
	if all := stats.Differences(old, old); len(all) != 0 {
		t.Errorf("%v", all)
	}
}
