package bench

import (
	"context"
	"sync"
	"time"
)

// A Simulation has decodes hold one of some virtual cores in place of working.
type Simulation struct {
	Cores  int           // 0 means that nothing is simulated
	Decode time.Duration // how long a decode holds its core
}

// cores are a collation's virtual cores: a queue for several servers, first
// come, first served, kept on the clock. A decode knows from the beginning when
// it will end, so what wakes late holds its core no longer.
type cores struct {
	hold time.Duration
	mu   sync.Mutex
	free []time.Time   // when each core is
	late time.Duration // what last woke was, and nobody has made up for
}

func (s Simulation) cores() *cores {
	if s.Cores < 1 {
		return nil
	}
	return &cores{hold: s.Decode, free: make([]time.Time, s.Cores)}
}

// reserve takes the core that is free first.
//
// Sleeps end up to a millisecond late, and a goroutine that decodes one body
// after the other would be late by their sum. So a decode is entered as much
// earlier as the last one woke late, but not before its body was ready.
func (c *cores) reserve(ready, now time.Time) (waited time.Duration, end time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	entered := later(ready, now.Add(-c.late))
	c.late = 0
	first := 0
	for i, t := range c.free {
		if t.Before(c.free[first]) {
			first = i
		}
	}
	begin := later(entered, c.free[first])
	c.free[first] = begin.Add(c.hold)
	return begin.Sub(entered), c.free[first]
}

// keep waits until a core that was reserved is free again. It returns early,
// with an error, where ctx ends.
func (c *cores) keep(ctx context.Context, end time.Time) error {
	timer := time.NewTimer(time.Until(end))
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		c.woke(end)
		return nil
	}
}

func (c *cores) woke(end time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.late = max(0, time.Since(end))
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
