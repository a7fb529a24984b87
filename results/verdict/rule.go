package verdict

import "fmt"

// A probesRule is a cause's row for [Probes].
type probesRule struct {
	cause    Cause
	holds    func(Probes) bool   // the evidence shows it
	sentence func(Probes) string // for people, if it holds
	ruledOut func(Probes) string // the figure that rules it out; "" if none does
	rests    []string            // names of the figures that a verdict of this cause rests on, those of External too

	remedy string               // what would help; "" at the healthy end
	gain   func(Probes) float64 // predicts the remedy's gain; nil at the healthy end

	interventions []Intervention // those that prove it, and their asides

	// Only some causes set the fields below.
	proof       float64                                   // smallest gain that proves it; 0 means gains
	refuted     func(proof Link, aside Intervention) bool // the aside's gain excludes what the proof shows
	doubt       func(Probes) string                       // a sign of it, for Uncertain; "" if there is none
	suspectedAs func(Probes) string                       // the words of people who suspect it first; "" if they would not
	clears      func(Probes) string                       // if it is the cause: what clears the causes that people suspect first
}

// rule returns the cause's row; an empty one if probes can't show the cause.
func (c Cause) rule() probesRule {
	for _, r := range probesRules {
		if r.cause == c {
			return r
		}
	}
	return probesRule{}
}

// Healthy says that there is nothing to fix: no intervention can gain.
func (c Cause) Healthy() bool {
	r := c.rule()
	return r.cause != "" && r.gain == nil
}

// full says that the cores are the limit, and so nothing else is.
func (p Probes) full() bool { return p.saturation() >= saturated }

// fullest is the stage with the most requests.
func (p Probes) fullest() stage {
	var most stage
	for _, s := range p.stages() {
		if s.time > most.time {
			most = s
		}
	}
	return most
}

// gathered says that the requests gather in the cause's stage while cores are idle.
func (p Probes) gathered(cause Cause) bool {
	s := p.fullest()
	return !p.full() && p.Window > 1 && s.cause == cause && p.share(s.time) >= gathers
}

func gathering(cause Cause) func(Probes) bool {
	return func(p Probes) bool { return p.gathered(cause) }
}

func notGathering(cause Cause) func(Probes) string {
	return func(p Probes) string {
		for _, s := range p.stages() {
			if s.cause == cause && p.share(s.time) < elsewhere {
				return fmt.Sprintf("%.2f of %d requests %s", p.population(s.time), p.Window, s.what)
			}
		}
		return ""
	}
}
