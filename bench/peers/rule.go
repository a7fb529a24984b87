package peers

// A Rule is one part of the contract, as Check has it.
type Rule struct{ Name, Does string }

// Rules returns the rules, in table order.
func Rules() []Rule {
	var out []Rule
	for _, r := range rules() {
		out = append(out, r.Rule)
	}
	return out
}

// A rule judges a subject of its scope in a trial: it runs the client and notes
// what is wrong. Where a client breaks another rule, so that this one can't
// tell, it says nothing: a defect is found under one name alone.
type rule struct {
	Rule
	of    scope
	judge func(*trial)
}

func rules() []rule {
	const everyCodec = firstCodec | otherCodec
	return []rule{
		{Rule{"listing", "--list is one JSON object with what the contract wants"}, theCommandLine, judgeListing},
		{Rule{"help", "--help exits 0 and prints how it is used"}, theCommandLine, judgeHelp},
		{Rule{"bad-input", "what is not allowed is named in one line on stderr, exit code 1"}, theCommandLine, judgeBadInput},

		{Rule{"output", "exit code 0, a line with the client's name, one benchmark line of the given name and ops"}, everyCodec, judgeOutput},
		{Rule{"figures", "all units, each once, in plain decimals, and such as can be true"}, everyCodec, judgeFigures},
		{Rule{"requests", "the right requests, each once, in ascending order of id, one collation after the other"}, everyCodec, judgeRequests},
		{Rule{"connections", "connections are kept: two more than twice the window at most, however many requests"}, firstCodec, judgeConnections},
		{Rule{"window", "never more than a window of requests in flight"}, firstCodec, judgeWindow},
		{Rule{"window-used", "a window of 128 is filled, and a late response does not hold back the others"}, firstCodec, judgeWindowUsed},
		{Rule{"place", "a response keeps its place in the window until it is decoded"}, firstCodec, judgePlace},
		{Rule{"results", "--results tells each response once, with its records, collation by collation"}, firstCodec, judgeResults},
		{Rule{"order", "responses are collated in the order that --list promises"}, firstCodec, judgeOrder},
		{Rule{"counts", "a response with another number of records than its header says fails, by its id"}, everyCodec, judgeCounts},
		{Rule{"digests", "an id whose digest is checked fails by a wrong digest, and by altered bytes"}, everyCodec, judgeDigests},
		{Rule{"json", "a body that is no array of whole records fails, by its id"}, everyCodec, judgeJSON},
		{Rule{"bare", "a response without X-Payload-Records and X-Payload-Digest is no error"}, firstCodec, judgeBare},
		{Rule{"first-error", "one line on stderr that names the response, exit code 1, no benchmark line"}, firstCodec, judgeFirstError},
		{Rule{"stops", "no request is started after the first error"}, firstCodec, judgeStops},
		{Rule{"cancels", "the first error ends the process though another response stalls"}, firstCodec, judgeCancels},
		{Rule{"proxy", "no proxy is taken from the environment"}, firstCodec, judgeProxy},
		{Rule{"leftovers", "no process of the client is there after it"}, firstCodec, judgeLeftovers},
		{Rule{"orphans", "its children end when the client is killed"}, firstCodec, judgeOrphans},
	}
}
