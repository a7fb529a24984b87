package bench

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"

	"collatebench/mockserver/behaviour"
	"collatebench/mockserver/payload"
)

// VirtualCores are cores that this machine may not have, on which decoding is
// simulated: a decode holds one of N for the time that its payload would take
// at Rate, and burns no CPU time. So placements, windows and roofs can be
// explored as on 16 or 64 cores. The zero value is none.
type VirtualCores struct {
	N    int
	Rate behaviour.Rate // of payload before compression that one core decodes
}

// Real cores still serve, send and read what N virtual ones decode together; two
// real cores can do as much as this.
const (
	maxVirtual     = 1024
	maxVirtualRate = behaviour.Rate(200_000_000)

	usualRate      = 48 // MiB a second and core, of a common decoder
	usualTotal     = 190
	virtualAllowed = "none, N from 1 to 190, or NxRATE such as 8x23MiBps with N up to 1024 and N x RATE up to 200000000Bps"
)

// ParseVirtualCores reads none, NxRATE, or N: then the rate is one that real
// cores can keep up with.
func ParseVirtualCores(s string) (VirtualCores, error) {
	if s == none {
		return VirtualCores{}, nil
	}
	refused := fmt.Errorf("%q is not %s", s, virtualAllowed)
	number, rate, rated := strings.Cut(s, "x")
	n, err := strconv.Atoi(number)
	if err != nil || n < 1 || n > maxVirtual {
		return VirtualCores{}, refused
	}
	v := VirtualCores{N: n, Rate: behaviour.Rate(min(usualRate, usualTotal/n)) * behaviour.Rate(payload.MiB)}
	if rated {
		if v.Rate, err = behaviour.ParseRate(rate); err != nil {
			return VirtualCores{}, fmt.Errorf("%q: %w", s, err)
		}
	}
	if v.Rate == 0 || v.Rate > maxVirtualRate/behaviour.Rate(n) {
		return VirtualCores{}, refused
	}
	return v, nil
}

// String is the inverse of ParseVirtualCores, always with the rate.
func (v VirtualCores) String() string {
	if v.N == 0 {
		return none
	}
	return strconv.Itoa(v.N) + "x" + v.Rate.String()
}

// Decode is how long a payload holds a core.
func (v VirtualCores) Decode(size payload.Size) time.Duration {
	if v.N == 0 {
		return 0
	}
	return time.Duration(int64(size) * int64(time.Second) / int64(v.Rate))
}

// Simulated says whether the cell decodes on virtual cores.
func (c Cell) Simulated() bool { return c.VirtualCores.N > 0 }

// Cores is how many cores the cell decodes on: virtual ones, or GOMAXPROCS.
func (c Cell) Cores() int {
	if c.Simulated() {
		return c.VirtualCores.N
	}
	return c.Procs
}

// A Simulation has each decode hold a virtual core instead of doing its work.
type Simulation struct {
	Cores  int           // 0 means that nothing is simulated
	Decode time.Duration // how long a decode holds its core
}

// cores are a collation's virtual cores: a queue for several servers, first
// come, first served, kept on the clock. The end of a decode is known from its
// beginning, so a goroutine that wakes late does not hold its core longer.
type cores struct {
	hold time.Duration
	mu   sync.Mutex
	free []time.Time   // when each core is
	late time.Duration // of the last goroutine that woke; 0 once it is made up for
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
// after the other would be late by the sum. So a decode counts as entered earlier
// by what the last goroutine woke late, but never before its body was ready.
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

// keep waits for the end of a reserved time. It returns early, with an error,
// when ctx ends.
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
