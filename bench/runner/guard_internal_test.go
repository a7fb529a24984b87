package runner

import (
	"bytes"
	"context"
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"collatebench/internal/allowance"
	"collatebench/internal/turn"
	"collatebench/results"
)

// loads is a machine that others use so much, look after look, and then as in the last.
func loads(shares ...float64) func(context.Context, int) (Load, error) {
	n := 0
	return func(context.Context, int) (Load, error) {
		share := shares[min(n, len(shares)-1)]
		n++
		m := machine{may: allowance.Allowance{Cores: 2}}
		return loadOf(taken{others: 2 * share}, m, 2), nil
	}
}

// TestCalm: what others use is told before the run, and refuses it only where it stays that
// no sample could be good.
func TestCalm(t *testing.T) {
	const busy, hog = .2, .6
	for _, c := range []struct {
		name         string
		guard        Guard
		refused      string
		says         string
		busy, forced bool
	}{
		{"nobody else", Guard{Look: loads(.04)}, "", "", false, false},
		{"somebody", Guard{Look: loads(busy)}, "", "warning: others use 0.4 of 2 cores (other processes 0.4, the host 0.0): samples that they disturb are taken again", true, false},
		{"somebody, with --force", Guard{Look: loads(busy), Force: true}, "", "warning: others use 0.4 of 2 cores", true, false},
		{"much for a moment", Guard{Look: loads(hog, hog, hog, hog, .01)}, "", "", false, false},
		{"much, then less", Guard{Look: loads(hog, hog, busy)}, "", "warning: others use 0.4 of 2 cores", true, false},
		{"much", Guard{Look: loads(hog)}, "others use 1.2 of 2 cores (other processes 1.2, the host 0.0), and no sample would be undisturbed: end them, or --wait 2m waits for calm, --force goes on", "", true, false},
		{"much, with --force", Guard{Look: loads(hog), Force: true}, "", "; --force goes on, and the run is marked", true, true},
		{"waits", Guard{Look: loads(hog, busy, hog, hog, hog, hog, hog, hog, .01), Wait: time.Hour}, "", "waiting up to 1h0m0s for calm: others use 1.2 of 2 cores", false, false},
		{"waits in vain", Guard{Look: loads(hog), Wait: time.Millisecond}, "others use 1.2 of 2 cores (other processes 1.2, the host 0.0) after 1ms, and no", "waiting up to", true, false},
		{"waits in vain for what it could do without", Guard{Look: loads(busy), Wait: time.Millisecond}, "", "after 1ms: samples that they disturb are taken again", true, false},
		{"waits in vain, with --force", Guard{Look: loads(hog), Wait: time.Millisecond, Force: true}, "", "after 1ms; --force goes on", true, true},
	} {
		var notes bytes.Buffer
		o, _, err := c.guard.enter(t.Context(), 2, &notes)
		if refused := (*BusyError)(nil); c.refused != "" && (!errors.As(err, &refused) || !strings.Contains(err.Error(), c.refused)) || c.refused == "" && err != nil {
			t.Errorf("%s: %v, want %q", c.name, err, c.refused)
		}
		if c.says == "" && notes.Len() > 0 || !strings.Contains(notes.String(), c.says) {
			t.Errorf("%s: it says %q, want %q", c.name, notes.String(), c.says)
		}
		if err == nil && (o.Busy != c.busy || o.Forced != c.forced || o.Of != 2 || o.At.IsZero() || (o.Waited > 0) != strings.Contains(c.says+notes.String(), "waiting")) {
			t.Errorf("%s: %+v", c.name, o)
		}
	}
}

// TestWaitEnds: a wait ends with its context.
func TestWaitEnds(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	path := filepath.Join(t.TempDir(), "lock")
	mine, _, err := turn.Take(path)
	if err != nil {
		t.Fatal(err)
	}
	defer mine.End()
	for name, g := range map[string]Guard{"the lock": {Lock: path, Wait: time.Hour}, "calm": {Look: LookAround}} {
		if _, _, err := g.enter(ctx, 2, nil); !errors.Is(err, ErrInterrupted) && (name == "the lock" || thisMachine().known) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestTwoRuns: the second one is refused, waits, or goes on and is marked.
func TestTwoRuns(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lock")
	first, mine, err := Guard{Lock: path}.enter(t.Context(), 2, nil)
	if err != nil || mine == nil || first.Beside != "" || first.Forced {
		t.Fatalf("%+v, %v", first, err)
	}
	if err := mine.Say(turn.Holder{PID: 4711, Run: "20261122-204100"}); err != nil {
		t.Fatal(err)
	}
	if _, _, err := (Guard{Lock: path}).enter(t.Context(), 2, nil); err == nil || !strings.HasPrefix(err.Error(), "run 20261122-204100 (pid 4711) is on this machine, and two runs at once disturb each other: --wait 10m") {
		t.Errorf("%v", err)
	}
	if _, _, err := (Guard{Lock: path, Wait: time.Millisecond}).enter(t.Context(), 2, nil); err == nil || !strings.Contains(err.Error(), "is on this machine after 1ms, and") {
		t.Errorf("%v", err)
	}
	var notes bytes.Buffer
	beside, none, err := Guard{Lock: path, Force: true}.enter(t.Context(), 2, &notes)
	if err != nil || none != nil || beside.Beside != "run 20261122-204100 (pid 4711)" || !beside.Forced || !strings.Contains(notes.String(), "--force goes on beside it") {
		t.Errorf("%+v, %v, %q", beside, err, notes.String())
	}
	notes.Reset()
	says := writerFunc(func(text []byte) { // it waits, so the first one ends
		notes.Write(text)
		mine.End()
	})
	second, its, err := Guard{Lock: path, Wait: time.Minute}.enter(t.Context(), 2, says)
	if err != nil || its == nil || second.Beside != "" || !(second.Waited > 0) || !strings.Contains(notes.String(), "waiting up to 1m0s for run 20261122-204100 (pid 4711) to end") {
		t.Errorf("%+v, %v, %q", second, err, notes.String())
	}
	its.End()
	// Where there can be no lock a run is not refused.
	notes.Reset()
	if _, _, err := (Guard{Lock: t.TempDir()}).enter(t.Context(), 2, &notes); err != nil || !strings.Contains(notes.String(), "can't tell whether another run is on this machine") {
		t.Errorf("%v, %q", err, notes.String())
	}
}

type writerFunc func([]byte)

func (f writerFunc) Write(text []byte) (int, error) {
	f(text)
	return len(text), nil
}

// TestDoubts: what --force went on with is a doubt of the run; what others used that did not
// keep it from starting shows in its samples.
func TestDoubts(t *testing.T) {
	at := time.Date(2026, 11, 22, 20, 41, 0, 0, time.UTC)
	info := results.Info{Outsets: []results.Outset{
		{At: at, Of: 2, Others: .4, Busy: true},
		{At: at, Of: 2, Others: 1.2, Busy: true, Forced: true, Beside: "run x (pid 4711)"},
	}}
	want := "--force: at 20:41:00 UTC it began beside run x (pid 4711)|--force: at 20:41:00 UTC it began while others used 1.2 of 2 cores (other processes 1.2, the host 0.0)"
	if got := strings.Join(info.Doubts(), "|"); got != want {
		t.Errorf("%s, want %s", got, want)
	}
}
