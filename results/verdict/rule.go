package verdict

import "fmt"

// A rule is one cause's row: when a client's evidence shows it, what to tell a
// person then, and the figure that rules it out.
type rule struct {
	cause Cause
	holds func(Client) bool
	says  func(Client) string
	not   func(Client) string // "" where no figure rules it out
	mend  string              // what would help; "" where nothing is to be mended
	rests []string            // names of the figures that a verdict of this cause rests on
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
