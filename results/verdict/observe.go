package verdict

import (
	"fmt"
	"strings"
)

// Observe says what the evidence of the probes shows without an intervention.
func Observe(p Probes) Verdict {
	v := Verdict{Causes: []Cause{}, Simulated: p.Simulated, Missing: p.missing(), Evidence: []Figure{}}
	if p.Response > 0 {
		v.Evidence = p.figures()
	}
	if len(v.Missing) > 0 {
		v.Sentence = "no verdict without " + strings.Join(v.Missing, "; ") + "."
		return v
	}
	var says []string
	for _, r := range probesRules {
		if r.holds(p) {
			v.Causes = append(v.Causes, r.cause)
			says = append(says, r.sentence(p))
		} else if figure := r.ruledOut(p); figure != "" {
			v.RuledOut = append(v.RuledOut, RuledOut{r.cause, figure})
		} else {
			v.Uncertain = append(v.Uncertain, fmt.Sprintf("%s: neither shown nor ruled out by what was seen", r.cause))
		}
	}
	if len(v.Causes) == 0 {
		v.Missing = []string{"a stage in which the window gathers: " + p.division()}
		v.Sentence = "no verdict: nothing stands out; " + p.division() + "."
		return v
	}
	for _, r := range probesRules {
		if r.doubt == nil {
			continue
		}
		if sign := r.doubt(p); sign != "" {
			v.Uncertain = append(v.Uncertain, fmt.Sprintf("%s: %s", r.cause, sign))
		}
	}
	v.Sentence = causeList(v.Causes) + ": " + strings.Join(says, " ") + p.simulation()
	if first := v.Causes[0].rule(); first.gain != nil {
		v.PredictedGain, v.Assumptions = first.gain(p), p.assumptions()
		if doubt := p.scalingDoubt(first); doubt != "" {
			v.Uncertain = append(v.Uncertain, doubt)
		}
		if v.PredictedGain >= gains {
			v.Sentence += fmt.Sprintf("\n%s would give up to %.2fx.", capitalise(first.remedy), v.PredictedGain)
		}
	}
	return v
}

// assumptions lists what a prediction assumes.
func (p Probes) assumptions() []string {
	out := []string{"a response costs as much CPU time afterwards, and nothing unseen limits"}
	if p.EffectiveCores == 0 && !p.Simulated && p.Cores > 1 {
		n := coreCount(p.Cores)
		out = append(out, fmt.Sprintf("%s cores do %s times what one does, which this machine was not asked", n, n))
	}
	return out
}

// Suspects returns the causes that the evidence shows, then those that it does not
// rule out. Interventions are planned for them; none means that evidence is missing.
func Suspects(p Probes) []Cause {
	if len(p.missing()) > 0 {
		return nil
	}
	var shown, open []Cause
	for _, r := range probesRules {
		switch {
		case r.holds(p):
			shown = append(shown, r.cause)
		case r.ruledOut(p) == "":
			open = append(open, r.cause)
		}
	}
	return append(shown, open...)
}

// Untold returns the causes that could be seen if the upstream, and what lies before it, told
// their queues, and that an intervention can show in place of that.
func Untold(p Probes) []Cause {
	if len(p.missing()) > 0 || !p.queueOpen() || p.share(p.Headers-p.Queue.Or(0)) < gathers || p.full() {
		return nil
	}
	return []Cause{UpstreamQueueing}
}

// missing says what evidence any verdict needs and does not have.
func (p Probes) missing() []string {
	var out []string
	for _, need := range []struct {
		there bool
		what  string
	}{
		{p.Throughput > 0, "a throughput"},
		{p.Window > 0 && p.Cores > 0, "the window and the cores"},
		{!p.disturbed(), fmt.Sprintf("a quiet machine: other processes used %.2f of %s cores", p.Others.Or(0), coreCount(p.Allowed))},
		{p.Response > 0, "the times of a response (resp-ns and the waits), which older lines have not"},
	} {
		if !need.there {
			out = append(out, need.what)
		}
	}
	return out
}

// division says where the requests of the window are.
func (p Probes) division() string {
	var parts []string
	for _, s := range p.stages() {
		if n := p.population(s.time); n >= .05 {
			parts = append(parts, fmt.Sprintf("%.1f %s", n, s.what))
		}
	}
	return fmt.Sprintf("of %d requests %s, and %s", p.Window, strings.Join(parts, ", "), p.usage())
}

func (p Probes) usage() string {
	return fmt.Sprintf("%.2f of %.2f available cores were used", p.used(), p.available())
}

// disturbed says that others took so much of the client's cores that what is left can't be
// judged. What they take of cores that the client could not have used does not matter.
func (p Probes) disturbed() bool {
	left := min(p.Cores, p.Allowed-p.Others.Or(0))
	return !p.Simulated && p.Cores-left >= disturbed*p.Cores
}

func (p Probes) simulation() string {
	if !p.Simulated {
		return ""
	}
	return fmt.Sprintf(" Simulated: %s cores that only pass time.", coreCount(p.Cores))
}
