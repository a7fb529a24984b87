package bench

import (
	"fmt"
	"runtime"
	"slices"
	"sync"

	"collatebench/internal/oneof"
	"collatebench/internal/spell"
)

// A Placement says which goroutine decodes a payload. This page has all of
// them, so that they can be compared: first what is known of each, then each
// idiom, whole.
type Placement string

// The placements; About tells who decodes.
const (
	Inline    Placement = "inline"
	Collector Placement = "collector"
	Request   Placement = "request"
	Pool      Placement = "pool"
	Gated     Placement = "gated"
	Stream    Placement = "stream"
)

// A placementRow is all that is known of a placement. The flags and their help,
// the README's list, the roof's limits, the interventions of why and the
// colours of the report follow from it.
type placementRow[T any] struct {
	name       Placement
	about      string // who decodes
	elsewhere  string // what is often built so, in Go and in other languages
	serial     bool   // one goroutine decodes
	serialRead bool   // that goroutine reads the bodies as well
	limited    bool   // Client.Workers limits the decodes at a time
	streams    bool   // decoding takes place while the body arrives
	idiom      func(*collation[T])
}

// placements is the table: a new placement is a row here and its function below.
func placements[T any]() []placementRow[T] {
	return []placementRow[T]{
		{name: Inline, about: "one goroutine reads each body and decodes it", serial: true, serialRead: true, idiom: inline[T],
			elsewhere: "buffer_unordered in one tokio task; coroutines on one asyncio loop"},
		{name: Collector, about: "bodies are read in parallel, the goroutine that gathers decodes", serial: true, idiom: collector[T],
			elsewhere: "an actor; the one consumer of a channel"},
		{name: Request, about: "each request's own goroutine", idiom: request[T],
			elsewhere: "errgroup; tokio::spawn per request; coroutines on a pool of threads"},
		{name: Pool, about: "GOMAXPROCS workers behind a bounded queue", limited: true, idiom: pool[T],
			elsewhere: "rayon; a thread pool that is fed with whole bodies"},
		{name: Gated, about: "the request's goroutine, holding one of GOMAXPROCS permits", limited: true, idiom: gated[T],
			elsewhere: "a semaphore around decoding alone"},
		{name: Stream, about: "the request's goroutine, while the body arrives", streams: true, idiom: stream[T],
			elsewhere: "json.Decoder on the body; serde_json::from_reader; a pull parser"},
	}
}

// inline: one goroutine reads each body and decodes it; the others only wait
// for headers. The requests overlap, the work does not.
func inline[T any](c *collation[T]) {
	for it := range c.each(c.open) {
		c.read(it)
		c.decode(it)
		c.gather(it)
	}
}

// collector: bodies are read in parallel, and the one goroutine that gathers
// them decodes as well.
func collector[T any](c *collation[T]) {
	for it := range c.each(c.open, c.read) {
		c.decode(it)
		c.gather(it)
	}
}

// request: each request's own goroutine decodes what it has read, so decoding
// runs on every core.
func request[T any](c *collation[T]) {
	for it := range c.each(c.open, c.read, c.decode) {
		c.gather(it)
	}
}

// pool: GOMAXPROCS workers decode what the requests' goroutines have read. At
// most one body a core is half decoded, where request has a window of them. A
// reader waits in the channel's send until a worker is free, so the window
// bounds the queue; a buffer would only hide that.
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
// permits. Fetching and decoding have a limit each: one semaphore around both
// would tie the window to the cores.
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

// workers is how many decodes a limited placement runs at a time.
func (c *collation[T]) workers() int {
	if c.client.Workers > 0 {
		return c.client.Workers
	}
	if c.cores != nil {
		return len(c.cores.free)
	}
	return runtime.GOMAXPROCS(0)
}

// About says in a few words who decodes.
func (p Placement) About() string { return p.row().about }

// Elsewhere names what is often built so, in Go and in other languages.
func (p Placement) Elsewhere() string { return p.row().elsewhere }

// Serial says that one goroutine decodes, however many cores there are.
func (p Placement) Serial() bool { return p.row().serial }

// SerialRead says that the one goroutine that decodes reads the bodies as well.
func (p Placement) SerialRead() bool { return p.row().serialRead }

// Limited says that a number of workers limits the decodes at a time.
func (p Placement) Limited() bool { return p.row().limited }

// Streams says that decoding takes place while the body arrives.
func (p Placement) Streams() bool { return p.row().streams }

// row is the zero row for a placement that is not in the table, such as that of
// a client in another language.
func (p Placement) row() placementRow[struct{}] {
	row, _ := rowOf[struct{}](p)
	return row
}

func rowOf[T any](p Placement) (placementRow[T], error) {
	for _, row := range placements[T]() {
		if row.name == p {
			return row, nil
		}
	}
	return placementRow[T]{}, fmt.Errorf("placement %q is not one of %v", p, Placements())
}

// Placements returns every placement, in table order.
func Placements() []Placement {
	var out []Placement
	for _, row := range placements[struct{}]() {
		out = append(out, row.name)
	}
	return out
}

// limitedPlacements are the names of those that Client.Workers limits.
func limitedPlacements() []string {
	return spell.Strings(slices.DeleteFunc(Placements(), func(p Placement) bool { return !p.Limited() }))
}

// ParsePlacement is the inverse of string(p).
func ParsePlacement(s string) (Placement, error) { return oneof.Parse(s, Placements()) }
