package diagnose

import (
	"math"
	"slices"
	"strings"

	"golang.org/x/exp/trace"
)

// A site is a place in the code where goroutines wait, for one reason.
type site struct {
	index  int // of sites.known
	class  class
	reason string
	place  place
	tally
	time        trace.Time  // sum of the waits, without those of parked goroutines
	longest     trace.Time  // the longest wait that ended
	clock       clock       // of the waits that a clock ended
	calls       calls       // if it is a system call
	writes      bool        // that writes to a connection
	file        bool        // or a pipe is waited for, with the network's poller
	own         bool        // the program's own code is on the stack
	frames      []Frame     // of the first wait here
	connections bool        // a library hands out connections there, by its functions' names
	links       []*link     // its waits, by what ended them
	latest      *link       // whose wait ended last
	latestBy    trace.Stack // of its waker
	number      int32       // of turns.sites; 0 if it has none

	releases, holds int64      // by goroutines that others waited for, and those seen whole
	held            trace.Time // sum of holds
	count           int64      // waits that ended
	open            int64      // waits that go on at the trace's end
	parked          int        // goroutines parked here
}

// A tally measures for how long at least one goroutine waits.
type tally struct {
	waiting int        // goroutines that wait now
	since   trace.Time // when the first of them began, or of those who waited last
	busy    trace.Time // with at least one, so far
}

func (t *tally) enter(now trace.Time) {
	if t.waiting == 0 {
		t.since = now
	}
	t.waiting++
}

func (t *tally) leave(now trace.Time) {
	t.waiting--
	t.stopIf(t.waiting == 0, now)
}

// always reports whether somebody waited from a time on until now, when one may have gone. It
// allows for a tenth of that time at its begin: where all are woken, they wait again at once.
func (t *tally) always(from, now trace.Time) bool { return t.since <= from+(now-from)/10 }

func (t *tally) stop(now trace.Time) { t.stopIf(t.waiting > 0, now) }

func (t *tally) stopIf(stop bool, now trace.Time) {
	if stop {
		t.busy += now - t.since
	}
}

// maxSites bounds the number of sites. A program has as many as it has lines that
// wait; a damaged trace may have any number.
const maxSites = 1 << 12

// sites holds each site once.
type sites struct {
	cache    map[trace.Stack]*site // of this generation
	byKey    map[siteKey]*site
	places   map[trace.Stack]string // of wakers, in this generation
	released map[string]*site       // the site of which waits were ended last, by the waker's place
	known    []*site
	before   *site // for waits older than the trace, which does not tell their place
	more     *site // for all further sites, past maxSites or maxEdges
	symbols  *symbolizer
}

// siteKey tells waits apart that begin at one line: leaf is the function nearest to the
// wait that is not the runtime's.
type siteKey struct {
	class  class
	reason string
	place  place
	leaf   string
}

func newSites(symbols *symbolizer) sites {
	before := &site{reason: reasonOlder, place: place{at: "?", in: "(unknown)"}}
	more := &site{index: 1, reason: "(other)", place: place{at: "?", in: "(further places)"}}
	return sites{
		cache: map[trace.Stack]*site{}, byKey: map[siteKey]*site{},
		places: map[trace.Stack]string{}, released: map[string]*site{},
		symbols: symbols, before: before, more: more, known: []*site{before, more},
	}
}

func (s *sites) forget() {
	clear(s.cache)
	clear(s.places)
	for _, at := range s.known {
		at.latest, at.latestBy = nil, trace.NoStack
	}
}

// maxReleased bounds the places of wakers, which a damaged trace may have any number of.
const maxReleased = 1 << 12

// release names the line of the program's own that woke a goroutine.
func (s *sites) release(stack trace.Stack) string {
	at, ok := s.places[stack]
	if !ok {
		if p := s.symbols.place(s.symbols.frames(stack)); p.in != nowhere && len(s.places) < maxReleased {
			at = p.at
		}
		s.places[stack] = at
	}
	return at
}

// link returns the link of waits here that goroutines of a group ended.
func (s *site) link(waker *group, release string, what activity) *link {
	for _, l := range s.links {
		if l.waker == waker && l.release == release && l.what == what {
			return l
		}
	}
	if len(s.links) >= maxLinks && (waker != nil || what != unknown) {
		return s.link(nil, "", unknown) // who ended it is not told apart any more
	}
	l := &link{number: len(s.links), site: s, waker: waker, release: release, what: what}
	s.links = append(s.links, l)
	return l
}

// maxLinks bounds the links of a site: each wait searches them.
const maxLinks = 16

// settle finds the site of waits that began before the trace. The trace does not tell
// where that was: where others waited that were woken at the same place is the likeliest.
func (s *sites) settle() {
	var left []*link
	for _, l := range s.before.links {
		at := s.released[l.release]
		if l.waker == nil || at == nil {
			left = append(left, l)
			continue
		}
		l.site, l.number = at, len(at.links)
		at.links = append(at.links, l)
		at.time, at.count = at.time+l.time, at.count+l.n
		s.before.time, s.before.count = s.before.time-l.time, s.before.count-l.n
	}
	s.before.links = left
}

// A clock says how regular the waits are that a clock ends.
type clock struct {
	time, last  trace.Time
	lasts, gaps spread // of the waits, and between the ends of two
}

func (c *clock) tick(now, d trace.Time) {
	if c.lasts.n > 0 {
		c.gaps.add(float64(now - c.last))
	}
	c.lasts.add(float64(d))
	c.time += d
	c.last = now
}

// A spread keeps what mean and deviation need.
type spread struct{ n, sum, squares float64 }

func (s *spread) add(x float64) {
	s.n++
	s.sum += x
	s.squares += x * x
}

func (s spread) mean() float64 { return s.sum / max(s.n, 1) }

func (s spread) deviation() float64 {
	m := s.mean()
	return math.Sqrt(max(0, s.squares/max(s.n, 1)-m*m))
}

// calls are the longer system calls of a site.
type calls struct {
	time, kept trace.Time // of all, and of those that kept their core
	n, samples int64
}

func (c *calls) add(d trace.Time, samples int64, kept bool) {
	c.time += d
	if kept {
		c.kept += d
	}
	c.n++
	c.samples += samples
}

// onCore is the share of their time in which they used a core.
func (c calls) onCore(sampled bool) float64 {
	if c.time == 0 {
		return 0
	}
	if !sampled {
		return float64(c.kept) / float64(c.time)
	}
	return min(1, float64(c.samples)*samplePeriod/float64(c.time))
}

// at returns the site of a stack. Where reason is "" the stack tells it.
func (s *sites) at(stack trace.Stack, reason string) *site {
	if found := s.cache[stack]; found != nil && stack != trace.NoStack {
		return found
	}
	frames := s.symbols.frames(stack)
	for i := 0; reason == "" && i < len(frames); i++ {
		for _, p := range parkedReasons {
			if strings.HasPrefix(frames[i].Func, p.on) || strings.HasSuffix(frames[i].Func, p.on) {
				reason = p.reason
				break
			}
		}
	}
	k := siteKey{classify(frames, reason), reason, s.symbols.place(frames), leaf(frames)}
	if k.place.in == nowhere && len(frames) > 0 {
		k.class = classRuntime
	}
	found := s.byKey[k]
	if found == nil {
		found = s.more
		if len(s.known) < maxSites {
			found = &site{
				index: len(s.known),
				class: k.class, reason: reason, place: k.place, own: s.symbols.own(frames), frames: framesOf(frames),
				file:   reason == reasonNetwork && contains(frames, "os.(*File)."),
				writes: reason == reasonCall && sends(frames), connections: s.symbols.connections(frames),
			}
			s.byKey[k] = found
			s.known = append(s.known, found)
		}
	}
	s.cache[stack] = found
	return found
}

// leaf is the function nearest to the wait that is not the runtime's.
func leaf(frames []trace.StackFrame) string {
	for _, f := range frames {
		if !isRuntime(f.Func) {
			return f.Func
		}
	}
	return ""
}

// sends reports whether a system call writes to a connection.
func sends(frames []trace.StackFrame) bool {
	return contains(frames, "net.(*netFD).Write") || contains(frames, "net.(*conn).Write")
}

// contains reports whether a function that begins so is on a stack.
func contains(frames []trace.StackFrame, begins string) bool {
	return slices.ContainsFunc(frames, func(f trace.StackFrame) bool { return strings.HasPrefix(f.Func, begins) })
}
