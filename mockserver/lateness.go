package mockserver

import (
	"context"
	"sync/atomic"
	"time"
)

// A lateness is how late timers fire on this machine, as they have of late: where the client uses
// every core it is milliseconds. A time that was recorded has the lateness of its own hour in it, so a
// replay sets its timers that much earlier. A latency that was asked for is at least what was asked.
type lateness struct{ mean atomic.Int64 } // nanoseconds

// lateWeight is the share of a new observation in the mean.
const lateWeight = 16

// pause waits until about d is over. It reports false if ctx ended before.
func (l *lateness) pause(ctx context.Context, d time.Duration) bool {
	set := d - time.Duration(l.mean.Load())
	if set <= 0 {
		l.note(0) // or one long pause of the machine would end all waiting
		return ctx.Err() == nil
	}
	start := time.Now()
	if !pause(ctx, set) {
		return false
	}
	l.note(time.Since(start) - set)
	return true
}

// note takes in how late a timer was. Two at once may lose one: it is a mean.
func (l *lateness) note(late time.Duration) {
	was := l.mean.Load()
	l.mean.Store(was + (int64(late)-was)/lateWeight)
}
