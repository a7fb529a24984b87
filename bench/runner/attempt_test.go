package runner_test

import (
	"os/exec"
	"runtime"
	"testing"

	"collatebench/bench/runner"
	"collatebench/results"
)

// occupy keeps every core busy until the test ends.
func occupy(t *testing.T) {
	t.Helper()
	for range runtime.NumCPU() {
		cmd := exec.Command("sh", "-c", "while :; do :; done")
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			_ = cmd.Process.Kill()
			_ = cmd.Wait()
		})
	}
}

// TestFlagEndsAnAttempt: where others use the cores, a round is begun anew at its first
// flag, and only the last attempt goes on to its end.
func TestFlagEndsAnAttempt(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("nothing tells who uses the cores")
	}
	o := tiny(t, 1)
	o.Ops = 20 // of a few milliseconds: a sample that the kernel's clock can tell of
	occupy(t)
	run, err := runner.Start(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	taken, flagged := map[int]int{}, map[int]int{}
	for _, s := range samplesOf(t, run) {
		if flagged[s.Attempt] > 0 && s.Attempt < results.MaxAttempts {
			t.Errorf("attempt %d goes on after a flag, with %s", s.Attempt, s.Cell)
		}
		taken[s.Attempt]++
		flagged[s.Attempt] += len(s.Flags)
	}
	if flagged[1] == 0 || taken[results.MaxAttempts] != len(run.Info().Cells) {
		t.Errorf("of %d cells the attempts have %v samples, with %v flags", len(run.Info().Cells), taken, flagged)
	}
}
