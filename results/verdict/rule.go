package verdict

import "fmt"

// A clientRule is a cause's row for a client's evidence.
type clientRule struct {
	cause Cause
	holds func(Client) bool   // the evidence shows it
	says  func(Client) string // what to tell a person then
	not   func(Client) string // the figure that rules it out; "" where none does
	rests []string            // names of the figures that a verdict of this cause rests on, those from outside too

	mend string               // what would help; "" at the healthy end, where nothing is to be mended
	gain func(Client) float64 // what that promises; nil as above

	interventions []Intervention // that prove it, and the asides that go with it

	// The rest is there for the causes that need it.
	proof   float64                 // gain from which on an intervention proves it; 0 means gains
	refuted func(Intervention) bool // by a gain that would not be there, were it the cause
	doubt   func(Client) string     // a sign of it, told beside the causes that were found
	blamed  func(Client) string     // the words of those who suspect it first; "" where nobody does
	clears  func(Client) string     // where it is the cause: what clears those that people suspect first
}

// rule returns the cause's row; an empty one where a client's evidence can't
// show it.
func (c Cause) rule() clientRule {
	for _, r := range clientRules {
		if r.cause == c {
			return r
		}
	}
	return clientRule{}
}

// Healthy says that nothing is to be mended: the client is at the end of what
// mending can give.
func (c Cause) Healthy() bool {
	r := c.rule()
	return r.cause != "" && r.gain == nil
}

// full says that the cores are the limit, so that nothing in front of them is.
func (c Client) full() bool { return c.saturation() >= saturated }

// fullest is the stage in which most of the window is.
func (c Client) fullest() stage {
	var most stage
	for _, s := range c.stages() {
		if s.time > most.time {
			most = s
		}
	}
	return most
}

// gathered says that the window gathers in a cause's stage while cores idle.
func (c Client) gathered(cause Cause) bool {
	s := c.fullest()
	return !c.full() && c.Window > 1 && s.cause == cause && c.share(s.time) >= gathers
}

func gathering(cause Cause) func(Client) bool {
	return func(c Client) bool { return c.gathered(cause) }
}

func notGathering(cause Cause) func(Client) string {
	return func(c Client) string {
		for _, s := range c.stages() {
			if s.cause == cause && c.share(s.time) < elsewhere {
				return fmt.Sprintf("%.2f of %d requests %s", c.population(s.time), c.Window, s.what)
			}
		}
		return ""
	}
}
