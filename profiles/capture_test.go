package profiles_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"runtime/pprof"
	"slices"
	"strings"
	"sync"
	"testing"

	"collatebench/internal/wholefile"
	"collatebench/profiles"

	"github.com/google/pprof/profile"
	"golang.org/x/exp/trace"
)

func TestCPUPass(t *testing.T) {
	dir := captureCPU(t, spinAlpha, "phase", "decode")
	wantFiles(t, dir, profiles.PassCPU.Kinds()...)

	p := read(t, dir, profiles.CPU)
	if sum(p, 0, ".spinAlpha", labelled("phase", "decode")) == 0 {
		t.Errorf("no labelled sample of the work in\n%v", p)
	}
	if n := tracedSamples(t, filepath.Join(dir, profiles.Trace.File()), ".spinAlpha"); n == 0 {
		t.Error("the trace carries no CPU sample of the work")
	}
}

// TestTraceEndsWithTheFirstOp, and the CPU profile goes on.
func TestTraceEndsWithTheFirstOp(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "cell")
	c, err := profiles.Start(dir, profiles.PassCPU)
	if err != nil {
		t.Fatal(err)
	}
	burn(t, spinAlpha)
	c.Op()
	burn(t, spinBeta)
	c.Op() // the first one counts
	if err := c.Stop(); err != nil {
		t.Fatal(err)
	}
	trace, p := filepath.Join(dir, profiles.Trace.File()), read(t, dir, profiles.CPU)
	for name, traced := range map[string]bool{".spinAlpha": true, ".spinBeta": false} {
		if n := tracedSamples(t, trace, name); (n > 0) != traced {
			t.Errorf("the trace carries %d samples of %s", n, name)
		}
		if sum(p, 0, name, nil) == 0 {
			t.Errorf("the CPU profile has no sample of %s", name)
		}
	}
}

// tracedSamples counts the trace's CPU samples through a function.
func tracedSamples(t *testing.T, path, name string) (n int) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	r, err := trace.NewReader(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	for {
		e, err := r.ReadEvent()
		if errors.Is(err, io.EOF) {
			return n
		}
		if err != nil {
			t.Fatal(err)
		}
		if e.Kind() != trace.EventStackSample {
			continue
		}
		for f := range e.Stack().Frames() {
			if strings.HasSuffix(f.Func, name) {
				n++
				break
			}
		}
	}
}

// window gives the memory pass something to see: goroutines that wait, and hold
// memory, until it is released.
type window struct {
	release chan struct{}
	done    sync.WaitGroup
	held    [][]byte
}

const (
	waiters  = 12
	heldByte = 4 << 20
)

func fillWindow() *window {
	w := &window{release: make(chan struct{})}
	for range waiters {
		w.done.Go(w.await)
	}
	w.held = append(w.held, holdBytes())
	for waiting() < waiters {
		runtime.Gosched()
	}
	return w
}

// waiting counts the goroutines that are blocked in await.
func waiting() (n int) {
	buf := make([]byte, 1<<20)
	for g := range strings.SplitSeq(string(buf[:runtime.Stack(buf, true)]), "\n\n") {
		if strings.Contains(g, "[chan receive") && strings.Contains(g, ".await(") {
			n++
		}
	}
	return n
}

//go:noinline
func holdBytes() []byte { return make([]byte, heldByte) }

func (w *window) await() { <-w.release }

func (w *window) empty() {
	w.held = nil
	close(w.release)
	w.done.Wait()
}

// contend makes goroutines wait for one mutex. The holder yields its core, so that
// they wait for it even on one core.
func contend() {
	var mu sync.Mutex
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 200 {
				lockAndYield(&mu)
			}
		})
	}
	wg.Wait()
}

//go:noinline
func lockAndYield(mu *sync.Mutex) {
	mu.Lock()
	runtime.Gosched()
	mu.Unlock()
}

func TestMemoryPass(t *testing.T) {
	rate, fraction := runtime.MemProfileRate, runtime.SetMutexProfileFraction(-1)
	blocked := sum(runtimeProfile(t, "block"), 0, ".(*window).await", nil) // by -count 2
	dir := t.TempDir()
	c, err := profiles.Start(dir, profiles.PassMemory)
	if err != nil {
		t.Fatal(err)
	}
	w := fillWindow()
	pprof.Do(t.Context(), pprof.Labels("phase", "fetch"), func(context.Context) { <-c.Full() })
	w.empty()
	<-c.Full() // the first one counts: by now the window is empty
	contend()
	if err := c.Stop(); err != nil {
		t.Fatal(err)
	}
	if err := c.Stop(); err != nil {
		t.Errorf("second Stop: %v", err)
	}
	wantFiles(t, dir, profiles.PassMemory.Kinds()...)

	goroutines := read(t, dir, profiles.Goroutine)
	if n := sum(goroutines, 0, ".(*window).await", nil); n != waiters {
		t.Errorf("%d goroutines waiting in the goroutine profile, want %d", n, waiters)
	}
	if sum(goroutines, 0, ".takeFull", nil) != 1 || sum(goroutines, 0, ".takeFull", labelled("phase", "fetch")) != 0 {
		t.Error("the profiler's own goroutine carries the labels of the work")
	}
	heap := read(t, dir, profiles.Heap)
	// inuse_space is the last of the heap's four values.
	if n := sum(heap, 3, ".holdBytes", nil); n < heldByte {
		t.Errorf("%d bytes held in the heap profile, want at least %d", n, heldByte)
	}
	if heap.Period != 16<<10 {
		t.Errorf("heap profile: a sample each %d bytes", heap.Period)
	}
	if n := sum(read(t, dir, profiles.Allocs), 1, ".holdBytes", nil); n < heldByte {
		t.Errorf("%d bytes in the allocs profile, want at least %d", n, heldByte)
	}
	if n := sum(read(t, dir, profiles.Block), 0, ".(*window).await", nil) - blocked; n != waiters {
		t.Errorf("%d waits in the block profile, want each of %d", n, waiters)
	}
	if n := sum(read(t, dir, profiles.Mutex), 0, ".lockAndYield", nil); n == 0 {
		t.Error("no contention in the mutex profile")
	}
	if r, f := runtime.MemProfileRate, runtime.SetMutexProfileFraction(-1); r != rate || f != fraction {
		t.Errorf("rates %d and %d afterwards, %d and %d before", r, f, rate, fraction)
	}
	handOver()
	if sum(runtimeProfile(t, "block"), 0, ".handOver", nil) != 0 {
		t.Error("blocking is still profiled after Stop")
	}
}

// runtimeProfile is the process's profile of that name as it is now.
func runtimeProfile(t *testing.T, name string) *profile.Profile {
	t.Helper()
	var buf bytes.Buffer
	if err := pprof.Lookup(name).WriteTo(&buf, 0); err != nil {
		t.Fatal(err)
	}
	p, err := profile.Parse(&buf)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// handOver blocks on at least one of its two sides.
func handOver() {
	c := make(chan struct{})
	go func() { c <- struct{}{} }()
	<-c
}

func TestStopWithoutFull(t *testing.T) {
	dir := t.TempDir()
	c, err := profiles.Start(dir, profiles.PassMemory)
	if err != nil {
		t.Fatal(err)
	}
	err = c.Stop()
	if err == nil || !strings.Contains(err.Error(), "window was never full") {
		t.Errorf("Stop without Full: %v", err)
	}
	<-c.Full() // too late, and not a wait for ever
	wantFiles(t, dir, profiles.Allocs, profiles.Block, profiles.Mutex)
}

func TestStartErrors(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o666); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		dir  string
		pass profiles.Pass
		want string
	}{
		{t.TempDir(), "both", `start profiling: pass "both" is not one of cpu, memory`},
		{file, profiles.PassCPU, "start profiling: mkdir " + file + ": not a directory"},
	} {
		if _, err := profiles.Start(tt.dir, tt.pass); err == nil || err.Error() != tt.want {
			t.Errorf("Start(%q, %q): %v, want %s", tt.dir, tt.pass, err, tt.want)
		}
	}
}

// TestSecondCPUPass: the runtime has one CPU profiler and one tracer, so a
// second pass is refused and the first one goes on.
func TestSecondCPUPass(t *testing.T) {
	first, second := t.TempDir(), t.TempDir()
	c, err := profiles.Start(first, profiles.PassCPU)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := profiles.Start(second, profiles.PassCPU); err == nil {
		t.Error("a second CPU pass began")
	}
	if err := c.Stop(); err != nil {
		t.Error(err)
	}
	wantFiles(t, first, profiles.PassCPU.Kinds()...)
	wantFiles(t, second)
}

// TestCPUProfilerTaken: the profiler is in use already, as with go test -cpuprofile.
func TestCPUProfilerTaken(t *testing.T) {
	if err := pprof.StartCPUProfile(io.Discard); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	_, err := profiles.Start(dir, profiles.PassCPU)
	pprof.StopCPUProfile()
	if err == nil {
		t.Error("a CPU pass began beside another profile")
	}
	wantFiles(t, dir)
	wantFiles(t, captureCPU(t, spinAlpha), profiles.PassCPU.Kinds()...) // the tracer was let go
}

// TestCaptureIsWhole: no file has its final name before Stop. A file that can't get
// its name is an error, and leaves no part behind.
func TestCaptureIsWhole(t *testing.T) {
	dir := t.TempDir()
	c, err := profiles.Start(dir, profiles.PassCPU)
	if err != nil {
		t.Fatal(err)
	}
	for _, k := range profiles.PassCPU.Kinds() {
		if _, err := os.Stat(filepath.Join(dir, k.File())); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("%s before Stop: %v", k.File(), err)
		}
	}
	blocker := filepath.Join(dir, profiles.Trace.File())
	if err := os.Mkdir(blocker, 0o777); err != nil {
		t.Fatal(err)
	}
	if err := c.Stop(); err == nil || !strings.Contains(err.Error(), blocker) {
		t.Errorf("Stop: %v, which does not name %s", err, blocker)
	}
	wantFiles(t, dir, profiles.PassCPU.Kinds()...) // one of them is the folder
}

// TestKilledBefore: of a pass that was killed, the next one leaves nothing.
func TestKilledBefore(t *testing.T) {
	dir := t.TempDir()
	for _, k := range profiles.PassCPU.Kinds() {
		if err := os.WriteFile(wholefile.StagedName(dir, k.File()), []byte("half of it"), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	c, err := profiles.Start(dir, profiles.PassCPU)
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Stop(); err != nil {
		t.Error(err)
	}
	wantFiles(t, dir, profiles.PassCPU.Kinds()...)
}

// wantFiles checks that dir holds the files of these kinds and nothing else.
func wantFiles(t *testing.T, dir string, want ...profiles.Kind) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var got, names []string
	for _, e := range entries {
		got = append(got, e.Name())
	}
	for _, k := range want {
		names = append(names, k.File())
	}
	slices.Sort(names)
	if !slices.Equal(got, names) {
		t.Errorf("the folder holds %q, want %q", got, names)
	}
}
