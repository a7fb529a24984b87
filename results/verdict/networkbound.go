package verdict

import "fmt"

// NetworkBound means that the link is full.
const NetworkBound Cause = "network-bound"

var networkBoundProbes = probesRule{
	cause:    NetworkBound,
	holds:    Probes.linkFull,
	sentence: sayLink,
	ruledOut: notGathering(NetworkBound),
	rests:    []string{"read", "resp", "cpus"},
	remedy:   "a wider link",
	gain:     lifting(NetworkBound),
	// A link that is not ours is shown by decode=off, which then gains nothing.
	interventions: []Intervention{
		{Name: "lifting the bandwidth", Cause: NetworkBound, Recipe: Recipe{Edit: Edit{Set: "bandwidth=none"}, Needs: OurUpstream, Lifts: []string{"bandwidth"}}},
		{Name: "lifting each connection's bandwidth", Cause: NetworkBound, Recipe: Recipe{Edit: Edit{Set: "connbandwidth=none"}, Needs: OurUpstream}},
		{Name: "leaving decoding out", Cause: NetworkBound, Flat: true, Recipe: Recipe{Edit: Edit{Set: "decode=off"}, Needs: AnotherUpstream}},
	},
	suspectedAs: func(Probes) string { return "the network" },
}

var networkBoundExternal = externalRule{
	cause: NetworkBound,
	holds: func(e External) bool { return e.Link.Value() >= saturated && !e.filled() },
	sentence: func(e External) string {
		return fmt.Sprintf("the bodies take %s of the link; %s.", percent(e.Link.Value()), e.summary())
	},
}

// linkFull needs a window above 1: one request leaves the link idle while it is
// served and decoded.
func (p Probes) linkFull() bool {
	for _, l := range p.Limits {
		if l.Cause == NetworkBound && p.Throughput < saturated*l.Roof {
			return false
		}
	}
	return p.gathered(NetworkBound)
}

func sayLink(p Probes) string {
	carries := ""
	if p.BodyBytes > 0 {
		carries = fmt.Sprintf(", which carries %.0f MB/s", p.Throughput*p.BodyBytes/1e6)
	}
	return fmt.Sprintf("%.1f of %d requests are on the link at a time, %s each%s; %s used.",
		p.population(p.Read), p.Window, goTime(p.Read), carries, ofCores(p.CPUs, p.Cores))
}
