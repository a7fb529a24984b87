package verdict

import "fmt"

// WindowTooSmall means that the window is full and the cores are idle.
const WindowTooSmall Cause = "window-too-small"

var windowTooSmallClient = clientRule{
	cause: WindowTooSmall,
	holds: Client.windowSmall,
	says:  sayWindow,
	not:   notWindow,
	rests: []string{"headers", "resp", "cpus", "growth"},
	mend:  "twice the window",
	gain:  func(c Client) float64 { return c.Predict(2) },
	interventions: []Intervention{
		{Name: "doubling the window", Cause: WindowTooSmall, Recipe: Recipe{Edit: Edit{WindowTimes: 2}}},
		{Name: "quadrupling the window", Aside: true, Recipe: Recipe{Edit: Edit{WindowTimes: 4}, Beside: []Cause{WindowTooSmall}}},
		{Name: "lifting the delay", Aside: true, Recipe: Recipe{Edit: Edit{Set: "latency=none"}, Needs: OurUpstream, Beside: []Cause{WindowTooSmall}}},
	},
}

var windowTooSmallExternal = externalRule{
	cause: WindowTooSmall,
	holds: func(e External) bool { return e.CPUs <= oneCore && e.grown() >= grows },
	says:  func(e External) string { return fmt.Sprintf("%s. More can be in flight.", e.seen()) },
}

// fullWindow: requests in flight, mean, to the window, from which on the window
// is full: at the ends of an op it is not.
const fullWindow = .6

func (c Client) windowSmall() bool {
	if c.full() || c.linkFull() || c.CPUs > float64(c.Cores)-idleCores && c.Cores > 1 {
		return false
	}
	full := c.population(c.Response) >= fullWindow*float64(c.Window)
	return full && (c.waiting() < elsewhere || c.gathered(WindowTooSmall))
}

func sayWindow(c Client) string {
	return fmt.Sprintf("a window of %d is full and hardly anything waits; %s of a response's %s pass between connection and headers, and %.2f of %d cores are used.",
		c.Window, goTime(c.served()), goTime(c.Response), c.CPUs, c.Cores)
}

func notWindow(c Client) string {
	switch {
	case c.full():
		return fmt.Sprintf("%.2f of %.2f available cores were used", c.CPUs, c.available())
	case c.waiting() >= gathers:
		return fmt.Sprintf("%.1f of %d requests waited for others", c.population(c.waiting()*c.Response), c.Window)
	}
	return ""
}
