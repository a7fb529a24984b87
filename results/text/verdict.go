package text

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"

	"collatebench/results/evidence"
	"collatebench/results/verdict"
)

// WriteVerdict prints a proven verdict for people: the interventions with their gains, the
// causes that were ruled out with the figures, and last the sentence. Errors of w are ignored.
func WriteVerdict(w io.Writer, v verdict.Verdict) {
	if len(v.Interventions) > 0 {
		t := tabwriter.NewWriter(w, 0, 0, 3, ' ', 0)
		fmt.Fprintln(t, "intervention\tchange\tpredicted\tmeasured")
		for _, i := range v.Interventions {
			predicted := "-"
			if i.Predicted > 0 {
				predicted = fmt.Sprintf("%.2fx", i.Predicted)
			}
			change := i.Change
			if i.OnTopOf != "" {
				change = i.OnTopOf + " + " + i.Change
			}
			fmt.Fprintf(t, "%s\t%s\t%s\t%v\n", i.Name, change, predicted, i.Measured)
		}
		_ = t.Flush() // its error is ignored, as those of Fprintln below
		fmt.Fprintln(w)
	}
	for _, r := range v.RuledOut {
		fmt.Fprintf(w, "ruled out: %s: %s\n", r.Cause, r.Because)
	}
	for _, u := range v.Uncertain {
		fmt.Fprintf(w, "uncertain: %s\n", u)
	}
	if len(v.RuledOut)+len(v.Uncertain) > 0 {
		fmt.Fprintln(w)
	}
	fmt.Fprintln(w, v.Sentence)
}

// writeObserved prints a line for each placement, or a single one if no placement has the
// evidence for a verdict.
func (p printer) writeObserved(w io.Writer) {
	noEvidence := func(v evidence.Observed) bool { return len(v.Causes)+len(v.RuledOut) == 0 }
	if len(p.reading.Observed) == 0 {
		return
	}
	if !slices.ContainsFunc(p.reading.Observed, func(v evidence.Observed) bool { return !noEvidence(v) }) {
		fmt.Fprintf(w, "\n%s\n", p.reading.Observed[0].Sentence)
		return
	}
	fmt.Fprintln(w, "\nobserved at the largest window and GOMAXPROCS (collatebench why CELL proves it)")
	p.writeVerdicts(w)
}

// writeExternal prints the verdicts on clients, which were seen from outside.
func (p printer) writeExternal(w io.Writer) {
	if len(p.reading.Observed) == 0 {
		return
	}
	fmt.Fprintln(w, "\nseen from outside, with nothing asked of the client")
	p.writeVerdicts(w)
}

func (p printer) writeVerdicts(w io.Writer) {
	widest := 0
	for _, o := range p.reading.Observed {
		widest = max(widest, width(p.DisplayName(o.Cell)))
	}
	for _, o := range p.reading.Observed {
		fmt.Fprintf(w, "%s  %s\n", pad(p.DisplayName(o.Cell), widest), strings.ReplaceAll(o.Sentence, "\n", " "))
	}
}
