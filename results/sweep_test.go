package results_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"collatebench/internal/wholefile"
	"collatebench/results"
	"collatebench/results/resultstest"
)

// abandon makes what a process leaves in a folder that is killed while it stages another.
func abandon(t *testing.T, folder string) {
	t.Helper()
	around := filepath.Join(folder, "collatebench-1234")
	if err := os.MkdirAll(filepath.Join(around, "staged"), 0o777); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{".collatebench-scratch.lock", "staged/run.json"} {
		if err := os.WriteFile(filepath.Join(around, name), []byte("{}"), 0o666); err != nil {
			t.Fatal(err)
		}
	}
}

// TestNextStartSweeps what killed processes have left: of a run that was begun, of a run at
// work, and of a baseline that was saved.
func TestNextStartSweeps(t *testing.T) {
	root := filepath.Join(t.TempDir(), "runs")
	info, samples := resultstest.DefaultRun(t)
	abandon(t, root)
	run := savedRun(t, root, info, samples)

	for _, name := range []string{"run.json", "bench.txt"} {
		if err := os.WriteFile(wholefile.StagedName(run.Dir(), name), []byte("half"), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	if err := run.OpenLedger(); err != nil {
		t.Fatal(err)
	}
	if err := run.Close(); err != nil {
		t.Fatal(err)
	}

	baselines := results.BaselinesFolder(root)
	abandon(t, baselines)
	for _, name := range []string{"main", "other"} {
		if _, err := results.SaveBaseline(root, name, run, false); err != nil {
			t.Fatal(err)
		}
	}
	// It was killed when the new one had its name, and the old one was not yet removed.
	if err := os.CopyFS(filepath.Join(baselines, ".other.old"), os.DirFS(filepath.Join(baselines, "other"))); err != nil {
		t.Fatal(err)
	}
	// This one had not: the old one is all that there is.
	if err := os.Rename(filepath.Join(baselines, "main"), filepath.Join(baselines, ".main.old")); err != nil {
		t.Fatal(err)
	}
	if _, err := results.SaveBaseline(root, "third", run, false); err != nil {
		t.Fatal(err)
	}
	var left []string
	err := filepath.WalkDir(filepath.Dir(root), func(path string, _ fs.DirEntry, err error) error {
		if name := filepath.Base(path); strings.HasPrefix(name, ".") || strings.HasPrefix(name, "collatebench-") {
			left = append(left, name)
		}
		return err
	})
	if err != nil || len(left) != 1 || left[0] != ".main.old" {
		t.Errorf("left behind: %v, %v", left, err)
	}
	if _, err := results.Find(root, "baseline:main"); err != nil {
		t.Error(err)
	}
}
