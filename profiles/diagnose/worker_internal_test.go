package diagnose

import (
	"testing"
	"time"
)

// TestConnectionsAreTheLibrarys: a connection's goroutine is the library's, though it reads
// through code of the program's own, and so it is none that carries the program's work.
func TestConnectionsAreTheLibrarys(t *testing.T) {
	const began = "golang.org/x/net/http2.(*ClientConn).readLoop"
	s := surveyed(t, func(p *proc) {
		var asked []*proc
		p.start(began, func(p *proc) {
			p.in("main.(*timeouts).Read", func() {
				for {
					p.network(p.around(5 * ms))
					if len(asked) > 0 {
						p.wake(p, asked[0])
						asked = asked[1:]
					}
				}
			})
		})
		workers(4, func(p *proc) {
			p.exec(ms / 10)
			asked = append(asked, p)
			p.in("main.call", func() { p.wait("chan receive", "runtime.chanrecv1") })
		})(p)
	})
	if p := groupNamed(t, s.analysis, began); p.does() || s.work[p] > 0 {
		t.Errorf("%s does the program's work", began)
	}
	if s.byStart["main.(*timeouts).Read"] != nil {
		t.Error("the connection's goroutine is named after what it calls")
	}
	if work := s.work[groupNamed(t, s.analysis, "main.worker")]; work < .9 {
		t.Errorf("the workers do %.2f of the work", work)
	}
}

// TestFewLongWaits: large answers are decoded one by one, each for two seconds. Few waits end
// then, and others go on.
func TestFewLongWaits(t *testing.T) {
	bodies := &channel{}
	a, _ := simulate(t, 2, 8*time.Second, 1, func(p *proc) {
		p.start("main.gather", func(p *proc) {
			for {
				bodies.receive(p)
				p.exec(2 * time.Second)
			}
		})
		workers(3, func(p *proc) {
			p.network(p.around(20 * ms))
			p.in("main.fetch", func() { bodies.send(p) })
		})(p)
	})
	a.finish()
	if b := a.survey(a.sortedGroups()).busiest(); b.Name != "main.gather" || b.Behind.In != "main.fetch" || b.Behind.Waiting < 1 {
		t.Errorf("%.1f wait for %s in %s", b.Behind.Waiting, b.Name, b.Behind.In)
	}
}

// TestChain: a goroutine that computes, and waits while another computes for it, does one thing
// after the other. Two that do the same do not, nor does one that waits for answers.
func TestChain(t *testing.T) {
	chain := func(n int, pause time.Duration) func(*proc) {
		return func(p *proc) {
			for range n {
				asks, done := &channel{}, &channel{}
				p.start("main.compress", func(p *proc) {
					for {
						asks.receive(p)
						p.exec(6 * ms)
						done.send(p)
					}
				})
				p.start("main.push", func(p *proc) {
					for {
						p.exec(3 * ms)
						asks.send(p)
						done.receive(p)
						if pause > 0 {
							p.network(p.around(pause))
						}
					}
				})
			}
			p.sleep(time.Hour)
		}
	}
	for _, c := range []struct {
		name  string
		n     int
		pause time.Duration
		share float64
	}{{"one", 1, 0, 1}, {"one that asks", 1, 27 * ms, .25}} {
		got := surveyed(t, chain(c.n, c.pause)).chain()
		if got.Name != "main.push" && got.Name != "main.compress" || got.Goroutines != 1 {
			t.Errorf("%s: %d of %s", c.name, got.Goroutines, got.Name)
		}
		near(t, c.name, got.Share, c.share)
	}
	if got := surveyed(t, chain(2, 0)).chain(); got.Share > 0 {
		t.Errorf("two: %+v", got)
	}
}
