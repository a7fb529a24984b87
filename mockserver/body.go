package mockserver

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"

	"collatebench/mockserver/payload"
)

// A body is one response, ready to be written: the values of its header are made
// once as well.
type body struct {
	bytes                                            []byte
	length, contentType, encoding, records, checksum []string
}

func newBody(k setKey, p payload.Body) body {
	b := body{
		bytes:       exact(p.Bytes),
		length:      []string{strconv.Itoa(len(p.Bytes))},
		contentType: []string{k.codec.MediaType()},
		records:     []string{strconv.Itoa(p.Records)},
		checksum:    []string{p.Digest.String()},
	}
	if k.encoding != payload.Identity {
		b.encoding = []string{string(k.encoding)}
	}
	return b
}

// exact returns b with little spare capacity: memory is counted by length, and a
// slice that grew by doubling would hold twice that.
func exact(b []byte) []byte {
	if cap(b) <= len(b)+len(b)/64 {
		return b
	}
	return append(make([]byte, 0, len(b)), b...)
}

// build fills s in the caller's goroutine. It goes on when the caller's client
// leaves, since others wait for the set, and stops when the server does.
func (l *library) build(k setKey, s *set) {
	l.building.Lock()
	defer l.building.Unlock()
	err := errors.New("building it panicked") // unless it comes to an end
	var bodies []body
	defer func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		if s.bodies, s.err = bodies, err; err != nil {
			l.drop(k)
		} else {
			l.settle(s)
		}
		close(s.built)
	}()
	for i := range l.count(k) {
		var p payload.Body
		if p, err = l.make(k, i); err != nil {
			return
		}
		bodies = append(bodies, newBody(k, p))
	}
	err = nil
}

// make builds the body i of k. The seed is the same for all codecs, encodings
// and sizes, so that cells that differ in those decode the same values.
func (l *library) make(k setKey, i int) (payload.Body, error) {
	select {
	case <-l.stop:
		return payload.Body{}, errors.New("the server is ending")
	default:
	}
	if k.kind == payload.Captured {
		c := l.captured[i]
		p, err := payload.Capture(c.raw, k.codec, k.encoding)
		if err != nil {
			return p, &miscaptured{fmt.Errorf("codec: %q: captured file %s: %w", k.codec, c.name, err)}
		}
		return p, nil
	}
	seed := hash(l.o.Seed, streamBody, uint64(i))
	return payload.Build(payload.Spec{Codec: k.codec, Encoding: k.encoding, Size: k.size, Seed: seed})
}

// settle replaces what s reserved by what it took.
func (l *library) settle(s *set) {
	took := int64(0)
	for i, b := range s.bodies {
		if i < len(l.captured) && sameStart(b.bytes, l.captured[i].raw) {
			continue // the file itself, which is counted already
		}
		took += int64(len(b.bytes))
	}
	l.held += took - s.memory
	s.memory = took
}

func sameStart(a, b []byte) bool { return len(a) > 0 && len(b) > 0 && &a[0] == &b[0] }

// miscaptured says that a captured file is not in the codec of the request.
type miscaptured struct{ error }

// capture is a captured file.
type capture struct {
	name string
	raw  []byte
}

// readCapture reads a file of at most limit bytes, and never more of it.
func readCapture(name string, limit int64) (capture, error) {
	f, err := os.Open(name)
	if err != nil {
		return capture{}, fmt.Errorf("captured file: %w", err)
	}
	defer f.Close()
	raw, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err != nil {
		return capture{}, fmt.Errorf("captured file: %w", err)
	}
	if len(raw) == 0 || int64(len(raw)) > limit {
		return capture{}, fmt.Errorf("captured file %s: %d bytes or more; allowed: from 1 to %d", name, len(raw), max(limit, 0))
	}
	return capture{name, exact(raw)}, nil
}
