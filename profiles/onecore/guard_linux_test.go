package onecore_test

import (
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"collatebench/profiles/onecore"
)

// The tests here are not parallel: each may look for the guards of this executable. Go runs
// those that are parallel once these are through.

// TestKilled: where the one that compares is killed, its guard lets go and ends.
func TestKilled(t *testing.T) {
	before := manyCores(t)
	const trials = 20
	var held atomic.Int32
	var wait sync.WaitGroup
	subjects := make([]int, trials)
	for i := range trials {
		s := subject(t, "threads")
		subjects[i] = s.pid()
		wait.Go(func() {
			if kill(t, s.pid(), i) {
				held.Add(1)
			}
		})
	}
	wait.Wait()
	noGuards(t)
	asBefore(t, before, subjects...)
	if held.Load() < trials/4 {
		t.Errorf("only in %d of %d trials the process was held, want a fourth", held.Load(), trials)
	}
	t.Logf("%d trials; in %d the process was held when the kill came", trials, held.Load())
}

// kill kills one that compares the process. In every fourth trial it is held for sure when
// the kill comes, and in another the guard may not have begun.
func kill(t *testing.T, pid, trial int) (held bool) {
	each := "40ms"
	if trial%4 == 0 {
		each = "10s"
	}
	c := start(t, prepare("compare", strconv.Itoa(pid), each))
	if trial%4 != 1 {
		eventually(t, "the process is held", func() bool { return isHeld(pid) })
	}
	if trial%4 != 0 {
		time.Sleep(rand.N(300 * time.Millisecond))
	}
	held = isHeld(pid)
	c.end()
	return held
}

func noGuards(t *testing.T) {
	t.Helper()
	eventually(t, "no guard is left", func() bool { return len(guards(0)) == 0 })
}

// TestStopped: one that compares and is stopped (Ctrl-Z) does not hold the process meanwhile,
// and says so when it goes on.
func TestStopped(t *testing.T) {
	before := manyCores(t)
	s := subject(t, "threads")
	c := start(t, prepare("compare", strconv.Itoa(s.pid()), "20s"))
	eventually(t, "the process is held", func() bool { return isHeld(s.pid()) })
	time.Sleep(150 * time.Millisecond) // the switch is over
	if err := c.cmd.Process.Signal(syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	eventually(t, "all threads are as before", func() bool { return others(before, s.pid()) == 0 })
	asBefore(t, before, s.pid())
	if err := c.cmd.Process.Signal(syscall.SIGCONT); err != nil {
		t.Fatal(err)
	}
	if said, err := c.lines.ReadString('\n'); !strings.Contains(said, onecore.ErrGuard.Error()) {
		t.Errorf("%q, %v; want %v", said, err, onecore.ErrGuard)
	}
	asBefore(t, before, s.pid())
	noGuards(t)
}

// TestInterrupted: Ctrl-C ends the comparison with an error, and everything with it.
func TestInterrupted(t *testing.T) {
	before := manyCores(t)
	s := subject(t, "threads")
	c := start(t, prepare("compare", strconv.Itoa(s.pid()), "20s"))
	eventually(t, "the process is held", func() bool { return isHeld(s.pid()) })
	if err := c.cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	said, err := io.ReadAll(c.lines)
	if err != nil || !strings.HasPrefix(string(said), fmt.Sprintf("hold process %d to one core: ", s.pid())) {
		t.Errorf("%q, %v", said, err)
	}
	asBefore(t, before, s.pid())
	noGuards(t)
}

// TestGuardKilled: without a guard nothing is held.
func TestGuardKilled(t *testing.T) {
	before := manyCores(t)
	s := subject(t, "threads")
	done := whileHeld(s.pid(), func() error {
		for _, pid := range guards(os.Getpid()) {
			if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
				return err
			}
		}
		return nil
	})
	_, err := onecore.Compare(t.Context(), onecore.Subject{PID: s.pid(), Done: done}, short(1000))
	if !errors.Is(err, onecore.ErrGuard) {
		t.Errorf("%v, want %v", err, onecore.ErrGuard)
	}
	asBefore(t, before, s.pid())
}

// TestGuardOutlivesSignals that end what runs in a terminal, and has none of the files that
// its owner has of others: who reads a pipe of ours must see its end when we end.
func TestGuardOutlivesSignals(t *testing.T) {
	before := manyCores(t)
	s := subject(t, "idle")
	cmd := prepare("compare", strconv.Itoa(s.pid()), "20s")
	r, w, err := os.Pipe() // is 3 in what is started, and would be in what that starts
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	cmd.ExtraFiles = []*os.File{w}
	c := start(t, cmd)
	w.Close()
	eventually(t, "the process is held", func() bool { return isHeld(s.pid()) })
	pids := guards(c.pid())
	if len(pids) != 1 {
		t.Fatalf("guards %v, want one", pids)
	}
	for _, signal := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGQUIT} {
		if err := syscall.Kill(pids[0], signal); err != nil {
			t.Fatal(err)
		}
	}
	if session, err := unix.Getsid(pids[0]); err != nil || session != pids[0] {
		t.Errorf("session %d, %v; want its own, %d", session, err, pids[0])
	}
	for _, pipe := range []string{link(os.Getpid(), int(r.Fd())), link(c.pid(), 1), link(c.pid(), 2)} {
		for fd := range 64 {
			if pipe == link(pids[0], fd) && pipe != "/dev/null" {
				t.Errorf("it has %s, as %d", pipe, fd)
			}
		}
	}
	c.end()
	eventually(t, "all threads are as before", func() bool { return others(before, s.pid()) == 0 })
	asBefore(t, before, s.pid())
	noGuards(t)
}

func link(pid, fd int) string {
	to, _ := os.Readlink(fmt.Sprintf("/proc/%d/fd/%d", pid, fd))
	if to == "" {
		return fmt.Sprintf("%d has no %d", pid, fd)
	}
	return to
}
