package bench

import (
	"context"
	"net/http"
	"runtime/pprof"
	"sync"
	"time"
)

// A collation is one call of Collate. Its placement has every item take the
// steps open, read, decode and gather, and decides only which goroutine takes
// which. A step does nothing for an item that has failed, so that each admitted
// item reaches gather, which gives its place in the window back.
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

// A phase is what a goroutine does for an item: the CPU profile has it as a
// label, the execution trace as a region. The steps open and read are one phase.
// A stage is something else, a part of a response's time (see [Stages]): in some
// stages no goroutine does anything for the item.
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
	collation := &collation[T]{
		client: c, http: c.HTTP, n: n,
		window: make(chan struct{}, window), deliver: gather,
		cores: c.Simulation.cores(), probe: c.Probe, trace: annotate(n), held: map[int]*item[T]{},
	}
	if collation.http == nil {
		collation.http = connections(window, 0, HTTP1, c.Probe)
	}
	if c.Fetches > 0 && c.Stored == nil {
		collation.permits = make(chan struct{}, c.Fetches)
	}
	collation.ctx, collation.fail = context.WithCancelCause(ctx)
	for p := range phases {
		collation.labels[p] = pprof.WithLabels(collation.ctx, pprof.Labels("phase", p.String()))
	}
	return collation
}

// each admits the requests in order as the window allows and starts a goroutine
// for each, which takes the steps and sends the item to the channel that each
// returns. The channel is closed after the last item; the receiver must drain it.
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

// acquire takes one of the permits for Fetches, or fails as the collation does.
// Few permits and a large window are how a limit looks that was set once and
// forgotten: the window is full, and the upstream is idle.
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

// release gives the permit back once the body is read. Every placement reads
// each response that it opens, so each permit comes back, except that of a
// request that failed: the collation has then failed, and nobody waits in acquire.
func (c *collation[T]) release() {
	if c.permits != nil {
		<-c.permits
	}
}

// step takes one step for an item that has not failed, under the phase's label.
// Once the collation has failed, every item fails.
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

// discard closes the response of a failed item: no later step will read it.
func (c *collation[T]) discard(it *item[T]) {
	if it.response != nil {
		it.response.Body.Close()
	}
}

func (c *collation[T]) label(p phase) { pprof.SetGoroutineLabels(c.labels[p]) }
