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
	stop     func() error
}

// Start begins a pass whose files go to dir, which is made if need be; what a
// killed process has left of them there is removed. What the runtime profiles
// belongs to the whole process, from its beginning: take one pass a process,
// and start it before the work begins, or earlier allocations are counted at
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

// Full says that the window is full. The first call takes what is to be seen
// at that moment (in the memory pass the goroutine and heap profiles, in the
// other nothing) from a goroutine of its own, so that the caller does not
// show up as stuck in it; it returns at once, with a channel that is closed
// when that is done. Later calls cost one atomic load. An error of it comes
// back from Stop. Full may be called from any goroutine.
func (c *Capture) Full() <-chan struct{} {
	c.once.Do(func() { go c.takeFull() })
	return c.taken
}

func (c *Capture) takeFull() {
	defer close(c.taken)
	// The caller's labels are inherited: without this, filters by label
	// would count the profiler as part of the work.
	pprof.SetGoroutineLabels(context.Background())
	c.fullErr = c.recorder.full()
}

// Stop ends the pass, writes its files and restores the profiling rates. Each
// file appears under its final name when it is whole, and not before. When
// something fails, what can be written still is, and the first error comes
// back. Further calls return the same.
func (c *Capture) Stop() error { return c.stop() }

func (c *Capture) finish() error {
	c.once.Do(func() { close(c.taken) })
	<-c.taken
	if err := cmp.Or(c.fullErr, c.recorder.stop()); err != nil {
		return fmt.Errorf("write profiles: %w", err)
	}
	return nil
}
