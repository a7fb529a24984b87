package verdict

import (
	"fmt"
	"slices"
	"strings"
)

// Program is the evidence of a person's own program, in whatever language, that was run as it is and
// with what surrounds it changed: its upstream, the cores that it may use, its own settings.
type Program struct {
	Seen     *Process // what its process was seen to do, as it is; nil if that can't be seen
	Rate     float64  // answers/s as it is, median
	InFlight Number   // requests at the upstream, mean
	Queued   Number   // of these, in its queue
	Shut     Number   // s per answer: its receive window was shut while the upstream had more to send
	Serving  Number   // cores that the upstream used
	Changes  []Change
}

// A Change is one thing that was changed around the program.
type Change struct {
	Intervention
	Kind   Around
	Cores  Gain   // the cores that it uses over those that it uses as it is; zero if that can't be seen
	Varied string // what a variation is of; window and workers have a meaning
}

// Around is what is changed.
type Around string

// What surrounds a program.
const (
	AtOnce  Around = "at-once"  // its upstream answers at once
	Slower  Around = "slower"   // its upstream answers later
	Paced   Around = "paced"    // bodies come slower
	OneCore Around = "one-core" // it may use one core, from its start
	Varied  Around = "varied"   // a setting of its own is another
)

const (
	// sameLow, sameHigh: a gain between them is none. Two runs of the same program differ by a few
	// percent; with eight pairs their interval is some 5% wide.
	sameLow  = .9
	sameHigh = 1.12

	// oneCoreSerial: a program whose work is done one after the other keeps at least so much on one
	// core; it loses what the kernel and its runtime do beside it, and what the upstream takes.
	oneCoreSerial = .8

	// oneCoreHalf: with less than this on one core the cores are what it has use for.
	oneCoreHalf = .75

	// mayGain: an interval up to here says that the upstream is not what is waited for; beyond
	// mightGain it says nothing.
	mayGain   = 1.25
	mightGain = 1.5

	// muchServing: an upstream that uses so much of a core may be what is at its limit, where no more
	// than spareCore of each core is idle.
	muchServing = .5
	spareCore   = .15

	// widened: a larger window that gains so much was too small before.
	widened = 1.15
)

// same says that a change changes nothing.
func (g Gain) same() bool { return g.Pairs > 0 && g.Mean >= sameLow && g.Mean <= sameHigh }

// surely says that the interval knows it too.
func (g Gain) surely() bool { return g.same() && g.High > 0 && g.High <= mayGain && g.Low >= 1/mayGain }

// waits says that the program gets more done because it waits less. On a shared machine the work
// that a core does in a second changes by half from one minute to the next, and throughputs with it;
// how many cores are used does not. So a busy program that gains, and uses no more cores, has seen a
// faster machine.
func (p Program) waits(c Change) bool {
	return c.Measured.Gained() && !(p.Seen != nil && p.busy() && c.Cores.surely())
}

// unclear says that nobody can tell whether the change gains.
func (p Program) unclear(c Change) bool {
	g := c.Measured
	return g.Pairs > 0 && (g.Mean > sameHigh || g.High > mightGain) && !(p.busy() && c.Cores.surely())
}

// of returns the change of a kind that was measured; the zero Change if there is none.
func (p Program) of(kind Around) Change {
	for _, c := range p.Changes {
		if c.Kind == kind && c.Measured.Pairs > 0 {
			return c
		}
	}
	return Change{}
}

// best is the variation of a name that gained most.
func (p Program) best(name string) Change {
	var best Change
	for _, c := range p.Changes {
		if c.Kind == Varied && c.Varied == name && c.Measured.Pairs > 0 && c.Measured.Mean > best.Measured.Mean {
			best = c
		}
	}
	return best
}

// the causes by who is waited for.
var (
	theirs = []Cause{Outside, UpstreamQueueing, NetworkBound, WindowTooSmall, ConnectionPool, HiddenCap, TimerBound}
	ours   = []Cause{Serialised, CPUSaturated, GCBound, Throttled, HandoffBound}
)

// JudgeProgram names the cause that the experiment proves, or says what is missing. What was tried
// decides who is waited for; what was seen of the process then names the cause.
func JudgeProgram(p Program) Verdict {
	v, saw := p.seen()
	for _, c := range p.Changes {
		if c.Measured.Pairs > 0 {
			v.Interventions = append(v.Interventions, c.Intervention)
		}
	}
	if missing := p.missing(); missing != "" {
		return v.without(missing)
	}
	if c := p.best("window"); c.Measured.Mean >= widened && c.Measured.Low > 1 && saw != Serialised && saw != CPUSaturated {
		return p.proven(v, WindowTooSmall, c, fmt.Sprintf("%s gave %v: more can be in flight%s.", c.Name, c.Measured, p.flight()))
	}
	once, one := p.of(AtOnce), p.of(OneCore)
	waits := p.waits(once)
	switch {
	case waits && saw == Serialised && !p.busy():
		return p.proven(v, Serialised, once, fmt.Sprintf("one request waits for the other: %s gave %v%s.", once.Name, once.Measured, p.flight()))
	case waits && slices.Contains(ours, saw) && !p.full():
		return v.without(fmt.Sprintf("one who is waited for: it looks %s, but %s gave %v", saw, once.Name, once.Measured))
	case waits && slices.Contains(theirs, saw):
		return p.proven(v, saw, once, fmt.Sprintf("it waits for its upstream: %s gave %v%s.", once.Name, once.Measured, p.flight()))
	case waits:
		return p.proven(v, Outside, once, fmt.Sprintf("it waits for its upstream: %s gave %v%s.", once.Name, once.Measured, p.flight()))
	case p.unclear(once):
		return v.without(fmt.Sprintf("a clear answer: %s gave %v; more --pairs, or longer --seconds, would tell", once.Name, once.Measured))
	case once.Measured.High > mayGain && !once.Cores.surely():
		v.Uncertain = append(v.Uncertain, fmt.Sprintf("how little the upstream matters: %s gave %v; more --pairs would tell", once.Name, once.Measured))
	}
	if p.exhausts() && !slices.Contains(ours, saw) {
		return v.without(fmt.Sprintf("an upstream with time to spare: this one used %.1f cores, and %.1f of %s were idle, so that the program waits for what this machine can serve; --latency as your upstream has it, smaller answers or a recording (--replay) would tell", p.Serving.Value(), p.Seen.Idle.Value(), count(p.Seen.Allowed)))
	}
	// It does not wait for the upstream.
	says := p.whatever(once)
	switch {
	case p.needsCores(one):
		if p.Seen != nil && p.Seen.demand() <= oneDemand {
			return v.without(fmt.Sprintf("one sign for both: %s used, but one core gave %v", ofCores(p.Seen.Cores, p.Seen.Allowed), one.Measured))
		}
		if slices.Contains([]Cause{GCBound, Throttled}, saw) {
			return p.proven(v, saw, one, says)
		}
		return p.proven(v, CPUSaturated, one, fmt.Sprintf("%s, and one core gave %.2fx: its cores are what it has use for.", says, one.Measured.Mean))
	case saw == HiddenCap || saw == TimerBound || saw == ConnectionPool:
		return p.proven(v, saw, once, says+": a limit of its own holds it back.")
	case p.needsOne(one) && p.busy():
		return p.proven(v, Serialised, one, fmt.Sprintf("%s, and with one core %s (%.2fx).\nOne core's worth of work is done at a time.", says, p.asWithAll(), one.Measured.Mean))
	case !p.busy() && (once.Measured.Pairs == 0 || once.Measured.same()) && p.of(Slower).Measured.same():
		return p.proven(v, HiddenCap, Change{}, says+", and no core is busy: a limit of its own holds it back, as a rate, a pause or a lock.")
	case slices.Contains(ours, saw):
		return v.without(fmt.Sprintf("the proof: it looks %s, and one core gave %v", saw, one.Measured))
	}
	return v.without("a sign of what it waits for: " + says + ", and no core is busy")
}

// needsCores says that with one core it gets less done, and needsOne that it does not. The cores
// that it uses tell, as in waits; without them the throughput has to be clear.
func (p Program) needsCores(one Change) bool {
	g := one.Measured
	if p.lone() {
		return false
	}
	if one.Cores.High > 0 {
		return g.Mean < oneCoreSerial+.1 && one.Cores.Mean <= oneCoreHalf
	}
	return g.Pairs > 0 && g.Mean <= oneCoreHalf && g.High < oneCoreSerial
}

func (p Program) needsOne(one Change) bool {
	g := one.Measured
	if p.lone() {
		return g.Pairs > 0 && g.Mean >= oneCoreSerial*p.Seen.Busiest.Cores/max(p.Seen.Cores, p.Seen.Busiest.Cores)
	}
	return g.Pairs > 0 && g.Mean >= oneCoreSerial && (one.Cores.High == 0 || one.Cores.Mean >= oneCoreSerial)
}

func (p Program) asWithAll() string {
	if p.lone() && p.Seen.Cores > oneDemand {
		return "it loses no more than what is done beside its one busy thread"
	}
	return "as with all"
}

// lone says that one thread does the work, and what others do beside it is less: the runtime, or
// reading. On one core these take turns with it, so that it loses what they take.
func (p Program) lone() bool {
	s := p.Seen
	return s != nil && s.Busiest.Cores >= oneThread && s.own()-s.Busiest.Cores <= besideOne
}

// seen is the verdict on the process alone, with what one core showed, and its first cause.
func (p Program) seen() (Verdict, Cause) {
	if p.Seen == nil {
		return Verdict{Causes: []Cause{}}, ""
	}
	s := *p.Seen
	s.Upstream, s.InFlight = p.corrected(s.Upstream), p.InFlight
	if one := p.of(OneCore).Measured; one.Pairs > 0 && one.High > 0 && !p.lone() {
		s.Held.Gain = Gain{Mean: 1 / one.Mean, Low: 1 / one.High, High: 1 / one.Low, Pairs: one.Pairs}
		s.Held.Others = s.Others
	}
	v := JudgeProcess(s)
	saw := Cause("")
	if len(v.Causes) > 0 {
		saw = v.Causes[0]
	}
	return Verdict{Causes: []Cause{}, Evidence: append(v.Evidence, p.figures()...), RuledOut: v.RuledOut, Uncertain: v.Uncertain, Sentence: s.connections()}, saw
}

// corrected takes connections on which the upstream says that it has an answer under way for those on
// which one arrives. The kernel tells nothing of the end of an answer: one that pauses in its middle
// looks as if nothing were outstanding.
func (p Program) corrected(u ProcessPeer) ProcessPeer {
	if !p.InFlight.Known() || u.Multiplexed {
		return u
	}
	more := min(u.Answered, max(0, p.InFlight.Value()-u.owed()-u.Arriving-u.Unread))
	u.Answered, u.Arriving = u.Answered-more, u.Arriving+more
	return u
}

func (p Program) figures() []Figure {
	out := []Figure{{"answers", p.Rate, "1/s", "that the upstream gave, as the program is"}}
	for _, f := range []struct {
		name string
		n    Number
		doc  string
	}{{"inflight", p.InFlight, "at the upstream, mean"}, {"queued", p.Queued, "in the upstream's queue, mean"}} {
		if f.n.Known() {
			out = append(out, Figure{f.name, f.n.Value(), "requests", f.doc})
		}
	}
	if p.Shut.Known() {
		out = append(out, Figure{"rwnd-limited", p.Shut.Value(), "s", "per answer: the receive window shut while the upstream had more to send"})
	}
	return out
}

// missing says what is missing for any answer.
func (p Program) missing() string {
	measured := 0
	for _, c := range p.Changes {
		if c.Measured.High > 0 {
			measured++
		}
	}
	switch {
	case measured == 0:
		return "pairs: nothing around the program was changed often enough to have an interval"
	case p.Seen != nil && p.Seen.disturbed():
		return p.Seen.missing()
	}
	return ""
}

// exhausts says that the upstream, which shares the machine, does all that it can: with more in flight
// or another limit the program would get no more.
func (p Program) exhausts() bool {
	s := p.Seen
	return s != nil && !p.busy() && p.Serving.Or(0) >= muchServing && s.Idle.Known() && s.Idle.Value() <= spareCore*s.Allowed
}

// full says that it uses the cores that there are.
func (p Program) full() bool { return p.Seen != nil && p.Seen.Cores >= saturated*p.Seen.Allowed }

// busy says that about a core's worth of work is done.
func (p Program) busy() bool {
	return p.Seen == nil || p.Seen.own() >= coreTaken || p.Seen.demand() >= saturated && p.Seen.own() >= mostHalf
}

// flight spells how many requests are at the upstream.
func (p Program) flight() string {
	if !p.InFlight.Known() {
		return ""
	}
	text := fmt.Sprintf("; it has %s at the upstream, mean", requests(p.InFlight.Value()))
	if p.Seen != nil && p.Seen.Upstream.Connections <= oneAtATime && p.InFlight.Value() <= oneAtATime {
		text += ", one after the other: several at once would wait together"
	}
	return text
}

func requests(n float64) string { return count(n) + " requests" }

// whatever says that the upstream does not matter.
func (p Program) whatever(once Change) string {
	var parts []string
	for _, c := range []Change{once, p.of(Slower), p.of(Paced)} {
		if c.Measured.Pairs > 0 {
			text := fmt.Sprintf("%s gave %.2fx", c.Name, c.Measured.Mean)
			if c.Cores.Pairs > 0 {
				text += fmt.Sprintf(" on %.2f times the cores", c.Cores.Mean)
			}
			parts = append(parts, text)
		}
	}
	if slow := p.of(Slower); slow.Measured.Pairs > 0 && !slow.Measured.same() && !slow.Cores.surely() {
		return strings.Join(parts, ", and ")
	}
	return "whatever the upstream does (" + strings.Join(parts, ", and ") + ")"
}

// proven makes the verdict of a cause, with the change that shows it.
func (p Program) proven(v Verdict, cause Cause, by Change, says string) Verdict {
	connections := v.Sentence
	v.Causes = []Cause{cause}
	v.Sentence = string(cause) + ": " + says
	if connections != "" {
		v.Sentence += "\n" + capitalise(connections) + "."
	}
	v.RuledOut = slices.DeleteFunc(v.RuledOut, func(r RuledOut) bool { return r.Cause == cause })
	if slices.Contains(theirs, cause) && by.Kind != "" && by.Measured.Gained() {
		gain := by.Measured
		v.MeasuredGain = &gain
	}
	for i, c := range v.Interventions {
		if c.Cell == by.Cell && c.Cell != "" {
			v.Interventions[i].Cause, v.Interventions[i].Aside = cause, false
		}
	}
	if cause == Serialised && p.Seen != nil {
		v.Sentence += "\n" + p.Seen.gainSentence(&v, p.Seen.spread())
	}
	return v
}

// without is no verdict, with what is missing.
func (v Verdict) without(missing string) Verdict {
	connections := v.Sentence
	v.Causes, v.Missing = []Cause{}, []string{missing}
	v.Sentence = "no verdict: " + missing + "."
	if connections != "" {
		v.Sentence += "\n" + capitalise(connections) + "."
	}
	return v
}
