package diagnose

import (
	"strings"

	"golang.org/x/exp/trace"
)

// A site is a place in the code where goroutines wait, for one reason.
type site struct {
	class  class
	reason string
	place  place
	tally
	time    trace.Time // waited, without parked goroutines
	longest trace.Time // of the waits that ended
	timed   trace.Time // waited until no goroutine, but a clock, ended it
	count   int64      // waits that ended
	open    int64      // waits that the trace's end cut
	parked  int
}

// A tally measures the time in which at least one goroutine is there.
type tally struct {
	waiting int
	since   trace.Time
	busy    trace.Time
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

func (t *tally) stop(now trace.Time) { t.stopIf(t.waiting > 0, now) }

func (t *tally) stopIf(stop bool, now trace.Time) {
	if stop {
		t.busy += now - t.since
	}
}

// maxSites bounds the places that are told apart: a program has as many as it
// has lines that wait, and a damaged trace any number.
const maxSites = 1 << 12

// sites interns the places of waiting.
type sites struct {
	cache   map[trace.Stack]*site // of this generation
	byKey   map[siteKey]*site
	known   []*site
	before  *site // waits that began before the trace, at a place that it does not tell
	more    *site // past maxSites
	symbols symbolizer
}

type siteKey struct {
	class  class
	reason string
	place  place
}

func newSites() sites {
	before := &site{reason: "(before the trace)", place: place{at: "?", in: "(unknown)"}}
	more := &site{reason: "(other)", place: place{at: "?", in: "(further places)"}}
	return sites{
		cache: map[trace.Stack]*site{}, byKey: map[siteKey]*site{},
		before: before, more: more, known: []*site{before, more},
	}
}

func (s *sites) forget() { clear(s.cache) }

// at returns the place that the stack shows. An empty reason is read off it.
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
	k := siteKey{classify(frames, reason), reason, s.symbols.place(frames)}
	if k.place.in == nowhere && len(frames) > 0 {
		k.class = classRuntime
	}
	found := s.byKey[k]
	if found == nil {
		found = s.more
		if len(s.known) < maxSites {
			found = &site{class: k.class, reason: reason, place: k.place}
			s.byKey[k] = found
			s.known = append(s.known, found)
		}
	}
	s.cache[stack] = found
	return found
}
