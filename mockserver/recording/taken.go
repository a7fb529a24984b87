package recording

import (
	"net/netip"
	"sync"
	"time"
)

// A Queue sees how much of what was sent on a connection of this machine is not read yet.
type Queue interface {
	// Outstanding is the bytes that near has sent and far's process has not read; false where
	// the connection is not seen.
	Outstanding(near, far netip.AddrPort) (int64, bool)
	Close() error
}

// takenEvery is how often it is asked: a clock of the program's reading is that much late at most.
const takenEvery = 5 * time.Millisecond

// A taken finds out when the program has read what was handed to the kernel for it.
type taken struct {
	queue Queue
	stop  chan struct{}
	ended chan struct{}

	mu      sync.Mutex
	waiting []waiting
	closed  bool
	wake    chan struct{}
}

type waiting struct {
	near, far netip.AddrPort
	done      func(at time.Time, known bool)
}

func newTaken(q Queue) *taken {
	t := &taken{queue: q, stop: make(chan struct{}), ended: make(chan struct{}), wake: make(chan struct{}, 1)}
	if q == nil {
		close(t.ended)
		return t
	}
	go t.run()
	return t
}

// await calls done once what was sent on the passage's connection is read, or at once where that is
// not to be seen.
func (t *taken) await(p *passage, done func(at time.Time, known bool)) {
	t.mu.Lock()
	if t.queue == nil || t.closed || !p.near.IsValid() || p.e.Clocks.Handed < 0 {
		t.mu.Unlock()
		done(time.Time{}, false)
		return
	}
	t.waiting = append(t.waiting, waiting{p.near, p.far, done})
	t.mu.Unlock()
	select {
	case t.wake <- struct{}{}:
	default:
	}
}

func (t *taken) run() {
	defer close(t.ended)
	timer := time.NewTimer(0)
	for {
		t.look()
		t.mu.Lock()
		idle := len(t.waiting) == 0
		t.mu.Unlock()
		if idle {
			select {
			case <-t.wake:
			case <-t.stop:
				return
			}
		}
		timer.Reset(takenEvery)
		select {
		case <-timer.C:
		case <-t.stop:
			return
		}
	}
}

// look asks once for each connection.
func (t *taken) look() {
	t.mu.Lock()
	all := t.waiting
	t.waiting = nil
	t.mu.Unlock()
	type answer struct {
		bytes int64
		seen  bool
		at    time.Time
	}
	of := map[netip.AddrPort]answer{}
	var still []waiting
	for _, w := range all {
		a, asked := of[w.far]
		if !asked {
			a.bytes, a.seen = t.queue.Outstanding(w.near, w.far)
			a.at = time.Now()
			of[w.far] = a
		}
		if a.seen && a.bytes > 0 {
			still = append(still, w)
			continue
		}
		w.done(a.at, a.seen)
	}
	t.mu.Lock()
	t.waiting = append(still, t.waiting...)
	t.mu.Unlock()
}

// close ends it: what is not read by then is not known to be.
func (t *taken) close() {
	t.mu.Lock()
	t.closed = true
	t.mu.Unlock()
	if t.queue == nil {
		return
	}
	close(t.stop)
	<-t.ended
	for _, w := range t.waiting {
		w.done(time.Time{}, false)
	}
	_ = t.queue.Close()
}
