package evidence

import (
	"math"
	"testing"

	"collatebench/profiles/outside"
)

// TestMeanOfPauses is over all pauses that were seen, not over samples, of which one may have seen few.
func TestMeanOfPauses(t *testing.T) {
	var a, b outside.Evidence
	a.Upstream.Pause, a.Upstream.Pauses, a.Upstream.Fresh = .010, 1, 1
	b.Upstream.Pause, b.Upstream.Pauses = .001, 99
	got := mean([]outside.Evidence{a, b}).Upstream
	if want := (.010 + 99*.001) / 100; math.Abs(got.Pause-want) > 1e-12 || got.Pauses != 100 || got.Fresh != .5 {
		t.Errorf("%v s in %d pauses, %v of the connections fresh; want %v s in 100 and 0.5", got.Pause, got.Pauses, got.Fresh, want)
	}
	if got := mean([]outside.Evidence{{}}).Upstream.Pause; got != 0 {
		t.Errorf("no pause lasts %v s", got)
	}
}
