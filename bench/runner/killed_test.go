package runner_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/prometheus/procfs"

	"collatebench/bench/runner"
	"collatebench/results"
)

// killChild kills the first child of this process whose arguments contain a text, as soon as
// there is one.
func killChild(containing string) (done bool) {
	for began := time.Now(); time.Since(began) < 20*time.Second; time.Sleep(time.Millisecond) {
		all, err := procfs.AllProcs()
		if err != nil {
			return false
		}
		for _, p := range all {
			args, err := p.CmdLine()
			if err != nil || !strings.Contains(strings.Join(args, " "), containing) {
				continue
			}
			if stat, err := p.Stat(); err == nil && stat.PPID == os.Getpid() {
				return syscall.Kill(p.PID, syscall.SIGKILL) == nil
			}
		}
	}
	return false
}

// TestKilledIsTakenAgain: a sample that somebody kills, or whose upstream, is taken again, and
// the run is whole.
func TestKilledIsTakenAgain(t *testing.T) {
	if _, err := os.Stat("/proc/self/stat"); err != nil {
		t.Skip("no /proc to look for processes in")
	}
	for name, containing := range map[string]string{"sample": "-test.bench=", "upstream": "mockserver --child"} {
		t.Run(name, func(t *testing.T) {
			o := tiny(t, 2)
			var once sync.Once
			var killing sync.WaitGroup
			done := false
			o.Progress = func(p runner.Progress) {
				if strings.HasPrefix(p.Doing, "round 1/") {
					once.Do(func() { killing.Go(func() { done = killChild(containing) }) })
				}
			}
			run, err := runner.Start(t.Context(), o)
			killing.Wait()
			if err != nil || !done {
				t.Fatalf("killed: %v; %v", done, err)
			}
			log, err := os.ReadFile(filepath.Join(run.Dir(), "log.txt"))
			if err != nil || !strings.Contains(string(log), "was killed (SIGKILL)") {
				t.Errorf("log.txt says nothing of it: %v\n%s", err, log)
			}
			for _, r := range results.Rounds(run.Info(), samplesOf(t, run)) {
				if !r.Complete {
					t.Errorf("round %d is not complete", r.N)
				}
			}
			noChildren(t)
		})
	}
}

// TestKilledAgainAndAgain ends the run in one line.
func TestKilledAgainAndAgain(t *testing.T) {
	t.Setenv(killed, "1")
	run, err := runner.Start(t.Context(), tiny(t, 2))
	if err == nil || !strings.Contains(err.Error(), "the upstream was killed (SIGKILL), by a person or by the kernel for lack of memory, 3 times in a row") || strings.Contains(err.Error(), "\n") {
		t.Errorf("got %v", err)
	}
	if run == nil || run.Info().State != results.Stopped {
		t.Error("the run does not say that it was stopped")
	}
	noChildren(t)
}

// TestFullDisk ends the run in one line that names the file, and it goes on once there is
// room: nothing that a sample printed is worth its life, and no sample is without its log.
func TestFullDisk(t *testing.T) {
	if _, err := os.Stat("/dev/full"); err != nil {
		t.Skip("no /dev/full")
	}
	o := tiny(t, 2)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	o.Progress = interrupt(cancel, "round 2/2")
	run, err := runner.Start(ctx, o)
	if !errors.Is(err, runner.ErrInterrupted) {
		t.Fatal(err)
	}
	before := samplesOf(t, run)
	log := filepath.Join(run.Dir(), "log.txt")
	if err := errors.Join(os.Remove(log), os.Symlink("/dev/full", log)); err != nil {
		t.Fatal(err)
	}
	err = runner.Resume(t.Context(), run, runner.Options{Program: o.Program, Self: o.Self})
	if err == nil || err.Error() != "write "+log+": no space left on device" {
		t.Errorf("got %v", err)
	}
	if err := os.Remove(log); err != nil {
		t.Fatal(err)
	}
	again, err := results.Open(run.Dir())
	if err != nil {
		t.Fatal(err)
	}
	if now := samplesOf(t, again); len(now) != len(before) || again.Info().State != results.Stopped {
		t.Errorf("%d samples, %d before; the run is %s", len(now), len(before), again.Info().State)
	}
	if err := runner.Resume(t.Context(), again, runner.Options{Program: o.Program, Self: o.Self}); err != nil || again.Info().State != results.Complete {
		t.Errorf("%v; the run is %s", err, again.Info().State)
	}
}
