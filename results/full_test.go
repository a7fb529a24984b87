//go:build linux || darwin

package results_test

import (
	"errors"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"collatebench/results"
	"collatebench/results/resultstest"
)

// TestFullDisk: an error names the file, what was written can be read, nothing is left of
// what was not, and once there is room it goes on.
func TestFullDisk(t *testing.T) {
	const inChild = "RESULTS_TEST_FULL_DISK"
	if os.Getenv(inChild) == "" { // package testing has a file of its own, which a limit would hit
		cmd := exec.Command(os.Args[0], "-test.run=^TestFullDisk$")
		cmd.Env = append(os.Environ(), inChild+"=1")
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("%v\n%s", err, out)
		}
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
	withLimit(t, int64(len(before)+10), func() { err = run.Append(last) })
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

	withLimit(t, 10, func() { _, err = results.SaveBaseline(root, "main", run, false) })
	if !errors.Is(err, syscall.EFBIG) || !strings.Contains(err.Error(), results.BaselinesFolder(root)) || strings.Contains(err.Error(), "\n") {
		t.Errorf("save: %v", err)
	}
	if left, err := os.ReadDir(results.BaselinesFolder(root)); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
	withLimit(t, 10, func() { err = run.SetInfo(run.Info()) })
	if again, open := results.Open(run.Dir()); !errors.Is(err, syscall.EFBIG) || open != nil || !slices.Equal(again.Info().Cells, info.Cells) {
		t.Errorf("set the info: %v; open: %v", err, open)
	}
	withLimit(t, 10, func() { _, err = results.Create(root, info) })
	if !errors.Is(err, syscall.EFBIG) || !strings.Contains(err.Error(), root) {
		t.Errorf("create: %v", err)
	}
	if left, err := os.ReadDir(root); err != nil || len(left) != 1 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

// withLimit has files of this process end after so many bytes while do runs.
func withLimit(t *testing.T, most int64, do func()) {
	t.Helper()
	signal.Ignore(syscall.SIGXFSZ)
	defer signal.Reset(syscall.SIGXFSZ)
	var was syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &was); err != nil {
		t.Fatal(err)
	}
	small := was
	small.Cur = uint64(most)
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &small); err != nil {
		t.Fatal(err)
	}
	do()
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &was); err != nil {
		t.Fatal(err)
	}
}
