package evidence

import (
	"math"
	"testing"

	"collatebench/bench"
	"collatebench/profiles/outside"
)

// TestMeant: a person's program is no cell with the window that is the default of one.
func TestMeant(t *testing.T) {
	c := bench.DefaultCell()
	if got := meant(c); got != c.Window || got == 0 {
		t.Errorf("%d, want the cell's %d", got, c.Window)
	}
	c.Client = bench.Own
	if got := meant(c); got != 0 {
		t.Errorf("%d of a person's program", got)
	}
}

// TestMeanOfPauses is over all pauses that were seen, not over samples, of which one may have seen few.
func TestMeanOfPauses(t *testing.T) {
	var a, b outside.Evidence
	a.Upstream.Pause, a.Upstream.Pauses, a.Upstream.Fresh = .010, 1, 1
	b.Upstream.Pause, b.Upstream.Pauses, b.Upstream.Prompt = .001, 99, 60
	got := mean([]outside.Evidence{a, b}).Upstream
	if want := (.010 + 99*.001) / 100; math.Abs(got.Pause-want) > 1e-12 || got.Pauses != 100 || got.Prompt != 60 || got.Fresh != .5 {
		t.Errorf("%v s in %d pauses, %v of the connections fresh; want %v s in 100 and 0.5", got.Pause, got.Pauses, got.Fresh, want)
	}
	if got := mean([]outside.Evidence{{}}).Upstream.Pause; got != 0 {
		t.Errorf("no pause lasts %v s", got)
	}
}
