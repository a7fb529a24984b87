package results_test

import (
	"slices"
	"testing"

	"collatebench/results"
	"collatebench/results/resultstest"
)

func TestRounds(t *testing.T) {
	type taken struct {
		cell           string
		round, attempt int
		flagged        bool
	}
	a, b := resultstest.Collector32, resultstest.Request32
	for _, tt := range []struct {
		name   string
		ledger []taken
		want   []results.Round // without samples
		held   []int           // samples of each
	}{
		{"nothing", nil, nil, nil},
		{"whole", []taken{{a, 1, 1, false}, {b, 1, 1, false}}, []results.Round{{N: 1, Attempt: 1, Complete: true}}, []int{2}},
		{"partly done", []taken{{b, 1, 1, false}}, []results.Round{{N: 1, Attempt: 1}}, []int{1}},
		{"given up, not begun again", []taken{{a, 1, 1, false}, {b, 1, 1, true}}, []results.Round{{N: 1, Attempt: 2}}, []int{0}},
		{"given up and taken again", []taken{{a, 1, 1, true}, {a, 1, 2, false}, {b, 1, 2, false}},
			[]results.Round{{N: 1, Attempt: 2, Complete: true}}, []int{2}},
		{"flagged to the end", []taken{{a, 1, 1, true}, {b, 1, 2, true}, {a, 1, 3, true}, {b, 1, 3, false}},
			[]results.Round{{N: 1, Attempt: 3, Complete: true, Flagged: true}}, []int{2}},
		{"flagged, not yet at the end", []taken{{a, 1, 1, true}, {b, 1, 2, true}, {a, 1, 3, true}},
			[]results.Round{{N: 1, Attempt: 3, Flagged: true}}, []int{1}},
		{"an attempt that nobody asked for", []taken{{a, 1, 1, false}, {b, 1, 1, false}, {a, 1, 2, false}},
			[]results.Round{{N: 1, Attempt: 1, Complete: true}}, []int{2}},
		{"out of order, with a gap", []taken{{a, 7, 1, false}, {b, 2, 1, false}, {a, 2, 1, false}},
			[]results.Round{{N: 2, Attempt: 1, Complete: true}, {N: 7, Attempt: 1}}, []int{2, 1}},
		{"another run's cell", []taken{{resultstest.Control(t, a), 1, 1, false}}, nil, nil},
	} {
		var samples []results.Sample
		for _, s := range tt.ledger {
			made := resultstest.Sample(t, s.cell, s.round, s.attempt, 50)
			if s.flagged {
				made.Flags = []string{"steal 12% of the cores"}
			}
			samples = append(samples, made)
		}
		info := resultstest.Info(a, b)
		got := results.Rounds(info, samples)
		if len(got) != len(tt.want) {
			t.Errorf("%s: %d rounds, want %d", tt.name, len(got), len(tt.want))
			continue
		}
		for i, r := range got {
			w := tt.want[i]
			if r.N != w.N || r.Attempt != w.Attempt || r.Complete != w.Complete || r.Flagged != w.Flagged || len(r.Samples) != tt.held[i] {
				t.Errorf("%s: %+v with %d samples, want %+v with %d", tt.name, r, len(r.Samples), w, tt.held[i])
			}
			if len(r.Missing(info)) != 2-len(r.Samples) || r.Samples == nil {
				t.Errorf("%s: missing %v beside %v", tt.name, r.Missing(info), r.Samples)
			}
		}
	}
}

func TestTheEarlierOfTwoSamplesCounts(t *testing.T) {
	first, second := resultstest.Sample(t, resultstest.Request32, 1, 1, 50), resultstest.Sample(t, resultstest.Request32, 1, 1, 60)
	second.Started = first.Started.Add(1)
	ledger := []results.Sample{second, first}
	for range 2 {
		if got := results.Rounds(resultstest.Info(resultstest.Request32), ledger)[0].Samples[resultstest.Request32]; got.Line != first.Line {
			t.Errorf("%s counts, want %s", got.Line, first.Line)
		}
		slices.Reverse(ledger)
	}
}

// TestSamplesOfOneTime: where time does not tell two samples apart, the order of the ledger
// does not decide either.
func TestSamplesOfOneTime(t *testing.T) {
	ledger := []results.Sample{resultstest.Sample(t, resultstest.Request32, 1, 1, 50), resultstest.Sample(t, resultstest.Request32, 1, 1, 60)}
	counts := func() string {
		return results.Rounds(resultstest.Info(resultstest.Request32), ledger)[0].Samples[resultstest.Request32].Line
	}
	one := counts()
	slices.Reverse(ledger)
	if other := counts(); other != one {
		t.Errorf("%s counts, and %s in another order", one, other)
	}
}

// TestJoinedCells: a cell that joined the run later is missing from that round on, and not
// before.
func TestJoinedCells(t *testing.T) {
	a, b := resultstest.Collector32, resultstest.Request32
	info := resultstest.Info(a, b)
	info.Joined, info.Rounds = map[string]int{b: 2}, 4
	samples := resultstest.Rounds(t, []string{a}, 3)
	for _, r := range results.Rounds(info, samples) {
		if want := r.N < 2; r.Complete != want || (len(r.Missing(info)) == 0) != want {
			t.Errorf("round %d without %s: whole is %v, missing %v", r.N, b, r.Complete, r.Missing(info))
		}
	}
	p, err := resultstest.Run(t, info, samples).Progress()
	if err != nil || p.Planned != 4+3 || p.Samples != 3 {
		t.Errorf("%+v, %v; want 3 of 7 samples", p, err)
	}
}

// TestFlaggedRounds: the samples of an attempt count unless the round was taken again.
func TestFlaggedRounds(t *testing.T) {
	a, b := resultstest.Collector32, resultstest.Request32
	var samples []results.Sample
	for attempt := 1; attempt <= results.MaxAttempts; attempt++ {
		s := resultstest.Sample(t, a, 5, attempt, 50)
		s.Flags = []string{"steal 12% of the cores"}
		samples = append(samples, s, resultstest.Sample(t, b, 5, attempt, 50))
	}
	got := results.FlaggedRounds(resultstest.Info(a, b), samples)
	if len(got) != results.MaxAttempts {
		t.Fatalf("%+v", got)
	}
	for i, f := range got {
		if f.Round != 5 || f.Attempt != i+1 || f.Retaken != (f.Attempt < results.MaxAttempts) || len(f.Samples) != 1 || f.Samples[0].Cell != a {
			t.Errorf("attempt %d: %+v", i+1, f)
		}
	}
}
