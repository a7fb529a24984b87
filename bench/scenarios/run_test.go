package scenarios_test

import (
	"errors"
	"fmt"
	"testing"

	"collatebench/bench/runner"
	"collatebench/bench/scenarios"
	"collatebench/results/verdict"
)

// plan is so many questions with the same truth.
func plan(n int) []scenarios.Turn {
	return make([]scenarios.Turn, n)
}

// TestSecondAnswers: what had no verdict is asked again, once, with another seed; what
// was wrong, or ended in an error, is not.
func TestSecondAnswers(t *testing.T) {
	truth := list(verdict.Serialised)
	failed := outcome("a", truth)
	failed.Failure = "no such file"
	for name, x := range map[string]struct {
		first scenarios.Outcome
		again bool
	}{
		"right":      {outcome("a", truth, verdict.Serialised), false},
		"wrong":      {outcome("a", truth, verdict.GCBound), false},
		"an error":   {failed, false},
		"partial":    {outcome("a", list(verdict.Serialised, verdict.NetworkBound), verdict.Serialised), false},
		"no verdict": {outcome("a", truth), true},
	} {
		var seeds []uint64
		m, err := scenarios.Answers(plan(1), func(turn scenarios.Turn, again bool) (scenarios.Outcome, error) {
			seeds = append(seeds, turn.Seed)
			if again != (len(seeds) == 2) {
				t.Errorf("%s: question %d: again is %v", name, len(seeds), again)
			}
			return x.first, nil
		})
		if err != nil || len(m) != len(seeds) || (len(seeds) == 2) != x.again {
			t.Errorf("%s: asked with %v, %v", name, seeds, err)
		}
		if x.again && (seeds[0] == seeds[1] || m[0].Again || !m[1].Again || len(m.First()) != 1 || len(m.Second()) != 1) {
			t.Errorf("%s: asked with %v, %d first answers", name, seeds, len(m.First()))
		}
	}
}

// TestErrors: an error of the tool is no missing verdict, even beside a verdict. A
// budget that was too short is one.
func TestErrors(t *testing.T) {
	o := outcome("a", list(verdict.Serialised), verdict.Serialised)
	for _, x := range []struct {
		err  error
		want scenarios.Grade
	}{
		{nil, scenarios.Right},
		{errors.New("no such file"), scenarios.Failed},
		{&runner.BudgetError{Err: errors.New("too short")}, scenarios.None},
		{fmt.Errorf("why: %w", &runner.BudgetError{Err: errors.New("too short")}), scenarios.None},
	} {
		if got := scenarios.Despite(o, x.err); got.Grade() != x.want || x.err != nil && len(got.Verdict.Causes) > 0 {
			t.Errorf("%v: %s, named %v", x.err, got.Grade(), got.Verdict.Causes)
		}
	}
}

// TestSecondAnswersEnd where they can't save the run: on a busy machine it would take
// twice its time.
func TestSecondAnswersEnd(t *testing.T) {
	questions := 0
	_, err := scenarios.Answers(plan(60), func(scenarios.Turn, bool) (scenarios.Outcome, error) {
		questions++
		return outcome("a", list(verdict.Serialised)), nil
	})
	if err != nil || questions != 60+3 {
		t.Errorf("%d questions, want one for each of 60 and 3 again; %v", questions, err)
	}
	interrupted := errors.New("interrupted")
	m, err := scenarios.Answers(plan(3), func(_ scenarios.Turn, again bool) (scenarios.Outcome, error) {
		if again {
			return scenarios.Outcome{}, interrupted
		}
		return outcome("a", list(verdict.Serialised)), nil
	})
	if !errors.Is(err, interrupted) || len(m) != 1 {
		t.Errorf("%d answers before the end, %v", len(m), err)
	}
}
