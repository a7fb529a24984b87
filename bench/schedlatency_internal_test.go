package bench

import (
	"testing"
	"testing/synctest"
	"time"
)

// TestMissedTurnsCount: a probe that wakes 9.5 ms late has missed nine turns besides,
// which were late too. A ticker would have dropped them.
func TestMissedTurnsCount(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		latency := newHistogram()
		began := time.Now()
		time.Sleep(10*turn + turn/2)
		due := record(latency, began.Add(turn))
		if n := latency.TotalCount(); n != 10 {
			t.Errorf("%d turns were recorded; want 10", n)
		}
		if least, most := time.Duration(latency.Min()), time.Duration(latency.Max()); least.Round(turn/2) != turn/2 || most.Round(turn/2) != 9*turn+turn/2 {
			t.Errorf("from %v to %v late; want 500µs to 9.5ms", least, most)
		}
		if want := began.Add(11 * turn); due != want {
			t.Errorf("the next turn is due after %v; want %v", due.Sub(began), want.Sub(began))
		}
		if again := record(latency, due); again != due || latency.TotalCount() != 10 {
			t.Errorf("a turn that is not due was recorded")
		}
	})
}
