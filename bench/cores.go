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
// it will end, and is late by its own sleep alone: what wakes late holds its
// core no longer.
type cores struct {
	hold time.Duration
	mu   sync.Mutex
	free []time.Time // when each core is
}

func (s Simulation) cores() *cores {
	if s.Cores < 1 {
		return nil
	}
	return &cores{hold: s.Decode, free: make([]time.Time, s.Cores)}
}

// reserve takes the core that is free first, from begin on.
func (c *cores) reserve(now time.Time) (begin time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	first := 0
	for i, t := range c.free {
		if t.Before(c.free[first]) {
			first = i
		}
	}
	begin = now
	if c.free[first].After(now) {
		begin = c.free[first]
	}
	c.free[first] = begin.Add(c.hold)
	return begin
}

// decode waits for a core, holds it, and returns how long it did each. It
// returns early, with an error, where ctx ends.
func (c *cores) decode(ctx context.Context) (waited, held time.Duration, err error) {
	now := time.Now()
	begin := c.reserve(now)
	timer := time.NewTimer(time.Until(begin.Add(c.hold)))
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return 0, 0, ctx.Err()
	case <-timer.C:
		return begin.Sub(now), c.hold, nil
	}
}
