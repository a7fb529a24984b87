package diagnose

import (
	"cmp"
	"slices"

	"golang.org/x/exp/trace"
)

// A Lane is what one goroutine did in the last part of the trace.
type Lane struct {
	ID    int64
	Start string // start function
	Spans []Span // in the order of time
}

// A Span is one stretch of a lane, in seconds since the trace began.
type Span struct {
	From, To float64
	What     string // as in a [Stretch]
	At, In   string // where it waits; "" if it does not
	By       int64  // the goroutine that ended the wait; 0 if none did
}

// A picture shows 24 goroutines, and a page can hold some thousand spans. A viewer takes
// more: then every group counts, as far back as turns are kept.
const (
	picturedLanes = 24
	picturedSpans = 2000
	viewedLanes   = 1000
)

// lanes shows the end of the trace, as long as the turns that are kept reach back, for
// goroutines that carry the work and those that they wait for.
func (s survey) lanes() []Lane {
	wanted, maxLanes, maxTurns := s.wanted(), picturedLanes, picturedSpans/3
	if s.options.AllLanes {
		maxLanes, maxTurns = viewedLanes, keptTurns
	}
	byID := map[trace.GoID][]*turn{}
	var order []trace.GoID
	for n, id := 0, s.turns.last; n < maxTurns; id-- {
		t := s.turns.get(id)
		if t == nil {
			break
		}
		if !s.options.AllLanes && !wanted[s.turns.groupOf(t)] {
			continue
		}
		if byID[t.id] == nil {
			if len(order) == maxLanes {
				continue
			}
			order = append(order, t.id)
		}
		byID[t.id] = append(byID[t.id], t)
		n++
	}
	slices.Sort(order)
	gates := s.gateSites()
	var out []Lane
	for _, id := range order {
		out = append(out, s.lane(id, byID[id], gates))
	}
	return out
}

// wanted is the groups that carry the work, and those that end much of their waiting.
func (s survey) wanted() map[*group]bool {
	wanted := map[*group]bool{}
	for _, p := range s.groups {
		if s.work[p] < someWork {
			continue
		}
		wanted[p] = true
		for l, e := range p.waitsInOrder() {
			if l.waker != nil && l.waker.own && float64(e.time) > .1*float64(p.live) {
				wanted[l.waker] = true
			}
		}
	}
	return wanted
}

// waits says what the wait before a turn was for, mostly.
func (s survey) waits(t *turn, gates map[*site]bool) string {
	if t.alone {
		return spellings[t.what]
	}
	if gates[s.turns.siteOf(t)] {
		return turnWait
	}
	var l link
	s.turns.charge(&l, t.prev, t.from, t.ready)
	most := unknown
	for what := range activities {
		if l.charges[what] > l.charges[most] {
			most = what
		}
	}
	return spellings[most]
}

// lane lists the spans of one goroutine's turns, which are given the latest first.
func (s survey) lane(id trace.GoID, turns []*turn, gates map[*site]bool) Lane {
	l := Lane{ID: int64(id), Start: "(unknown)"}
	if g := s.turns.groupOf(turns[0]); g != nil {
		l.Start = g.start
	}
	add := func(from, to trace.Time, what string, at *site, by int64) {
		if to <= from {
			return
		}
		span := Span{From: toSeconds(from - s.start), To: toSeconds(to - s.start), What: what, By: by}
		if at != nil {
			span.At, span.In = at.place.at, at.place.in
		}
		l.Spans = append(l.Spans, span)
	}
	for _, t := range slices.Backward(turns) {
		var by int64
		if w := s.turns.get(t.prev); w != nil && !t.alone && w.id != id {
			by = int64(w.id)
		}
		add(t.from, t.ready, s.waits(t, gates), s.turns.siteOf(t), by)
		if t.start == 0 {
			add(t.ready, s.now, coreWait, nil, 0)
			continue
		}
		add(t.ready, t.start, coreWait, nil, 0)
		add(t.start, cmp.Or(t.end, s.now), "executing", nil, 0)
	}
	return l
}

// Pictured returns the report with no more lanes and spans than a picture shows.
func (r Report) Pictured() Report {
	lanes := r.Lanes[max(0, len(r.Lanes)-picturedLanes):]
	spans := 0
	for _, l := range lanes {
		spans += len(l.Spans)
	}
	if len(lanes) == len(r.Lanes) && spans <= picturedSpans {
		return r
	}
	each := picturedSpans / max(len(lanes), 1)
	r.Lanes = nil
	for _, l := range lanes {
		l.Spans = l.Spans[max(0, len(l.Spans)-each):]
		r.Lanes = append(r.Lanes, l)
	}
	return r
}
