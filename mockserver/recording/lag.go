package recording

import (
	"sync/atomic"
	"time"
)

// A lag is how late this process sees what has come, as it has of late: where the program uses every
// core it is milliseconds, which are not the upstream's.
type lag struct {
	mean atomic.Int64 // nanoseconds
	stop func()
}

const (
	lagEvery  = 10 * time.Millisecond
	lagWeight = 16 // a new observation is one of so many
)

// newLag begins to observe. Where that is not possible it stays 0.
func newLag() *lag {
	l := &lag{}
	l.stop = l.observe()
	return l
}

// before is when that happened which is seen now, and not before floor.
func (l *lag) before(now, floor time.Duration) time.Duration {
	return max(floor, now-time.Duration(l.mean.Load()))
}

// note takes in one observation.
func (l *lag) note(late time.Duration) {
	was := l.mean.Load()
	l.mean.Store(was + (int64(late)-was)/lagWeight)
}
