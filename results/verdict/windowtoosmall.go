package verdict

import "fmt"

// WindowTooSmall means that the window is full and the cores are idle.
const WindowTooSmall Cause = "window-too-small"

var windowTooSmallProbes = probesRule{
	cause:    WindowTooSmall,
	holds:    Probes.windowSmall,
	sentence: sayWindow,
	ruledOut: notWindow,
	rests:    []string{"headers", "resp", "cpus", "growth"},
	remedy:   "twice the window",
	gain:     func(p Probes) float64 { return p.Predict(2) },
	interventions: []Intervention{
		{Name: "doubling the window", Cause: WindowTooSmall, Recipe: Recipe{Edit: Edit{WindowTimes: 2}}},
		{Name: "quadrupling the window", Aside: true, Recipe: Recipe{Edit: Edit{WindowTimes: 4}, Beside: []Cause{WindowTooSmall}}},
		{Name: "lifting the delay", Aside: true, Recipe: Recipe{Edit: Edit{Set: "latency=none"}, Needs: OurUpstream, Beside: []Cause{WindowTooSmall}}},
	},
}

var windowTooSmallExternal = externalRule{
	cause: WindowTooSmall,
	holds: func(e External) bool {
		return e.grown() && (e.used() <= oneCore || !e.filled() || e.Growth.Mean >= parallelGains)
	},
	sentence: func(e External) string { return fmt.Sprintf("%s. More can be in flight.", e.summary()) },
}

// someWait, share of a response's time in which it waits for other responses: below it, and
// above elsewhere, the window is too small only if most requests are being served. A client
// in which decodes take turns reaches .38 before its requests gather there.
const someWait = .25

// fullWindow, mean requests in flight over the window: from here on the window counts
// as full. At the two ends of an op it is not.
const fullWindow = .6

func (p Probes) windowSmall() bool {
	if p.full() || p.linkFull() || !p.idle() && p.Cores > 1 {
		return false
	}
	full := p.population(p.Response) >= fullWindow*float64(p.Window)
	hardlyWait := p.waiting() < elsewhere || p.gathered(WindowTooSmall) && p.waiting() < someWait
	return full && hardlyWait && p.Predict(2) >= gains
}

func sayWindow(p Probes) string {
	return fmt.Sprintf("a window of %d is full and hardly anything waits; %s of a response's %s pass between connection and headers, and %s are used.",
		p.Window, goTime(p.served()), goTime(p.Response), ofCores(p.CPUs, p.Cores))
}

func notWindow(p Probes) string {
	switch {
	case p.full():
		return p.usage()
	case p.waiting() >= gathers:
		return fmt.Sprintf("%.1f of %d requests waited for others", p.population(p.waiting()*p.Response), p.Window)
	}
	return ""
}
