package profiles

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"golang.org/x/exp/trace"

	"collatebench/internal/spell"
)

// oldest is the first Go release whose traces can be read as a stream. Older ones
// must be held in memory whole.
const oldest = 22

// TraceHeaderBytes is the length of "go 1.26 trace" with its padding.
const TraceHeaderBytes = 16

// maxUnread, bytes: the most that a trace may have between two events. The reader
// of x/exp/trace holds a generation, which is a second of the program, before it
// gives its first event; the busiest seen had 20 MB. A generation without end would
// take all memory.
const maxUnread = 256 << 20

var errNoEvents = fmt.Errorf("no event in %d MiB of it", maxUnread>>20)

// ReadTrace calls each with every event of an execution trace, in the trace's
// order, and returns nil at its end. The event is valid only during the call. If the
// trace is empty, foreign, too old, damaged or cut short, ReadTrace returns an error
// of one line that says how far it came.
func ReadTrace(r io.Reader, each func(*trace.Event)) (err error) {
	t := &traceReader{in: counted{r: r}}
	buffered := bufio.NewReaderSize(&t.in, 1<<16)
	if err := t.checkHeader(buffered); err != nil {
		return fmt.Errorf("read trace: %w", err)
	}
	// The reader of x/exp/trace panics on some damaged traces, with values of no
	// type of its own. So every panic counts as an error of the trace.
	defer func() {
		if p := recover(); p != nil {
			err = t.broken(fmt.Errorf("%v", p))
		}
	}()
	events, err := trace.NewReader(buffered)
	if err != nil {
		return fmt.Errorf("read trace: %w", err) // the trace is of a newer release
	}
	return t.read(events, each)
}

// traceReader is how far the reading of a trace has come.
type traceReader struct {
	in         counted
	events     int64
	start, now trace.Time // of the first and the latest event
}

func (t *traceReader) read(events *trace.Reader, each func(*trace.Event)) error {
	// It reads some and then hands those over. One after the other they drive each other's
	// code and data out of the processor's cache, which took a tenth of the time. They
	// are on the heap once: the compiler can't know that each does not keep them.
	var batch [256]trace.Event
	for {
		var err error
		n := 0
		for ; n < len(batch); n++ {
			if batch[n], err = events.ReadEvent(); err != nil {
				break
			}
			t.in.unread = 0
		}
		for i := range batch[:n] {
			t.now = batch[i].Time()
			if t.events == 0 {
				t.start = t.now
			}
			t.events++
			each(&batch[i])
		}
		if err == io.EOF {
			break
		} else if err != nil {
			return t.broken(err)
		}
	}
	if t.now <= t.start {
		return errors.New("read trace: no events in it")
	}
	return nil
}

// checkHeader returns an error if a trace does not begin as one of a known release.
func (t *traceReader) checkHeader(r *bufio.Reader) error {
	head, err := r.Peek(TraceHeaderBytes)
	if err != nil && err != io.EOF {
		return t.in.err
	}
	return CheckTraceHeader(head)
}

// CheckTraceHeader returns an error if a file that begins with these bytes is no
// execution trace of a release that [ReadTrace] knows. They are the first
// [TraceHeaderBytes], or all that there are.
func CheckTraceHeader(head []byte) error {
	head = head[:min(len(head), TraceHeaderBytes)]
	var minor int
	switch _, err := fmt.Sscanf(string(head), "go 1.%d trace", &minor); {
	case len(head) == 0:
		return errors.New("it is empty")
	case bytes.HasPrefix(head, []byte{0x1f, 0x8b}):
		return errors.New("not an execution trace: it is gzip, as pprof profiles are")
	case len(head) < TraceHeaderBytes && strings.HasPrefix("go 1.", string(head[:min(len(head), 5)])):
		return fmt.Errorf("cut short after %d bytes, within its header", len(head))
	case err != nil:
		return errors.New("not an execution trace: it does not begin with \"go 1.N trace\"")
	case minor < oldest:
		return fmt.Errorf("too old: it is in the format of Go 1.%d; Go 1.%d or later records what can be read here", minor, oldest)
	}
	return nil
}

// broken says in one line how far the reading came.
func (t *traceReader) broken(err error) error {
	how := "damaged"
	switch {
	case t.in.err != nil && t.in.err != io.EOF:
		return fmt.Errorf("read trace: after %d bytes: %w", t.in.n, t.in.err)
	case t.in.err == io.EOF:
		how = "cut short or damaged"
	}
	took := time.Duration(t.now - t.start).Seconds()
	return fmt.Errorf("read trace: %s: came as far as %d events (%.3f s, %d bytes): %s", how, t.events, took, t.in.n, spell.FirstLine(err.Error()))
}

// counted counts bytes and keeps the error of its reader, which the reader of
// x/exp/trace replaces by one of its own.
type counted struct {
	r      io.Reader
	n      int64
	unread int64 // since the latest event
	err    error
}

func (c *counted) Read(p []byte) (int, error) {
	if c.unread > maxUnread {
		c.err = errNoEvents
		return 0, errNoEvents
	}
	n, err := c.r.Read(p)
	c.n += int64(n)
	c.unread += int64(n)
	if err != nil {
		c.err = err
	}
	return n, err
}
