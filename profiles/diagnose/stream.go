package diagnose

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"golang.org/x/exp/trace"
)

// oldest is the first Go release whose traces can be streamed: those before it
// have to be held in memory whole.
const oldest = 22

// headerBytes is the length of "go 1.26 trace" with its padding.
const headerBytes = 16

// stream feeds each event of r to a.
func stream(r io.Reader, a *analysis) (err error) {
	in := &counted{r: r}
	buffered := bufio.NewReaderSize(in, 1<<16)
	if err := checkHeader(buffered, in); err != nil {
		return fmt.Errorf("read trace: %w", err)
	}
	// The reader of x/exp/trace panics on some damaged traces, and its panics
	// carry no type of their own: whatever it is, the trace is to blame.
	defer func() {
		if p := recover(); p != nil {
			err = a.broken(in, fmt.Errorf("%v", p))
		}
	}()
	events, err := trace.NewReader(buffered)
	if err != nil {
		return fmt.Errorf("read trace: %w", err) // a release that is newer than the reader
	}
	for {
		e, err := events.ReadEvent()
		if err == io.EOF {
			break
		}
		if err != nil {
			return a.broken(in, err)
		}
		a.event(&e)
	}
	if a.now <= a.start {
		return errors.New("read trace: no events in it")
	}
	return nil
}

// checkHeader names what is no trace of a known release, by its first bytes.
func checkHeader(r *bufio.Reader, in *counted) error {
	head, err := r.Peek(headerBytes)
	var minor int
	switch _, scanned := fmt.Sscanf(string(head), "go 1.%d trace", &minor); {
	case err != nil && err != io.EOF:
		return in.err
	case len(head) == 0:
		return errors.New("it is empty")
	case bytes.HasPrefix(head, []byte{0x1f, 0x8b}):
		return errors.New("not an execution trace: it is gzip, as pprof profiles are")
	case len(head) < headerBytes && strings.HasPrefix("go 1.", string(head[:min(len(head), 5)])):
		return fmt.Errorf("cut short after %d bytes, within its header", len(head))
	case scanned != nil:
		return errors.New("not an execution trace: it does not begin with \"go 1.N trace\"")
	case minor < oldest:
		return fmt.Errorf("too old: it is in the format of Go 1.%d; Go 1.%d or later records what can be read here", minor, oldest)
	}
	return nil
}

// broken says in one line how far the reading came.
func (a *analysis) broken(in *counted, err error) error {
	how := "damaged"
	switch {
	case in.err != nil && in.err != io.EOF:
		return fmt.Errorf("read trace: after %d bytes: %w", in.n, in.err)
	case in.err == io.EOF:
		how = "cut short or damaged"
	}
	first, _, _ := strings.Cut(strings.TrimSpace(err.Error()), "\n")
	return fmt.Errorf("read trace: %s: came as far as %d events (%.3f s, %d bytes): %s", how, a.events, a.seconds(), in.n, first)
}

// counted counts the bytes, and keeps the error of the reader beneath: the
// trace's own reader turns it into another.
type counted struct {
	r   io.Reader
	n   int64
	err error
}

func (c *counted) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	if err != nil {
		c.err = err
	}
	return n, err
}
