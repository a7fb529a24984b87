package turn_test

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"collatebench/internal/turn"
)

const pathVariable = "TURN_TEST_PATH"

// TestMain lets the test binary be the process that has the turn, and is killed.
func TestMain(m *testing.M) {
	if path := os.Getenv(pathVariable); path != "" {
		mine, _, err := turn.Take(path)
		if err == nil {
			err = mine.Say(turn.Holder{PID: os.Getpid(), Run: "other", Since: time.Date(2026, 11, 22, 20, 41, 0, 0, time.UTC)})
		}
		fmt.Println(err)
		_, _ = io.Copy(io.Discard, os.Stdin)
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// TestKilled: while another process has the turn it says who it is, and one that is killed
// leaves nothing behind that anybody would wait for.
func TestKilled(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lock")
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), pathVariable+"="+path)
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
	if line, err := bufio.NewReader(out).ReadString('\n'); err != nil || line != "<nil>\n" {
		t.Fatalf("the other process says %q (%v)", line, err)
	}
	mine, holder, err := turn.Take(path)
	if want := fmt.Sprintf("run other (pid %d, since 20:41:00)", cmd.Process.Pid); mine != nil || err != nil || holder.String() != want {
		t.Errorf("%v, %s, %v; want no turn, and %s", mine, holder, err, want)
	}
	_ = cmd.Process.Kill()
	_ = cmd.Wait()
	mine, holder, err = turn.Take(path)
	if mine == nil || err != nil || holder != (turn.Holder{}) {
		t.Fatalf("after it was killed: %v, %s, %v", mine, holder, err)
	}
	if left, err := os.ReadFile(path); err != nil || len(left) > 0 {
		t.Errorf("what it said is still there: %q (%v)", left, err)
	}
	mine.End()
}

// TestHolder: the file is anybody's to write, and what it says is shown to people.
func TestHolder(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lock")
	mine, _, err := turn.Take(path)
	if err != nil {
		t.Fatal(err)
	}
	defer mine.End()
	for text, want := range map[string]string{
		"":                     "another run",
		"no JSON":              "another run",
		`{"pid":-1,"run":"x"}`: "another run",
		`{"pid":4711}`:         "another run (pid 4711)",
		`{"run":"x"}`:          "run x",
		`{"pid":4711,"run":"x","since":"2026-11-22T20:41:00Z"}`: "run x (pid 4711, since 20:41:00)",
		`{"pid":1,"run":"` + strings.Repeat("x", 1<<20) + `"}`:  "another run",
	} {
		if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
		if second, holder, err := turn.Take(path); second != nil || err != nil || holder.String() != want {
			t.Errorf("%.60q: %v, %.60s, %v; want %s", text, second, holder, err, want)
		}
	}
}

// TestNoFile: what is no file can't be locked, and is not waited for. A link is not followed:
// in a folder for all anybody can lay one.
func TestNoFile(t *testing.T) {
	dir := t.TempDir()
	link, pipe := filepath.Join(dir, "link"), filepath.Join(dir, "pipe")
	if err := os.Symlink(filepath.Join(dir, "target"), link); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mkfifo(pipe, 0o666); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{link, pipe, dir, filepath.Join(dir, "no", "folder")} {
		if mine, _, err := turn.Take(path); mine != nil || err == nil {
			t.Errorf("%s was locked", path)
			mine.End()
		}
	}
	if _, err := os.Lstat(filepath.Join(dir, "target")); err == nil {
		t.Error("the file that a link names was made")
	}
}

// TestReadOnly: another user's file can be locked, though not written.
func TestReadOnly(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lock")
	if err := os.WriteFile(path, nil, 0o444); err != nil {
		t.Fatal(err)
	}
	mine, _, err := turn.Take(path)
	if err != nil {
		t.Fatal(err)
	}
	defer mine.End()
	if second, _, err := turn.Take(path); second != nil || err != nil {
		t.Errorf("a second turn: %v, %v", second, err)
	}
}
