package verdict

import "fmt"

// NetworkBound means that the link is full.
const NetworkBound Cause = "network-bound"

var networkBoundClient = clientRule{
	cause: NetworkBound,
	holds: Client.linkFull,
	says:  sayLink,
	not:   notGathering(NetworkBound),
	rests: []string{"read", "resp", "cpus"},
	mend:  "a wider link",
	gain:  lifting(NetworkBound),
	// Where the link is not ours, it is shown by decoding taking no time from it.
	interventions: []Intervention{
		{Name: "lifting the bandwidth", Cause: NetworkBound, Recipe: Recipe{Edit: Edit{Set: "bandwidth=none"}, Needs: OurUpstream, Lifts: []string{"bandwidth"}}},
		{Name: "lifting each connection's bandwidth", Cause: NetworkBound, Recipe: Recipe{Edit: Edit{Set: "connbandwidth=none"}, Needs: OurUpstream}},
		{Name: "leaving decoding out", Cause: NetworkBound, Flat: true, Recipe: Recipe{Edit: Edit{Set: "decode=off"}, Needs: AnotherUpstream}},
	},
	blamed: func(Client) string { return "the network" },
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

func sayLink(c Client) string {
	carries := ""
	if c.BodyBytes > 0 {
		carries = fmt.Sprintf(", which carries %.0f MB/s", c.Throughput*c.BodyBytes/1e6)
	}
	return fmt.Sprintf("%.1f of %d requests are on the link at a time, %s each%s; %.2f of %d cores used.",
		c.population(c.Read), c.Window, goTime(c.Read), carries, c.CPUs, c.Cores)
}
