package runner

import (
	"strconv"

	"collatebench/bench"
	"collatebench/results/verdict"
)

// An intervention changes one thing about a cell. As a step it proves its
// cause by a gain; as an aside it shows what no gain can come from.
type intervention struct {
	name   string
	cause  verdict.Cause
	change func(bench.Cell) []string // "placement=pool", ...; nil where there is nothing to change
	when   upstreamIs
	lifts  []string        // the known limits that it takes away, by their names in the evidence
	window float64         // what it multiplies the window by; 0 means 1
	flat   bool            // the proof is that nothing changes
	beside []verdict.Cause // an aside of a cell in which one of these is suspected; nil for a step
}

// upstreamIs says whose upstream an intervention needs.
type upstreamIs int

const (
	anyones upstreamIs = iota
	ours               // its knobs are ours to turn
	another            // only the client can change
)

// interventions is the table, a row each. What a step multiplies or lifts, it
// does in the client or in our own upstream: what can't be helped there is
// shown by its staying as it is.
func interventions() []intervention {
	waiting := []verdict.Cause{verdict.HiddenCap, verdict.ConnectionPool, verdict.UpstreamQueueing, verdict.NetworkBound, verdict.WindowTooSmall}
	return []intervention{
		{name: "decoding in parallel", cause: verdict.Serialised, change: parallel, lifts: []string{"placement", "workers"}},
		{name: "lifting the cap on decodes", cause: verdict.HiddenCap, change: lift("workers"), lifts: []string{"workers"}},
		{name: "lifting the cap on fetches", cause: verdict.HiddenCap, change: lift("fetches"), lifts: []string{"fetches"}},
		{name: "lifting the connection limit", cause: verdict.ConnectionPool, change: lift("conns"), lifts: []string{"conns"}},
		{name: "lifting the upstream's queue", cause: verdict.UpstreamQueueing, change: lift("queue"), lifts: []string{"queue"}, when: ours},
		{name: "halving the window", cause: verdict.UpstreamQueueing, change: windowTimes(.5), window: .5, flat: true, when: another},
		{name: "lifting the bandwidth", cause: verdict.NetworkBound, change: lift("bandwidth"), lifts: []string{"bandwidth"}, when: ours},
		{name: "lifting each connection's bandwidth", cause: verdict.NetworkBound, change: lift("connbandwidth"), when: ours},
		{name: "leaving decoding out", cause: verdict.NetworkBound, change: set("decode=off"), flat: true, when: another},
		{name: "doubling the window", cause: verdict.WindowTooSmall, change: windowTimes(2), window: 2},
		{name: "raising GOGC eightfold", cause: verdict.GCBound, change: raiseGOGC},
		{name: "leaving decoding out", cause: verdict.CPUSaturated, change: set("decode=off")},

		{name: "decoding in parallel in another way", cause: verdict.Serialised, change: moreParallel, beside: []verdict.Cause{verdict.CPUSaturated}},
		{name: "quadrupling the window", change: windowTimes(4), window: 4, beside: []verdict.Cause{verdict.WindowTooSmall}},
		{name: "lifting the delay", change: lift("latency"), when: ours, beside: []verdict.Cause{verdict.WindowTooSmall}},
		{name: "bytes from memory", change: set("from=memory"), beside: append([]verdict.Cause{verdict.Serialised, verdict.GCBound}, waiting...)},
		{name: "leaving decoding out", change: set("decode=off"), when: ours, beside: waiting},
	}
}

// possible says whether an intervention can be made with this upstream.
func (i intervention) possible(elsewhere bool) bool {
	return i.when == anyones || (i.when == another) == elsewhere
}

// apply returns the cell with the intervention, and what it changed.
func (i intervention) apply(c bench.Cell) (bench.Cell, []string) {
	var made []string
	for _, change := range i.change(c) {
		next, err := c.Change(change)
		if err != nil {
			return c, nil // a value at the end of its range
		}
		if next != c {
			made = append(made, change)
		}
		c = next
	}
	return c, made
}

func set(changes ...string) func(bench.Cell) []string {
	return func(bench.Cell) []string { return changes }
}

// lift sets a dimension to none, which is how every limit spells that it is
// not there.
func lift(name string) func(bench.Cell) []string { return set(name + "=none") }

func parallel(c bench.Cell) []string {
	switch {
	case c.Placement.Serial():
		return []string{"placement=" + string(bench.Pool)}
	case c.Workers == 1 && c.Placement.Limited():
		return []string{"workers=none"}
	}
	return nil
}

// moreParallel decodes in another way that uses every core.
func moreParallel(c bench.Cell) []string {
	if c.Placement == bench.Pool {
		return []string{"placement=" + string(bench.Request)}
	}
	return []string{"placement=" + string(bench.Pool)}
}

// windowTimes scales the window, and the responses with it where an op would
// else have too few of them: the ends of an op, in which the window is not
// full, then weigh the same.
func windowTimes(factor float64) func(bench.Cell) []string {
	return func(c bench.Cell) []string {
		window := int(float64(c.Window) * factor)
		if window < 1 {
			return nil
		}
		out := []string{"window=" + strconv.Itoa(window)}
		if factor > 1 && c.Responses < 4*window {
			out = append(out, "responses="+strconv.Itoa(int(float64(c.Responses)*factor)))
		}
		return out
	}
}

const gogcFactor = 8

func raiseGOGC(c bench.Cell) []string {
	if c.GOGC == bench.GCOff {
		return nil
	}
	return []string{"gogc=" + strconv.Itoa(gogcFactor*c.GOGC)} // refused beyond the range
}

// predicted is the gain that the evidence promises of an intervention; 0 where
// it promises nothing.
func (i intervention) predicted(e verdict.Client) float64 {
	switch {
	case i.cause == verdict.GCBound:
		return e.PredictGOGC()
	case i.flat || i.cause == verdict.CPUSaturated || i.beside != nil && i.window == 0:
		return 0
	}
	return e.Predict(max(i.window, 1), i.lifts...)
}
