package verdict

// Every cause has a file of its own, with all that is particular to it. A new
// one takes its places in the orders below, which are those in which the rules
// are asked.

// clientRules are in the order in which to mend what holds: a limit in front of
// another hides it.
var clientRules = []clientRule{
	serialisedClient,
	hiddenCapClient,
	connectionPoolClient,
	upstreamQueueingClient,
	networkBoundClient,
	windowTooSmallClient,
	gcBoundClient,
	cpuSaturatedClient,
}

// blamedFirst are the causes that people suspect before the others.
var blamedFirst = []clientRule{upstreamQueueingClient, networkBoundClient, serialisedClient}

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
