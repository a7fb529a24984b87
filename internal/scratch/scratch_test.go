//go:build unix

package scratch_test

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"collatebench/internal/scratch"
)

// TestMain lets the test binary be the process that is killed.
func TestMain(m *testing.M) {
	if parent := os.Getenv("SCRATCH_TEST_PARENT"); parent != "" {
		f, err := scratch.New(parent)
		if err != nil {
			panic(err)
		}
		fmt.Println(f.Path)
		// Until it is killed. With select{} the runtime would end it: a deadlock.
		_, _ = io.Copy(io.Discard, os.Stdin)
		f.Remove()
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// holder is another process with a folder.
func holder(t *testing.T, parent string) (path string, kill func()) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "SCRATCH_TEST_PARENT="+parent)
	if _, err := cmd.StdinPipe(); err != nil { // open until Wait
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	kill = func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	}
	t.Cleanup(kill)
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(line), kill
}

func there(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

// TestSweep: what a killed process left is removed, what a living one uses is not, and
// nothing else is touched.
func TestSweep(t *testing.T) {
	parent := t.TempDir()
	dead, kill := holder(t, parent)
	living, _ := holder(t, parent)
	own, err := scratch.New(parent)
	if err != nil {
		t.Fatal(err)
	}
	elsewhere := t.TempDir()
	for _, dir := range []string{"collatebench-notes", "other", "collatebench-pipe"} {
		if err := os.MkdirAll(filepath.Join(parent, dir, "work"), 0o777); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink(elsewhere, filepath.Join(parent, "collatebench-pipe", ".collatebench-scratch.lock")); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dead, "bench.test"), []byte("x"), 0o444); err != nil {
		t.Fatal(err)
	}
	kill()
	later, err := scratch.New(parent)
	if err != nil {
		t.Fatal(err)
	}
	if there(dead) {
		t.Errorf("%s is left", dead)
	}
	for _, path := range []string{living, own.Path, later.Path, elsewhere, filepath.Join(parent, "collatebench-notes", "work"), filepath.Join(parent, "other", "work"), filepath.Join(parent, "collatebench-pipe", "work")} {
		if !there(path) {
			t.Errorf("%s was removed", path)
		}
	}
	own.Remove()
	own.Remove() // again, which does nothing
	later.Remove()
	if there(own.Path) || there(later.Path) {
		t.Error("Remove leaves the folder")
	}
}

func TestNewWithoutParent(t *testing.T) {
	if f, err := scratch.New(filepath.Join(t.TempDir(), "none")); err == nil {
		t.Errorf("made %s", f.Path)
	}
}
