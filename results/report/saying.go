package report

import (
	"fmt"
	"strings"

	"collatebench/results/verdict"
)

// A saying is one verdict as the page puts it.
type saying struct {
	Subject   string
	Causes    []verdict.Cause
	Lines     []string // of the sentence
	Rests     []verdict.Figure
	Tries     []verdict.Intervention
	RuledOut  []verdict.RuledOut
	Uncertain []string
	Assumes   []string
}

// sayings are a proven verdict, or those observed, each named by its placement.
func (d document) sayings() []saying {
	var out []saying
	for i, v := range d.verdicts {
		s := saying{
			Subject: v.Subject, Causes: v.Causes, Lines: strings.Split(v.Sentence, "\n"), Rests: v.Rests(),
			Tries: v.Interventions, RuledOut: v.RuledOut, Uncertain: v.Uncertain, Assumes: v.Assumptions,
		}
		if d.info.Why == nil {
			s.Subject = string(d.summary.Foremost()[i].Placement)
		}
		out = append(out, s)
	}
	return out
}

// about says which cells the observed verdicts are about.
func (d document) about() string {
	if d.info.Why != nil {
		return "Proven by interventions on this cell, in rounds with it."
	}
	cells := d.summary.Foremost()
	if len(cells) == 0 {
		return ""
	}
	return fmt.Sprintf("Observed at the largest window (%d) and the most cores (%d); collatebench why CELL proves it.",
		cells[0].Window, cells[0].Cores())
}
