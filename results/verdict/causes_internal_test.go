package verdict

import (
	"slices"
	"testing"
)

// TestRows: every cause is once in an order that allows it once, and what can
// be mended says by how much.
func TestRows(t *testing.T) {
	seen := map[Cause]int{}
	for _, r := range clientRules {
		seen[r.cause]++
		if r.cause.Healthy() != (r.mend == "") {
			t.Errorf("%s: healthy %v, but to be mended by %q", r.cause, r.cause.Healthy(), r.mend)
		}
		listed := slices.ContainsFunc(blamedFirst, func(b clientRule) bool { return b.cause == r.cause })
		if listed != (r.blamed != nil) {
			t.Errorf("%s: its row says who blames it: %v; it is among those blamed first: %v", r.cause, r.blamed != nil, listed)
		}
	}
	outside := map[Cause]int{}
	for _, r := range externalRules {
		outside[r.cause]++
	}
	for _, count := range []map[Cause]int{seen, outside} {
		for cause, n := range count {
			if n != 1 {
				t.Errorf("%s has %d rows", cause, n)
			}
		}
	}
	if Outside.Healthy() || Cause("").Healthy() {
		t.Error("a cause that no client's evidence shows is the healthy end")
	}
}
