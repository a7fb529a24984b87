package outside_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"collatebench/internal/raced"
	"collatebench/profiles/outside"
)

func watch(t *testing.T, pid int, o outside.Options) outside.Evidence {
	t.Helper()
	if o.Seconds == 0 {
		o.Seconds = 1
	}
	e, err := outside.Watch(context.Background(), pid, o)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// watchUntil watches until it sees what it should, at most five times: a machine that is busy with other
// tests lets a program and its peer get on in jerks.
func watchUntil(t *testing.T, pid int, o outside.Options, as func(outside.Evidence) bool) outside.Evidence {
	t.Helper()
	e := watch(t, pid, o)
	for range 4 {
		if as(e) {
			break
		}
		e = watch(t, pid, o)
	}
	return e
}

func near(got, want, by float64) bool { return math.Abs(got-want) <= by }

// TestConnections: each connection is counted in the state that it is in.
func TestConnections(t *testing.T) {
	t.Parallel()
	address := serve(t)
	cmd := start(t, "connect "+address+" ask ask unread read drip unused")
	each := func(e outside.Evidence) bool {
		u := e.Upstream
		return near(u.Asked, 2, .2) && near(u.Unread, 1, .1) && near(u.Arriving, 1, .3) && u.Answered+u.Spare <= 2.3
	}
	e := watchUntil(t, cmd.Process.Pid, outside.Options{Seconds: 1.5}, each)
	u := e.Upstream
	if e.Sockets != outside.DetailFull || u.Address != address || !near(u.Connections+u.Spare, 6, .2) || u.Spare < .9 {
		t.Fatalf("%s: %+v", e.Sockets, u)
	}
	if !each(e) {
		t.Errorf("%.2f asked, %.2f unread, %.2f arriving, %.2f answered; want 2, 1, 1, and the rest idle", u.Asked, u.Unread, u.Arriving, u.Answered)
	}
	if !near(u.UnreadBytes, 50_000, 100) {
		t.Errorf("%.0f bytes unread, want 50000", u.UnreadBytes)
	}
	if len(e.Moments) < 5 || e.Cost.Samples < 5 || e.Cost.Cores <= 0 {
		t.Errorf("%d moments; %+v", len(e.Moments), e.Cost)
	}
}

// TestTwoPeers: the one with the most bytes is the upstream, unless another is chosen.
func TestTwoPeers(t *testing.T) {
	t.Parallel()
	a := serve(t)
	one := start(t, "connect "+a+" again again again")
	asks := func(e outside.Evidence) bool {
		u := e.Upstream
		return u.Address == a && u.Requests >= 10 && u.Asked+u.Tied >= 2.2 && u.Answered <= .5
	}
	if e := watchUntil(t, one.Process.Pid, outside.Options{}, asks); !asks(e) {
		t.Errorf("%+v", e.Upstream)
	}
	if e := watch(t, one.Process.Pid, outside.Options{Port: 1, Seconds: .3}); e.Upstream.Address != "" || len(e.Others) != 1 {
		t.Errorf("no peer has port 1: %+v, %+v", e.Upstream, e.Others)
	}
}

// TestTurns: one piece of work that goes round six threads is one core's worth, whichever of
// them has it.
func TestTurns(t *testing.T) {
	t.Parallel()
	if runtime.NumCPU() < 2 {
		t.Skip("one core: nothing runs beside another")
	}
	e := watch(t, start(t, "turns").Process.Pid, outside.Options{})
	several := 0.
	for n, share := range e.Parallel {
		if n >= 2 {
			several += share
		}
	}
	if e.Cores > 1.25 || several > .2 || e.Threads[0].Cores > .5 {
		t.Errorf("%.2f cores, %.2f of the time two or more, the busiest thread %.2f", e.Cores, several, e.Threads[0].Cores)
	}
}

// TestBursts: two cores for a moment and then none are as much as one, and are not one.
func TestBursts(t *testing.T) {
	if runtime.NumCPU() < 2 {
		t.Skip("one core: nothing runs beside another")
	}
	e := watch(t, start(t, "bursts").Process.Pid, outside.Options{Seconds: 2.5})
	shares := append(e.Parallel, 0, 0, 0)
	if e.Waiting > .3 || e.Around.Others > .5 {
		t.Skipf("others use %.2f cores: nobody can say what this process would have used", e.Around.Others)
	}
	if shares[1] > .5 || shares[0] < .2 || shares[2] < .2 {
		t.Errorf("no core for %.2f of the time, one for %.2f, two for %.2f; want about .5, 0 and .5", shares[0], shares[1], shares[2])
	}
}

// TestTree: what a process starts belongs to it, unless it is watched alone.
func TestTree(t *testing.T) {
	t.Parallel()
	pid := start(t, "fork").Process.Pid
	if e := watch(t, pid, outside.Options{}); e.Processes != 2 || e.Cores+e.Waiting < .4 {
		t.Errorf("%d processes, %.2f cores used and %.2f waited for; want 2 of about 1", e.Processes, e.Cores, e.Waiting)
	}
	if e := watch(t, pid, outside.Options{Alone: true}); e.Processes != 1 || e.Cores > .2 {
		t.Errorf("alone: %d processes, %.2f cores; want 1 that is idle", e.Processes, e.Cores)
	}
}

// TestBornMeanwhile: a process that is started while its parent is watched counts from its birth.
func TestBornMeanwhile(t *testing.T) {
	t.Parallel()
	sh := exec.Command("sh", "-c", "sleep .4; i=0; while :; do i=$((i+1)); done & wait")
	sh.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := sh.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() {
		_ = syscall.Kill(-sh.Process.Pid, syscall.SIGKILL)
		_ = sh.Wait() // it was killed
	}()
	if e := watch(t, sh.Process.Pid, outside.Options{Seconds: 2.5}); e.Processes < 2 || e.Cores+e.Waiting < .1 {
		t.Errorf("%d processes, %.2f cores", e.Processes, e.Cores)
	}
}

// TestOddProcesses: each is one clear line, or is watched.
func TestOddProcesses(t *testing.T) {
	t.Parallel()
	zombie := exec.Command("true")
	if err := zombie.Start(); err != nil {
		t.Fatal(err)
	}
	defer zombie.Wait() //nolint:errcheck // it is taken notice of at last
	for i := 0; i < 100 && state(zombie.Process.Pid) != "Z"; i++ {
		time.Sleep(10 * time.Millisecond)
	}
	thread := syscall.Gettid()
	for name, c := range map[string]struct {
		pid  int
		want error
	}{
		"zombie":          {zombie.Process.Pid, outside.ErrZombie},
		"us":              {os.Getpid(), outside.ErrSelf},
		"none":            {1 << 22, outside.ErrNoProcess},
		"a negative one":  {-5, outside.ErrNoProcess},
		"a kernel thread": {2, outside.ErrKernel},
	} {
		_, err := outside.Watch(context.Background(), c.pid, outside.Options{Seconds: .2})
		if c.pid == 2 && errors.Is(err, outside.ErrNoProcess) {
			continue // a container does not show it
		}
		if !errors.Is(err, c.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
	if thread != os.Getpid() {
		if _, err := outside.Watch(context.Background(), thread, outside.Options{}); !errors.Is(err, outside.ErrThread) {
			t.Errorf("a thread: %v", err)
		}
	}
}

func state(pid int) string {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return ""
	}
	return strings.Fields(string(b[strings.LastIndexByte(string(b), ')')+1:]))[0]
}

// TestEnds: what was seen until a process ends is evidence, and says that it ended.
func TestEnds(t *testing.T) {
	t.Parallel()
	cmd := start(t, "spin 1")
	go func() {
		time.Sleep(800 * time.Millisecond)
		_ = cmd.Process.Kill()
		_ = cmd.Wait() // it was killed
	}()
	began := time.Now()
	e := watch(t, cmd.Process.Pid, outside.Options{Seconds: 20})
	if !e.Ended || e.Seconds > 15 || time.Since(began) > 15*time.Second {
		t.Errorf("%+v", e)
	}
	at := start(t, "wait")
	p, err := outside.Open(at.Process.Pid, outside.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	_ = at.Process.Kill()
	_ = at.Wait() // it was killed
	if _, err := p.Watch(context.Background()); !errors.Is(err, outside.ErrEnded) {
		t.Errorf("one that ended before the first sample: %v", err)
	}
}

// TestCancelled: what was seen until then is returned.
func TestCancelled(t *testing.T) {
	t.Parallel()
	ctx, stop := context.WithTimeout(context.Background(), 500*time.Millisecond)
	defer stop()
	e, err := outside.Watch(ctx, start(t, "wait").Process.Pid, outside.Options{Seconds: 60})
	if err != nil || e.Seconds > 30 {
		t.Errorf("%v, %v s", err, e.Seconds)
	}
}

// TestExec: a process that becomes another program is watched on, under its new name.
func TestExec(t *testing.T) {
	t.Parallel()
	cmd := start(t, "exec")
	if e := watch(t, cmd.Process.Pid, outside.Options{Seconds: .5}); e.Command != "sh" || e.Sockets != outside.DetailNone {
		t.Errorf("%s, %s", e.Command, e.Sockets)
	}
}

// TestManyThreads: of ten thousand each is seen once, and the watcher keeps to its budget.
func TestManyThreads(t *testing.T) {
	if testing.Short() || raced.Enabled {
		t.Skip("SKIPPED: ten thousand threads, and -short or the race detector was asked for")
	}
	const n = 10_000
	cmd := start(t, "threads 10000")
	e := watch(t, cmd.Process.Pid, outside.Options{Seconds: 2})
	if e.Count < n || len(e.Threads) > 100 {
		t.Errorf("%d threads, %d listed", e.Count, len(e.Threads))
	}
}

// TestRead: what the process has read only grows.
func TestRead(t *testing.T) {
	t.Parallel()
	cmd := start(t, "connect "+serve(t)+" drip drip")
	p, err := outside.Open(cmd.Process.Pid, outside.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	last, grew := 0., 0
	for end := time.Now().Add(20 * time.Second); grew < 3 && time.Now().Before(end); {
		n, err := p.Read()
		if err != nil || n < last {
			t.Fatalf("%v bytes after %v, %v", n, last, err)
		}
		if n > last {
			grew++
		}
		last = n
	}
	if grew < 3 {
		t.Errorf("%v bytes, which do not grow", last)
	}
}

// TestNotAllowed: a process of another user is refused in one line.
func TestNotAllowed(t *testing.T) {
	pid := 1 // root's, mostly
	if os.Geteuid() == 0 {
		pid = start(t, "wait").Process.Pid
		// The user of one thread alone, which is not used again: it ends with the goroutine.
		refused := make(chan error)
		go func() {
			runtime.LockOSThread()
			const nobody = 65534
			if _, _, e := syscall.RawSyscall(syscall.SYS_SETRESUID, ^uintptr(0), nobody, ^uintptr(0)); e != 0 {
				refused <- e
				return
			}
			_, err := outside.Open(pid, outside.Options{})
			refused <- err
		}()
		if err := <-refused; !errors.Is(err, outside.ErrNotAllowed) {
			t.Error(err)
		}
		return
	}
	if _, err := outside.Open(pid, outside.Options{}); !errors.Is(err, outside.ErrNotAllowed) {
		t.Error(err)
	}
}

// TestNamespace: the connections of another network namespace are seen as root, and without that
// right their queues are.
func TestNamespace(t *testing.T) {
	cmd := exec.Command("unshare", "-rn", "sh", "-c", "echo READY; read x")
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Skipf("SKIPPED: no unshare here: %v", err)
	}
	defer cmd.Wait() //nolint:errcheck // it ends with its input
	defer in.Close()
	if line := make([]byte, 6); !func() bool { n, _ := out.Read(line); return n == len(line) }() {
		t.Skip("SKIPPED: no namespace can be made here")
	}
	e := watch(t, cmd.Process.Pid, outside.Options{Seconds: .5})
	if e.Command != "sh" || e.Upstream.Connections != 0 || len(e.Others) != 0 {
		t.Errorf("%s: %+v, %+v", e.Command, e.Upstream, e.Others)
	}
}

// TestQueues: without netlink the bytes in the queues are known, and who is to move is not.
func TestQueues(t *testing.T) {
	t.Parallel()
	p, err := outside.Open(start(t, "connect "+serve(t)+" ask unread").Process.Pid, outside.Options{Seconds: 1})
	if err != nil {
		t.Fatal(err)
	}
	p.QueuesAlone()
	e, err := p.Watch(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	u := e.Upstream
	if e.Sockets != outside.DetailQueues || !near(u.Unread, 1, .1) || !near(u.Unknown, 1, .1) || u.Asked+u.Answered+u.Arriving > 0 || !near(u.UnreadBytes, 50_000, 100) {
		t.Errorf("%s, %+v", e.Sockets, u)
	}
}

// TestChildrenThatEnd: those that ended are in the tree no more, and what they used is not taken
// for that of others.
func TestChildrenThatEnd(t *testing.T) {
	sh := exec.Command("sh", "-c", "while :; do sh -c 'i=0; while [ $i -lt 100000 ]; do i=$((i+1)); done'; done")
	sh.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := sh.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() {
		_ = syscall.Kill(-sh.Process.Pid, syscall.SIGKILL)
		_ = sh.Wait() // it was killed
	}()
	p, err := outside.Open(sh.Process.Pid, outside.Options{Seconds: 2})
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	if _, err := p.Watch(context.Background()); err != nil {
		t.Fatal(err)
	}
	if pids := p.PIDs(); len(pids) > 2 || pids[0] != sh.Process.Pid {
		t.Errorf("%v: more than the shell and its one child", pids)
	}
}
