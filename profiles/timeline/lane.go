package timeline

import (
	"time"

	"golang.org/x/exp/trace"

	"collatebench/bench"
)

// A lane is one request while the trace is read: the spans that are closed, and
// the phase that it is in since.
type lane struct {
	task     trace.TaskID
	origin   trace.Time // the collation's beginning
	admitted time.Duration
	request  int // -1 until it is logged
	spans    []Span
	phase    Phase
	regions  []Phase    // that are open, the innermost last
	decoder  trace.GoID // the goroutine of the open decode region
	collated bool       // or just being collated

	begun     int // the spans there were when decoding began
	resumed   int // or, after a fetch inside it, was taken up again
	simulated bool
	asked     time.Duration // where simulated: for a virtual core
	coreWait  time.Duration // from then on
}

// none is the phase of a region that is none of the client's.
const none Phase = -1

// phaseOf is what a request is in while the goroutine is in a region.
func phaseOf(region string) Phase {
	switch region {
	case bench.RegionFetch:
		return Fetching
	case bench.RegionDecode:
		return Decoding
	case bench.RegionHandover:
		return HandedOver
	}
	return none
}

// enter opens a region and returns its phase.
func (l *lane) enter(region string, g trace.GoID, now trace.Time) Phase {
	p := phaseOf(region)
	if p == none {
		return none
	}
	l.regions = append(l.regions, p)
	l.become(p, now)
	switch p {
	case Decoding:
		l.decoder = g
		l.begun, l.resumed = len(l.spans), len(l.spans)
	case HandedOver:
		l.collated = true
	}
	return p
}

// exit closes the innermost region and returns its phase. A fetch inside a
// decode leads back to decoding, by a goroutine that runs.
func (l *lane) exit(region string, now trace.Time) Phase {
	p := phaseOf(region)
	if p == none || l.in() != p {
		return none
	}
	l.regions = l.regions[:len(l.regions)-1]
	switch {
	case l.in() == Decoding:
		l.become(Decoding, now)
		l.resumed = len(l.spans)
	case p == Fetching:
		l.become(Waiting, now)
	default:
		l.become(HandedOver, now)
	}
	return p
}

// in is the innermost region.
func (l *lane) in() Phase {
	if len(l.regions) == 0 {
		return none
	}
	return l.regions[len(l.regions)-1]
}

// scheduled follows the decoding goroutine onto a core and off it. A system
// call counts as on it: few are long without saying so.
func (l *lane) scheduled(to trace.GoState, now trace.Time) {
	if l.in() != Decoding || l.simulated {
		return
	}
	p := Stalled
	if to == trace.GoRunning || to == trace.GoSyscall {
		p = Decoding
	}
	if p != l.phase {
		l.become(p, now)
	}
}

// log takes in what the client says. What is none of its messages says nothing.
func (l *lane) log(category, message string, now trace.Time) {
	n, err := bench.ParseLog(message)
	if err != nil {
		return
	}
	switch d := time.Duration(n); {
	case category == bench.LogRequest:
		l.request = int(n)
	case category == bench.LogHeldBack && l.phase == Fetching:
		l.add(HeldBack, l.admitted+min(d, l.at(now)-l.admitted))
	case category == bench.LogQueue && l.phase == Fetching:
		l.add(Queued, l.since()+min(d, l.at(now)-l.since()))
	case category == bench.LogCoreWait && l.in() == Decoding:
		l.simulate(d, now)
	}
}

// simulate takes the work of this decode for none: with the fetches inside it
// the body was read and dropped, and since the last of them the goroutine was
// on its way to the virtual core, for which it waits d from now.
func (l *lane) simulate(d time.Duration, now trace.Time) {
	l.spans = l.spans[:l.resumed]
	read := l.since()
	l.spans = l.spans[:l.begun]
	l.add(Fetching, read)
	l.phase, l.simulated = Waiting, true
	l.asked, l.coreWait = l.at(now), d
}

// become closes the span of the phase that the request leaves.
func (l *lane) become(p Phase, now trace.Time) {
	l.close(now)
	l.phase, l.simulated = p, false
}

func (l *lane) close(now trace.Time) {
	to := l.at(now)
	if l.simulated {
		l.add(Waiting, l.asked+min(l.coreWait, to-l.asked))
		l.add(Decoding, to)
		return
	}
	l.add(l.phase, to)
}

// end closes a lane whose request has ended. Of one that has failed, the last
// step is the last thing known: nobody waits for its decoder or collates it.
func (l *lane) end(now trace.Time) {
	if l.collated || l.in() != none {
		l.close(now)
	}
}

// add appends a span from the last one's end, or lengthens that one.
func (l *lane) add(p Phase, to time.Duration) {
	from := l.since()
	switch last := len(l.spans) - 1; {
	case to <= from:
	case last >= 0 && l.spans[last].Phase == p:
		l.spans[last].To = to
	default:
		l.spans = append(l.spans, Span{p, from, to})
	}
}

func (l *lane) since() time.Duration {
	if len(l.spans) == 0 {
		return l.admitted
	}
	return l.spans[len(l.spans)-1].To
}

func (l *lane) at(now trace.Time) time.Duration { return time.Duration(now - l.origin) }
