package bench

import (
	"fmt"
	"runtime"
	"slices"
)

// A Placement says which goroutine decodes a payload. Each one's file shows
// the idiom, whole.
type Placement string

const (
	Inline    Placement = "inline"    // one goroutine reads each body and decodes it
	Collector Placement = "collector" // bodies are read in parallel, the gathering goroutine decodes
	Request   Placement = "request"   // each request's own goroutine
	Pool      Placement = "pool"      // GOMAXPROCS workers behind a bounded queue
	Gated     Placement = "gated"     // the request's goroutine, holding one of GOMAXPROCS permits
	Stream    Placement = "stream"    // the request's goroutine, while the body arrives
)

// placements is the table: a new placement is a name above and a row here.
func placements[T any]() []struct {
	name Placement
	run  func(*collation[T])
} {
	return []struct {
		name Placement
		run  func(*collation[T])
	}{
		{Inline, inline[T]},
		{Collector, collector[T]},
		{Request, request[T]},
		{Pool, pool[T]},
		{Gated, gated[T]},
		{Stream, stream[T]},
	}
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
