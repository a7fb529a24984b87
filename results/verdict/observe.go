package verdict

import (
	"fmt"
	"strings"
)

// Observe says what a client's evidence shows by itself, with no intervention.
func Observe(c Client) Verdict {
	v := Verdict{Causes: []Cause{}, Simulated: c.Simulated, Missing: c.missing(), Evidence: []Figure{}}
	if c.Response > 0 {
		v.Evidence = c.figures()
	}
	if len(v.Missing) > 0 {
		v.Sentence = "no verdict: " + strings.Join(v.Missing, "; ") + "."
		return v
	}
	var says []string
	for _, r := range clientRules {
		if r.holds(c) {
			v.Causes = append(v.Causes, r.cause)
			says = append(says, r.says(c))
		} else if figure := r.not(c); figure != "" {
			v.RuledOut = append(v.RuledOut, RuledOut{r.cause, figure})
		} else {
			v.Uncertain = append(v.Uncertain, fmt.Sprintf("%s: neither shown nor ruled out by what was seen", r.cause))
		}
	}
	if len(v.Causes) == 0 {
		v.Missing = []string{"a stage in which the window gathers: " + c.division()}
		v.Sentence = "no verdict: nothing stands out; " + c.division() + "."
		return v
	}
	for _, r := range clientRules {
		if r.doubt == nil {
			continue
		}
		if sign := r.doubt(c); sign != "" {
			v.Uncertain = append(v.Uncertain, fmt.Sprintf("%s: %s", r.cause, sign))
		}
	}
	v.Sentence = named(v.Causes) + ": " + strings.Join(says, " ") + c.simulation()
	if first := v.Causes[0].rule(); first.gain != nil {
		v.PredictedGain, v.Assumptions = first.gain(c), c.assumptions()
		if v.PredictedGain >= gains {
			v.Sentence += fmt.Sprintf("\n%s would give up to %.2fx.", sentence(first.mend), v.PredictedGain)
		}
	}
	return v
}

// assumptions are what a prediction rests on.
func (c Client) assumptions() []string {
	out := []string{"a response costs as much CPU time afterwards, and nothing unseen limits"}
	if c.EffectiveCores == 0 && !c.Simulated && c.Cores > 1 {
		out = append(out, fmt.Sprintf("%d cores do %d times what one does, which this machine was not asked", c.Cores, c.Cores))
	}
	return out
}

// Suspects are the causes that the evidence shows, then those that it does not
// rule out: what an intervention may be about.
func Suspects(c Client) []Cause {
	if len(c.missing()) > 0 {
		return nil
	}
	var shown, open []Cause
	for _, r := range clientRules {
		switch {
		case r.holds(c):
			shown = append(shown, r.cause)
		case r.not(c) == "":
			open = append(open, r.cause)
		}
	}
	return append(shown, open...)
}

// missing says what the evidence lacks for any verdict.
func (c Client) missing() []string {
	var out []string
	for _, need := range []struct {
		there bool
		what  string
	}{
		{c.Throughput > 0, "a throughput"},
		{c.Window > 0 && c.Cores > 0, "the window and the cores"},
		{c.Simulated || c.Others < disturbed*float64(max(c.Machine, 1)), fmt.Sprintf("a quiet machine: other processes used %.2f of %d cores", c.Others, c.Machine)},
		{c.Response > 0, "the times of a response (resp-ns and the waits), which older lines have not"},
	} {
		if !need.there {
			out = append(out, need.what)
		}
	}
	return out
}

// division says where the requests of the window are.
func (c Client) division() string {
	var parts []string
	for _, s := range c.stages() {
		if n := c.population(s.time); n >= .05 {
			parts = append(parts, fmt.Sprintf("%.1f %s", n, s.what))
		}
	}
	return fmt.Sprintf("of %d requests %s, and %.2f of %.2f available cores were used",
		c.Window, strings.Join(parts, ", "), c.CPUs, c.available())
}

func (c Client) simulation() string {
	if !c.Simulated {
		return ""
	}
	return fmt.Sprintf(" Simulated: %d cores that only pass time.", c.Cores)
}
