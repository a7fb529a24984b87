package verdict

import "fmt"

// A probesRule is a cause's row for a client's evidence.
type probesRule struct {
	cause    Cause
	holds    func(Probes) bool   // the evidence shows it
	sentence func(Probes) string // what to tell a person then
	ruledOut func(Probes) string // the figure that rules it out; "" where none does
	rests    []string            // names of the figures that a verdict of this cause rests on, those from outside too

	remedy string               // what would help; "" at the healthy end, where nothing is to be mended
	gain   func(Probes) float64 // what that promises; nil as above

	interventions []Intervention // that prove it, and the asides that go with it

	// The rest is there for the causes that need it.
	proof   float64                 // gain from which on an intervention proves it; 0 means gains
	refuted func(Intervention) bool // by a gain that would not be there, were it the cause
	doubt   func(Probes) string     // a sign of it, told beside the causes that were found
	blamed  func(Probes) string     // the words of those who suspect it first; "" where nobody does
	clears  func(Probes) string     // where it is the cause: what clears those that people suspect first
}

// rule returns the cause's row; an empty one where a client's evidence can't
// show it.
func (c Cause) rule() probesRule {
	for _, r := range probesRules {
		if r.cause == c {
			return r
		}
	}
	return probesRule{}
}

// Healthy says that nothing is to be mended: the client is at the end of what
// mending can give.
func (c Cause) Healthy() bool {
	r := c.rule()
	return r.cause != "" && r.gain == nil
}

// full says that the cores are the limit, so that nothing in front of them is.
func (p Probes) full() bool { return p.saturation() >= saturated }

// fullest is the stage in which most of the window is.
func (p Probes) fullest() stage {
	var most stage
	for _, s := range p.stages() {
		if s.time > most.time {
			most = s
		}
	}
	return most
}

// gathered says that the window gathers in a cause's stage while cores idle.
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
