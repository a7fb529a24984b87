package profiles

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime/pprof"
	"sync"

	"collatebench/internal/wholefile"
)

// A Capture is one pass over one process, from Start to Stop.
type Capture struct {
	recorder recorder
	once     sync.Once     // Full's, or Stop's where Full was never called
	taken    chan struct{} // closed when Full has done its work
	fullErr  error         // read once taken is closed
	op       sync.Once
	opErr    error
	stop     func() error
}

// Start begins a pass whose files go to dir, which is made if it is missing; what a
// killed process has left of them there is removed. The runtime's profiles are of
// the whole process since it began. So take one pass in a process, and start it
// before the work begins: earlier allocations are counted at
// another rate.
func Start(dir string, pass Pass) (*Capture, error) {
	for _, row := range passes {
		if row.pass == pass {
			return start(dir, pass, row.start)
		}
	}
	_, err := ParsePass(string(pass))
	return nil, fmt.Errorf("start profiling: pass %w", err)
}

func start(dir string, pass Pass, record func(string) (recorder, error)) (*Capture, error) {
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return nil, fmt.Errorf("start profiling: %w", err)
	}
	for _, k := range pass.Kinds() {
		wholefile.Sweep(filepath.Join(dir, k.File()))
	}
	r, err := record(dir)
	if err != nil {
		return nil, fmt.Errorf("start profiling: %s pass: %w", pass, err)
	}
	c := &Capture{recorder: r, taken: make(chan struct{})}
	c.stop = sync.OnceValue(c.finish)
	return c, nil
}

// Full tells the pass that the window is full. The first call takes the profiles
// of that moment: the memory pass has two, goroutine and heap, the CPU pass has
// none. It takes them in a goroutine of its own, so that they do not show the
// caller waiting, and returns at once; the channel is closed when they are taken.
// Later calls cost one atomic load. Stop returns an error of Full. Any goroutine may
// call it.
func (c *Capture) Full() <-chan struct{} {
	c.once.Do(func() { go c.takeFull() })
	return c.taken
}

func (c *Capture) takeFull() {
	defer close(c.taken)
	// The goroutine inherits the caller's labels. Without this, filters by label
	// would count the profiler as part of the work.
	pprof.SetGoroutineLabels(context.Background())
	c.fullErr = c.recorder.full()
}

// Op tells the pass that an op has ended; later calls do nothing. It is called by the
// goroutine that calls Stop, which returns its error.
func (c *Capture) Op() {
	c.op.Do(func() { c.opErr = c.recorder.op() })
}

// Stop ends the pass, writes its files and restores the profiling rates. Each
// file gets its final name only when it is whole. If something fails, Stop writes
// all other files and returns the first error. Further calls return the same.
func (c *Capture) Stop() error { return c.stop() }

func (c *Capture) finish() error {
	c.once.Do(func() { close(c.taken) })
	<-c.taken
	if err := cmp.Or(c.fullErr, c.opErr, c.recorder.stop()); err != nil {
		return fmt.Errorf("write profiles: %w", err)
	}
	return nil
}
