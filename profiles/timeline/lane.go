package timeline

import (
	"time"

	"golang.org/x/exp/trace"

	"collatebench/bench"
)

// A lane is one request while the trace is read: the closed spans, and the phase
// that it is in since then.
type lane struct {
	task     trace.TaskID
	origin   trace.Time // the collation's beginning
	admitted time.Duration
	request  int // -1 until it is logged
	spans    []Span
	phase    Phase
	regions  []Phase    // the open ones, the innermost last
	decoder  trace.GoID // the goroutine of the open decode region
	collated bool       // or the client is collating it

	begun     int // number of spans when decoding began
	resumed   int // number of spans when decoding went on after the last fetch inside it
	simulated bool
	asked     time.Duration // if simulated: when it asked for a virtual core
	coreWait  time.Duration // if simulated: for how long it waits for that core
}

// none is the phase of a region that the client did not write.
const none Phase = -1

// phaseOf is the phase of a request whose goroutine is in a region.
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

// exit closes the innermost region and returns its phase. After a fetch inside a
// decode the goroutine decodes again; it is on a core.
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

// in is the phase of the innermost region.
func (l *lane) in() Phase {
	if len(l.regions) == 0 {
		return none
	}
	return l.regions[len(l.regions)-1]
}

// scheduled follows the decoding goroutine onto a core and off it. A system call
// counts as on a core: one that blocks for long has an event that says so.
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

// log reads a message of the client's, and ignores any other.
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

// simulate replaces the spans of a simulated decode. Until its last fetch the body
// was read and dropped: that is fetching. From then on the goroutine was on its way
// to a virtual core, for which it waits d from now.
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

// end closes a lane whose request has ended. The lane of a failed request ends with
// its last step: it neither waits for a decoder nor is it collated.
func (l *lane) end(now trace.Time) {
	if l.collated || l.in() != none {
		l.close(now)
	}
}

// add appends a span from the last one's end, or lengthens the last one if it has
// the same phase.
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
