// Package timeline reads one collation out of an execution trace: a lane per
// request, and beneath the lanes the cores in use.
//
// It reads the annotations that the client of package bench writes, and knows
// no more than they say. What the client does not log it does not divide: a
// request that ends before its headers shows all of that as fetching, and so
// does one to an upstream that says nothing of its queue. How long a request was
// held back and how long it queued are measured, but when is not: they are cut
// from the beginning of the fetch, one after the other, as if nothing took time
// between them. A step that could be taken and waits for a core, such as the
// first of a request just admitted, counts as the phase before it.
//
// Where decoding is simulated nothing decodes: the client says for how long each
// waits for a virtual core, and the rest of the region, with the lateness of its
// waking, counts as decoding on a core.
//
// It does not tell the goroutines of the collation from others of the process,
// so the cores are those of all of them. It does not know the machine: a core in
// use is a goroutine that the Go scheduler runs, whether the system lets it or
// not.
package timeline

import (
	"errors"
	"fmt"
	"io"
	"time"

	"collatebench/profiles"
)

// A Phase is what a request is in at a time.
type Phase int

const (
	HeldBack   Phase = iota // by the client: for a limit of its own or for a connection
	Queued                  // at the upstream
	Fetching                // served, sent and read
	Waiting                 // for a decoder
	Decoding                // on a core
	Stalled                 // decoding begun and not ended, but not on a core
	HandedOver              // decoded and not yet collated
)

// words are the phases' names, in their order.
var words = [...]string{
	HeldBack:   "held back by the client",
	Queued:     "queued at the upstream",
	Fetching:   "fetching",
	Waiting:    "waiting for a decoder",
	Decoding:   "decoding on a core",
	Stalled:    "decoding, not on a core",
	HandedOver: "handed over",
}

// Phases returns every phase, in the order of a request.
func Phases() []Phase {
	var out []Phase
	for p := range words {
		out = append(out, Phase(p))
	}
	return out
}

// String is the phase's name in a legend.
func (p Phase) String() string {
	if p < 0 || int(p) >= len(words) {
		return fmt.Sprintf("phase %d", int(p))
	}
	return words[p]
}

// A Span is a time that a request is in one phase, from the collation's
// beginning.
type Span struct {
	Phase    Phase
	From, To time.Duration
}

// A Lane is one request from admission to collated. A span begins where the
// one before it ends and is in another phase; none is empty. A request that
// failed, was cancelled or is cut off by the trace's end has a lane to the last
// thing that is known of it.
type Lane struct {
	Request int // its id within the collation
	Spans   []Span
}

// Slices is the number of equal parts of a timeline for which Cores is given.
const Slices = 480

// A Timeline is one collation.
type Timeline struct {
	Procs  int           // GOMAXPROCS, the most that the collation had
	Length time.Duration // from the collation's beginning to its end, or to the trace's
	Lanes  []Lane        // in order of admission
	// Cores is how many goroutines are on a core, the mean of each slice, without
	// the idle workers of the garbage collector. A system call counts once it has
	// returned, and where it kept its core. Slices are summed up from parts of 1/8
	// of a slice at most, of which one at a boundary is shared out.
	Cores []float64
}

// ErrNone is that of a trace without annotations: of another program, or
// recorded before the client wrote any, or begun within the only collation.
var ErrNone = errors.New("no collation is annotated in it")

// Read reads a trace to its end and returns its collation with the most
// requests, of several such the last one. Where there is none the error is
// ErrNone; a trace that cannot be read whole has no timeline either.
func Read(r io.Reader) (Timeline, error) {
	t := newReader()
	if err := profiles.ReadTrace(r, t.event); err != nil {
		return Timeline{}, err
	}
	t.end()
	if len(t.best.Lanes) == 0 {
		return Timeline{}, fmt.Errorf("read trace: %w", ErrNone)
	}
	return t.best, nil
}
