package diagnose

import (
	"cmp"

	"golang.org/x/exp/trace"

	"collatebench/results/verdict"
)

// waiting sums the waits of one class, and names the place where most of them are.
func (a *analysis) waiting(c class) verdict.TraceWait {
	var w verdict.TraceWait
	var most *site
	var time trace.Time
	var n int64
	for _, s := range a.sites.known {
		if s.class != c {
			continue
		}
		mean := a.mean(s)
		w.Waiting += mean
		w.Share = max(w.Share, a.pressure(s))
		time, n = time+s.time, n+s.count+s.open
		if most == nil || mean > a.mean(most) {
			most = s
		}
	}
	if most != nil {
		w = a.at(w, most)
	}
	w.Seconds = toSeconds(time) / float64(max(n, 1))
	return w
}

func (a *analysis) at(w verdict.TraceWait, s *site) verdict.TraceWait {
	w.At, w.In, w.Via, w.Reason = s.place.at, s.place.in, cmp.Or(s.place.via, s.place.in), s.reason
	return w
}

// mean is the mean number of goroutines that wait at s. Parked ones count only
// where goroutines queue and others got through: they did not get their turn.
func (a *analysis) mean(s *site) float64 {
	m := a.share(s.time)
	if long := a.share(s.longest); long >= parkedShare {
		m = max(0, m-long) // one was parked for nearly the whole interval, as main often is
	}
	if s.queues() && s.count > 0 {
		m += float64(s.parked)
	}
	return m
}

// queues reports whether goroutines at s queue for something. Not so for an
// answer: an idle connection waits at the same place as a busy one.
func (s *site) queues() bool {
	return s.class == classChannel || s.class == classLock || s.class == classPool || s.class == classStream
}

// follows reports whether a goroutine at s waits for work that another does for
// it. Not so for the runtime's goroutines, which anyone who allocates may wake,
// nor for a WaitGroup, which waits for all goroutines.
func (s *site) follows() bool {
	return s.queues() || s.class == classNetwork || s.class == classInternal
}

// pressure is the share of the interval in which at least one goroutine waits at s.
func (a *analysis) pressure(s *site) float64 {
	if s.queues() && s.count > 0 && s.parked > 0 {
		return 1
	}
	return a.share(s.busy)
}

// asleep sums the waits that a clock ends: time.Sleep, and channels of timers and
// tickers, as in rate limiters.
func (a *analysis) asleep() verdict.TraceWait {
	w := a.waiting(classSleep)
	var most *site
	for _, s := range a.sites.known {
		if s.class != classChannel || s.timed == 0 {
			continue
		}
		timed := min(a.mean(s), a.share(s.timed))
		w.Waiting += timed
		if most == nil || timed > a.share(most.timed) {
			most = s
		}
	}
	if most != nil && a.share(most.timed) > w.Waiting/2 {
		w = a.at(w, most)
	}
	return w
}
