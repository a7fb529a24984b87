package bench

import (
	"testing"
	"testing/synctest"
	"time"
)

// TestLateWakesAreMadeUpFor is inside the package: from outside, the clock of a
// test wakes nobody late, and the real one nobody by a known time.
func TestLateWakesAreMadeUpFor(t *testing.T) {
	const ms = time.Millisecond
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		at := func(d time.Duration) time.Time { return began.Add(d) }
		c := Simulation{Cores: 1, Decode: 10 * ms}.cores()
		expect := func(ready, now, waited, end time.Duration) {
			t.Helper()
			if w, e := c.reserve(at(ready), at(now)); w != waited || e != at(end) {
				t.Errorf("ready at %v, at %v: waits %v, to %v; want %v, to %v", ready, now, w, e.Sub(began), waited, end)
			}
		}
		expect(0, 0, 0, 10*ms)
		time.Sleep(12 * ms)
		c.woke(at(10 * ms))
		expect(0, 12*ms, 0, 20*ms) // the next in line: as if it had been woken in time
		time.Sleep(10 * ms)
		c.woke(at(20 * ms))
		expect(21*ms, 22*ms, 0, 31*ms) // this one was not there yet
		expect(0, 24*ms, 7*ms, 41*ms)  // and the time is made up for once
	})
}
