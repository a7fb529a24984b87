package verdict

import "slices"

// Every cause has a file of its own. The orders below are those in which the
// rules are asked; a new cause takes its places in them.

// probesRules are in the order in which to fix the causes that hold: a limit
// hides the limits behind it.
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

// suspectedFirst are the causes that people suspect first.
var suspectedFirst = []probesRule{upstreamQueueingProbes, networkBoundProbes, serialisedProbes}

// traceRules ask first what uses up the cores, then where goroutines take turns,
// then what they wait for.
var traceRules = []traceRule{
	throttledTrace,
	handoffBoundTrace,
	connectionPoolDials,
	gcBoundTrace,
	cpuSaturatedTrace,
	serialisedGoroutine,
	hiddenCapWorker,
	connectionPoolTrace,
	connectionPoolMaking,
	serialisedTurn,
	hiddenCapTrace,
	hiddenCapRate,
	timerBoundTrace,
	windowTooSmallBatch,
	hiddenCapAlone,
	windowTooSmallAlone,
	outsideTrace,
}

// externalRules ask first what explains idle cores: a client that waits for its
// upstream, or needs a larger window, is not serial.
var externalRules = []externalRule{
	upstreamQueueingExternal,
	networkBoundExternal,
	windowTooSmallExternal,
	serialisedExternal,
	outsideExternal,
	hiddenCapExternal,
	cpuSaturatedExternal,
}

// processRules ask first what uses up the cores, then whether one core's worth of work holds the
// others up, then whom the connections wait for.
var processRules = []processRule{
	throttledProcess,
	cpuSaturatedProcess,
	serialisedProcess,
	connectionPoolConnecting,
	networkBoundProcess,
	connectionPoolProcess,
	hiddenCapProcess,
	outsideProcess,
	outsideOther,
	serialisedRequest,
	hiddenCapIdle,
	hiddenCapCores,
}

// waiting are the causes in which requests wait for something other than a core.
var waiting = []Cause{HiddenCap, ConnectionPool, UpstreamQueueing, NetworkBound, WindowTooSmall}

// sharedAsides are the asides that go with several causes.
var sharedAsides = []Intervention{
	{Name: "bytes from memory", Aside: true, Recipe: Recipe{Edit: Edit{Set: "from=memory"}, Beside: slices.Concat([]Cause{Serialised, GCBound}, waiting)}},
	{Name: "leaving decoding out", Aside: true, Recipe: Recipe{Edit: Edit{Set: "decode=off"}, Needs: OurUpstream, Beside: waiting}},
}

// Interventions returns the catalogue: first the interventions that prove a
// cause, in the order of the causes, then the asides. They change the client or
// our own upstream. A limit that lies elsewhere is shown by a change that has no
// effect ([Intervention.Flat]).
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
