package bench

import (
	"fmt"
	"runtime"
	"slices"

	"collatebench/internal/oneof"
)

// A Placement says which goroutine decodes a payload. Each one's file shows
// the idiom, whole.
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
func ParsePlacement(s string) (Placement, error) { return oneof.Parse(s, Placements()) }

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
