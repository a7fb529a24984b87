package stats_test

import (
	"errors"
	"math"
	"math/rand/v2"
	"testing"

	"collatebench/results/resultstest"
	"collatebench/results/stats"
)

// TestVersions: the drift of a round, which is larger than the change, cancels in pairs.
func TestVersions(t *testing.T) {
	info, samples := resultstest.VersionsRun(t, 20, .9)
	rand.Shuffle(len(samples), func(i, j int) { samples[i], samples[j] = samples[j], samples[i] })
	rows, err := stats.Versions(resultstest.Run(t, info, samples))
	if err != nil || len(rows) != 2 {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	for i, want := range []struct {
		cell    string
		times   float64
		differs bool
	}{{resultstest.Collector32, 1, false}, {resultstest.Request32, .9, true}} {
		r := rows[i]
		if r.Cell != want.cell || r.Before.Rev != "1a2b3c4" || r.After.Rev != "worktree" {
			t.Errorf("row %d is of %s, %s and %s", i, r.Cell, r.Before.Rev, r.After.Rev)
		}
		if r.Ratio.Low > want.times || r.Ratio.High < want.times || r.Ratio.High-r.Ratio.Low > .1 || r.Differs != want.differs {
			t.Errorf("%s: %+v, differs: %v; want %v", r.Cell, r.Ratio, r.Differs, want.times)
		}
		if r.AA == nil || r.AA.Rounds != 20 || r.AA.Low > 1 || r.AA.High < 1 {
			t.Errorf("%s: the A/A control is %+v", r.Cell, r.AA)
		}
		if math.Abs(r.New.Median/r.Old.Median-want.times) > .05 || r.Unflagged != nil {
			t.Errorf("%s: %+v", r.Cell, r)
		}
	}
}

// TestVersionsAreWhole: what is missing in a round is no pair; a run without versions has no
// rows, and says so.
func TestVersionsAreWhole(t *testing.T) {
	info, samples := resultstest.VersionsRun(t, 3, 1)
	rows, err := stats.Versions(resultstest.Run(t, info, samples[:len(samples)-1]))
	if err != nil || len(rows) != 2 || rows[0].Ratio.Rounds != 2 {
		t.Errorf("%+v, %v", rows, err)
	}
	if rows, err := stats.Versions(resultstest.Run(t, info, samples[:3])); err != nil || len(rows) != 0 {
		t.Errorf("%+v, %v", rows, err)
	}
	other, samples := resultstest.DefaultRun(t)
	if rows, err := stats.Versions(resultstest.Run(t, other, samples)); !errors.As(err, new(*stats.IncomparableError)) {
		t.Errorf("%+v, %v", rows, err)
	}
	s, err := stats.Summarise(other, samples)
	if err != nil || s.Versions != nil || s.VersionNames() != nil {
		t.Errorf("%+v, %v", s.Versions, err)
	}
}

// TestVersionsWithoutFlagged: a disturbed round is beside its pairs, not in their place.
func TestVersionsWithoutFlagged(t *testing.T) {
	info, samples := resultstest.VersionsRun(t, 6, 1)
	for i := range samples {
		if samples[i].Round == 6 {
			samples[i].Attempt = 3
			samples[i].Flags = []string{"steal 12% of the cores"}
		}
	}
	for attempt := 1; attempt < 3; attempt++ {
		s := resultstest.Sample(t, samples[0].Cell, 6, attempt, 50)
		s.Flags = []string{"steal 12% of the cores"}
		samples = append(samples, s)
	}
	s, err := stats.Summarise(info, samples)
	if err != nil || len(s.Versions) != 2 {
		t.Fatalf("%+v, %v", s.Versions, err)
	}
	if r := s.Versions[0]; r.Ratio.Rounds != 6 || r.Unflagged == nil || r.Unflagged.Rounds != 5 {
		t.Errorf("%+v", r)
	}
}
