package onecore_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"

	"collatebench/profiles/onecore"
)

func TestCompare(t *testing.T) {
	before := manyCores(t)
	t.Parallel()
	file := filepath.Join(t.TempDir(), "counts")
	if err := os.WriteFile(file, make([]byte, unsafe.Sizeof(counts{})), 0o666); err != nil {
		t.Fatal(err)
	}
	shared, err := mapCounts(file)
	if err != nil {
		t.Fatal(err)
	}
	s := subject(t, "spin", file)
	// On a busy machine it may get nothing of a core for a while. So what it counted has grown
	// before it is told.
	last := uint64(0)
	done := func() (float64, error) {
		count := func() uint64 { return shared[0].Load() + shared[1].Load() }
		for count() == last && t.Context().Err() == nil {
			time.Sleep(time.Millisecond)
		}
		last = count()
		return float64(last), nil
	}
	var progress []int
	o := onecore.Options{Pairs: 3, Each: 100 * time.Millisecond, Progress: func(pair, of int) { progress = append(progress, pair, of) }}
	c, err := onecore.Compare(t.Context(), onecore.Subject{PID: s.pid(), Done: done}, o)
	if err != nil {
		t.Fatal(err)
	}
	asBefore(t, before, s.pid())
	if len(c.Pairs) != 3 || !before.IsSet(c.Core) || len(c.Apart) > 0 {
		t.Errorf("%+v, want three pairs, on one of the process's cores", c)
	}
	for _, p := range c.Pairs {
		if p.One <= 0 || p.All <= 0 || p.One > 1e11 || p.All > 1e11 {
			t.Errorf("%+v counted a second", p)
		}
	}
	if !slices.Equal(progress, []int{1, 3, 2, 3, 3, 3}) {
		t.Errorf("progress: %v", progress)
	}
}

// TestOrder: each pair has a part held and a part free, and the order alternates.
func TestOrder(t *testing.T) {
	manyCores(t)
	t.Parallel()
	s := subject(t, "idle")
	var order strings.Builder
	count := clock()
	done := func() (float64, error) {
		if isHeld(s.pid()) {
			order.WriteByte('1')
		} else {
			order.WriteByte('a')
		}
		return count()
	}
	o := short(3)
	o.Progress = func(int, int) { order.WriteByte(' ') }
	if _, err := onecore.Compare(t.Context(), onecore.Subject{PID: s.pid(), Done: done}, o); err != nil {
		t.Fatal(err)
	}
	if got, want := order.String(), "11aa aa11 11aa "; got != want {
		t.Errorf("counted in the order %q, want %q", got, want)
	}
}

// TestEnds: however it ends, nothing is held when it has, also of what was born meanwhile.
func TestEnds(t *testing.T) {
	before := manyCores(t)
	t.Parallel()
	refused := errors.New("no count")
	for name, c := range map[string]struct {
		atHold func(cancel func()) error
		want   string
	}{
		"well":      {func(func()) error { return nil }, ""},
		"cancelled": {func(cancel func()) error { cancel(); return nil }, context.Canceled.Error()},
		"no count":  {func(func()) error { return refused }, refused.Error()},
		"panic":     {func(func()) error { panic("at the disco") }, "at the disco"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := subject(t, "threads")
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			err := recovered(func() error {
				_, err := onecore.Compare(ctx, onecore.Subject{PID: s.pid(), Done: whileHeld(s.pid(), func() error { return c.atHold(cancel) })}, short(4))
				return err
			})
			asBefore(t, before, s.pid())
			if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.HasSuffix(err.Error(), c.want)) {
				t.Errorf("%v, want %q", err, c.want)
			}
		})
	}
}

func recovered(f func() error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("%v", r)
		}
	}()
	return f()
}

// TestCountGoesBack: that is an error, not a rate below nothing.
func TestCountGoesBack(t *testing.T) {
	before := manyCores(t)
	t.Parallel()
	s := subject(t, "idle")
	n := 2.
	_, err := onecore.Compare(t.Context(), onecore.Subject{PID: s.pid(), Done: func() (float64, error) { n--; return n, nil }}, short(1))
	asBefore(t, before, s.pid())
	if err == nil || !strings.HasSuffix(err.Error(), "went back from 1 to 0") {
		t.Error(err)
	}
}

// TestChildrenBornWhileHeld are let go too: those that the process has, also where it alone is
// to be held, and orphans in its group and in sessions of their own.
//
// It is not parallel: to another comparison these orphans would be orphans of its subject.
func TestChildrenBornWhileHeld(t *testing.T) {
	before := manyCores(t)
	for name, alone := range map[string]bool{"tree": false, "alone": true} {
		t.Run(name, func(t *testing.T) {
			mark := fmt.Sprintf("60.%d%d", os.Getpid(), len(name))
			children := func() []int {
				return processes(func(_ int, args []string) bool { return args[0] == "sleep" && args[len(args)-1] == mark })
			}
			s := subject(t, "children", mark)
			t.Cleanup(func() {
				s.end()
				for _, pid := range children() {
					_ = syscall.Kill(pid, syscall.SIGKILL)
				}
			})
			isOrphan := func(pid int) bool { return parentOf(pid) != s.pid() }
			heldOrphans, heldOthers := false, false
			look := func() {
				for _, pid := range children() {
					if others(before, pid) > 0 && isOrphan(pid) {
						heldOrphans = true
					} else if others(before, pid) > 0 {
						heldOthers = true
					}
				}
			}
			o := onecore.Options{Pairs: 1, Each: 100 * time.Millisecond, Settle: 20 * time.Millisecond}
			subject := onecore.Subject{PID: s.pid(), Done: func() (float64, error) {
				// Long enough to be born on a busy machine, and no longer than a guard waits.
				for began := time.Now(); isHeld(s.pid()) && !(heldOrphans && heldOthers) && time.Since(began) < time.Second; {
					look()
				}
				return 0, nil
			}}
			if alone {
				subject.Tree = func() []int { return []int{s.pid()} }
			}
			if _, err := onecore.Compare(t.Context(), subject, o); err != nil {
				t.Error(err)
			}
			born := children()
			asBefore(t, before, append(born, s.pid())...)
			if !heldOrphans || !heldOthers {
				t.Errorf("held orphans were seen: %v, others: %v; so this shows nothing", heldOrphans, heldOthers)
			}
		})
	}
}

// TestSomebodyElse: a thread that gets another affinity meanwhile keeps it, and is told.
func TestSomebodyElse(t *testing.T) {
	before := manyCores(t)
	t.Parallel()
	s := subject(t, "idle")
	var tid int
	var other unix.CPUSet
	done := whileHeld(s.pid(), func() error {
		threads := affinities(s.pid())
		for _, core := range coresOf(before) {
			if held := threads[s.pid()]; !held.IsSet(core) {
				other.Set(core)
				break
			}
		}
		delete(threads, s.pid())
		for tid = range threads {
			break
		}
		return unix.SchedSetaffinity(tid, &other)
	})
	c, err := onecore.Compare(t.Context(), onecore.Subject{PID: s.pid(), Done: done}, short(3))
	if err != nil || len(c.Pairs) != 3 || !slices.Contains(c.Apart, tid) {
		t.Errorf("%+v, %v; want three pairs, and thread %d told", c, err, tid)
	}
	if after := affinities(s.pid())[tid]; after != other {
		t.Errorf("the thread has cores %v, and was given %v", coresOf(after), coresOf(other))
	}
	if n := others(before, s.pid()); n != len(c.Apart) { // it may have made another
		t.Errorf("%d threads have another affinity than before, want those told: %v", n, c.Apart)
	}
}

// TestAllChanged: there is nothing to compare where somebody else set the affinity of all, and
// it is left as it is, also if it is the core to which the process was held.
func TestAllChanged(t *testing.T) {
	before := manyCores(t)
	t.Parallel()
	for _, same := range []bool{false, true} {
		t.Run(fmt.Sprintf("same=%v", same), func(t *testing.T) {
			t.Parallel()
			cmd := exec.Command("sleep", "60") // of one thread
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			pid := cmd.Process.Pid
			defer func() {
				_ = cmd.Process.Kill()
				_ = cmd.Wait()
			}()
			var one unix.CPUSet
			done := whileHeld(pid, func() error {
				held := affinities(pid)[pid]
				for _, core := range coresOf(before) {
					if held.IsSet(core) == same {
						one.Set(core)
						break
					}
				}
				return nil
			})
			o := short(3)
			o.Progress = func(int, int) { // after the first pair it is free
				if err := unix.SchedSetaffinity(pid, &one); err != nil {
					t.Error(err)
				}
			}
			c, err := onecore.Compare(t.Context(), onecore.Subject{PID: pid, Done: done}, o)
			if len(c.Pairs) != 1 || !errors.Is(err, onecore.ErrChanged) {
				t.Errorf("%+v, %v; want %v", c, err, onecore.ErrChanged)
			}
			asBefore(t, one, pid)
		})
	}
}

// TestProcessEnds: the pairs before its end are returned.
func TestProcessEnds(t *testing.T) {
	manyCores(t)
	t.Parallel()
	s := subject(t, "idle")
	o := short(1000)
	o.Progress = func(pair, _ int) {
		if pair == 2 {
			s.end()
		}
	}
	c, err := onecore.Compare(t.Context(), onecore.Subject{PID: s.pid(), Done: clock()}, o)
	if len(c.Pairs) != 2 || !errors.Is(err, onecore.ErrEnded) {
		t.Errorf("%+v, %v", c, err)
	}
}
