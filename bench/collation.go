package bench

import (
	"context"
	"net/http"
	"runtime/pprof"
	"sync"
	"time"
)

// A collation is one call of Collate as its placement sees it: each runs every
// item through open, read, decode and gather, and differs only in which
// goroutine takes which step. A step passes over an item that has failed, so
// that each admitted item reaches gather, which gives its place in the window
// back.
type collation[T any] struct {
	client  *Client[T]
	http    *http.Client
	ctx     context.Context
	fail    context.CancelCauseFunc // the first cause wins
	n       int
	window  chan struct{} // a token for each item admitted and not collated
	permits chan struct{} // a token for each item sent and not read whole; nil means no limit
	cores   *cores        // nil means real ones
	deliver func(id int, value T) error
	probe   *Probe
	labels  [phases]context.Context
	trace   *annotations

	next int              // in request order: the id that is due
	held map[int]*item[T] // in request order: decoded ahead of their turn
}

// A phase is what a goroutine does for an item, told to the CPU profile by a
// label and to the execution trace by a region.
type phase int

const (
	fetching phase = iota
	decoding
	handingOver
	phases
)

func (p phase) String() string { return [...]string{RegionFetch, RegionDecode, RegionHandover}[p] }

func newCollation[T any](ctx context.Context, c *Client[T], n int, gather func(int, T) error) *collation[T] {
	window := max(c.Window, 1)
	run := &collation[T]{
		client: c, http: c.HTTP, n: n,
		window: make(chan struct{}, window), deliver: gather,
		cores: c.Simulation.cores(), probe: c.Probe, trace: annotate(n), held: map[int]*item[T]{},
	}
	if run.http == nil {
		run.http = connections(window, 0, HTTP1, c.Probe)
	}
	if c.Fetches > 0 && c.Stored == nil {
		run.permits = make(chan struct{}, c.Fetches)
	}
	run.ctx, run.fail = context.WithCancelCause(ctx)
	for p := range phases {
		run.labels[p] = pprof.WithLabels(run.ctx, pprof.Labels("phase", p.String()))
	}
	return run
}

// each admits the requests in order as the window allows, gives every one a
// goroutine that takes the steps, and returns the channel on which they hand
// their items over. It is closed after the last; who receives must drain it.
func (c *collation[T]) each(steps ...func(*item[T])) <-chan *item[T] {
	out := make(chan *item[T])
	go func() {
		var running sync.WaitGroup
		for id := 0; id < c.n && c.admit(); id++ {
			it := &item[T]{id: id, admitted: time.Now()}
			c.trace.admitted(id)
			running.Go(func() {
				for _, step := range steps {
					step(it)
				}
				out <- it
			})
		}
		running.Wait()
		close(out)
	}()
	return out
}

// admit waits for a place in the window; it is false once the collation has
// failed.
func (c *collation[T]) admit() bool {
	select {
	case <-c.ctx.Done():
		return false
	case c.window <- struct{}{}:
		return c.ctx.Err() == nil
	}
}

// acquire waits for one of the client's Fetches, for as long as the collation
// has not failed. With a permit for each of a few fetches the window is full
// and the upstream idle: a limit that was set once and forgotten looks so.
func (c *collation[T]) acquire() error {
	if c.permits == nil {
		return nil
	}
	select {
	case <-c.ctx.Done():
		return c.ctx.Err()
	case c.permits <- struct{}{}:
		return nil
	}
}

// release gives the item's permit back once its body is read. That is so in
// every placement: whoever reads takes all that is open, so a permit always
// comes back, but for one whose request has failed, for which nobody waits.
func (c *collation[T]) release() {
	if c.permits != nil {
		<-c.permits
	}
}

// step runs one step for an item that has not failed, under the phase's
// label. Once the collation has failed it turns every item into a failed one.
func (c *collation[T]) step(it *item[T], p phase, do func() error) {
	if it.failed {
		return
	}
	c.label(p)
	defer c.label(handingOver)
	defer c.trace.begin(it.id, p).end()
	err := c.ctx.Err()
	if err == nil {
		err = do()
	}
	if err != nil {
		it.failed = true
		c.discard(it)
		c.fail(&RequestError{ID: it.id, Err: err})
	}
}

// discard closes a response whose body no later step will read.
func (c *collation[T]) discard(it *item[T]) {
	if it.response != nil {
		it.response.Body.Close()
	}
}

func (c *collation[T]) label(p phase) { pprof.SetGoroutineLabels(c.labels[p]) }
