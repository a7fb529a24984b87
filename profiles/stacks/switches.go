package stacks

import (
	"cmp"
	"math"
	"slices"
)

// maxSteps bounds the switches that are kept.
const maxSteps = 1 << 20

// A step is a thread that came to a core, or left one.
type step struct {
	at int64 // ns
	by int8  // +1, -1
}

// switches sums up which threads are on a core.
type switches struct {
	first, last int64 // ns; of all that was seen
	steps       []step
	on          map[int32]bool // by thread, once it was seen
	noted       bool           // a switch was seen at all
	full        bool
}

func (s *switches) span(now int64) {
	if s.first == 0 || now < s.first {
		s.first = now
	}
	s.last = max(s.last, now)
	if s.on == nil {
		s.on = map[int32]bool{}
	}
}

// seen notes that a thread was on a core: a thread that never leaves it has no switches.
func (s *switches) seen(thread int32, now int64) {
	s.span(now)
	if _, known := s.on[thread]; !known {
		s.on[thread] = true
		s.step(math.MinInt64, 1)
	}
}

func (s *switches) note(thread int32, now int64, in bool) {
	s.span(now)
	s.noted = true
	was, known := s.on[thread]
	switch {
	case !known && !in: // it was there from the beginning
		s.step(math.MinInt64, 1)
		s.step(now, -1)
	case in && !was:
		s.step(now, 1)
	case !in && was:
		s.step(now, -1)
	}
	s.on[thread] = in
}

func (s *switches) step(at int64, by int8) {
	if len(s.steps) == maxSteps {
		s.full = true
		return
	}
	s.steps = append(s.steps, step{at, by})
}

// parallel returns the share of the time in which so many threads were on a core, over all
// recordings, as long as all of them lasted. It is nil where one has no switches.
func parallel(all ...*switches) []float64 {
	var steps []step
	from, to := int64(math.MinInt64), int64(math.MaxInt64)
	for _, s := range all {
		if s.full || !s.noted {
			return nil
		}
		steps = append(steps, s.steps...)
		from, to = max(from, s.first), min(to, s.last)
	}
	if len(steps) == 0 || from >= to {
		return nil
	}
	slices.SortStableFunc(steps, func(a, b step) int { return cmp.Compare(a.at, b.at) })
	times := map[int]int64{}
	n, before := 0, from
	for _, s := range steps {
		if at := min(max(s.at, from), to); at > before {
			times[n] += at - before
			before = at
		}
		if n += int(s.by); n < 0 { // perf sorts them by time; this is something else
			return nil
		}
	}
	times[n] += to - before
	return shares(times, to-from)
}

func shares(times map[int]int64, total int64) []float64 {
	most := 0
	for n, d := range times {
		if d > 0 {
			most = max(most, n)
		}
	}
	out := make([]float64, most+1)
	for n, d := range times {
		if d > 0 {
			out[n] = float64(d) / float64(total)
		}
	}
	return out
}
