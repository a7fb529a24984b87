package bench

import (
	"errors"
	"fmt"
	"io"
	"net/http"

	"collatebench/internal/spell"
)

func (c *Client[T]) maxBody() int64 {
	if c.MaxBody > 0 {
		return c.MaxBody
	}
	return 1 << 30
}

// refusal is the error of a response that is not 200, with the first line of
// what the upstream says about it.
func refusal(r *http.Response) error {
	text, _ := io.ReadAll(io.LimitReader(r.Body, 300))
	return fmt.Errorf("upstream answered %s: %s", r.Status, spell.FirstLine(string(text)))
}

func readBody(r *http.Response, limit int64) ([]byte, error) {
	if r.ContentLength > limit {
		return nil, fmt.Errorf("body of %d bytes is over the limit of %d", r.ContentLength, limit)
	}
	if r.ContentLength < 0 {
		return readUnknown(r.Body, limit)
	}
	body := make([]byte, r.ContentLength)
	n, err := io.ReadFull(r.Body, body)
	if errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	if err != nil {
		return body[:n], fmt.Errorf("read %d of %d bytes: %w", n, len(body), err)
	}
	return body, nil
}

func readUnknown(r io.Reader, limit int64) ([]byte, error) {
	body, err := io.ReadAll(io.LimitReader(r, limit+1))
	if err == nil && int64(len(body)) > limit {
		err = fmt.Errorf("body is over the limit of %d bytes", limit)
	}
	return body, err
}

// drop reads r to its end. Its buffer is as large as the transport's: that of
// io.Discard is small, and in a stream each Read is timed.
func drop(r io.Reader) error {
	buffer := make([]byte, 64<<10)
	for {
		if _, err := r.Read(buffer); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
	}
}

// pulled is a body that a streaming decoder reads. During each Read the item is
// in the phase of fetching, not decoding.
type pulled[T any] struct {
	collation *collation[T]
	item      *item[T]
	n         int64
}

func (p *pulled[T]) Read(b []byte) (int, error) {
	p.collation.label(fetching)
	region := p.collation.trace.begin(p.item.id, fetching)
	paused := p.collation.probe.pause()
	n, err := p.item.response.Body.Read(b)
	p.collation.probe.resume(paused)
	region.end()
	p.collation.label(decoding)
	p.n += int64(n)
	return n, err
}
