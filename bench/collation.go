package bench

import (
	"bytes"
	"context"
	"fmt"
	"io"
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

// An item is one request on its way.
type item[T any] struct {
	id       int
	admitted time.Time
	ready    time.Time // when its decoder could have begun; time in Read does not count
	response *http.Response
	body     []byte
	value    T
	failed   bool
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

// open sends the request and waits for the response's headers.
func (c *collation[T]) open(it *item[T]) {
	c.step(it, fetching, func() error {
		if c.client.Stored != nil {
			c.recall(it)
			return nil
		}
		if err := c.acquire(); err != nil {
			return err
		}
		tracer := c.trace.tracer(c.probe.trace())
		req, err := http.NewRequestWithContext(tracer.over(c.ctx), http.MethodGet, c.client.URL(it.id), nil)
		if err != nil {
			return err
		}
		asked := time.Now()
		it.response, err = c.http.Do(req)
		it.ready = time.Now()
		c.trace.answered(it.id, tracer, it.admitted, asked, it.response)
		c.probe.opened(tracer, it.admitted, asked, it.ready)
		if err == nil && it.response.StatusCode != http.StatusOK {
			err = refusal(it.response)
		}
		return err
	})
}

// recall opens a response that needs no request.
func (c *collation[T]) recall(it *item[T]) {
	header, body := c.client.Stored(it.id)
	it.response = &http.Response{Header: header, Body: io.NopCloser(bytes.NewReader(body))}
	it.body = body
	it.ready = time.Now()
}

// read reads the body whole, into a slice of just its length: io.ReadAll
// allocates twice the body or more.
func (c *collation[T]) read(it *item[T]) {
	c.step(it, fetching, func() (err error) {
		if it.body != nil { // recalled
			c.probe.read(len(it.body), 0)
			return nil
		}
		begin := time.Now()
		defer c.release()
		defer it.response.Body.Close()
		it.body, err = readBody(it.response, c.client.maxBody())
		took := time.Since(begin)
		it.ready = it.ready.Add(took)
		c.probe.read(len(it.body), took)
		return err
	})
}

// decode decodes the body and checks what came out, or makes as if it did.
func (c *collation[T]) decode(it *item[T]) {
	size := len(it.body)
	c.step(it, decoding, func() (err error) {
		c.probe.decodeBegin(it.ready)
		defer c.probe.decodeEnd(size)
		if c.cores != nil {
			return c.simulate(it.id, it.ready)
		}
		if it.value, err = c.client.Decode(it.body); err != nil {
			return fmt.Errorf("decode %d bytes: %w", size, err)
		}
		return c.check(it)
	})
	it.body = nil // held no longer than the window allows
}

// decodeStream decodes while the body arrives. Time inside Read is fetching.
func (c *collation[T]) decodeStream(it *item[T]) {
	c.step(it, decoding, func() (err error) {
		defer c.release()
		defer it.response.Body.Close()
		c.probe.decodeBegin(it.ready)
		defer c.probe.decodeEnd(0)
		body := &pulled[T]{collation: c, item: it}
		if c.cores != nil {
			if err := drop(body); err != nil {
				return fmt.Errorf("read after %d bytes: %w", body.n, err)
			}
			return c.simulate(it.id, time.Now())
		}
		if it.value, err = c.client.DecodeStream(body); err != nil {
			return fmt.Errorf("decode after %d bytes: %w", body.n, err)
		}
		return c.check(it)
	})
}

// simulate takes a virtual core in place of decoding.
func (c *collation[T]) simulate(id int, ready time.Time) error {
	waited, end := c.cores.reserve(ready, time.Now())
	c.trace.until(id, LogCoreWait, end.Add(-c.cores.hold))
	if err := c.cores.keep(c.ctx, end); err != nil {
		return err
	}
	c.probe.simulated(waited, c.cores.hold)
	return nil
}

func (c *collation[T]) check(it *item[T]) error {
	if c.client.Check == nil {
		return nil
	}
	return c.client.Check(it.id, it.response.Header, it.value)
}

// gather hands the item to the caller, in request order after those before
// it, and gives its place in the window back only then: else the window would
// count sockets, not bodies and values in memory.
func (c *collation[T]) gather(it *item[T]) {
	if c.client.Order != RequestWise || it.failed {
		c.collate(it)
		return
	}
	c.held[it.id] = it
	for due := c.held[c.next]; due != nil; due = c.held[c.next] {
		delete(c.held, c.next)
		c.next++
		c.collate(due)
	}
}

func (c *collation[T]) collate(it *item[T]) {
	c.step(it, handingOver, func() error {
		c.probe.collated(it.admitted)
		return c.deliver(it.id, it.value)
	})
	c.trace.collated(it.id)
	<-c.window
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
