package diagnose

import (
	"fmt"
	"testing"
	"time"

	"golang.org/x/exp/trace"
)

// TestLongPath: a wait is charged through many wakings to what began them.
func TestLongPath(t *testing.T) {
	const long = 40
	chain := make([]*proc, long)
	a, _ := simulate(t, 2, time.Second, 1, func(p *proc) {
		for i := range long {
			chain[i] = p.start(fmt.Sprintf("main.stage%d", i), func(p *proc) {
				for {
					p.wait("chan receive", "runtime.chanrecv1")
					if i+1 < long {
						p.wake(p, chain[i+1])
					}
				}
			})
		}
		p.start("main.first", func(p *proc) {
			for {
				p.exec(20 * ms)
				p.wake(p, chain[0])
				p.sleep(ms)
			}
		})
		p.sleep(time.Hour)
	})
	a.finish()
	for l := range groupNamed(t, a, fmt.Sprintf("main.stage%d", long-1)).waits {
		if l.waker != nil && l.n > 1 {
			near(t, "executing", l.part(executing), 20./21)
			near(t, "unknown", float64(l.charges[unknown])/float64(l.charged), 0)
		}
	}
}

// TestHolderIsOfTheProgram: where a library's goroutine hands on what one of the program's own
// waited for, the place is the program's own.
func TestHolderIsOfTheProgram(t *testing.T) {
	var last, between *proc
	a, _ := simulate(t, 2, time.Second, 1, func(p *proc) {
		last = p.start("main.last", func(p *proc) {
			for {
				p.wait("chan receive", "runtime.chanrecv1")
			}
		})
		between = p.start("golang.org/x/lib.loop", func(p *proc) {
			for {
				p.wait("chan receive", "runtime.chanrecv1")
				p.wake(p, last)
			}
		})
		p.start("main.ask", func(p *proc) {
			for {
				p.network(20 * ms)
				p.wake(p, between)
			}
		})
		p.sleep(time.Hour)
	})
	a.finish()
	for l := range groupNamed(t, a, "main.last").waits {
		if l.waker == nil || l.n < 2 {
			continue
		}
		if len(l.holders) != 1 || l.holders[0].site.place.in != "main.ask" || l.holders[0].what != answering {
			t.Errorf("it was held up by %+v", l.holders)
		}
	}
}

// TestBurst: a waker that ends four waits in a turn ends them at once.
func TestBurst(t *testing.T) {
	var waiting []*proc
	a, _ := simulate(t, 2, time.Second, 1, func(p *proc) {
		for range 4 {
			p.start("main.one", func(p *proc) {
				for {
					waiting = append(waiting, p)
					p.wait("chan receive", "runtime.chanrecv1")
				}
			})
		}
		p.start("main.all", func(p *proc) {
			for {
				p.sleep(10 * ms)
				now := waiting
				waiting = nil
				for _, q := range now {
					p.wake(p, q)
				}
			}
		})
		p.sleep(time.Hour)
	})
	a.finish()
	for l := range groupNamed(t, a, "main.one").waits {
		if l.waker != nil {
			near(t, "waits that end at once", l.burst(), 4)
		}
	}
	near(t, "waits that end at once", atOnce(groupNamed(t, a, "main.all").busiest.wakes), 4)
}

// TestPartOfAllLinks: what was followed of a link stands for all of it, and an open wait is
// taken for what the others at its site are.
func TestPartOfAllLinks(t *testing.T) {
	s := &site{}
	add := func(time, charged int64, what activity) *link {
		l := &link{site: s, time: trace.Time(time), charged: trace.Time(charged)}
		l.charges[what] = l.charged
		s.links = append(s.links, l)
		return l
	}
	add(100, 10, answering)
	add(300, 300, executing)
	open := add(50, 0, unknown)
	near(t, "answering", open.part(answering), .25)
}
