package report

import (
	"fmt"
	"slices"
	"strings"

	"collatebench/bench"
	"collatebench/results/stats"
	"collatebench/results/verdict"
)

// A verdictView is one verdict as the page shows it.
type verdictView struct {
	Subject       string
	Causes        []verdict.Cause
	Lines         []string // of the sentence
	Rests         []verdict.Figure
	Interventions []verdict.Intervention
	RuledOut      []verdict.RuledOut
	Uncertain     []string
	Assumptions   []string
}

// verdictViews are the proven verdict, or the observed ones, each named by its
// placement.
func (d document) verdictViews() []verdictView {
	var out []verdictView
	for i, v := range d.verdicts {
		s := verdictView{
			Subject: v.Subject, Causes: v.Causes, Lines: strings.Split(v.Sentence, "\n"), Rests: v.Rests(),
			Interventions: v.Interventions, RuledOut: v.RuledOut, Uncertain: v.Uncertain, Assumptions: v.Assumptions,
		}
		if len(v.Causes) == 0 && len(v.Missing) > 0 { // the page shows a mark "no verdict" beside it
			s.Lines = []string{"Missing: " + strings.Join(v.Missing, "; ") + "."}
		}
		if !d.info.Proves() {
			s.Subject = d.naming(d.reading.Observed[i].Cell)
		}
		out = append(out, s)
	}
	return out
}

// naming names a cell by its placement and by all that tells it from others of the
// run. It marks simulated cores.
func (d document) naming(c bench.Cell) string {
	name := d.summary.DisplayName(c)
	if c.Simulated() {
		name += fmt.Sprintf(" (simulated: %d cores that only pass time)", c.Cores())
	}
	return name
}

// about says which cells the observed verdicts are about.
func (d document) about() string {
	if d.own() {
		return "The program as it is, and with what surrounds it changed, in rounds: each sample starts it anew. Throughput is answers a second at the upstream."
	}
	if d.info.Proves() {
		return "Proven by interventions on this cell, in rounds with it."
	}
	cells := stats.Headline(d.summary.AllCells())
	if len(cells) == 0 {
		return ""
	}
	if d.summary.ComparesClients() {
		return "Seen from outside, with nothing asked of the client: the CPU time of its process and of its children, the upstream's queue, and what twice the window gains."
	}
	text := fmt.Sprintf("Observed at the largest window (%d) and the most cores (%d), of each codec, size and whatever else varies.", cells[0].Window, cells[0].Cores())
	if slices.ContainsFunc(d.verdicts, func(v verdict.Verdict) bool { return len(v.Causes) > 0 }) {
		text += " collatebench why CELL proves a cause."
	}
	return text
}
