package diagnose

import (
	"fmt"
	"math"
	"regexp"
	"testing"
	"time"

	"golang.org/x/exp/trace"
)

func near(t *testing.T, what string, got, want float64) {
	t.Helper()
	if math.Abs(got-want) > .03*math.Max(math.Abs(want), .5) {
		t.Errorf("%s: %.4f, not %.4f", what, got, want)
	}
}

func groupNamed(t *testing.T, a *analysis, start string) *group {
	t.Helper()
	p := a.byStart[start]
	if p == nil {
		t.Fatalf("no group %s", start)
	}
	return p
}

// sampleOf sends CPU samples of a goroutine.
func (p *proc) samples(n int, functions ...string) {
	for range n {
		e, err := trace.MakeEvent(trace.EventConfig[trace.StackSample]{
			Kind: trace.EventStackSample, Time: trace.Time(p.now), Goroutine: p.id, Stack: stackOf(functions), Details: trace.StackSample{},
		})
		p.send(e, err)
	}
}

func (p *proc) label(text string) {
	e, err := trace.MakeEvent(trace.EventConfig[trace.Label]{
		Kind: trace.EventLabel, Time: trace.Time(p.now), Goroutine: p.id,
		Details: trace.Label{Label: text, Resource: trace.MakeResourceID(p.id)},
	})
	p.send(e, err)
}

// TestMostProcs: GOMAXPROCS is the most that was seen.
func TestMostProcs(t *testing.T) {
	a, _ := simulate(t, 4, time.Second, 1, func(p *proc) {
		p.sleep(500 * ms)
		p.metric(2)
		p.sleep(time.Hour)
	})
	if r := a.report(); r.Procs != 4 {
		t.Errorf("%d procs, not 4", r.Procs)
	}
}

// TestIdleMarking: a worker of the garbage collector that runs because nobody needs its core
// uses none, in the sums and in the numbers of goroutines at once.
func TestIdleMarking(t *testing.T) {
	a, _ := simulate(t, 2, time.Second, 1, func(p *proc) {
		p.start("runtime.gcBgMarkWorker", func(p *proc) {
			for {
				p.label("GC (idle)")
				p.exec(5 * ms)
				p.sleep(5 * ms)
			}
		})
		p.start("runtime.gcBgMarkWorker", func(p *proc) {
			for {
				p.label("GC (dedicated)")
				p.exec(5 * ms)
				p.sleep(5 * ms)
			}
		})
		p.sleep(time.Hour)
	})
	r := a.report()
	near(t, "executing", r.Executing, .5)
	near(t, "none at once", r.Parallel[0], .5)
	near(t, "one at once", r.Parallel[1], .5)
}

// TestParallel: for how much of the time how many run.
func TestParallel(t *testing.T) {
	a, _ := simulate(t, 3, time.Second, 1, func(p *proc) {
		for range 2 {
			p.start("main.worker", func(p *proc) {
				for {
					p.exec(5 * ms)
					p.sleep(15 * ms)
				}
			})
		}
		p.sleep(time.Hour)
	})
	r := a.report()
	near(t, "none", r.Parallel[0], .75)
	near(t, "two", r.Parallel[2], .25)
	near(t, "in all", r.Parallel[0]+r.Parallel[1]+r.Parallel[2], 1)
}

// TestCalls: how much of a system call was work, its CPU samples say: of one that keeps
// its core and waits for the disk, and of one that gives it up and computes.
func TestCalls(t *testing.T) {
	a, _ := simulate(t, 2, time.Second, 1, func(p *proc) {
		p.start("main.sync", func(p *proc) {
			for {
				p.keep("syscall.fsync", 5*ms, 0)
				p.sleep(5 * ms)
			}
		})
		p.start("main.compute", func(p *proc) {
			for {
				p.called("runtime.cgocall", 20*ms, 2)
				p.sleep(20 * ms)
			}
		})
		p.sleep(time.Hour)
	})
	r := a.report()
	near(t, "on a core", r.Executing, .5)
	sync, compute := groupNamed(t, a, "main.sync"), groupNamed(t, a, "main.compute")
	near(t, "fsync on a core", a.share(a.onCore(sync)), 0)
	near(t, "fsync waiting", a.share(a.inCalls(sync)), .5)
	near(t, "cgo on a core", a.share(a.onCore(compute)), .5)
	near(t, "cgo waiting", a.share(a.inCalls(compute)), 0)
}

// keep makes a system call that keeps its core.
func (p *proc) keep(in string, d time.Duration, samples int) {
	p.to(trace.GoSyscall, p, "", append([]string{in}, p.stack...))
	p.after(d, func() { p.resume(p) })
	p.pause()
	p.samples(samples, append([]string{in}, p.stack...)...)
	p.to(trace.GoRunning, p, "", nil)
}

// called makes one that gives it up.
func (p *proc) called(in string, d time.Duration, samples int) {
	p.to(trace.GoSyscall, p, "", append([]string{in}, p.stack...))
	p.idle++
	p.after(d, func() {
		p.samples(samples, append([]string{in}, p.stack...)...)
		p.sim.wake(nil, p)
	})
	p.pause()
}

// TestOpenWaits: a wait that goes on at the end counts, unless it is as long as the trace.
func TestOpenWaits(t *testing.T) {
	a, _ := simulate(t, 2, time.Second, 1, func(p *proc) {
		p.start("main.late", func(p *proc) {
			p.exec(ms)
			p.sleep(833 * ms) // half a second after the trace has begun
			p.wait("chan receive", "runtime.chanrecv1")
		})
		p.start("main.parked", func(p *proc) { p.wait("chan receive", "runtime.chanrecv1") })
		p.sleep(time.Hour)
	})
	a.report()
	late, parked := groupNamed(t, a, "main.late"), groupNamed(t, a, "(unknown)") // nothing tells the name of one that never runs
	var open float64
	for l, e := range late.waits {
		if l.site.class == classChannel {
			open += a.share(e.time)
		}
	}
	near(t, "waits that go on", open, .5)
	if late.parked != 0 || parked.parked != 2 { // it and main
		t.Errorf("%d and %d parked, not 0 and 2", late.parked, parked.parked)
	}
	near(t, "life of the parked one", a.share(parked.live), 0)
}

// TestSamplesByWork: shares of the CPU samples, with the garbage collector's idle workers
// left out.
func TestSamplesByWork(t *testing.T) {
	a, _ := simulate(t, 2, time.Second, 1, func(p *proc) {
		p.start("main.worker", func(p *proc) {
			p.sleep(500 * ms)
			p.samples(40, "encoding/json.Unmarshal", "main.decode", "main.worker")
			p.samples(20, "runtime.scanobject", "runtime.gcAssistAlloc", "main.decode", "main.worker")
			p.samples(30, "crypto/tls.(*Conn).clientHandshake", "main.worker")
			p.samples(10, "runtime.chansend", "main.worker")
			p.samples(25, "runtime.goschedImpl", "runtime.Gosched", "main.worker")
			p.sleep(time.Hour)
		})
		p.start("runtime.gcBgMarkWorker", func(p *proc) {
			p.sleep(500 * ms)
			p.label("GC (idle)")
			p.exec(ms)
			p.samples(100, "runtime.gcDrain", "runtime.gcBgMarkWorker")
			p.sleep(time.Hour)
		})
		p.sleep(time.Hour)
	})
	a.finish()
	e := a.survey(a.sortedGroups()).evidence()
	near(t, "garbage collection", e.GCShare, 20./125)
	near(t, "dials", e.DialShare, 30./125)
	near(t, "switching", e.Switching, 10./125)
	near(t, "spinning", e.Spinning, 25./125)
	near(t, "cores sampled", e.Sampled.Value(), 1.25)
}

// TestSpread: how the samples of a function divide over goroutines.
func TestSpread(t *testing.T) {
	a, _ := simulate(t, 2, time.Second, 1, func(p *proc) {
		for i := range 3 {
			p.start("main.worker", func(p *proc) {
				p.sleep(500 * ms)
				p.samples(10*(i+1), "main.decode", "main.worker")
				p.samples(5, "main.other", "main.worker")
				p.sleep(time.Hour)
			})
		}
		p.sleep(time.Hour)
	})
	a.options.Func = regexp.MustCompile("decode")
	a.samples = 60
	s := a.report().Func
	if s.Goroutines != 3 || s.Of != 75 || s.MostStart != "main.worker" {
		t.Errorf("%+v", s)
	}
}

// TestBusiest: of a group, the goroutine that ran the most; of the groups, not the runtime's.
func TestBusiest(t *testing.T) {
	a, _ := simulate(t, 4, time.Second, 1, func(p *proc) {
		for i := range 3 {
			p.start("main.worker", func(p *proc) {
				for {
					p.exec(time.Duration([]int{2, 9, 1}[i]) * ms)
					p.sleep(10*ms - time.Duration([]int{2, 9, 1}[i])*ms)
				}
			})
		}
		p.start("runtime.bgsweep", func(p *proc) {
			for {
				p.exec(100 * ms)
				p.sleep(ms)
			}
		})
		p.sleep(time.Hour)
	})
	a.finish()
	b := a.survey(a.sortedGroups()).busiest()
	if b.Name != "main.worker" {
		t.Errorf("the busiest is of %s", b.Name)
	}
	near(t, "busy", b.Busy, .9)
	near(t, "runnable", a.share(a.total.runnable), 0)
}

// TestRunnable: goroutines that wait for a core, also at the end.
func TestRunnable(t *testing.T) {
	a, _ := simulate(t, 1, time.Second, 1, func(p *proc) {
		for range 3 {
			p.start("main.worker", func(p *proc) {
				for {
					p.exec(30 * ms)
				}
			})
		}
		p.sleep(time.Hour)
	})
	r := a.report()
	near(t, "runnable", r.Runnable, 2)
	near(t, "executing", r.Executing, 1)
	if len(r.Groups) == 0 || r.Groups[0].Start != "main.worker" {
		t.Errorf("groups are not sorted by what they run: %+v", r.Groups)
	}
}

// TestStandstill: the whole process stands still again and again, though goroutines could
// run. A long wait of all is no standstill.
func TestStandstill(t *testing.T) {
	a := newAnalysis(Options{})
	now := trace.Time(1e9)
	send := func(id trace.GoID, from, to trace.GoState) {
		e, err := trace.MakeEvent(trace.EventConfig[trace.StateTransition]{
			Kind: trace.EventStateTransition, Time: now, Goroutine: id, Details: trace.MakeGoStateTransition(id, from, to),
		})
		if err != nil {
			t.Fatal(err)
		}
		a.event(&e)
	}
	send(7, trace.GoNotExist, trace.GoRunnable)
	send(7, trace.GoRunnable, trace.GoRunning)
	for range 10 {
		now += 60e6
		send(7, trace.GoRunning, trace.GoRunnable)
		now += 10e6
		send(7, trace.GoRunnable, trace.GoRunning)
	}
	send(7, trace.GoRunning, trace.GoWaiting)
	now += 300e6
	send(7, trace.GoWaiting, trace.GoRunnable)
	a.finish()
	e := a.survey(a.sortedGroups()).evidence()
	if e.Stops != 10 {
		t.Errorf("%d stops, not 10", e.Stops)
	}
	near(t, "stood still", e.Stopped, .6)
}

// TestCollector: the pace of the collections, by how much the heap may grow until the next, and
// where the program asks for one.
func TestCollector(t *testing.T) {
	metric := func(a *analysis, name string, v uint64) {
		e, err := trace.MakeEvent(trace.EventConfig[trace.Metric]{Kind: trace.EventMetric, Time: a.now + 1, Details: trace.Metric{Name: name, Value: trace.Uint64Value(v)}})
		if err != nil {
			t.Fatal(err)
		}
		a.event(&e)
	}
	a, _ := simulate(t, 2, time.Second, 1, func(p *proc) {
		p.start("main.flush", func(p *proc) {
			for {
				p.exec(40 * ms)
				p.after(10*ms, func() { p.wake(nil, p) })
				p.wait("wait until GC ends", "runtime.GC", "runtime/debug.FreeOSMemory")
			}
		})
		p.sleep(time.Hour)
	})
	for range 30 {
		e, err := trace.MakeEvent(trace.EventConfig[trace.Range]{Kind: trace.EventRangeBegin, Time: a.now + 1, Details: trace.Range{Name: marking}})
		if err != nil {
			t.Fatal(err)
		}
		a.event(&e)
		metric(a, "/memory/classes/heap/objects:bytes", 100<<20)
		metric(a, "/gc/heap/goal:bytes", 110<<20)
	}
	other, err := trace.MakeEvent(trace.EventConfig[trace.Range]{Kind: trace.EventRangeBegin, Time: a.now + 1, Details: trace.Range{Name: "GC incremental sweep", Scope: trace.MakeResourceID(trace.ProcID(0))}})
	if err != nil {
		t.Fatal(err)
	}
	for range 30 { // no collections
		a.event(&other)
	}
	metric(a, "/memory/classes/heap/objects:bytes", 1<<20) // the smallest heap
	metric(a, "/gc/heap/goal:bytes", 4<<20)
	a.finish()
	c := a.survey(a.sortedGroups()).collector()
	near(t, "collections", c.PerSecond, 30)
	near(t, "growth", c.Growth.Value(), .1)
	near(t, "asked for", c.AskedPerSecond, 20)
	if c.Asked.In != "main.flush" || c.Asked.Via != "runtime/debug.FreeOSMemory" {
		t.Errorf("they are asked for in %s, through %s", c.Asked.In, c.Asked.Via)
	}
}

// TestStreamsThatAreWaitedForAtTheEnd: of 20 goroutines 18 wait for a stream, each for nearly
// the whole trace; those who wait at its end count too.
func TestStreamsThatAreWaitedForAtTheEnd(t *testing.T) {
	streams := &semaphore{free: 2, reason: "select", in: "net/http.(*http2clientStream).writeRequest"}
	a, _ := simulate(t, 2, time.Second, 1, func(p *proc) {
		for range 20 {
			p.start("main.fetch", func(p *proc) {
				for {
					streams.acquire(p)
					p.network(100 * ms)
					streams.release(p)
				}
			})
		}
		p.sleep(time.Hour)
	})
	a.finish()
	pool := a.survey(a.sortedGroups()).pool()
	rest := pool.Live - pool.Waiting
	if gain := pool.Live / rest; math.Abs(gain-10) > 1.5 {
		t.Errorf("%.1f of %.1f wait, so that they could go %.1f times as fast, not 10", pool.Waiting, pool.Live, gain)
	}
}

// TestDamaged: a trace in which goroutines wake themselves, or are woken by ones that are
// not there, is read all the same.
func TestDamaged(t *testing.T) {
	a, _ := simulate(t, 2, time.Second, 1, func(p *proc) {
		p.start("main.odd", func(p *proc) {
			for {
				p.after(5*ms, func() { p.wake(p, p) })
				p.wait("select", "runtime.selectgo")
			}
		})
		p.sleep(time.Hour)
	})
	a.finish()
	if w := groupNamed(t, a, "main.odd").wakes; len(w) != 0 {
		t.Errorf("it ended waits of others: %v", w)
	}
}

// TestManyWakers: a site whose waits are ended by more groups than are told apart charges none
// of them to another one.
func TestManyWakers(t *testing.T) {
	const wakers = 3 * maxLinks
	a, _ := simulate(t, 2, time.Second, 1, func(p *proc) {
		var waiting []*proc
		for range 4 {
			p.start("main.waiter", func(p *proc) {
				for {
					waiting = append(waiting, p)
					p.wait("chan receive", "runtime.chanrecv1")
				}
			})
		}
		for i := range wakers {
			p.start(fmt.Sprintf("main.waker%d", i), func(p *proc) {
				for {
					p.sleep(p.around(20 * ms))
					if len(waiting) > 0 {
						next := waiting[0]
						waiting = waiting[1:]
						p.wake(p, next)
					}
				}
			})
		}
		p.sleep(time.Hour)
	})
	a.finish()
	for _, s := range a.sites.known {
		if len(s.links) > 2*(maxLinks+1) { // those of waits that began before the trace came to it
			t.Errorf("%d links at %s", len(s.links), s.place.at)
		}
		for _, l := range s.links {
			if l.waker != nil && s.class == classChannel && l.n > 3*int64(time.Second/(20*ms)) {
				t.Errorf("%d waits are charged to one of %d wakers", l.n, wakers)
			}
		}
	}
}

// TestNamelessWaker: a wait that a goroutine ended of which no stack was seen was ended by one.
func TestNamelessWaker(t *testing.T) {
	s := newSites(&symbolizer{}).before
	a := newAnalysis(Options{})
	g, w := &goroutine{id: 1}, &goroutine{id: 2}
	a.live[1], a.live[2] = g, w
	a.now = 50
	g.state, g.site, g.since = trace.GoWaiting, s, 10
	e, err := trace.MakeEvent(trace.EventConfig[trace.StateTransition]{
		Kind: trace.EventStateTransition, Time: 50, Goroutine: 2, Details: trace.MakeGoStateTransition(1, trace.GoWaiting, trace.GoRunnable),
	})
	if err != nil {
		t.Fatal(err)
	}
	a.woken(g, &e, 40, 50)
	if len(g.waits) != 1 || g.waits[0].link.waker == nil || g.waits[0].link.waker.start != nameless {
		t.Errorf("%+v", g.waits)
	}
	// Once a stack is seen it has a name.
	stack := stackOf([]string{"net.(*conn).Read", "net/http.(*persistConn).readLoop"})
	a.name(w, stack)
	if w.group.start != "net/http.(*persistConn).readLoop" {
		t.Errorf("it is in group %s", w.group.start)
	}
}
