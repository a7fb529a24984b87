package verdict

import (
	"fmt"

	"collatebench/internal/spell"
)

// NetworkBound means that the link is full.
const NetworkBound Cause = "network-bound"

const leavingOut = "leaving decoding out"

var networkBoundProbes = probesRule{
	cause:    NetworkBound,
	holds:    Probes.linkFull,
	sentence: sayLink,
	ruledOut: notGathering(NetworkBound),
	rests:    []string{"read", "resp", "cpus"},
	remedy:   "a wider link",
	gain:     lifting(NetworkBound),
	// A link that is not ours can't be widened. It is full if half the window does as much; that a
	// slow reader is not what holds the bodies up is shown by decode=off, which then gains nothing.
	interventions: []Intervention{
		{Name: "lifting the bandwidth", Cause: NetworkBound, Recipe: Recipe{Edit: Edit{Set: "bandwidth=none"}, Needs: OurUpstream, Lifts: []string{"bandwidth"}}},
		{Name: "lifting each connection's bandwidth", Cause: NetworkBound, Recipe: Recipe{Edit: Edit{Set: "connbandwidth=none"}, Needs: OurUpstream}},
		{Name: "halving the window", Cause: NetworkBound, Flat: true, Recipe: Recipe{Edit: Edit{WindowTimes: .5}, Needs: AnotherUpstream}},
		{Name: leavingOut, Aside: true, Recipe: Recipe{Edit: Edit{Set: "decode=off"}, Needs: AnotherUpstream, Beside: []Cause{NetworkBound}}},
	},
	refuted: func(proof Link, aside Intervention) bool {
		return proof.Flat && aside.Name == leavingOut && aside.Measured.Gained()
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

var networkBoundProcess = processRule{
	cause: NetworkBound,
	holds: func(p Process) (bool, string) {
		u := p.Upstream
		because := fmt.Sprintf("on %s of %s connections an answer arrives", count(u.Arriving), count(u.Connections))
		waits := u.Arriving >= mostHalf*u.Connections || u.Arriving >= u.owed() && u.share(u.owed()+u.Arriving) >= mostOwed
		return p.States && p.waitsForOthers() && u.Connections > 0 && waits, because
	},
	say: func(p Process, v *Verdict) {
		u := p.Upstream
		v.Sentence = fmt.Sprintf("on %s of %s connections to %s an answer arrives piece by piece, %s/s in all, and the client has read all that came (%s unread); %s used.\n",
			count(u.Arriving), count(u.Connections), u.Address, spell.Bytes(u.Received), spell.Bytes(u.UnreadBytes), ofCores(p.Cores, p.Allowed)) +
			"Not the client: it waits for bytes. The link, or an upstream that sends slowly: its own send queue, or the bytes a second that the link should carry, tell which."
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
		p.population(p.reading().time), p.Window, goTime(p.reading().time), carries, ofCores(p.CPUs, p.Cores))
}
