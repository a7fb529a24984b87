package bench

import (
	"fmt"
	"runtime"
	"slices"
	"sync"
)

// A Placement says which goroutine decodes a payload. This page shows each
// idiom, whole.
type Placement string

// The placements; About tells each.
const (
	Inline    Placement = "inline"
	Collector Placement = "collector"
	Request   Placement = "request"
	Pool      Placement = "pool"
	Gated     Placement = "gated"
	Stream    Placement = "stream"
)

// A placementRow is a placement, who decodes in it, and how.
type placementRow[T any] struct {
	name  Placement
	about string
	run   func(*collation[T])
}

// placements is the table: a new placement is a name above and a row here.
func placements[T any]() []placementRow[T] {
	return []placementRow[T]{
		{Inline, "one goroutine reads each body and decodes it", inline[T]},
		{Collector, "bodies are read in parallel, the goroutine that gathers decodes", collector[T]},
		{Request, "each request's own goroutine", request[T]},
		{Pool, "GOMAXPROCS workers behind a bounded queue", pool[T]},
		{Gated, "the request's goroutine, holding one of GOMAXPROCS permits", gated[T]},
		{Stream, "the request's goroutine, while the body arrives", stream[T]},
	}
}

// inline: one goroutine reads each body and decodes it; the others only wait
// for headers. The requests overlap, the work does not. The same thing in
// other languages: buffer_unordered in one tokio task, asyncio on one loop.
func inline[T any](c *collation[T]) {
	for it := range c.each(c.open) {
		c.read(it)
		c.decode(it)
		c.gather(it)
	}
}

// collector: bodies are read in parallel, and the one goroutine that gathers
// them decodes as well. An actor or a channel's consumer is often this.
func collector[T any](c *collation[T]) {
	for it := range c.each(c.open, c.read) {
		c.decode(it)
		c.gather(it)
	}
}

// request: each request's own goroutine decodes what it has read, so decoding
// runs on every core. The same thing in other languages: tokio::spawn per
// request, folly Tasks on a pool; in Go, errgroup.
func request[T any](c *collation[T]) {
	for it := range c.each(c.open, c.read, c.decode) {
		c.gather(it)
	}
}

// pool: GOMAXPROCS workers decode what the requests' goroutines have read. It
// has one decode a core under way where request has a window of half-decoded
// bodies. Readers that no worker serves yet wait in the channel's send, so the
// window bounds the queue; a buffer would only hide that.
func pool[T any](c *collation[T]) {
	bodies := c.each(c.open, c.read)
	decoded := make(chan *item[T])
	var workers sync.WaitGroup
	for range c.workers() {
		workers.Go(func() {
			for it := range bodies {
				c.decode(it)
				decoded <- it
			}
		})
	}
	go func() {
		workers.Wait()
		close(decoded)
	}()
	for it := range decoded {
		c.gather(it)
	}
}

// gated: the request's own goroutine decodes once it holds one of GOMAXPROCS
// permits. Two stages, two limits: one semaphore around fetch and decode would
// tie the window to the cores.
func gated[T any](c *collation[T]) {
	permits := make(chan struct{}, c.workers())
	decode := func(it *item[T]) {
		permits <- struct{}{}
		c.decode(it)
		<-permits
	}
	for it := range c.each(c.open, c.read, decode) {
		c.gather(it)
	}
}

// stream: the request's own goroutine decodes element by element while the
// body arrives, so that it never holds the body whole.
func stream[T any](c *collation[T]) {
	for it := range c.each(c.open, c.decodeStream) {
		c.gather(it)
	}
}

// About says in a few words who decodes.
func (p Placement) About() string {
	for _, row := range placements[struct{}]() {
		if row.name == p {
			return row.about
		}
	}
	return ""
}

// Placements returns every placement, in table order.
func Placements() []Placement {
	var out []Placement
	for _, row := range placements[struct{}]() {
		out = append(out, row.name)
	}
	return out
}

// ParsePlacement is the inverse of string(p).
func ParsePlacement(s string) (Placement, error) { return parseOneOf(s, Placements()) }

// function returns the placement's row in the table.
func (p Placement) function() (int, error) {
	if p == "" {
		p = Request
	}
	i := slices.Index(Placements(), p)
	if i < 0 {
		return 0, fmt.Errorf("placement %q is not one of %v", p, Placements())
	}
	return i, nil
}

// workers is how many decodes a placement with such a limit runs at a time.
func (c *collation[T]) workers() int {
	if c.client.Workers > 0 {
		return c.client.Workers
	}
	if c.cores != nil {
		return len(c.cores.free)
	}
	return runtime.GOMAXPROCS(0)
}
