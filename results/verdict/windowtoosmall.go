package verdict

import "fmt"

// WindowTooSmall: the window is full and the cores are idle.
const WindowTooSmall Cause = "window-too-small"

func (c Client) windowSmall() bool {
	if c.full() || c.linkFull() || c.CPUs > float64(c.Cores)-idleCores && c.Cores > 1 {
		return false
	}
	crowded := c.population(c.Response) >= .6*float64(c.Window) // the ends of an op have a window that is not full
	return crowded && (c.waiting() < elsewhere || c.gathered(WindowTooSmall))
}

func sayWindow(c Client) string {
	return fmt.Sprintf("a window of %d is full and hardly anything waits; %s of a response's %s pass between connection and headers, and %.2f of %d cores are used.",
		c.Window, seconds(c.served()), seconds(c.Response), c.CPUs, c.Cores)
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
