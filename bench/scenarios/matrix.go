package scenarios

import (
	"fmt"
	"slices"
	"strings"

	"collatebench/internal/spell"
	"collatebench/results/verdict"
)

// A Matrix is the confusion matrix of a run: every scenario's outcome, and the second
// answers, each behind the first.
type Matrix []Outcome

// Count returns how many answers have a grade, second ones included.
func (m Matrix) Count(g Grade) int {
	return m.count(func(o Outcome) bool { return o.Grade() == g })
}

func (m Matrix) count(is func(Outcome) bool) int {
	n := 0
	for _, o := range m {
		if is(o) {
			n++
		}
	}
	return n
}

// First returns the first answers, and Second the second ones. Rates are of the first
// alone: a scenario is asked again where it had no verdict, and to count that answer too
// would make such answers rarer than they are.
func (m Matrix) First() Matrix { return m.where(func(o Outcome) bool { return !o.Again }) }

// Second returns the second answers.
func (m Matrix) Second() Matrix { return m.where(func(o Outcome) bool { return o.Again }) }

func (m Matrix) where(is func(Outcome) bool) Matrix {
	return slices.DeleteFunc(slices.Clone(m), func(o Outcome) bool { return !is(o) })
}

// Unnamed lists the causes, each with its command, that no answer named rightly and
// whole, although they are the truth of a scenario that was run: "why hidden-cap".
func (m Matrix) Unnamed() []string {
	var out []string
	named := map[string]bool{}
	for _, o := range m {
		if o.Grade() == Right {
			named[o.truth()] = true
		}
	}
	for _, o := range m {
		if truth := o.truth(); !named[truth] && !slices.Contains(out, truth) {
			out = append(out, truth)
		}
	}
	return out
}

func (o Outcome) truth() string { return string(o.Command) + " " + label(o.Truth) }

// allowed is how many first answers, of so many, may be no whole verdict: one in
// twenty, and one of a few.
func allowed(answers int) int { return max(1, answers/20) }

// open counts the first answers that are no whole verdict.
func (m Matrix) open() int {
	first := m.First()
	return first.Count(None) + first.Count(Partial)
}

// Fault says what is not good enough, the worst first: an error of the tool, a wrong
// cause, a healthy client that is accused, a cause that was never named, or more than
// one scenario in twenty without a whole verdict. The errors of promises are no fault:
// whoever reads them judges.
func (m Matrix) Fault() string {
	var out []string
	say := func(bad bool, format string, args ...any) {
		if bad {
			out = append(out, fmt.Sprintf(format, args...))
		}
	}
	say(m.Count(Failed) > 0, "%d of %s ended in an error", m.Count(Failed), spell.Plural(len(m), "question"))
	say(m.Count(Wrong) > 0, "%d of %d verdicts are wrong", m.Count(Wrong), len(m))
	say(m.accused() > 0, "accused, though healthy: %d", m.accused())
	say(len(m.Unnamed()) > 0, "never named: %s", strings.Join(m.Unnamed(), ", "))
	first := len(m.First())
	say(m.open() > allowed(first), "%d of %d scenarios have no whole verdict; 1 in 20 may", m.open(), first)
	return strings.Join(out, "; ")
}

func (m Matrix) accused() int { return m.count(Outcome.Accused) }

// labels lists the labels in the order in which they first occur.
func (m Matrix) labels(of func(Outcome) string) []string {
	var out []string
	for _, o := range m {
		if l := of(o); !slices.Contains(out, l) {
			out = append(out, l)
		}
	}
	return out
}

// said labels what was named.
func (o Outcome) said() string {
	if o.Failure != "" {
		return string(Failed)
	}
	return label(o.Verdict.Causes)
}

// label joins causes.
func label(causes []verdict.Cause) string {
	if len(causes) == 0 {
		return "no verdict"
	}
	return strings.Join(spell.Strings(causes), " + ")
}
