package timeline_test

import (
	"math"
	"runtime"
	"slices"
	"testing"
	"time"

	"collatebench/profiles/timeline"
)

// checkWhole checks what must hold for the timeline of every collation that has
// ended.
func checkWhole(t *testing.T, tl timeline.Timeline, n int) {
	t.Helper()
	if len(tl.Lanes) != n {
		t.Fatalf("%d lanes of %d requests", len(tl.Lanes), n)
	}
	for i, l := range tl.Lanes {
		if l.Request != i {
			t.Errorf("lane %d is of request %d", i, l.Request)
		}
		if last := l.Spans[len(l.Spans)-1]; last.Phase != timeline.HandedOver {
			t.Errorf("request %d ends %v", l.Request, last.Phase)
		}
	}
	checkLanes(t, tl)
	checkCores(t, tl)
}

// checkLanes checks the contract of lanes, which also holds for cut ones.
func checkLanes(t *testing.T, tl timeline.Timeline) {
	t.Helper()
	var admitted time.Duration
	for _, l := range tl.Lanes {
		if len(l.Spans) == 0 || l.Spans[0].Phase != timeline.HeldBack || l.Spans[0].From < admitted {
			t.Fatalf("request %d begins %v, after one of %v", l.Request, l.Spans[:min(1, len(l.Spans))], admitted)
		}
		admitted = l.Spans[0].From
		for i, s := range l.Spans {
			if s.To <= s.From || s.To > tl.Length {
				t.Errorf("request %d: span %v within %v", l.Request, s, tl.Length)
			}
			if i > 0 && (s.From != l.Spans[i-1].To || s.Phase == l.Spans[i-1].Phase) {
				t.Errorf("request %d: span %v after %v", l.Request, s, l.Spans[i-1])
			}
		}
	}
	if most := atOnce(tl, timeline.Phases()...); most > window {
		t.Errorf("%d requests at a time, in a window of %d", most, window)
	}
}

// checkCores: the decoders are on cores, and there are no more goroutines on cores
// than cores.
func checkCores(t *testing.T, tl timeline.Timeline) {
	t.Helper()
	if tl.Procs != runtime.GOMAXPROCS(0) || len(tl.Cores) != timeline.Slices {
		t.Fatalf("GOMAXPROCS %d, %d slices", tl.Procs, len(tl.Cores))
	}
	const slack = 1e-6 // of adding floats
	var sum float64
	for i, c := range tl.Cores {
		if !(c >= 0 && c <= float64(tl.Procs)+slack) {
			t.Errorf("%v cores of %d in slice %d", c, tl.Procs, i)
		}
		sum += c
	}
	inUse, decoding := sum/timeline.Slices*float64(tl.Length), float64(total(tl, timeline.Decoding))
	if inUse < decoding*(1-slack) {
		t.Errorf("cores in use for %v, and for %v by decoders alone", time.Duration(inUse), time.Duration(decoding))
	}
}

func total(tl timeline.Timeline, phases ...timeline.Phase) (sum time.Duration) {
	for _, l := range tl.Lanes {
		sum += in(l, phases...)
	}
	return sum
}

// in is how long a request was in some phases.
func in(l timeline.Lane, phases ...timeline.Phase) (sum time.Duration) {
	for _, s := range l.Spans {
		if slices.Contains(phases, s.Phase) {
			sum += s.To - s.From
		}
	}
	return sum
}

// ends is when a request was last in a phase, and false where it never was.
func ends(l timeline.Lane, p timeline.Phase) (at time.Duration, ok bool) {
	for _, s := range l.Spans {
		if s.Phase == p {
			at, ok = s.To, true
		}
	}
	return at, ok
}

// atOnce is how many requests at most are in one of the phases at a time.
func atOnce(tl timeline.Timeline, phases ...timeline.Phase) (most int) {
	type change struct {
		at time.Duration
		by int
	}
	var changes []change
	for _, l := range tl.Lanes {
		for _, s := range l.Spans {
			if slices.Contains(phases, s.Phase) {
				changes = append(changes, change{s.From, +1}, change{s.To, -1})
			}
		}
	}
	// Who leaves makes room for who comes at the same time.
	slices.SortFunc(changes, func(a, b change) int {
		if a.at != b.at {
			return int(min(max(a.at-b.at, math.MinInt32), math.MaxInt32))
		}
		return a.by - b.by
	})
	n := 0
	for _, c := range changes {
		n += c.by
		most = max(most, n)
	}
	return most
}

// follow reports whether a request is in these phases, one after the other.
func follow(l timeline.Lane, phases ...timeline.Phase) bool {
	for i := range l.Spans {
		if i+len(phases) > len(l.Spans) {
			return false
		}
		var got []timeline.Phase
		for _, s := range l.Spans[i : i+len(phases)] {
			got = append(got, s.Phase)
		}
		if slices.Equal(got, phases) {
			return true
		}
	}
	return false
}
