package onecore_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"

	"collatebench/profiles/onecore"
)

func TestMain(m *testing.M) {
	if onecore.IsGuard(os.Args) {
		os.Exit(onecore.Guard(os.Stdin, os.Stdout))
	}
	if len(os.Args) > 2 && os.Args[1] == "subject" {
		os.Exit(play(os.Args[2], os.Args[3:]))
	}
	// Else each process that the tests start stays for a second after its end, with the race
	// detector.
	os.Setenv("GORACE", strings.TrimSpace(os.Getenv("GORACE")+" atexit_sleep_ms=0"))
	os.Exit(m.Run())
}

// play is what this executable does as a subject, or as one that compares.
func play(role string, args []string) int {
	roles := map[string]func(args []string) error{
		"idle": func([]string) error { return nil }, "spin": spin, "threads": bearThreads, "children": bearChildren,
		"daemon": daemon, "pinned": pinOneThread, "compare": compareFor,
	}
	if err := roles[role](args); err != nil {
		fmt.Println(err)
		return 1
	}
	if role == "daemon" || role == "compare" {
		return 0
	}
	fmt.Println("ready")
	_, _ = io.Copy(io.Discard, os.Stdin) // it ends with the test
	return 0
}

// spin counts on two threads, in a file that both processes map.
func spin(args []string) error {
	counts, err := mapCounts(args[0])
	if err != nil {
		return err
	}
	for i := range counts {
		go func() {
			runtime.LockOSThread()
			for x := uint64(1); ; counts[i].Add(1 + x>>63) { // x is used, so it is computed
				for range 1000 {
					x = (x*6364136223846793005 + 1442695040888963407) >> 1
				}
			}
		}()
	}
	return nil
}

// counts are apart, so that two cores do not contend for one line of their caches.
type counts [2]struct {
	atomic.Uint64
	_ [120]byte
}

func mapCounts(file string) (*counts, error) {
	f, err := os.OpenFile(file, os.O_RDWR, 0)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	b, err := unix.Mmap(int(f.Fd()), 0, int(unsafe.Sizeof(counts{})), unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED)
	if err != nil {
		return nil, err
	}
	return (*counts)(unsafe.Pointer(&b[0])), nil
}

// bearThreads makes threads all the time. Most end soon, and some stay.
func bearThreads([]string) error {
	go func() {
		for i := 0; ; i++ {
			go func() {
				runtime.LockOSThread() // and never unlock: the thread ends with it
				if i%8 == 0 && i < 400 {
					time.Sleep(time.Minute)
				}
				time.Sleep(time.Duration(i%20) * time.Millisecond)
			}()
			time.Sleep(4 * time.Millisecond)
		}
	}()
	return nil
}

// bearChildren makes children all the time. Some stay, others are orphans, in its process group
// or as daemons. All sleep for the time that is given, by which they are known.
func bearChildren(args []string) error {
	go func() {
		for i := range 400 {
			cmd := exec.Command("sleep", args[0])
			switch i % 6 {
			case 0:
				cmd = exec.Command("sh", "-c", "sleep "+args[0]+" &")
			case 3:
				cmd = exec.Command("/proc/self/exe", "subject", "daemon", args[0])
			case 4, 5:
				cmd = exec.Command("sleep", "0.03")
			}
			if cmd.Start() == nil {
				go cmd.Wait() //nolint:errcheck // they are killed
			}
			time.Sleep(15 * time.Millisecond)
		}
	}()
	return nil
}

func daemon(args []string) error {
	cmd := exec.Command("sleep", args[0])
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	return cmd.Start()
}

func pinOneThread([]string) error {
	pinned := make(chan error)
	go func() {
		runtime.LockOSThread()
		var all, one unix.CPUSet
		err := unix.SchedGetaffinity(0, &all)
		one.Set(coresOf(all)[0])
		pinned <- errors.Join(err, unix.SchedSetaffinity(0, &one))
		select {}
	}()
	return <-pinned
}

// compareFor compares a process, with parts of the length given. The first is held, as the
// pairs are odd in number.
func compareFor(args []string) error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	pid, err := strconv.Atoi(args[0])
	each, wrong := time.ParseDuration(args[1])
	if err := errors.Join(err, wrong); err != nil {
		return err
	}
	_, err = onecore.Compare(ctx, onecore.Subject{PID: pid, Done: clock()}, onecore.Options{Pairs: 999, Each: each, Settle: min(each/4, 50*time.Millisecond)})
	return err
}

// clock is a Done that counts seconds.
func clock() func() (float64, error) {
	began := time.Now()
	return func() (float64, error) { return time.Since(began).Seconds(), nil }
}

// A role is this executable as another process.
type role struct {
	cmd   *exec.Cmd
	lines *bufio.Reader
	ended bool
}

func (r *role) pid() int { return r.cmd.Process.Pid }

// end kills it.
func (r *role) end() {
	if !r.ended {
		r.ended = true
		_ = r.cmd.Process.Kill()
		_ = r.cmd.Wait()
	}
}

// prepare is the executable in a role, not yet started.
func prepare(name string, args ...string) *exec.Cmd {
	cmd := exec.Command("/proc/self/exe", append([]string{"subject", name}, args...)...)
	cmd.Stderr = os.Stderr
	return cmd
}

func start(t *testing.T, cmd *exec.Cmd) *role {
	t.Helper()
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
	r := &role{cmd: cmd, lines: bufio.NewReader(out)}
	t.Cleanup(func() { in.Close(); r.end() })
	return r
}

// subject starts one, and waits until it is ready.
func subject(t *testing.T, name string, args ...string) *role {
	t.Helper()
	r := start(t, prepare(name, args...))
	if line, err := r.lines.ReadString('\n'); line != "ready\n" {
		t.Fatalf("subject %s: %q, %v", name, line, err)
	}
	return r
}

// manyCores returns the affinity of this process, which its subjects have, and skips the test
// if it is one core.
func manyCores(t *testing.T) unix.CPUSet {
	t.Helper()
	var set unix.CPUSet
	if err := unix.SchedGetaffinity(0, &set); err != nil {
		t.Fatal(err)
	}
	if set.Count() < 2 {
		t.Skip("there is one core only: nothing can be held to less than all")
	}
	return set
}

func coresOf(set unix.CPUSet) (out []int) {
	for core := range len(set) * 64 {
		if set.IsSet(core) {
			out = append(out, core)
		}
	}
	return out
}

// affinities of the threads of a process, by thread.
func affinities(pid int) map[int]unix.CPUSet {
	out := map[int]unix.CPUSet{}
	tasks, _ := os.ReadDir(filepath.Join("/proc", strconv.Itoa(pid), "task"))
	for _, e := range tasks {
		tid, _ := strconv.Atoi(e.Name())
		var set unix.CPUSet
		if unix.SchedGetaffinity(tid, &set) == nil {
			out[tid] = set
		}
	}
	return out
}

// others counts the threads of the processes whose affinity is not this.
func others(set unix.CPUSet, pids ...int) (n int) {
	for _, pid := range pids {
		for _, other := range affinities(pid) {
			if other != set {
				n++
			}
		}
	}
	return n
}

// isHeld says that the first thread of a process has one core.
func isHeld(pid int) bool {
	var set unix.CPUSet
	return unix.SchedGetaffinity(pid, &set) == nil && set.Count() == 1
}

// asBefore fails unless all threads have that affinity, at once and for a while.
func asBefore(t *testing.T, set unix.CPUSet, pids ...int) {
	t.Helper()
	for i := range 10 {
		if n := others(set, pids...); n > 0 {
			t.Fatalf("reading %d after it ended: %d threads have another affinity", i, n)
		}
		time.Sleep(10 * time.Millisecond)
	}
}

// eventually waits until something is so.
func eventually(t *testing.T, what string, is func() bool) {
	t.Helper()
	for began := time.Now(); !is(); time.Sleep(5 * time.Millisecond) {
		if time.Since(began) > 20*time.Second {
			t.Errorf("not within 20 s: %s", what)
			return
		}
	}
}

// processes lists those whose arguments are accepted.
func processes(accept func(pid int, args []string) bool) (out []int) {
	all, _ := os.ReadDir("/proc")
	for _, e := range all {
		pid, err := strconv.Atoi(e.Name())
		if err != nil {
			continue
		}
		line, err := os.ReadFile(filepath.Join("/proc", e.Name(), "cmdline")) // that of a zombie is empty
		if args := strings.Split(strings.TrimSuffix(string(line), "\x00"), "\x00"); err == nil && accept(pid, args) {
			out = append(out, pid)
		}
	}
	return out
}

// guards lists those of this executable; of one parent, if it is not 0.
func guards(parent int) []int {
	self, _ := os.Readlink("/proc/self/exe")
	return processes(func(pid int, args []string) bool {
		exe, _ := os.Readlink(fmt.Sprintf("/proc/%d/exe", pid))
		return onecore.IsGuard(args) && exe == self && (parent == 0 || parentOf(pid) == parent)
	})
}

func parentOf(pid int) int {
	status, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	_, after, _ := strings.Cut(string(status), "\nPPid:\t")
	line, _, _ := strings.Cut(after, "\n")
	parent, _ := strconv.Atoi(line)
	return parent
}

// whileHeld is a Done that calls f once, when the process is held.
func whileHeld(pid int, f func() error) func() (float64, error) {
	count, called := clock(), false
	return func() (float64, error) {
		if !called && isHeld(pid) {
			called = true
			if err := f(); err != nil {
				return 0, err
			}
		}
		return count()
	}
}

// short are the options of most tests.
func short(pairs int) onecore.Options {
	return onecore.Options{Pairs: pairs, Each: 60 * time.Millisecond, Settle: 15 * time.Millisecond}
}
