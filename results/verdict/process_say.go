package verdict

import (
	"fmt"
	"math"
	"strings"
)

// notTheOthers says what speaks against the upstream and the link.
func (p Process) notTheOthers() string {
	u := p.Upstream
	if !p.States || u.Connections == 0 {
		return ""
	}
	text := fmt.Sprintf("Not the upstream: it owes %s of %s answers", count(u.owed()), count(u.Connections))
	if u.Awaited > 0 && u.Awaited < 60 && u.Asked >= mostHalf && !u.Multiplexed { // of next to none owed it says nothing
		text += fmt.Sprintf(", and gives one in about %s", siTime(u.Awaited))
	}
	if u.share(u.Arriving) < mostHalf {
		text += fmt.Sprintf(". Not the link: on %s an answer arrives", count(u.Arriving))
	}
	return text + ".\n"
}

// turns says who works one at a time.
func (p Process) turns() string {
	one := p.exactly(0) + p.exactly(1)
	switch {
	case p.Tree > 1 && p.Working > 1:
		return fmt.Sprintf("In %s of the interval no two of its %d processes' threads run at once.\n", percent(one), p.Tree)
	case p.Busiest.Cores >= oneThread:
		return fmt.Sprintf("One thread (%s) runs for %s of the time.\n", p.Busiest.Name, percent(min(1, p.Busiest.Cores)))
	case p.Working > 1 && p.Alike != "":
		return fmt.Sprintf("%s threads (%s) take turns: in %s of the interval no two run at once.\n", capitalise(number(p.Working)), p.Alike, percent(one))
	case p.Working > 1:
		return fmt.Sprintf("%s threads take turns: in %s of the interval no two run at once.\n", capitalise(number(p.Working)), percent(one))
	}
	return ""
}

func number(n int) string {
	if n >= 2 && n <= 9 {
		return strings.Fields("two three four five six seven eight nine")[n-2]
	}
	return fmt.Sprint(n)
}

// where says in which function the time is spent, or what would name it.
func (p Process) where() string {
	if at := p.Section.location(); at != "" {
		text := fmt.Sprintf("%.0f%% of the CPU time is spent%s", 100*p.Section.Share, at)
		if p.Inner != "" {
			text += fmt.Sprintf("; %.0f%% in %s", 100*p.InnerShare, p.Inner)
		}
		return text + ".\n"
	}
	if p.Unnamed != "" {
		return p.Unnamed + ".\n"
	}
	return ""
}

// gainSentence predicts the gain of doing what one does at a time in several, on all cores that are
// left, and returns the sentence of it. Where others take the cores nothing is predicted.
func (p Process) gainSentence(v *Verdict, what string) string {
	gain := p.left() / math.Max(p.Cores, .5)
	if gain < worthwhile {
		return fmt.Sprintf("%s: what that gains does not show while others use %.2f of %s cores.", what, p.Allowed-p.left(), coreCount(p.Allowed))
	}
	return v.predict(gain, what, coresAlike)
}

// churn says that connections are hardly used twice. Most live too shortly to be seen, so that
// their number is that of the network namespace.
func (p Process) churn() []string {
	if p.Opens < manyOpens || p.Upstream.Fresh < mostFresh || p.Upstream.Connections == 0 {
		return nil
	}
	return []string{fmt.Sprintf("what connections cost: nearly all are new, and %.0f a second are made on this host. Keep them open between requests (one client or session for all, bodies read to their end)", p.Opens)}
}

const (
	// manyOpens, connections a second: fewer cost nothing.
	manyOpens = 20

	// mostFresh, share of the connections that were made while the process was watched.
	mostFresh = .8
)

// Thresholds of holding a process to one core: a serial client loses a little to what runs beside
// it, 1.00 to 1.17 was seen; a parallel one its cores, 1.56 to 1.83 of two.
const (
	heldSerial   = 1.25
	heldParallel = 1.4

	// heldPairs, pairs: fewer, as where the process ended meanwhile, are no proof.
	heldPairs = 3
)

// heldTells says that holding the process to one core shows whether it is serial: often enough, and
// with a core left for it to gain.
func (p Process) heldTells() bool {
	return p.Held.Pairs >= heldPairs && p.Held.Others.Or(0) < disturbed*p.Allowed
}

// proven adds the intervention, and what it says of the cause.
func (p Process) proven(v *Verdict) {
	g := p.Held.Gain
	if g.Pairs == 0 {
		return
	}
	i := Intervention{Name: "all cores in place of one", Change: "affinity", Measured: g, Aside: true}
	if len(v.Causes) > 0 && (v.Causes[0] == Serialised || v.Causes[0] == CPUSaturated) {
		i.Cause, i.Aside = v.Causes[0], false
	}
	v.Interventions = append(v.Interventions, i)
	says := "All cores over one, the process held to it"
	switch {
	case g.Mean <= heldSerial:
		says = "All cores are worth no more to it than one"
	case g.Mean >= heldParallel:
		says = "All cores are worth more to it than one"
	}
	v.Sentence = strings.TrimSuffix(v.Sentence, "\n") + "\n" + says + ": " + g.String() + "."
	switch {
	case !p.heldTells():
		v.Uncertain = append(v.Uncertain, fmt.Sprintf("what holding it to one core shows: %s, while others used %.2f of %s cores", pairs(g.Pairs), p.Held.Others.Or(0), coreCount(p.Allowed)))
	case i.Cause == Serialised && g.Low > heldSerial:
		v.Uncertain = append(v.Uncertain, fmt.Sprintf("whether it is serial: it gains from more cores, %s", g))
	case i.Cause == CPUSaturated && g.High > 0 && g.High < heldParallel && p.Allowed > 1:
		v.Uncertain = append(v.Uncertain, fmt.Sprintf("whether it is at the roof of its cores: it hardly gains from more than one, %s", g))
	}
}
