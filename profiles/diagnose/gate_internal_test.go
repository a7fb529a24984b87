package diagnose

import (
	"testing"
	"time"

	"golang.org/x/exp/trace"

	"collatebench/results/verdict"
)

// gateOf is the contention point of a program.
func gateOf(t *testing.T, cores int, program func(*proc)) verdict.TraceContention {
	t.Helper()
	a, _ := simulate(t, cores, 2*time.Second, 1, program)
	a.finish()
	return a.survey(a.sortedGroups()).contention()
}

func between(t *testing.T, what string, got, low, high float64) {
	t.Helper()
	if got < low || got > high {
		t.Errorf("%s: %.2f, not %.2f to %.2f", what, got, low, high)
	}
}

// TestOneReleaseWakesMany: who unlocks a sync.RWMutex wakes all readers. That is one release,
// and one of them at a time holds it next.
func TestOneReleaseWakesMany(t *testing.T) {
	var waiting []*proc
	held := false
	g := gateOf(t, 2, func(p *proc) {
		for range 20 {
			p.start("main.load", func(p *proc) {
				for {
					for held {
						waiting = append(waiting, p)
						p.wait("sync", "sync.(*RWMutex).Lock")
					}
					held = true
					p.network(20 * ms)
					held = false
					woken := waiting
					waiting = nil
					for _, q := range woken {
						p.wake(p, q)
					}
					p.network(ms)
				}
			})
		}
		p.sleep(time.Hour)
	})
	between(t, "inside", g.Inside, .85, 1.1)
	between(t, "waiting", g.Waiting, 16, 19)
}

// TestWokenIsNotInside: whom a mutex wakes has it from when it runs. Here it waits for a core
// first, about as long as it then holds the lock.
func TestWokenIsNotInside(t *testing.T) {
	mu := lock()
	g := gateOf(t, 2, func(p *proc) {
		for range 3 {
			p.start("runtime.bgsweep", func(p *proc) { p.exec(time.Hour) }) // none of the program's work
		}
		for range 6 {
			p.start("main.add", func(p *proc) {
				for {
					mu.acquire(p)
					p.exec(4 * ms)
					mu.release(p)
					p.exec(ms / 10)
				}
			})
		}
		p.sleep(time.Hour)
	})
	between(t, "inside", g.Inside, .2, .75)
}

// TestUnseenReleases: a lock that is mostly free is let go and taken again unseen. That time
// is not one long hold.
func TestUnseenReleases(t *testing.T) {
	mu := lock()
	var holds time.Duration
	g := gateOf(t, 4, func(p *proc) {
		for range 3 {
			p.start("main.add", func(p *proc) {
				for {
					p.network(p.around(6 * ms))
					p.in("main.put", func() { mu.acquire(p) })
					d := p.around(ms)
					p.network(d)
					holds += d
					p.in("main.put", func() { mu.release(p) })
				}
			})
		}
		p.sleep(time.Hour)
	})
	between(t, "inside", g.Inside, .05, .45)
}

// TestLockAndPermit: who waits for a permit while it has a lock still has the lock.
func TestLockAndPermit(t *testing.T) {
	mu, sem := lock(), permits(1)
	g := gateOf(t, 2, func(p *proc) {
		for range 12 {
			p.start("main.add", func(p *proc) {
				for {
					p.in("main.put", func() { mu.acquire(p) })
					p.in("main.send", func() { sem.acquire(p) })
					p.network(5 * ms)
					p.in("main.send", func() { sem.release(p) })
					p.in("main.put", func() { mu.release(p) })
				}
			})
		}
		for range 2 {
			p.start("main.other", func(p *proc) {
				for {
					p.in("main.send", func() { sem.acquire(p) })
					p.network(2 * ms)
					p.in("main.send", func() { sem.release(p) })
				}
			})
		}
		p.sleep(time.Hour)
	})
	if g.In != "main.put" || !g.Lock {
		t.Fatalf("it is %s, lock: %v", g.In, g.Lock)
	}
	between(t, "inside", g.Inside, .9, 1.1)
}

// TestWaitingForWorkIsNoGate: the goroutines that do the work of others wait for it, and now and
// then one wakes another: they are not held up.
func TestWaitingForWorkIsNoGate(t *testing.T) {
	var idle []*proc
	wake := func(p *proc) {
		if len(idle) > 0 {
			w := idle[0]
			idle = idle[1:]
			p.wake(p, w)
		}
	}
	g := gateOf(t, 2, func(p *proc) {
		for range 6 {
			p.start("main.loop", func(p *proc) {
				for {
					idle = append(idle, p)
					p.wait("select", "runtime.selectgo")
					p.exec(ms / 4)
					if p.random.Float64() < .03 {
						wake(p)
					}
				}
			})
		}
		for range 24 {
			p.start("main.fetch", func(p *proc) {
				for {
					p.exec(ms / 10)
					wake(p)
					p.network(p.around(15 * ms))
				}
			})
		}
		p.sleep(time.Hour)
	})
	if g.At != "" {
		t.Errorf("%.1f wait at %s (%s)", g.Waiting, g.At, g.In)
	}
}

// TestGateOfALibrary: goroutines of a library that wait for the program's work are no cap on it,
// even where a wait of the program's own is taken for one of theirs.
func TestGateOfALibrary(t *testing.T) {
	library, fetch := &group{start: "lib.loop", live: 1e9}, &group{start: "main.fetch", own: true, live: 1e9}
	s := survey{work: map[*group]float64{fetch: 1}}
	for _, c := range []struct {
		waits trace.Time // of the program's own
		want  bool
	}{{0, false}, {1e6, false}, {1e8, true}} {
		g := &gate{waiters: map[*group]trace.Time{library: 9e8, fetch: c.waits}, takers: map[*group]bool{fetch: true}}
		if got := s.matters(g); got != c.want {
			t.Errorf("with waits of %d ns of the program's own it matters: %v", c.waits, got)
		}
	}
}

// TestSeldomWaitersAreNotHeldUp: those who had a single wait at a place are not among those who
// come round sooner without it.
func TestSeldomWaitersAreNotHeldUp(t *testing.T) {
	mu := lock()
	put := func(p *proc, held time.Duration) {
		p.in("main.put", func() { mu.acquire(p) })
		p.network(held)
		p.in("main.put", func() { mu.release(p) })
	}
	g := gateOf(t, 2, func(p *proc) {
		for range 8 {
			p.start("main.add", func(p *proc) {
				for {
					put(p, 5*ms)
				}
			})
		}
		for i := range 10 {
			p.start("main.watch", func(p *proc) {
				p.sleep(1500 * ms)
				if i == 0 {
					put(p, ms)
				}
				p.sleep(time.Hour)
			})
		}
		p.sleep(time.Hour)
	})
	between(t, "live", g.Live, 7.5, 8.5)
}

// TestTakers: who pass a gate are those who wait there at other times; a library's goroutine that
// hands some of the turns on is none of them, unless nobody else does.
func TestTakers(t *testing.T) {
	library, fetch := &group{start: "lib.loop"}, &group{start: "main.fetch", own: true}
	for _, waiters := range []map[*group]trace.Time{{fetch: 1e9}, {}} {
		s := &site{}
		s.links = []*link{{site: s, waker: library, time: 1e8}, {site: s, waker: fetch, time: 9e8}}
		g := &gate{sites: []*site{s}, waiters: waiters, takers: map[*group]bool{}}
		g.findTakers()
		if !g.takers[fetch] || g.takers[library] != (len(waiters) == 0) {
			t.Errorf("with waiters %v it takes %v", waiters, g.takers)
		}
	}
}
