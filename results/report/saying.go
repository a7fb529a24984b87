package report

import (
	"fmt"
	"slices"
	"strings"

	"collatebench/bench"
	"collatebench/results/stats"
	"collatebench/results/verdict"
)

// A saying is one verdict as the page puts it.
type saying struct {
	Subject       string
	Causes        []verdict.Cause
	Lines         []string // of the sentence
	Rests         []verdict.Figure
	Interventions []verdict.Intervention
	RuledOut      []verdict.RuledOut
	Uncertain     []string
	Assumes       []string
}

// sayings are a proven verdict, or those observed, each named by its placement.
func (d document) sayings() []saying {
	var out []saying
	for i, v := range d.verdicts {
		s := saying{
			Subject: v.Subject, Causes: v.Causes, Lines: strings.Split(v.Sentence, "\n"), Rests: v.Rests(),
			Interventions: v.Interventions, RuledOut: v.RuledOut, Uncertain: v.Uncertain, Assumes: v.Assumptions,
		}
		if len(v.Causes) == 0 && len(v.Missing) > 0 { // the mark beside it says that there is none
			s.Lines = []string{"Missing: " + strings.Join(v.Missing, "; ") + "."}
		}
		if !d.info.Proves() {
			s.Subject = d.naming(d.reading.Observed[i].Cell)
		}
		out = append(out, s)
	}
	return out
}

// naming is a placement, with what else sets its cell apart in this run, and
// with the mark of simulated cores.
func (d document) naming(c bench.Cell) string {
	name := d.summary.Called(c)
	if c.Simulated() {
		name += fmt.Sprintf(" (simulated: %d cores that only pass time)", c.Cores())
	}
	return name
}

// about says which cells the observed verdicts are about.
func (d document) about() string {
	if d.info.Proves() {
		return "Proven by interventions on this cell, in rounds with it."
	}
	cells := stats.Headline(d.summary.Listed())
	if len(cells) == 0 {
		return ""
	}
	if d.summary.Compared() {
		return "Seen from outside, with nothing asked of the client: the CPU time of its process and of its children, the upstream's queue, and what twice the window gains."
	}
	text := fmt.Sprintf("Observed at the largest window (%d) and the most cores (%d).", cells[0].Window, cells[0].Cores())
	if slices.ContainsFunc(d.verdicts, func(v verdict.Verdict) bool { return len(v.Causes) > 0 }) {
		text += " collatebench why CELL proves a cause."
	}
	return text
}
