package scenarios

import (
	"fmt"
	"io"
	"math"
	"regexp"
	"slices"
	"strings"

	"collatebench/internal/spell"
	"collatebench/results/verdict"
)

// An Outcome is what was said of a scenario.
type Outcome struct {
	Scenario Scenario        `json:"-"`
	Command  Command         `json:"command"`
	Title    string          `json:"scenario"`
	Seed     uint64          `json:"seed"`
	Truth    []verdict.Cause `json:"truth"`
	Verdict  verdict.Verdict `json:"verdict"`
	Function string          `json:"function,omitempty"` // found to take the time of the serial section
	Seconds  float64         `json:"seconds"`
}

// A Grade says how a verdict stands to the truth.
type Grade string

// The grades.
const (
	Right   Grade = "right"
	Partial Grade = "partial"    // the first cause of two, and nothing wrong
	None    Grade = "no verdict" // allowed, seldom
	Wrong   Grade = "wrong"
)

// Grade compares the verdict with the truth.
func (o Outcome) Grade() Grade {
	said := o.Verdict.Causes
	switch {
	case len(said) == 0:
		return None
	case slices.Equal(said, o.Truth) && o.found():
		return Right
	case len(said) < len(o.Truth) && slices.Equal(said, o.Truth[:len(said)]):
		return Partial
	}
	return Wrong
}

// found says whether the function is the one that had to be found.
func (o Outcome) found() bool {
	if o.Scenario.Function == "" {
		return true
	}
	matched, err := regexp.MatchString(o.Scenario.Function, o.Function)
	return err == nil && matched
}

// Accused says that a healthy client was told to mend something.
func (o Outcome) Accused() bool {
	return o.Scenario.Healthy && slices.ContainsFunc(o.Verdict.Causes, func(c verdict.Cause) bool { return c != verdict.CPUSaturated })
}

// A Promise is a predicted gain beside the measured one.
type Promise struct {
	Title     string
	Change    string
	Predicted float64
	Measured  verdict.Gain
}

// Kept says that the prediction is within 15% of the gain, or inside its
// interval.
func (p Promise) Kept() bool {
	inside := p.Measured.High > 0 && p.Predicted >= p.Measured.Low && p.Predicted <= p.Measured.High
	return inside || math.Abs(p.Predicted/p.Measured.Mean-1) <= .15
}

// A Matrix is what came out of a whole run.
type Matrix []Outcome

// Promises are the predictions for the causes that were named: what a person
// would act on.
func (m Matrix) Promises() []Promise {
	var out []Promise
	for _, o := range m {
		for _, i := range o.Verdict.Interventions {
			if i.Predicted > 0 && i.Measured.Pairs > 0 && slices.Contains(o.Verdict.Causes, i.Cause) {
				out = append(out, Promise{o.Title, i.Change, i.Predicted, i.Measured})
			}
		}
	}
	return out
}

// Count returns how many outcomes have a grade.
func (m Matrix) Count(g Grade) int {
	n := 0
	for _, o := range m {
		if o.Grade() == g {
			n++
		}
	}
	return n
}

// Fault says what is not good enough: a wrong cause, a healthy client that is
// accused, or more than one in twenty without a whole verdict. How well gains
// were predicted is told, and judged by its reader.
func (m Matrix) Fault() string {
	switch open := m.Count(None) + m.Count(Partial); {
	case m.Count(Wrong) > 0:
		return fmt.Sprintf("%d of %d verdicts are wrong", m.Count(Wrong), len(m))
	case m.accused() > 0:
		return fmt.Sprintf("%d healthy clients are accused", m.accused())
	case open > max(1, len(m)/20):
		return fmt.Sprintf("%d of %d scenarios have no whole verdict; 1 in 20 may", open, len(m))
	}
	return ""
}

// Write prints the matrix, true causes down and predicted ones across, then
// what was not right, then how the predictions did.
func (m Matrix) Write(w io.Writer) {
	truths, said := m.labels(func(o Outcome) string { return label(o.Truth) }), m.labels(func(o Outcome) string { return label(o.Verdict.Causes) })
	codes := map[string]string{}
	width := 0
	for i, s := range said {
		codes[s] = string(rune('a' + i))
	}
	for _, t := range truths {
		width = max(width, len(t))
	}
	head := strings.Repeat(" ", width) + "  "
	for _, s := range said {
		head += fmt.Sprintf("%4s", codes[s])
	}
	fmt.Fprintf(w, "%s\n", head)
	for _, t := range truths {
		fmt.Fprintf(w, "%-*s  ", width, t)
		for _, s := range said {
			fmt.Fprintf(w, "%4s", blankZero(m.cell(t, s)))
		}
		fmt.Fprintln(w)
	}
	fmt.Fprintf(w, "\ntrue causes down, named ones across:")
	for _, s := range said {
		fmt.Fprintf(w, " %s = %s;", codes[s], s)
	}
	fmt.Fprintf(w, "\n\n%d verdicts: %d right, %d partial, %d no verdict, %d wrong; %d of the healthy accused\n",
		len(m), m.Count(Right), m.Count(Partial), m.Count(None), m.Count(Wrong), m.accused())
	m.writeRest(w)
}

// writeRest lists each verdict that is not right, and the predictions that
// were not kept.
func (m Matrix) writeRest(w io.Writer) {
	for _, o := range m {
		if g := o.Grade(); g != Right {
			fmt.Fprintf(w, "  %s: %s %s (seed %d), which is %s:\n    %s\n", g, o.Command, o.Title, o.Seed, label(o.Truth), spell.FirstLine(o.Verdict.Sentence))
			if !o.found() {
				fmt.Fprintf(w, "    the function found is %q\n", o.Function)
			}
		}
	}
	promises := m.Promises()
	if len(promises) == 0 {
		return
	}
	kept := 0
	for _, p := range promises {
		if p.Kept() {
			kept++
		}
	}
	fmt.Fprintf(w, "%d of %d predicted gains are within 15%% of the measured one, or inside its interval\n", kept, len(promises))
	for _, p := range promises {
		if !p.Kept() {
			fmt.Fprintf(w, "  %s, %s: predicted %.2fx, measured %v\n", p.Title, p.Change, p.Predicted, p.Measured)
		}
	}
}

func (m Matrix) cell(truth, said string) int {
	n := 0
	for _, o := range m {
		if label(o.Truth) == truth && label(o.Verdict.Causes) == said {
			n++
		}
	}
	return n
}

func (m Matrix) accused() int {
	n := 0
	for _, o := range m {
		if o.Accused() {
			n++
		}
	}
	return n
}

// labels lists what occurs, in the order of its first occurrence.
func (m Matrix) labels(of func(Outcome) string) []string {
	var out []string
	for _, o := range m {
		if l := of(o); !slices.Contains(out, l) {
			out = append(out, l)
		}
	}
	return out
}

// label spells causes as one.
func label(causes []verdict.Cause) string {
	if len(causes) == 0 {
		return "no verdict"
	}
	words := make([]string, len(causes))
	for i, c := range causes {
		words[i] = string(c)
	}
	return strings.Join(words, " + ")
}

func blankZero(n int) string {
	if n == 0 {
		return "."
	}
	return fmt.Sprint(n)
}
