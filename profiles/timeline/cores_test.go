package timeline_test

import (
	"bytes"
	"os"
	"runtime"
	"testing"
	"time"

	"collatebench/bench"
	"collatebench/profiles/diagnose"
	"collatebench/profiles/timeline"
)

// TestCoresAreDiagnoses: of a trace that is nearly all one collation, the cores
// in use are nearly all of the executing time, and never more: idle workers of
// the garbage collector are left out, as they are there.
func TestCoresAreDiagnoses(t *testing.T) {
	kept := grow(16)
	c := client(serve(t, silent), bench.Collector)
	c.Decode = func([]byte) (int, error) {
		for range 5000 {
			_, _ = os.Stat(".") // a system call that keeps its core
		}
		runtime.GC() // beside it, a core is idle
		return 0, nil
	}
	raw := record(t, func() { collate(t, c, requests) })
	runtime.KeepAlive(kept)
	tl := read(t, raw)
	checkLanes(t, tl)
	r, err := diagnose.Read(bytes.NewReader(raw), diagnose.Options{})
	if err != nil {
		t.Fatal(err)
	}
	got, all := meanCores(tl)*tl.Length.Seconds(), r.Executing*r.Seconds
	if got > all*(1+1e-6) || got < .8*all {
		t.Errorf("cores in use for %.6f s in %v, and for %.6f s of the whole %.6f s", got, tl.Length, all, r.Seconds)
	}
}

func meanCores(tl timeline.Timeline) (mean float64) {
	for _, c := range tl.Cores {
		mean += c / timeline.Slices
	}
	return mean
}

type tree struct{ left, right *tree }

// grow makes work for the garbage collector.
func grow(depth int) *tree {
	if depth == 0 {
		return &tree{}
	}
	return &tree{grow(depth - 1), grow(depth - 1)}
}

// TestCoresOfOthers: a collation that only sleeps shows the core of a goroutine
// that ran before it began, and before the trace did.
func TestCoresOfOthers(t *testing.T) {
	c := client(serve(t, silent), bench.Request)
	c.Simulation = bench.Simulation{Cores: 1, Decode: 50 * time.Millisecond}
	defer spin()()
	tl := read(t, record(t, func() { collate(t, c, 1) }))
	if mean := meanCores(tl); mean < .5 {
		t.Errorf("%.3f cores in use, and a goroutine that never waits", mean)
	}
}

// TestProcs: the most that the collation had, not what was before or after.
func TestProcs(t *testing.T) {
	before := runtime.GOMAXPROCS(0)
	defer runtime.GOMAXPROCS(before)
	c := client(serve(t, silent), bench.Request)
	tl := read(t, record(t, func() {
		runtime.GOMAXPROCS(before + 9)
		runtime.GOMAXPROCS(before)
		err := c.Collate(t.Context(), 1, func(int, int) error {
			runtime.GOMAXPROCS(before + 3)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		runtime.GOMAXPROCS(before + 6)
	}))
	if tl.Procs != before+3 {
		t.Errorf("GOMAXPROCS is %d, want %d", tl.Procs, before+3)
	}
}

// spin has a goroutine run until it is stopped.
func spin() (stop func()) {
	began, end, ended := make(chan bool), make(chan bool), make(chan bool)
	go func() {
		defer close(ended)
		for close(began); ; {
			select {
			case <-end:
				return
			default:
			}
		}
	}()
	<-began
	return func() { close(end); <-ended }
}
