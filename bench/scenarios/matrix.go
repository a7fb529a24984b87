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

// An Outcome is the verdict on a scenario.
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

// A Grade compares a verdict with the truth.
type Grade string

// The grades.
const (
	Right   Grade = "right"
	Partial Grade = "partial"    // the first cause of two, and nothing wrong
	None    Grade = "no verdict" // allowed in one scenario of twenty
	Wrong   Grade = "wrong"
)

// Grade is the grade of the verdict.
func (o Outcome) Grade() Grade {
	named := o.Verdict.Causes
	switch {
	case len(named) == 0:
		return None
	case slices.Equal(named, o.Truth) && o.found():
		return Right
	case len(named) < len(o.Truth) && slices.Equal(named, o.Truth[:len(named)]):
		return Partial
	}
	return Wrong
}

// found says whether the verdict found the function that the scenario is about.
func (o Outcome) found() bool {
	if o.Scenario.Function == "" {
		return true
	}
	matched, err := regexp.MatchString(o.Scenario.Function, o.Function)
	return err == nil && matched
}

// Accused says that the verdict would have a healthy client mended.
func (o Outcome) Accused() bool {
	return o.Scenario.Healthy && slices.ContainsFunc(o.Verdict.Causes, func(c verdict.Cause) bool { return c != verdict.CPUSaturated })
}

// A Prediction is a predicted gain beside the measured one.
type Prediction struct {
	Title     string
	Change    string
	Predicted float64
	Measured  verdict.Gain
}

// Holds says that the prediction is within 15% of the gain, or inside its
// interval.
func (p Prediction) Holds() bool {
	inside := p.Measured.High > 0 && p.Predicted >= p.Measured.Low && p.Predicted <= p.Measured.High
	return inside || math.Abs(p.Predicted/p.Measured.Mean-1) <= .15
}

// A Matrix is the confusion matrix of a run: every scenario's outcome.
type Matrix []Outcome

// Predictions returns the predictions for the causes that were named. A person
// would act on these.
func (m Matrix) Predictions() []Prediction {
	var out []Prediction
	for _, o := range m {
		for _, i := range o.Verdict.Interventions {
			if i.Predicted > 0 && i.Measured.Pairs > 0 && slices.Contains(o.Verdict.Causes, i.Cause) {
				out = append(out, Prediction{o.Title, i.Change, i.Predicted, i.Measured})
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
// accused, or more than one scenario in twenty without a whole verdict. Write
// also shows how well gains were predicted; its reader judges that.
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

// Write prints the matrix, with true causes down and named ones across. The
// verdicts that are not right follow, and the predictions that do not hold.
func (m Matrix) Write(w io.Writer) {
	truths, named := m.labels(func(o Outcome) string { return label(o.Truth) }), m.labels(func(o Outcome) string { return label(o.Verdict.Causes) })
	codes := map[string]string{}
	width := 0
	for i, s := range named {
		codes[s] = string(rune('a' + i))
	}
	for _, t := range truths {
		width = max(width, len(t))
	}
	head := strings.Repeat(" ", width) + "  "
	for _, s := range named {
		head += fmt.Sprintf("%4s", codes[s])
	}
	fmt.Fprintf(w, "%s\n", head)
	for _, t := range truths {
		fmt.Fprintf(w, "%-*s  ", width, t)
		for _, s := range named {
			fmt.Fprintf(w, "%4s", blankZero(m.tally(t, s)))
		}
		fmt.Fprintln(w)
	}
	fmt.Fprintf(w, "\ntrue causes down, named ones across:")
	for _, s := range named {
		fmt.Fprintf(w, " %s = %s;", codes[s], s)
	}
	fmt.Fprintf(w, "\n\n%d verdicts: %d right, %d partial, %d no verdict, %d wrong; %d of the healthy accused\n",
		len(m), m.Count(Right), m.Count(Partial), m.Count(None), m.Count(Wrong), m.accused())
	m.writeRest(w)
}

// writeRest lists the verdicts that are not right, and the predictions that do
// not hold.
func (m Matrix) writeRest(w io.Writer) {
	for _, o := range m {
		if g := o.Grade(); g != Right {
			fmt.Fprintf(w, "  %s: %s %s (seed %d), which is %s:\n    %s\n", g, o.Command, o.Title, o.Seed, label(o.Truth), spell.FirstLine(o.Verdict.Sentence))
			if !o.found() {
				fmt.Fprintf(w, "    the function found is %q\n", o.Function)
			}
		}
	}
	predictions := m.Predictions()
	if len(predictions) == 0 {
		return
	}
	held := 0
	for _, p := range predictions {
		if p.Holds() {
			held++
		}
	}
	fmt.Fprintf(w, "%d of %d predicted gains are within 15%% of the measured one, or inside its interval\n", held, len(predictions))
	for _, p := range predictions {
		if !p.Holds() {
			fmt.Fprintf(w, "  %s, %s: predicted %.2fx, measured %v\n", p.Title, p.Change, p.Predicted, p.Measured)
		}
	}
}

func (m Matrix) tally(truth, named string) int {
	n := 0
	for _, o := range m {
		if label(o.Truth) == truth && label(o.Verdict.Causes) == named {
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

// label joins causes.
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
