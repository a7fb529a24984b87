package verdict

import "slices"

// Every cause has a file of its own, with all that is particular to it. A new
// one takes its places in the orders below, which are those in which the rules
// are asked.

// probesRules are in the order in which to mend what holds: a limit in front of
// another hides it.
var probesRules = []probesRule{
	serialisedProbes,
	hiddenCapProbes,
	connectionPoolProbes,
	upstreamQueueingProbes,
	networkBoundProbes,
	windowTooSmallProbes,
	gcBoundProbes,
	cpuSaturatedProbes,
}

// suspectedFirst are the causes that people suspect before the others.
var suspectedFirst = []probesRule{upstreamQueueingProbes, networkBoundProbes, serialisedProbes}

// traceRules ask first where the cores are used up, then what goroutines take
// turns at, then what they wait for.
var traceRules = []traceRule{
	connectionPoolDials,
	gcBoundTrace,
	cpuSaturatedTrace,
	serialisedGoroutine,
	connectionPoolTrace,
	serialisedTurn,
	hiddenCapTrace,
	outsideTrace,
}

// externalRules ask first for what explains idle cores: a client that waits for
// its upstream, or for a larger window, is not serial.
var externalRules = []externalRule{
	upstreamQueueingExternal,
	windowTooSmallExternal,
	serialisedExternal,
	outsideExternal,
	cpuSaturatedExternal,
}

// waiting are the causes for which requests wait for something else than a core.
var waiting = []Cause{HiddenCap, ConnectionPool, UpstreamQueueing, NetworkBound, WindowTooSmall}

// sharedAsides are those that go with several causes.
var sharedAsides = []Intervention{
	{Name: "bytes from memory", Aside: true, Recipe: Recipe{Edit: Edit{Set: "from=memory"}, Beside: slices.Concat([]Cause{Serialised, GCBound}, waiting)}},
	{Name: "leaving decoding out", Aside: true, Recipe: Recipe{Edit: Edit{Set: "decode=off"}, Needs: OurUpstream, Beside: waiting}},
}

// Interventions is the catalogue: those that prove a cause in the order of the
// causes, then the asides. What it multiplies or lifts is in the client or in our
// own upstream: what can't be helped there is shown by its staying as it is.
func Interventions() []Intervention {
	var proofs, asides []Intervention
	for _, r := range probesRules {
		for _, i := range r.interventions {
			if i.Aside {
				asides = append(asides, i)
			} else {
				proofs = append(proofs, i)
			}
		}
	}
	return slices.Concat(proofs, asides, sharedAsides)
}
