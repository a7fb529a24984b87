package stacks_test

import (
	"bufio"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"collatebench/profiles/stacks"
)

// spin starts the program that spins, and ends it with the test.
func spin(t *testing.T, flags ...string) (pid int) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "spin")
	args := append(append([]string{"build", "-o", file}, flags...), "./testdata/programs/spin")
	if out, err := exec.CommandContext(t.Context(), "go", args...).CombinedOutput(); err != nil {
		t.Fatalf("go %v: %v\n%s", args, err, out)
	}
	cmd := exec.Command(file)
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = in.Close(); _ = cmd.Wait() })
	if _, err := bufio.NewReader(out).ReadString('\n'); err != nil {
		t.Fatal(err)
	}
	return cmd.Process.Pid
}

// take skips the test where perf is not to be had.
func take(t *testing.T, o stacks.Options) stacks.Samples {
	t.Helper()
	s, err := stacks.Take(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Contains(s.How, "perf") {
		t.Skip("no perf here: ", strings.Join(s.Missing, "; "))
	}
	return s
}

// TestSpin: the function of a running program is named, at its line, with what it calls. It is
// one that was inlined.
func TestSpin(t *testing.T) {
	t.Parallel()
	pid := spin(t)
	s := take(t, stacks.Options{PIDs: []int{pid}, Duration: 700 * time.Millisecond, Hz: 199})
	h := s.Hotspot()
	if h.Samples < 5 {
		t.Skipf("too few samples on a busy machine: %d", h.Samples)
	}
	if h.Function != "main.parse" || !strings.HasPrefix(h.At, "spin/main.go:") || h.Calls != "encoding/json.Unmarshal" {
		t.Errorf("%+v", h)
	}
	if len(s.Parallel) == 0 {
		t.Errorf("no parallelism: %v", s.Missing)
	}
	sum := 0.
	for _, share := range s.Parallel {
		sum += share
	}
	if len(s.Parallel) > 0 && (sum < .999 || sum > 1.001) {
		t.Errorf("the shares add up to %g: %v", sum, s.Parallel)
	}
	for _, th := range s.Threads {
		if th.PID != pid || th.Name != "spin" {
			t.Errorf("thread %d of %d, %q", th.TID, th.PID, th.Name)
		}
	}
	t.Logf("%+v; at the same time on a core: %.3f", h, s.Parallel)
}

// TestStripped: without lines the function alone is named, without symbols that is said.
func TestStripped(t *testing.T) {
	t.Parallel()
	t.Run("lines", func(t *testing.T) {
		t.Parallel()
		s := take(t, stacks.Options{PIDs: []int{spin(t, "-ldflags=-w")}, Duration: 400 * time.Millisecond})
		if h := s.Hotspot(); h.Samples >= 5 && (h.Function != "main.decode" || h.At != "" || h.Calls != "encoding/json.Unmarshal") {
			t.Errorf("%+v", h)
		}
	})
	t.Run("symbols", func(t *testing.T) {
		t.Parallel()
		s := take(t, stacks.Options{PIDs: []int{spin(t, "-ldflags=-s -w")}, Duration: 400 * time.Millisecond})
		if h := s.Hotspot(); h.Function != "" {
			t.Errorf("%+v", h)
		}
		if len(s.Threads) > 0 && !strings.Contains(strings.Join(s.Missing, "\n"), "spin has no symbols") {
			t.Errorf("missing: %v", s.Missing)
		}
	})
}

// TestNobody: a process that is none, or not ours, is a line.
func TestNobody(t *testing.T) {
	for _, pids := range [][]int{{1 << 30}, {-1}, {0}, {}} {
		s, err := stacks.Take(t.Context(), stacks.Options{PIDs: pids})
		if err != nil || len(s.Threads) > 0 || len(s.Missing) != len(pids) {
			t.Errorf("%v: %+v, %v", pids, s, err)
		}
	}
}

// TestNoTools: what a machine without perf lacks is a line, and no error.
func TestNoTools(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	s, err := stacks.Take(t.Context(), stacks.Options{PIDs: []int{os.Getpid()}})
	if err != nil || len(s.How) > 0 || len(s.Missing) != 1 || !strings.Contains(s.Missing[0], "linux-perf (Debian)") {
		t.Errorf("%+v, %v", s, err)
	}
}

// fake puts a perf of a few lines first in PATH.
func fake(t *testing.T, script string) {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "perf"), []byte("#!/bin/sh\n"+script), 0o777); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", dir+":"+os.Getenv("PATH"))
}

// records is a perf record that runs its workload, as the real one does.
const records = `if [ "$1" = record ]; then while [ "$1" != -- ]; do shift; done; shift; exec "$@"; fi
`

// TestRefused: perf that may not, or can't, is a line, and no error.
func TestRefused(t *testing.T) {
	for name, c := range map[string]struct{ script, missing string }{
		"the kernel":   {"echo 'Access is limited; perf_event_paranoid setting is 4' >&2; exit 255", "perf is not allowed"},
		"a wrapper":    {"echo 'WARNING: perf not found for kernel 6.18' >&2; exit 2", "WARNING: perf not found for kernel 6.18"},
		"no recording": {records + "echo 'no data' >&2; exit 1", "perf script: exit status 1: no data"},
	} {
		fake(t, c.script)
		s, err := stacks.Take(t.Context(), stacks.Options{PIDs: []int{os.Getpid()}, Duration: 10 * time.Millisecond})
		if err != nil || len(s.Threads) > 0 || len(s.Missing) != 1 || !strings.Contains(s.Missing[0], c.missing) {
			t.Errorf("%s: %+v, %v", name, s, err)
		}
	}
}

// TestFlood: an output without end costs no memory, and what is in it is read.
func TestFlood(t *testing.T) {
	fake(t, records+`printf 'x 7/7 1.5: \n\t 10 f (/app/x)\n\n'; head -c 200000000 /dev/zero; exit 0`)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	s, err := stacks.Take(t.Context(), stacks.Options{PIDs: []int{os.Getpid()}, Duration: 10 * time.Millisecond})
	if err != nil || len(s.Threads) != 1 {
		t.Errorf("%+v, %v", s, err)
	}
	runtime.ReadMemStats(&after)
	if grown := int64(after.Sys) - int64(before.Sys); grown > 64<<20 {
		t.Errorf("%d MB more", grown>>20)
	}
}

// TestCancel: Ctrl-C ends perf at once, and nothing of it is left.
func TestCancel(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("TMPDIR", dir)
	pid := filepath.Join(dir, "pid")
	for name, script := range map[string]string{
		"starting":  "echo $$ > " + pid + "; exec sleep 60",
		"recording": "echo $$ > " + pid + "\n" + records,
	} {
		fake(t, script)
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(500*time.Millisecond, cancel)
		begin := time.Now()
		_, err := stacks.Take(ctx, stacks.Options{PIDs: []int{os.Getpid()}, Duration: 30 * time.Second})
		if !errors.Is(err, context.Canceled) || time.Since(begin) > 10*time.Second {
			t.Errorf("%s: %v after %v", name, err, time.Since(begin))
		}
		text, err := os.ReadFile(pid)
		if err != nil {
			t.Fatal(err)
		}
		if stat, err := os.ReadFile("/proc/" + strings.TrimSpace(string(text)) + "/stat"); err == nil && !strings.Contains(string(stat), ") Z") {
			t.Errorf("%s: perf is left: %s", name, stat)
		}
		if left, _ := filepath.Glob(filepath.Join(dir, "collatebench-*")); len(left) > 0 {
			t.Errorf("%s: %v is left", name, left)
		}
		_ = os.Remove(pid)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := stacks.Take(ctx, stacks.Options{PIDs: []int{os.Getpid()}}); !errors.Is(err, context.Canceled) {
		t.Errorf("before it began: %v", err)
	}
}

// TestOrphan: perf ends by itself where whoever started it is killed: its workload ends with
// its standard input. (This perf is a script that becomes its workload.)
func TestOrphan(t *testing.T) {
	pid := filepath.Join(t.TempDir(), "pid")
	fake(t, "echo $$ > "+pid+"\n"+records)
	cmd := exec.Command(os.Args[0], "-test.run=^TestTakeToBeKilled$")
	cmd.Env = append(os.Environ(), "STACKS_KILLED=1", "TMPDIR="+t.TempDir())
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var text []byte
	wait(t, "perf has not begun", func() bool {
		text, _ = os.ReadFile(pid)
		return len(text) > 0
	})
	time.Sleep(100 * time.Millisecond)
	_ = cmd.Process.Kill()
	_ = cmd.Wait()
	wait(t, "perf is left", func() bool {
		stat, err := os.ReadFile("/proc/" + strings.TrimSpace(string(text)) + "/stat")
		return err != nil || strings.Contains(string(stat), ") Z")
	})
}

// TestTakeToBeKilled is the process that TestOrphan kills.
func TestTakeToBeKilled(t *testing.T) {
	if os.Getenv("STACKS_KILLED") == "" {
		t.Skip("for TestOrphan")
	}
	_, _ = stacks.Take(t.Context(), stacks.Options{PIDs: []int{os.Getpid()}, Duration: 30 * time.Second})
}

func wait(t *testing.T, what string, until func() bool) {
	t.Helper()
	for end := time.Now().Add(10 * time.Second); !until(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal(what)
		}
	}
}
