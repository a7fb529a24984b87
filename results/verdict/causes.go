package verdict

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

// traceRules in the order in which they are asked: first where the cores are
// used up, then what goroutines take turns at, then what they wait for.
var traceRules = []traceRule{
	{ConnectionPool, true, Trace.dialling, Trace.sayDial},
	{GCBound, true, Trace.gcBound, Trace.sayGC},
	{CPUSaturated, true, Trace.cpuSaturated, Trace.saySaturated},
	{Serialised, true, Trace.oneGoroutine, Trace.sayGoroutine},
	{ConnectionPool, false, Trace.pooled, Trace.sayPool},
	{Serialised, true, Trace.oneTurn, Trace.sayTurn},
	{HiddenCap, false, Trace.capped, Trace.sayCap},
	{Outside, false, Trace.outside, Trace.sayOutside},
}
