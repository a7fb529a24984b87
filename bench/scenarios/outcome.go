package scenarios

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"

	"collatebench/results/verdict"
)

// An Outcome is the verdict on a scenario.
type Outcome struct {
	Scenario  Scenario        `json:"-"`
	Command   Command         `json:"command"`
	Title     string          `json:"scenario"`
	Seed      uint64          `json:"seed"`
	VariantOf string          `json:"variant_of,omitempty"` // the scenario that the seed drew this from; "" where it is as it stands
	Again     bool            `json:"again,omitempty"`      // a second answer: the first, with another seed, was no verdict
	Truth     []verdict.Cause `json:"truth"`
	Verdict   verdict.Verdict `json:"verdict"`
	Failure   string          `json:"error,omitempty"`    // of the tool, which then gave no verdict
	Function  string          `json:"function,omitempty"` // found to take the time of the serial section
	Seconds   float64         `json:"seconds"`
}

// A Grade compares a verdict with the truth.
type Grade string

// The grades.
const (
	Right   Grade = "right"
	Partial Grade = "partial"    // the first cause of two, and nothing wrong
	None    Grade = "no verdict" // allowed in one scenario of twenty
	Wrong   Grade = "wrong"
	Failed  Grade = "error" // of the tool: it said nothing
)

// Grades returns the grades, the best first.
func Grades() []Grade { return []Grade{Right, Partial, None, Wrong, Failed} }

// Grade is the grade of the verdict.
func (o Outcome) Grade() Grade {
	named := o.Verdict.Causes
	switch {
	case o.Failure != "":
		return Failed
	case len(named) == 0:
		return None
	case slices.Equal(named, o.Truth) && o.found():
		return Right
	case len(named) < len(o.Truth) && slices.Equal(named, o.Truth[:len(named)]):
		return Partial
	}
	return Wrong
}

// found says whether the verdict found the place and the function that the scenario is about.
func (o Outcome) found() bool {
	if !strings.Contains(o.Verdict.Sentence, o.Scenario.Place) {
		return false
	}
	if o.Scenario.Function == "" {
		return true
	}
	matched, err := regexp.MatchString(o.Scenario.Function, o.Function)
	return err == nil && matched
}

// Drawn says that the seed drew a variant.
func (o Outcome) Drawn() bool { return o.VariantOf != "" }

// Accused says that the verdict would have a healthy client mended.
func (o Outcome) Accused() bool {
	return o.Scenario.Healthy && slices.ContainsFunc(o.Verdict.Causes, func(c verdict.Cause) bool { return c != verdict.CPUSaturated })
}

// MarshalJSON adds the grade.
func (o Outcome) MarshalJSON() ([]byte, error) {
	type plain Outcome // without this method
	return json.Marshal(struct {
		Grade Grade `json:"grade"`
		plain
	}{o.Grade(), plain(o)})
}
