package recording

import (
	"runtime"
	"testing"
)

// TestProcsFor: all of them where one core is busy, one where it is idle, and in between as it was.
func TestProcsFor(t *testing.T) {
	for _, c := range []struct {
		share     float64
		now, want int
	}{{.05, 8, 1}, {.45, 1, 1}, {.45, 8, 8}, {.7, 1, 8}, {3, 8, 8}} {
		if got := procsFor(c.share, c.now, 8); got != c.want {
			t.Errorf("%.2f of a core, at %d: %d, want %d", c.share, c.now, got, c.want)
		}
	}
}

// TestSettle leaves the process as it was.
func TestSettle(t *testing.T) {
	procs := runtime.GOMAXPROCS(0)
	undo := Settle()
	if got := runtime.GOMAXPROCS(0); got != 1 {
		t.Errorf("GOMAXPROCS is %d at first", got)
	}
	undo()
	if got := runtime.GOMAXPROCS(0); got != procs {
		t.Errorf("GOMAXPROCS is %d, was %d", got, procs)
	}
}
