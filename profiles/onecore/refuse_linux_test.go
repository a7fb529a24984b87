package onecore_test

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"collatebench/profiles/onecore"
)

// TestRefuses what can't be held: in one line, and nothing is changed.
func TestRefuses(t *testing.T) {
	before := manyCores(t)
	t.Parallel()
	one := unix.CPUSet{}
	one.Set(coresOf(before)[0])
	for _, c := range []struct {
		name string
		pid  func(t *testing.T) int
		want error
	}{
		{"its threads differ", func(t *testing.T) int { return subject(t, "pinned").pid() }, onecore.ErrPerThread},
		{"one core", func(t *testing.T) int {
			s := subject(t, "idle")
			for tid := range affinities(s.pid()) {
				if err := unix.SchedSetaffinity(tid, &one); err != nil {
					t.Fatal(err)
				}
			}
			return s.pid()
		}, onecore.ErrOneCore},
		{"this process", func(*testing.T) int { return os.Getpid() }, onecore.ErrSelf},
		{"what started it", func(*testing.T) int { return os.Getppid() }, onecore.ErrSelf},
		{"a zombie", func(t *testing.T) int {
			cmd := exec.Command("true")
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = cmd.Wait() })
			eventually(t, "true ends", func() bool {
				stat, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(cmd.Process.Pid), "stat"))
				return err == nil && strings.Contains(string(stat), ") Z ")
			})
			return cmd.Process.Pid
		}, onecore.ErrEnded},
		{"no process", func(*testing.T) int { return 1 << 30 }, onecore.ErrNoProcess},
		{"no number of one", func(*testing.T) int { return -1 }, onecore.ErrNoProcess},
	} {
		t.Run(c.name, func(t *testing.T) {
			pid := c.pid(t)
			is := affinities(pid)
			got, err := onecore.Compare(t.Context(), onecore.Subject{PID: pid, Done: clock()}, short(1))
			if !errors.Is(err, c.want) || strings.Contains(err.Error(), "\n") || len(got.Pairs) > 0 {
				t.Errorf("%+v, %v; want %v", got, err, c.want)
			}
			for tid, set := range affinities(pid) {
				if old, known := is[tid]; known && old != set {
					t.Errorf("thread %d has another affinity than before", tid)
				}
			}
		})
	}
}

// TestRefusesAChildWithItsOwn: the tree counts, not the process alone.
func TestRefusesAChildWithItsOwn(t *testing.T) {
	manyCores(t)
	t.Parallel()
	s, child := subject(t, "idle"), subject(t, "pinned")
	tree := func() []int { return []int{s.pid(), child.pid()} }
	if _, err := onecore.Compare(t.Context(), onecore.Subject{PID: s.pid(), Tree: tree, Done: clock()}, short(1)); !errors.Is(err, onecore.ErrPerThread) {
		t.Errorf("%v, want %v", err, onecore.ErrPerThread)
	}
}

// TestRefusesAnothers: nobody may hold the processes of another user.
func TestRefusesAnothers(t *testing.T) {
	before := manyCores(t)
	if os.Getuid() != 0 {
		t.Skip("not root, so there is nobody else to be")
	}
	t.Parallel()
	s := subject(t, "idle")
	cmd := prepare("compare", strconv.Itoa(s.pid()), "50ms")
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
	out, err := cmd.Output()
	if !strings.Contains(string(out), onecore.ErrNotAllowed.Error()) || strings.Count(string(out), "\n") != 1 {
		t.Errorf("%q, %v; want %v", out, err, onecore.ErrNotAllowed)
	}
	asBefore(t, before, s.pid())
}
