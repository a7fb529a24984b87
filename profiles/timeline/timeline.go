// Package timeline reads the collation out of an execution trace: a lane for each
// request, and the cores in use:
//
//	t, err := timeline.Read(collationTrace(3))
//	if err != nil {
//		log.Fatal(err)
//	}
//	for _, lane := range t.Lanes {
//		last := lane.Spans[len(lane.Spans)-1]
//		fmt.Printf("request %d: %s ... %s\n", lane.Request, lane.Spans[0].Phase, last.Phase)
//	}
//
// It reads the annotations that the client of package bench writes, and knows no
// more than they say:
//
//   - A request that ends before its headers arrive is shown as fetching until
//     then, and so is a request to an upstream that does not report its queue.
//   - The client measures for how long a request was held back and queued, not
//     when. The two are cut from the beginning of the fetch, one after the other,
//     as if nothing came between them.
//   - A step that could begin and waits for a core counts as the phase before it.
//     An example is the first step of a request that was just admitted.
//   - Where decoding is simulated, the client reports for how long each decode
//     waits for a virtual core. The rest of the region counts as decoding on a
//     core, with the time by which its sleep ends late.
//
// It does not know which goroutines belong to the collation: the cores in use are
// those of the whole process. It does not know the machine either: a core is in use
// while the Go scheduler runs a goroutine on it, even if the system does not.
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
	HeldBack   Phase = iota // the client holds it back, for a limit of its own or for a connection
	Queued                  // it queues at the upstream
	Fetching                // the upstream serves it, and the body arrives and is read
	Waiting                 // the body waits for a decoder
	Decoding                // the decoder is on a core
	Stalled                 // decoding has begun, but its goroutine is not on a core
	HandedOver              // decoded, not yet collated
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

// A Span is a time in which a request is in one phase, counted from the beginning
// of the collation.
type Span struct {
	Phase    Phase
	From, To time.Duration
}

// A Lane is one request, from its admission until it is collated. Each span begins
// where the one before it ends, in another phase, and is not empty. The lane of a
// request that failed, was cancelled or is cut off by the trace's end ends with the
// last thing that is known of it.
type Lane struct {
	Request int // its id within the collation
	Spans   []Span
}

// Slices is the number of values in Cores, each for an equal part of the timeline.
const Slices = 480

// A Timeline is one collation.
type Timeline struct {
	Procs  int           // GOMAXPROCS, the most that the collation had
	Length time.Duration // from the collation's beginning to its end, or to the trace's
	Lanes  []Lane        // in order of admission
	// Cores is the mean number of goroutines on a core in each slice, without idle
	// workers of the garbage collector. A system call counts once it has returned,
	// if it kept its core. Each slice is the sum of parts of at most 1/8 of a slice;
	// a part across a boundary is divided between two slices.
	Cores []float64
}

// ErrNone is the error for a trace without a collation: the trace of another
// program, or one that began during the only collation.
var ErrNone = errors.New("no collation is annotated in it")

// Read reads a trace to its end and returns the collation with the most requests,
// the last of several such. If there is none the error is ErrNone. A trace that
// can't be read to its end has no timeline.
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
