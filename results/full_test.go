//go:build linux || darwin

package results_test

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"collatebench/internal/filelimit"
	"collatebench/results"
	"collatebench/results/resultstest"
)

// TestFullDisk: an error names the file, what was written can be read, nothing is left of
// what was not, and once there is room it goes on.
func TestFullDisk(t *testing.T) {
	if !filelimit.Alone(t) {
		return
	}
	root := filepath.Join(t.TempDir(), "runs")
	info, samples := resultstest.DefaultRun(t)
	run := savedRun(t, root, info, samples[:len(samples)-1])
	ledger := filepath.Join(run.Dir(), "samples.jsonl")
	before, err := os.ReadFile(ledger)
	if err != nil {
		t.Fatal(err)
	}
	last := samples[len(samples)-1]
	err = filelimit.While(uint64(len(before)+10), func() error { return run.Append(last) })
	if !errors.Is(err, syscall.EFBIG) || !strings.Contains(err.Error(), " "+ledger+":") || strings.Contains(err.Error(), "\n") {
		t.Errorf("append: %v", err)
	}
	if now, err := run.Samples(); err != nil || len(now) != len(samples)-1 {
		t.Errorf("%d samples, %v", len(now), err)
	}
	if err := errors.Join(run.Append(last), run.Close()); err != nil {
		t.Error(err)
	}
	if after, err := os.ReadFile(ledger); err != nil || !strings.HasPrefix(string(after), string(before)) {
		t.Errorf("samples from before were lost: %v", err)
	}

	err = filelimit.While(10, func() error { _, err := results.SaveBaseline(root, "main", run, false); return err })
	if !errors.Is(err, syscall.EFBIG) || !strings.Contains(err.Error(), results.BaselinesFolder(root)) || strings.Contains(err.Error(), "\n") {
		t.Errorf("save: %v", err)
	}
	if left, err := os.ReadDir(results.BaselinesFolder(root)); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
	err = filelimit.While(10, func() error { return run.SetInfo(run.Info()) })
	if again, open := results.Open(run.Dir()); !errors.Is(err, syscall.EFBIG) || open != nil || !slices.Equal(again.Info().Cells, info.Cells) {
		t.Errorf("set the info: %v; open: %v", err, open)
	}
	err = filelimit.While(10, func() error { _, err := results.Create(root, info); return err })
	if !errors.Is(err, syscall.EFBIG) || !strings.Contains(err.Error(), root) {
		t.Errorf("create: %v", err)
	}
	if left, err := os.ReadDir(root); err != nil || len(left) != 1 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}
