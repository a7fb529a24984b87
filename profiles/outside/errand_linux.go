package outside

import (
	"time"

	"golang.org/x/sys/unix"
)

// An errand is done again and again, as often as its share of a core allows.
type errand struct {
	do    func(now time.Time)
	every time.Duration
	share float64 // of a core, that it may take
	next  time.Time
}

// run does an errand if its time has come.
func (e *errand) run(now time.Time) {
	if now.Before(e.next) {
		return
	}
	before := ownTime()
	e.do(now)
	took := ownTime() - before
	e.next = now.Add(max(e.every, time.Duration(float64(took)/e.share)))
}

// ownTime is the CPU time of this process: that of a thread would need the goroutine to be bound
// to one, and each of its sleeps would then wake two.
func ownTime() time.Duration {
	var t unix.Timespec
	if unix.ClockGettime(unix.CLOCK_PROCESS_CPUTIME_ID, &t) != nil {
		return 0
	}
	return time.Duration(t.Nano())
}
