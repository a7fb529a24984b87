package diagnose

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/exp/trace"

	"collatebench/internal/raced"
	"collatebench/results/verdict"
)

const ms = time.Millisecond

// around draws a time that is d on average.
func (p *proc) around(d time.Duration) time.Duration {
	return time.Duration(float64(d) * (.7 + .6*p.random.Float64()))
}

// workers starts n goroutines that do the same again and again.
func workers(n int, each func(*proc)) func(*proc) {
	return func(p *proc) {
		for range n {
			p.start("main.worker", func(p *proc) {
				for {
					each(p)
					p.done++
				}
			})
		}
		p.wait("sync", "sync.(*WaitGroup).Wait")
	}
}

// A model is a program with a fault, and with the fault mended.
type model struct {
	name   string
	cores  []int
	broken func() func(*proc)
	mended func() func(*proc)
	cause  verdict.Cause
	place  string  // the function of the place that is to be named
	inside float64 // goroutines that pass it at a time; 0 where it is no gate
}

var models = []model{
	{
		name: "lock around decoding", cores: []int{2, 4, 16, 64}, cause: verdict.Serialised, place: "main.add",
		inside: 1,
		broken: func() func(*proc) {
			mu := lock()
			return workers(32, func(p *proc) {
				p.network(p.around(20 * ms))
				p.in("main.add", func() { mu.acquire(p); p.exec(p.around(5 * ms)); mu.release(p) })
			})
		},
		mended: func() func(*proc) {
			return workers(32, func(p *proc) { p.network(p.around(20 * ms)); p.exec(p.around(5 * ms)) })
		},
	},
	{
		name: "lock held across a call", cores: []int{2, 16, 64}, cause: verdict.Serialised, place: "main.get",
		inside: 1,
		broken: func() func(*proc) {
			mu := lock()
			return workers(24, func(p *proc) {
				p.in("main.get", func() { mu.acquire(p); p.network(p.around(10 * ms)); mu.release(p) })
				p.exec(p.around(ms / 2))
			})
		},
		mended: func() func(*proc) {
			return workers(24, func(p *proc) { p.network(p.around(10 * ms)); p.exec(p.around(ms / 2)) })
		},
	},
	{
		name: "permits", cores: []int{2, 16, 64}, cause: verdict.HiddenCap, place: "main.get",
		inside: 4,
		broken: func() func(*proc) {
			sem := permits(4)
			return workers(32, func(p *proc) {
				p.in("main.get", func() { sem.acquire(p) })
				p.network(p.around(40 * ms))
				p.exec(p.around(ms / 2))
				p.in("main.get", func() { sem.release(p) })
			})
		},
		mended: func() func(*proc) {
			return workers(32, func(p *proc) { p.network(p.around(40 * ms)); p.exec(p.around(ms / 2)) })
		},
	},
	{
		name: "one goroutine decodes", cores: []int{2, 4, 16, 64}, cause: verdict.Serialised, place: "main.gather",
		broken: func() func(*proc) {
			bodies := &channel{}
			fetch := workers(32, func(p *proc) {
				p.network(p.around(20 * ms))
				p.in("main.fetch", func() { bodies.send(p) })
				p.done--
			})
			return func(p *proc) {
				p.start("main.gather", func(p *proc) {
					for {
						bodies.receive(p)
						p.in("main.decode", func() { p.exec(p.around(4 * ms)) })
						p.done++
					}
				})
				fetch(p)
			}
		},
		mended: func() func(*proc) {
			return workers(32, func(p *proc) { p.network(p.around(20 * ms)); p.exec(p.around(4 * ms)) })
		},
	},
	{
		name: "batches", cores: []int{2, 16, 64}, cause: verdict.WindowTooSmall, place: "main.rounds",
		broken: func() func(*proc) {
			return func(p *proc) {
				p.in("main.rounds", func() {
					for {
						left := 16
						for range left {
							p.start("main.install", func(q *proc) {
								q.network(slowSometimes(q))
								q.exec(ms / 5)
								q.done++
								if left--; left == 0 {
									q.wake(q, p)
								}
							})
						}
						p.wait("sync", "sync.(*WaitGroup).Wait")
					}
				})
			}
		},
		mended: func() func(*proc) {
			return workers(16, func(p *proc) { p.network(slowSometimes(p)); p.exec(ms / 5) })
		},
	},
	{
		name: "sleeps", cores: []int{2, 64}, cause: verdict.TimerBound, place: "main.worker",
		broken: func() func(*proc) {
			return workers(8, func(p *proc) { p.network(p.around(5 * ms)); p.exec(ms / 5); p.sleep(p.around(20 * ms)) })
		},
		mended: func() func(*proc) {
			return workers(8, func(p *proc) { p.network(p.around(5 * ms)); p.exec(ms / 5) })
		},
	},
	{
		name: "one worker asks for all", cores: []int{2, 64}, cause: verdict.HiddenCap, place: "",
		broken: func() func(*proc) { return asked(1) },
		mended: func() func(*proc) { return asked(24) },
	},
	{
		name: "a rate limit", cores: []int{2, 64}, cause: verdict.HiddenCap, place: "main.get",
		broken: func() func(*proc) {
			var next time.Duration
			return workers(32, func(p *proc) {
				p.in("main.get", func() {
					next = max(next+20*ms, p.now)
					p.asleep(next-p.now, "select", "golang.org/x/time/rate.(*Limiter).wait")
				})
				p.network(p.around(12 * ms))
				p.exec(ms / 5)
			})
		},
	},
	{
		name: "a batch that lingers", cores: []int{2, 64}, cause: verdict.TimerBound, place: "main.flush",
		broken: func() func(*proc) { return lingering(40 * ms) },
		mended: func() func(*proc) { return lingering(ms) },
	},
	{
		name: "one cache that all refresh under its lock", cores: []int{2, 64}, cause: verdict.Serialised, place: "main.load",
		broken: func() func(*proc) { return cached(true) },
		mended: func() func(*proc) { return cached(false) },
	},
	{
		name: "striped locks around a call", cores: []int{2, 64}, cause: verdict.HiddenCap, place: "main.create",
		inside: 2,
		broken: func() func(*proc) { return striped(2) },
		mended: func() func(*proc) { return striped(256) },
	},
	{
		name: "few permits to decode", cores: []int{8, 64}, cause: verdict.HiddenCap, place: "main.decode",
		inside: 3,
		broken: func() func(*proc) {
			sem := permits(3)
			return workers(32, func(p *proc) {
				p.network(p.around(20 * ms))
				p.in("main.decode", func() { sem.acquire(p); p.exec(p.around(10 * ms)); sem.release(p) })
			})
		},
		mended: func() func(*proc) {
			return workers(32, func(p *proc) { p.network(p.around(20 * ms)); p.exec(p.around(10 * ms)) })
		},
	},
	{
		name: "workers that fetch for others", cores: []int{2, 64}, cause: verdict.HiddenCap, place: "main.ask",
		inside: 6,
		broken: func() func(*proc) { return fetched(6) },
		mended: func() func(*proc) { return fetched(24) },
	},
	{
		name: "one after the other", cores: []int{2, 64}, cause: verdict.WindowTooSmall, place: "main.main",
		broken: func() func(*proc) {
			return func(p *proc) {
				for {
					p.network(p.around(10 * ms))
					p.exec(ms)
					p.done++
				}
			}
		},
	},
	{
		name: "a reader hands answers out", cores: []int{2, 64}, cause: verdict.Outside, place: "main.readLoop",
		broken: func() func(*proc) {
			return func(p *proc) {
				var sent []*proc
				p.start("main.readLoop", func(r *proc) {
					for {
						r.network(r.around(5 * ms))
						for range min(len(sent), 3) {
							r.wake(r, sent[0])
							sent = sent[1:]
						}
					}
				})
				workers(24, func(p *proc) {
					p.exec(ms / 10)
					sent = append(sent, p)
					p.in("main.call", func() { p.wait("chan receive", "runtime.chanrecv1") })
				})(p)
			}
		},
	},
	{
		name: "a window that a loop fills", cores: []int{2, 64}, cause: verdict.Outside, place: "main.fetch",
		broken: func() func(*proc) {
			return func(p *proc) {
				sem := permits(16)
				for {
					p.in("main.fill", func() { sem.acquire(p) })
					p.start("main.fetch", func(p *proc) {
						p.network(p.around(50 * ms))
						p.exec(ms)
						p.done++
						sem.release(p)
					})
				}
			}
		},
	},
	{
		name: "a lock that hardly matters", cores: []int{2, 64}, cause: verdict.Outside, place: "main.worker",
		broken: func() func(*proc) {
			mu := lock()
			return workers(16, func(p *proc) {
				p.network(p.around(50 * ms))
				p.in("main.add", func() { mu.acquire(p); p.exec(ms / 2); mu.release(p) })
			})
		},
	},
	{
		name: "the upstream is slow", cores: []int{2, 16, 64}, cause: verdict.Outside, place: "main.worker",
		broken: func() func(*proc) {
			return workers(8, func(p *proc) { p.network(p.around(100 * ms)); p.exec(p.around(2 * ms)) })
		},
	},
	{
		name: "the cores are full", cores: []int{1, 2, 4, 16}, cause: verdict.CPUSaturated,
		broken: func() func(*proc) {
			return workers(64, func(p *proc) { p.network(p.around(5 * ms)); p.exec(p.around(20 * ms)) })
		},
	},
}

func slowSometimes(p *proc) time.Duration {
	if p.random.IntN(12) == 0 {
		return 150 * ms
	}
	return 15 * ms
}

// asked is callers that hand their request to some workers, and wait for the answer.
func asked(n int) func(*proc) {
	return func(p *proc) {
		var queue []*proc
		idle := []*proc{}
		for range n {
			p.start("main.serve", func(p *proc) {
				for {
					for len(queue) == 0 {
						idle = append(idle, p)
						p.wait("chan receive", "runtime.chanrecv1")
					}
					next := queue[0]
					queue = queue[1:]
					p.call(p.around(6 * ms))
					p.wake(p, next)
				}
			})
		}
		workers(24, func(p *proc) {
			p.exec(ms / 10)
			queue = append(queue, p)
			if len(idle) > 0 {
				w := idle[0]
				idle = idle[1:]
				p.wake(p, w)
			}
			p.in("main.ask", func() { p.wait("chan receive", "runtime.chanrecv1") })
		})(p)
	}
}

// lingering is callers whose rows one goroutine sends together, once a time has passed.
func lingering(linger time.Duration) func(*proc) {
	return func(p *proc) {
		var waiting []*proc
		p.start("main.flush", func(p *proc) {
			for {
				p.asleep(linger, "select", "runtime.selectgo")
				p.network(p.around(4 * ms))
				batch := waiting
				waiting = nil
				for _, q := range batch {
					p.wake(p, q)
				}
			}
		})
		workers(24, func(p *proc) {
			p.exec(ms / 10)
			waiting = append(waiting, p)
			p.in("main.write", func() { p.wait("chan receive", "runtime.chanrecv1") })
		})(p)
	}
}

// cached is readers of a value that has to be asked for every 40 ms.
func cached(locked bool) func(*proc) {
	mu := lock()
	mu.in = "sync.(*RWMutex).Lock"
	var at time.Duration
	asking := false
	return workers(24, func(p *proc) {
		if p.now-at >= 40*ms && !asking {
			asking = !locked
			if locked {
				p.in("main.load", func() { mu.acquire(p) })
			}
			if p.now-at >= 40*ms {
				p.in("main.query", func() { p.network(60 * ms) })
				at = p.now
			}
			if locked {
				p.in("main.load", func() { mu.release(p) })
			}
			asking = false
		}
		if locked {
			p.in("main.load", func() { mu.acquire(p); mu.release(p) })
		}
		p.network(p.around(3 * ms))
		p.exec(ms / 10)
	})
}

// striped is a remote call under one of n locks.
func striped(n int) func(*proc) {
	locks := make([]*semaphore, n)
	for i := range locks {
		locks[i] = lock()
	}
	return workers(32, func(p *proc) {
		mu := locks[p.random.IntN(n)]
		p.in("main.create", func() { mu.acquire(p) })
		p.network(p.around(15 * ms))
		p.exec(ms / 10)
		p.in("main.create", func() { mu.release(p) })
	})
}

// fetched is callers that hand their requests to n workers, which ask an upstream.
func fetched(n int) func(*proc) {
	return func(p *proc) {
		jobs := &channel{}
		var order []*proc
		for range n {
			p.start("main.serve", func(p *proc) {
				for {
					jobs.receive(p)
					next := order[0]
					order = order[1:]
					p.network(p.around(30 * ms))
					p.exec(ms / 5)
					for next.state != trace.GoWaiting {
						p.exec(ms / 100)
					}
					p.wake(p, next)
				}
			})
		}
		workers(24, func(p *proc) {
			order = append(order, p)
			p.in("main.ask", func() { jobs.send(p) })
			p.in("main.await", func() { p.wait("chan receive", "runtime.chanrecv1") })
		})(p)
	}
}

// TestModels holds the verdict to programs whose cause is known, on cores of any number,
// and the predicted gain to what the mended program does there.
func TestModels(t *testing.T) {
	if raced.Enabled {
		t.Skip("nothing in it runs at once, and under the race detector it takes minutes")
	}
	for _, m := range models {
		for _, cores := range m.cores {
			t.Run(fmt.Sprintf("%s/%d cores", m.name, cores), func(t *testing.T) {
				a, before := simulate(t, cores, 3*time.Second, 7, m.broken())
				v := a.report().Verdict
				if !slices.Equal(v.Causes, []verdict.Cause{m.cause}) {
					t.Fatalf("causes are %q, not %s:\n%s\n%+v", v.Causes, m.cause, v.Sentence, v.RuledOut)
				}
				if !strings.Contains(v.Sentence, m.place) {
					t.Errorf("%s is not named:\n%s", m.place, v.Sentence)
				}
				for _, f := range v.Evidence {
					if f.Name == "gate-inside" && m.inside > 0 && math.Abs(f.Value-m.inside) > .15*m.inside {
						t.Errorf("%.2f goroutines are past the gate, not %.0f", f.Value, m.inside)
					}
				}
				if m.mended == nil || v.PredictedGain == 0 {
					return
				}
				b, after := simulate(t, cores, 3*time.Second, 7, m.mended())
				if w := b.report().Verdict; slices.Contains(w.Causes, m.cause) {
					t.Errorf("of the mended form it says %s", w.Sentence)
				}
				if off := v.PredictedGain * before / after; off < 1/1.25 || off > 1.25 {
					t.Errorf("predicted %.2fx, simulated %.2fx", v.PredictedGain, after/before)
				} else {
					t.Logf("predicted %.2fx, simulated %.2fx", v.PredictedGain, after/before)
				}
			})
		}
	}
}
