package bench

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"time"
)

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

// recall takes a response from the client's memory, without a request.
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

// decode decodes the body and checks the value, or holds a virtual core instead.
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

// simulate holds a virtual core for the time of a decode.
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

// gather hands the item to the caller, where the order is that of the requests
// after all before it. It gives the place in the window back after that, and not
// earlier: the window would count sockets, not bodies and values in memory.
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
