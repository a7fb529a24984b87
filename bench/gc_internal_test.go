package bench

import (
	"math"
	"testing"
)

// TestIdleMarkingIsNoCollection: marking on cores that nothing else wanted takes nothing
// from the client. The runtime counts it as collecting and not as idle.
func TestIdleMarkingIsNoCollection(t *testing.T) {
	// 100 s of cores: 10 collecting, of which 4 idle marking; 30 idle; 60 of the program's own.
	got := newGCTimes(10, 4, 100, 30)
	if want := (gcTimes{gc: 6, busy: 66}); got != want {
		t.Errorf("got %+v; want %+v", got, want)
	}
	later := newGCTimes(12, 5, 110, 33) // one more second of either kind of collecting, five of the program's
	if share := later.shareSince(got); math.Abs(share-1./6) > 1e-9 {
		t.Errorf("collection's share is %v; want a sixth", share)
	}
	if share := got.shareSince(got); share != 0 {
		t.Errorf("the share of no time is %v", share)
	}
}
