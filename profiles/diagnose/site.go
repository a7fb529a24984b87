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
	time    trace.Time // sum of the waits, without those of parked goroutines
	longest trace.Time // the longest wait that ended
	timed   trace.Time // sum of the waits that a timer ended
	count   int64      // waits that ended
	open    int64      // waits that go on at the trace's end
	parked  int        // goroutines parked here
}

// A tally measures for how long at least one goroutine waits.
type tally struct {
	waiting int        // goroutines that wait now
	since   trace.Time // when the first of them began
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
	cache   map[trace.Stack]*site // of this generation
	byKey   map[siteKey]*site
	known   []*site
	before  *site // for waits older than the trace, which does not tell their place
	more    *site // for all further sites, past maxSites or maxEdges
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
