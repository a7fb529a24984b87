package diagnose

import (
	"testing"
	"time"
)

func surveyed(t *testing.T, program func(*proc)) survey {
	t.Helper()
	a, _ := simulate(t, 2, 2*time.Second, 1, program)
	a.finish()
	return a.survey(a.sortedGroups())
}

// TestFeeder: who starts the next one when one is done wants more of them; who waits for what
// they fetch does not.
func TestFeeder(t *testing.T) {
	pages := &channel{}
	s := surveyed(t, func(p *proc) {
		for range 2 {
			p.start("main.fetch", func(p *proc) {
				for {
					p.network(p.around(20 * ms))
					pages.send(p)
				}
			})
		}
		p.start("main.store", func(p *proc) {
			for {
				pages.receive(p)
			}
		})
		p.sleep(time.Hour)
	})
	if a := s.alone(); a.Name != "main.fetch" || a.Feeder.Waiting != 0 {
		t.Errorf("%s is fed at %s, by %.2f", a.Name, a.Feeder.At, a.Feeder.Waiting)
	}
	s = surveyed(t, func(p *proc) {
		p.start("main.feed", func(feed *proc) {
			for {
				feed.start("main.fetch", func(p *proc) {
					p.network(p.around(20 * ms))
					p.wake(p, feed)
				})
				feed.wait("chan receive", "runtime.chanrecv1")
			}
		})
		p.sleep(time.Hour)
	})
	if a := s.alone(); a.Name != "main.fetch" || a.Feeder.In != "main.feed" {
		t.Errorf("%s is fed in %s", a.Name, a.Feeder.In)
	}
	near(t, "waiting for one to be done", s.alone().Feeder.Waiting, 1)
}

// TestOneBatchIsNone: goroutines that were begun together once do not wait for the slowest of
// the batch before.
func TestOneBatchIsNone(t *testing.T) {
	for _, batches := range []int{1, 5} {
		s := surveyed(t, func(p *proc) {
			p.sleep(800 * ms) // the trace begins meanwhile
			p.sleep(ms)       // and has seen a stack
			for range batches {
				left := 8
				for i := range left {
					p.start("main.fetch", func(f *proc) {
						f.network(time.Duration(10+i*15) * ms)
						if left--; left == 0 {
							f.wake(f, p)
						}
					})
				}
				p.wait("sync", "sync.(*WaitGroup).Wait")
			}
			p.sleep(time.Hour)
		})
		if b := s.batch(); (b.At != "") != (batches > 1) {
			t.Errorf("of %d: %.1f begin at a time, and are waited for at %q", batches, b.Size, b.At)
		}
	}
}

// TestWorkerIsEngaged: one that others wait for now and then, and that mostly waits to be given
// work, holds nobody up.
func TestWorkerIsEngaged(t *testing.T) {
	for _, pause := range []time.Duration{0, 60 * ms} {
		var queue []*proc
		var idle *proc
		s := surveyed(t, func(p *proc) {
			p.start("main.serve", func(p *proc) {
				for {
					for len(queue) == 0 {
						idle = p
						p.wait("chan receive", "runtime.chanrecv1")
					}
					next := queue[0]
					queue = queue[1:]
					p.call(4 * ms)
					p.wake(p, next)
				}
			})
			for range 4 {
				p.start("main.ask", func(p *proc) {
					for {
						p.network(p.around(ms + pause))
						p.exec(ms / 5)
						queue = append(queue, p)
						if idle != nil {
							w := idle
							idle = nil
							p.wake(p, w)
						}
						p.wait("chan receive", "runtime.chanrecv1")
					}
				})
			}
			p.sleep(time.Hour)
		})
		if one := s.worker(); (one != nil) != (pause == 0) {
			t.Errorf("with %v between requests it is a worker for all: %v", pause, one != nil)
		}
	}
}
