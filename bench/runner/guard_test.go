package runner_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"collatebench/bench"
	"collatebench/bench/runner"
	"collatebench/internal/turn"
	"collatebench/results/evidence"
)

// TestGuard: a run on a busy machine is refused before anything is written, whatever it is of;
// with --force it says so in its record, it has the lock while it goes on, and gives it back.
func TestGuard(t *testing.T) {
	o := tiny(t, 1)
	o.Budget = time.Nanosecond // the record is enough
	lock := filepath.Join(t.TempDir(), "lock")
	asked := 0
	o.Guard = runner.Guard{Lock: lock, Look: func(_ context.Context, procs int) (runner.Load, error) {
		asked = procs
		return runner.Load{Others: 1.5, Of: 2, Share: .75, Busy: true}, nil
	}}
	cell, err := bench.ReadCell("placement=collector/window=4/size=16KiB/responses=24")
	if err != nil {
		t.Fatal(err)
	}
	for name, start := range map[string]func() error{
		"bench": func() error { _, err := runner.Start(t.Context(), o); return err },
		"why":   func() error { _, err := runner.Why(t.Context(), o, cell); return err },
		"peers": func() error { _, err := runner.Peers(t.Context(), o, []bench.Cell{cell}, evidence.Peers{}); return err },
		"why -- own": func() error {
			_, err := runner.WhyProgram(t.Context(), o, runner.Own{Args: []string{"true"}, Seconds: 1})
			return err
		},
	} {
		asked = 0
		if busy := (*runner.BusyError)(nil); !errors.As(start(), &busy) || asked == 0 {
			t.Errorf("%s is not refused (it asked for %d threads): %v", name, asked, start())
		}
	}
	if left, err := os.ReadDir(o.Out); err != nil || len(left) > 0 {
		t.Fatalf("left %v (%v)", left, err)
	}
	o.Guard.Force = true
	var during turn.Holder
	o.Progress = func(p runner.Progress) {
		if p.Ended {
			_, during, _ = turn.Take(lock)
		}
	}
	run, err := runner.Start(t.Context(), o)
	if run == nil {
		t.Fatal(err)
	}
	if during.Run != run.Info().ID || during.PID != os.Getpid() {
		t.Errorf("while it went on the lock was that of %+v", during)
	}
	if mine, holder, err := turn.Take(lock); mine == nil {
		t.Errorf("after it had ended the lock was that of %v (%v)", holder, err)
	} else {
		mine.End()
	}
	again := runner.Options{Program: o.Program, Self: o.Self, Guard: runner.Guard{Look: func(context.Context, int) (runner.Load, error) { return runner.Load{Of: 2}, nil }}}
	if err := runner.Resume(t.Context(), run, again); err != nil {
		t.Fatal(err)
	}
	got := run.Info().Outsets
	if len(got) != 2 || !got[0].Forced || got[0].Others != 1.5 || got[1].Forced || got[1].Busy || len(run.Info().Doubts()) != 1 {
		t.Errorf("its record: %+v; doubts %q", got, run.Info().Doubts())
	}
	noChildren(t)
}
