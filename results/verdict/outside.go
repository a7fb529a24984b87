package verdict

import (
	"fmt"

	"collatebench/internal/spell"
)

// Outside means that the upstream, the link or the window is the limit; only the
// upstream's figures say which. [Probes] has those figures, so it has no rule for
// this cause, and no intervention proves it.
const Outside Cause = "outside"

var outsideTrace = traceRule{
	cause: Outside,
	holds: Trace.outside,
	say:   Trace.sayOutside,
}

var outsideExternal = externalRule{
	cause: Outside,
	holds: func(e External) bool { return e.used() < coreTaken },
	sentence: func(e External) string {
		return fmt.Sprintf("%s. The client keeps no core busy: the link, the upstream's answers or a wait of its own is the limit.", e.summary())
	},
}

var outsideProcess = processRule{
	cause: Outside,
	holds: func(p Process) (bool, string) {
		u := p.Upstream
		because := fmt.Sprintf("it owes an answer on %s of %s connections", count(u.owed()), count(u.Connections))
		return p.States && p.waitsForOthers() && u.Connections > 0 && u.share(u.owed()+u.Arriving) >= mostOwed && !p.holdsBack(), because
	},
	say: func(p Process, v *Verdict) {
		u := p.Upstream
		v.Sentence = fmt.Sprintf("on %s of %s connections to %s the upstream owes an answer; %s used.\n", count(u.owed()), count(u.Connections), u.Address, ofCores(p.Cores, p.Allowed))
		if u.Awaited > 0 && u.Awaited < 60 && !u.Multiplexed {
			v.Sentence += fmt.Sprintf("It gives one in about %s, and the client has read all that came (%s unread).\n", siTime(u.Awaited), spell.Bytes(u.UnreadBytes))
		}
		if u.Connections <= oneAtATime && !u.Multiplexed && !p.InFlight.Known() {
			v.Uncertain = append(v.Uncertain, "whether one request at a time is on that connection, or many (HTTP/2, gRPC): the kernel does not tell")
		}
		v.Sentence += "Not the client's decoding, and not the link. Either each answer takes so long, and a larger window gains, or they queue there, and it does not: " +
			"half the window for a moment tells. If as much comes, they queue."
	},
}

var outsideOther = processRule{
	cause: Outside,
	holds: func(p Process) (bool, string) { return p.leaves() && p.owing() != nil, "" },
	say: func(p Process, v *Verdict) {
		o := p.owing()
		v.Sentence = fmt.Sprintf("on %s of %s connections to %s an answer is owed, while %s has answered on %s of %s; %s used.\n",
			count(o.owed()), count(o.Connections), o.Address, p.Upstream.Address, count(p.Upstream.Answered), count(p.Upstream.Connections), ofCores(p.Cores, p.Allowed)) +
			fmt.Sprintf("The client waits for that other one: --peer %s looks at it alone.", o.Address)
	},
}

// waitsForOthers says that the process has little to do: it waits.
func (p Process) waitsForOthers() bool {
	one, _ := p.serial()
	return p.Cores <= outsideCores*max(p.left(), 1) && !one
}

// leaves says that the process is to move on most connections, asks for nothing more or does not
// read what came, and has little to do.
func (p Process) leaves() bool {
	u := p.Upstream
	return p.States && !u.Multiplexed && p.waitsForOthers() && p.own() < coreTaken && u.Received >= idleBytes &&
		(u.share(u.Answered+u.Unread) >= mostOwed || u.Connections-u.Answered <= onePermit && u.Spare >= manyWaiting)
}

// owing is another peer that keeps the process waiting; nil if there is none.
func (p Process) owing() *ProcessPeer {
	for i, o := range p.Peers {
		if o.Connections >= answerWaiting && o.share(o.owed()+o.Arriving) >= mostOwed {
			return &p.Peers[i]
		}
	}
	return nil
}

// answerShare, share of the interval in which at least one goroutine waits for an
// answer: below it the process has nothing to do for part of the time.
const answerShare = .8

func (t Trace) outside() (bool, string) {
	because := fmt.Sprintf("%.1f goroutines wait for an answer, in %.0f%% of the time, and %s", t.Answer.Waiting, 100*t.Answer.Share, t.cores())
	return t.Executing <= outsideCores*float64(t.Procs) && t.Busiest.Busy < outsideBusy &&
		t.Answer.Waiting >= answerWaiting && t.Answer.Share >= answerShare, because
}

const upstreamHow = "its queue and service times (Server-Timing, access log or metrics) and the bytes per second tell which; doubling the window proves it"

func (t Trace) sayOutside(v *Verdict) {
	a := t.Answer
	v.Sentence = fmt.Sprintf("%.1f goroutines wait for an answer, and %.2f of %d cores are used: upstream, link or window.\n",
		a.Waiting, t.Executing, t.Procs) +
		fmt.Sprintf("Most wait at %s (%s), %s each time.\n", a.At, trimPath(a.In), siTime(a.Seconds)) +
		"A trace of the client can't say which: take the upstream's figures; " + upstreamHow + "."
}
