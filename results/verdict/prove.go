package verdict

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// A Link of the chain of causes is an intervention that was measured on top of the
// links before it.
type Link struct {
	Intervention
	Evidence Probes  // of the cell before it, in which its cause was seen
	Whole    Gain    // of all links so far together, over the unchanged cell
	Promised float64 // the predicted counterpart of Whole: the product of the links' predictions
}

// Proven says that the measured gain proves the cause. A flat intervention proves it
// by changing nothing: we can't lift the queue of an upstream that is not ours, but
// half the window then does as well.
func (i Intervention) Proven() bool {
	m := i.Measured
	if m.High == 0 {
		return false // one pair has no interval
	}
	if i.Flat {
		return m.Mean >= 1/gains && m.Mean <= gains && m.Low >= 1/parallelGains
	}
	return m.Mean >= cmp.Or(i.Cause.rule().proof, gains) && m.Low > 1
}

// Gained says that the gain is large enough, and not by chance.
func (g Gain) Gained() bool { return g.High > 0 && g.Mean >= gains && g.Low > 1 }

// Prove gives the verdict after interventions. base is the evidence of the unchanged
// cell. The causes are those of the links, up to the first that is not proven. asides
// are all other interventions that were measured.
func Prove(base Probes, chain []Link, asides []Intervention) Verdict {
	v := Observe(base)
	if len(v.Missing) > 0 && len(chain) == 0 {
		v.Interventions = asides
		return v
	}
	v.Uncertain = append(v.Uncertain, v.Missing...) // it was there when the chain was planned
	var links []Link
	for _, l := range chain {
		v.Interventions = append(v.Interventions, l.Intervention)
		if !l.Proven() {
			break
		}
		links = append(links, l)
	}
	v.Interventions = append(v.Interventions, asides...)
	observed := v.Causes
	v.Causes, v.Missing, v.PredictedGain, v.Assumptions = []Cause{}, nil, 0, nil
	if len(links) == 0 {
		return v.unproven(observed, chain)
	}
	if contradiction := contradicted(links[0], asides); contradiction != "" {
		v.Missing = []string{contradiction}
		v.Sentence = "no verdict: it looks " + string(links[0].Cause) + ", but " + contradiction + "."
		return v
	}
	return v.proven(base, links, observed)
}

// contradicted names an aside that gained although the cause excludes that.
func contradicted(first Link, asides []Intervention) string {
	refuted := first.Cause.rule().refuted
	for _, a := range asides {
		if refuted != nil && refuted(first, a) {
			return fmt.Sprintf("%s gave %v", a.Name, a.Measured)
		}
	}
	return ""
}

func (v Verdict) unproven(observed []Cause, chain []Link) Verdict {
	if len(chain) == 0 {
		v.Missing = []string{"an intervention that could prove it"}
		v.Sentence = fmt.Sprintf("no verdict: it looks %s, and no intervention on it was measured: none is possible, or the machine was too busy to plan one.", causeList(observed))
		return v
	}
	first := chain[0]
	gave := fmt.Sprintf("%s gave %v", first.Name, first.Measured)
	v.Missing = []string{"the proof: " + gave}
	v.Sentence = fmt.Sprintf("no verdict: it looks %s, but %s.", first.Cause, gave)
	if !slices.Contains(observed, first.Cause) {
		v.Sentence = fmt.Sprintf("no verdict: nothing stands out, and %s.", gave)
	}
	return v
}

func (v Verdict) proven(base Probes, links []Link, observed []Cause) Verdict {
	for _, l := range links {
		v.Causes = append(v.Causes, l.Cause)
	}
	v.RuledOut = slices.DeleteFunc(v.RuledOut, func(r RuledOut) bool { return slices.Contains(v.Causes, r.Cause) })
	for _, c := range observed {
		if !slices.Contains(v.Causes, c) {
			v.Uncertain = append(v.Uncertain, fmt.Sprintf("%s: seen, but not proven", c))
		}
	}
	for _, l := range links {
		if !l.Flat && !l.Cause.Healthy() {
			v.PredictedGain, v.MeasuredGain, v.Assumptions = l.Promised, &l.Whole, base.assumptions()
		}
	}
	v.Sentence = strings.Join(v.lines(base, links), "\n")
	return v
}

// lines says of each cause what fixing it gave, and then what clears the causes that
// people suspect first.
func (v Verdict) lines(base Probes, links []Link) []string {
	var out []string
	between := "\n"
	if 2*len(links) > maxLines {
		between = " "
	}
	for i, l := range links {
		opening := "Then "
		if i == 0 {
			opening = causeList(v.Causes) + ": "
		}
		text := opening + l.sentence()
		if i == 0 {
			text += base.simulation()
		}
		out = append(out, strings.Split(text+between+l.result(), "\n")...)
	}
	if cleared := v.suspectsCleared(base); cleared != "" && len(out) < maxLines {
		out = append(out, cleared)
	}
	return out
}

// maxLines is how long a sentence may be: people read no more.
const maxLines = 5

func (l Link) sentence() string {
	if r := l.Cause.rule(); r.cause != "" && r.holds(l.Evidence) {
		return r.sentence(l.Evidence)
	}
	return l.Evidence.division() + "."
}

// result says what was predicted and what was measured.
func (i Intervention) result() string {
	if i.Flat {
		return fmt.Sprintf("%s gave %v: no less.", capitalise(i.Name), i.Measured)
	}
	if i.Predicted == 0 {
		return fmt.Sprintf("%s gave %v.", capitalise(i.Name), i.Measured)
	}
	return fmt.Sprintf("%s was predicted to give %.2fx and gave %v.", capitalise(i.Name), i.Predicted, i.Measured)
}

// suspectsCleared says what rules out the causes that people suspect first.
func (v Verdict) suspectsCleared(p Probes) string {
	if clears := v.Causes[0].rule().clears; clears != nil {
		if text := clears(p); text != "" {
			return text
		}
	}
	var parts []string
	for _, suspect := range suspectedFirst {
		for _, r := range v.RuledOut {
			if name := suspect.suspectedAs(p); r.Cause == suspect.cause && name != "" {
				parts = append(parts, fmt.Sprintf("not %s: %s", name, r.Because))
			}
		}
	}
	if len(parts) == 0 {
		return ""
	}
	return capitalise(strings.Join(parts, "; ")) + "."
}
