package recording

import (
	"testing"
	"time"
)

// TestLag: what is seen now has happened before, by as much as things are seen late here, and not
// before what came first.
func TestLag(t *testing.T) {
	var l lag
	for range 100 * lagWeight {
		l.note(3 * time.Millisecond)
	}
	for _, c := range []struct{ now, floor, want time.Duration }{
		{10, 0, 7}, {10, 8, 8}, {2, 0, 0},
	} {
		got := l.before(c.now*time.Millisecond, c.floor*time.Millisecond)
		if d := got - c.want*time.Millisecond; d < 0 || d > 10*time.Microsecond {
			t.Errorf("seen at %d ms, not before %d: %v", c.now, c.floor, got)
		}
	}
	piece := passage{e: Exchange{Began: time.Now().Add(-50 * time.Millisecond), Clocks: Clocks{Sent: 1, First: 2}}}
	piece.piece(&l, 10)
	if now := piece.since(); len(piece.e.Pieces) != 1 || piece.e.Pieces[0].At > now-2*time.Millisecond {
		t.Errorf("%v at %v: pieces are seen late as well", piece.e.Pieces, now)
	}
	p := passage{e: Exchange{Began: time.Now().Add(-10 * time.Millisecond), Clocks: Clocks{Sent: 9 * time.Millisecond, First: -1}}}
	if at := p.seen(&l); at != 9*time.Millisecond {
		t.Errorf("seen before it was sent: %v", at)
	}
}

// TestLagIsObserved where there is a timer of the kernel's.
func TestLagIsObserved(t *testing.T) {
	l := newLag()
	for range 500 {
		if l.mean.Load() > 0 {
			break
		}
		time.Sleep(lagEvery)
	}
	l.stop()
	if l.mean.Load() == 0 && observes {
		t.Error("nothing was observed")
	}
}
