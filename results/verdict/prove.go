package verdict

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// A Step is an intervention on one cause, made on top of the steps before it.
type Step struct {
	Cause        Cause
	Intervention Intervention // measured against the step before
	Whole        Gain         // all steps so far, measured against the client as it was
	Predicted    float64      // the same, predicted: the product of what each step's evidence promised
	Before       Client       // the evidence that the cause was seen in
	// Flat means that the cause is shown by nothing changing: an upstream that
	// is not ours can't be helped, but half the window does as well.
	Flat bool
}

// Proven says that a step did what its cause would have it do.
func (s Step) Proven() bool {
	m := s.Intervention.Measured
	if m.High == 0 {
		return false // one pair has no interval
	}
	if s.Flat {
		return m.Mean >= 1/gains && m.Mean <= gains && m.Low >= 1/parallelGains
	}
	return m.Mean >= cmp.Or(s.Cause.rule().proof, gains) && m.Low > 1
}

// Gained says that a ratio is one: large enough, and beyond chance.
func (g Gain) Gained() bool { return g.High > 0 && g.Mean >= gains && g.Low > 1 }

// Prove gives the verdict after interventions: the causes that were observed
// in turn, as far as each one's intervention proves it. Asides are
// interventions on what was observed nowhere.
func Prove(base Client, steps []Step, asides []Intervention) Verdict {
	v := Observe(base)
	if len(v.Missing) > 0 && len(steps) == 0 {
		v.Interventions = asides
		return v
	}
	v.Uncertain = append(v.Uncertain, v.Missing...) // it was not missing when the steps were planned
	var held []Step
	for _, s := range steps {
		v.Interventions = append(v.Interventions, s.Intervention)
		if !s.Proven() {
			break
		}
		held = append(held, s)
	}
	v.Interventions = append(v.Interventions, asides...)
	observed := v.Causes
	v.Causes, v.Missing, v.PredictedGain, v.Assumptions = []Cause{}, nil, 0, nil
	if len(held) == 0 {
		return v.unproven(observed, steps)
	}
	if contradiction := contradicted(held[0], asides); contradiction != "" {
		v.Missing = []string{contradiction}
		v.Sentence = "no verdict: it looks " + string(held[0].Cause) + ", but " + contradiction + "."
		return v
	}
	return v.proven(base, held, observed)
}

// contradicted names an aside that gained where the cause says that it can't.
func contradicted(first Step, asides []Intervention) string {
	refuted := first.Cause.rule().refuted
	for _, a := range asides {
		if refuted != nil && refuted(a) {
			return fmt.Sprintf("%s gave %v", a.Name, a.Measured)
		}
	}
	return ""
}

func (v Verdict) unproven(observed []Cause, steps []Step) Verdict {
	if len(steps) == 0 {
		v.Missing = []string{"an intervention that could prove it"}
		v.Sentence = fmt.Sprintf("no verdict: it looks %s, and no intervention on it was possible.", named(observed))
		return v
	}
	s := steps[0]
	gave := fmt.Sprintf("%s gave %v", s.Intervention.Name, s.Intervention.Measured)
	v.Missing = []string{"the proof: " + gave}
	v.Sentence = fmt.Sprintf("no verdict: it looks %s, but %s.", s.Cause, gave)
	if !slices.Contains(observed, s.Cause) {
		v.Sentence = fmt.Sprintf("no verdict: nothing stands out, and %s.", gave)
	}
	return v
}

func (v Verdict) proven(base Client, held []Step, observed []Cause) Verdict {
	for _, s := range held {
		v.Causes = append(v.Causes, s.Cause)
	}
	v.RuledOut = slices.DeleteFunc(v.RuledOut, func(r RuledOut) bool { return slices.Contains(v.Causes, r.Cause) })
	for _, c := range observed {
		if !slices.Contains(v.Causes, c) {
			v.Uncertain = append(v.Uncertain, fmt.Sprintf("%s: seen, but not proven", c))
		}
	}
	for _, s := range held {
		if !s.Flat && !s.Cause.Healthy() {
			v.PredictedGain, v.MeasuredGain, v.Assumptions = s.Predicted, &s.Whole, base.assumptions()
		}
	}
	v.Sentence = strings.Join(v.lines(base, held), "\n")
	return v
}

// lines tells of each cause and what mending it gave, and then of those that
// people suspect first.
func (v Verdict) lines(base Client, held []Step) []string {
	var out []string
	between := "\n"
	if 2*len(held) > maxLines {
		between = " "
	}
	for i, s := range held {
		opening := "Then "
		if i == 0 {
			opening = named(v.Causes) + ": "
		}
		text := opening + s.says()
		if i == 0 {
			text += base.simulation()
		}
		out = append(out, strings.Split(text+between+s.result(), "\n")...)
	}
	if not := v.exonerated(base); not != "" && len(out) < maxLines {
		out = append(out, not)
	}
	return out
}

// maxLines is what a person reads of a verdict.
const maxLines = 5

func (s Step) says() string {
	if r := s.Cause.rule(); r.cause != "" && r.holds(s.Before) {
		return r.says(s.Before)
	}
	return s.Before.division() + "."
}

// result tells prediction and measurement of a step.
func (s Step) result() string {
	i := s.Intervention
	if s.Flat {
		return fmt.Sprintf("%s gave %v: no less.", sentence(i.Name), i.Measured)
	}
	if i.Predicted == 0 {
		return fmt.Sprintf("%s gave %v.", sentence(i.Name), i.Measured)
	}
	return fmt.Sprintf("%s was predicted to give %.2fx and gave %v.", sentence(i.Name), i.Predicted, i.Measured)
}

// exonerated tells of those that people suspect first, by what rules them out.
func (v Verdict) exonerated(c Client) string {
	if clears := v.Causes[0].rule().clears; clears != nil {
		if text := clears(c); text != "" {
			return text
		}
	}
	var parts []string
	for _, suspect := range blamedFirst {
		for _, r := range v.RuledOut {
			if name := suspect.blamed(c); r.Cause == suspect.cause && name != "" {
				parts = append(parts, fmt.Sprintf("not %s: %s", name, r.Because))
			}
		}
	}
	if len(parts) == 0 {
		return ""
	}
	return sentence(strings.Join(parts, "; ")) + "."
}
