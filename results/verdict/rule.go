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

// rules are in the order in which to mend what holds: a limit in front of
// another hides it.
func rules() []rule {
	return []rule{
		{Serialised, Client.serialised, sayDecoder, notDecoder, "decoding in parallel", []string{"cpus", "decode-wait", "decode", "growth"}},
		{HiddenCap, Client.capped, sayCap, notCapped, "lifting that limit", []string{"start-wait", "decode-overlap", "cpus"}},
		{ConnectionPool, gathering(ConnectionPool), sayConnections, notGathering(ConnectionPool), "more connections", []string{"conn-wait", "resp", "cpus"}},
		{UpstreamQueueing, gathering(UpstreamQueueing), sayQueue, notGathering(UpstreamQueueing), "an upstream without the queue", []string{"queue", "service", "cpus", "queued"}},
		{NetworkBound, Client.linkFull, sayLink, notGathering(NetworkBound), "a wider link", []string{"read", "resp", "cpus"}},
		{WindowTooSmall, Client.windowSmall, sayWindow, notWindow, "twice the window", []string{"headers", "resp", "cpus", "growth"}},
		{GCBound, Client.gcBound, sayGC, notGC, "a GOGC eight times as high", []string{"gc-share", "cpus"}},
		{CPUSaturated, Client.coresFull, sayCores, notCores, "", []string{"cpus", "available", "runnable", "growth"}},
	}
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

// behindDecoder says that bodies wait for decoding while cores idle: decoding
// is always under way, and what waits is not waiting for a core.
func (c Client) behindDecoder() bool {
	return c.gathered(Serialised) && c.Cores > 1 && c.Busy >= busy &&
		c.CPUs <= float64(c.Cores)-idleCores && (c.Simulated || c.Runnable < alone) &&
		(c.DecodeWait > c.Decode || c.Overlap > 2 && c.Decode > 2*c.onCore())
}

func (c Client) serialised() bool { return c.behindDecoder() && c.executing() < alone }

func (c Client) capped() bool {
	few := c.behindDecoder() && c.executing() >= alone && c.executing() <= float64(c.Cores)-idleCores
	return few || c.gathered(HiddenCap)
}

// linkFull needs a window: one request can't fill a link that it leaves idle
// while it is served and decoded.
func (c Client) linkFull() bool {
	for _, l := range c.Limits {
		if l.Cause == NetworkBound && c.Throughput < saturated*l.Roof {
			return false
		}
	}
	return c.gathered(NetworkBound)
}

func (c Client) windowSmall() bool {
	if c.full() || c.linkFull() || c.CPUs > float64(c.Cores)-idleCores && c.Cores > 1 {
		return false
	}
	crowded := c.population(c.Response) >= .6*float64(c.Window) // the ends of an op have a window that is not full
	return crowded && (c.waiting() < elsewhere || c.gathered(WindowTooSmall))
}

func (c Client) gcBound() bool { return c.GCShare >= collecting }

func (c Client) coresFull() bool { return c.full() && !c.gcBound() }

func sayDecoder(c Client) string {
	if c.Overlap > 2 {
		return fmt.Sprintf("window %d, but decodes take turns: %.1f are begun at a time, for %.2f of %d cores.",
			c.Window, c.Overlap, c.CPUs, c.Cores)
	}
	return fmt.Sprintf("window %d, but one goroutine decodes for %s of the time; %.2f of %d cores used.",
		c.Window, percent(c.Busy), c.CPUs, c.Cores)
}

func sayCap(c Client) string {
	if c.share(c.StartWait) >= elsewhere {
		return fmt.Sprintf("%.1f of %d admitted requests wait, %s each, for a limit of the client's own; %.1f are sent at a time.",
			c.population(c.StartWait), c.Window, seconds(c.StartWait), c.population(c.Headers+c.Read))
	}
	return fmt.Sprintf("no more than %.1f decodes run at a time, with %d cores and a window of %d; %.2f cores used.",
		c.executing(), c.Cores, c.Window, c.CPUs)
}

func sayConnections(c Client) string {
	return fmt.Sprintf("%.1f of %d requests wait for a connection, %s each; %.1f are sent at a time.",
		c.population(c.ConnWait), c.Window, seconds(c.ConnWait), c.population(c.Headers+c.Read))
}

func sayQueue(c Client) string {
	return fmt.Sprintf("%.1f of %d requests wait in the upstream's queue, %s each for a service of %s; %.2f of %d cores used.",
		c.population(c.Queue), c.Window, seconds(c.Queue), seconds(c.Service), c.CPUs, c.Cores)
}

func sayLink(c Client) string {
	carries := ""
	if c.BodyBytes > 0 {
		carries = fmt.Sprintf(", which carries %.0f MB/s", c.Throughput*c.BodyBytes/1e6)
	}
	return fmt.Sprintf("%.1f of %d requests are on the link at a time, %s each%s; %.2f of %d cores used.",
		c.population(c.Read), c.Window, seconds(c.Read), carries, c.CPUs, c.Cores)
}

func sayWindow(c Client) string {
	return fmt.Sprintf("a window of %d is full and hardly anything waits; %s of a response's %s pass between connection and headers, and %.2f of %d cores are used.",
		c.Window, seconds(c.served()), seconds(c.Response), c.CPUs, c.Cores)
}

func sayGC(c Client) string {
	return fmt.Sprintf("%s of the busy CPU time collects garbage; %.2f of %d cores used.", percent(c.GCShare), c.CPUs, c.Cores)
}

func sayCores(c Client) string {
	if c.Cores == 1 {
		return fmt.Sprintf("%.2f of 1 core used: with one core, decoding in turn is right.", c.CPUs)
	}
	text := fmt.Sprintf("%.2f of the %.2f cores available are used: the roof of these cores with this codec.", c.CPUs, c.available())
	if c.SchedLatencyP99 >= starving {
		text += fmt.Sprintf(" Others starve: a goroutine due every millisecond wakes %s late (p99).", seconds(c.SchedLatencyP99))
	}
	return text
}

func notDecoder(c Client) string {
	switch {
	case c.Cores == 1:
		return "there is one core"
	case c.Busy >= busy && c.executing() < alone && !c.full():
		return "" // what waits may wait in front of what one goroutine holds
	case c.CPUs > float64(c.Cores)-idleCores || c.full():
		return fmt.Sprintf("%.2f of %.2f available cores were used", c.CPUs, c.available())
	case c.share(c.DecodeWait+c.Decode) < elsewhere || c.DecodeWait < c.Decode && c.Overlap <= 2:
		return fmt.Sprintf("a body waited %s for a decode of %s", seconds(c.DecodeWait), seconds(c.Decode))
	case c.executing() >= alone:
		return fmt.Sprintf("%.1f decodes ran at a time", c.executing())
	}
	return ""
}

func notCapped(c Client) string {
	if c.share(c.StartWait) >= elsewhere || c.behindDecoder() && c.executing() >= alone {
		return ""
	}
	return fmt.Sprintf("%.2f of %d requests waited for a limit of the client's own", c.population(c.StartWait), c.Window)
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

func notWindow(c Client) string {
	switch {
	case c.full():
		return fmt.Sprintf("%.2f of %.2f available cores were used", c.CPUs, c.available())
	case c.waiting() >= gathers:
		return fmt.Sprintf("%.1f of %d requests waited for others", c.population(c.waiting()*c.Response), c.Window)
	}
	return ""
}

func notGC(c Client) string {
	if c.GCShare >= .75*collecting {
		return ""
	}
	return percent(c.GCShare) + " of the busy CPU time collected garbage"
}

func notCores(c Client) string {
	if c.saturation() >= .75 {
		return ""
	}
	return fmt.Sprintf("%.2f of %.2f available cores were used", c.CPUs, c.available())
}
