package payload

import (
	"bufio"
	"errors"
	"io"
)

// pipeBuffer is in bytes. Without it some libraries read in pieces of about 1 KiB.
const pipeBuffer = 32 << 10

// A pipe is what one decode needs, and the next decode uses again.
type pipe struct {
	inflater
	in, out *bufio.Reader // before and behind the inflater; nil until the first stream
}

// open gives the body of which r has the encoded form.
func (p *pipe) open(r io.Reader) (*bufio.Reader, error) {
	if p.in == nil {
		p.in = bufio.NewReaderSize(nil, pipeBuffer)
		p.out = bufio.NewReaderSize(nil, pipeBuffer)
	}
	p.in.Reset(r)
	plain, err := p.inflater.open(p.in)
	if err != nil {
		return nil, err
	}
	if plain == io.Reader(p.in) {
		return p.in, nil
	}
	p.out.Reset(&limited{plain, int64(MaxSize)})
	return p.out, nil
}

// close forgets the body, or a pool of pipes would keep it and its connection alive.
func (p *pipe) close() {
	p.release()
	p.in.Reset(nil)
	p.out.Reset(nil)
}

// limited is an io.LimitedReader that fails beyond the limit, where that one ends.
type limited struct {
	r    io.Reader
	left int64
}

func (l *limited) Read(p []byte) (int, error) {
	n, err := l.r.Read(p)
	if l.left -= int64(n); l.left < 0 {
		return 0, errTooLarge
	}
	return n, err
}

var errTrailing = errors.New("data after the end")

// cut makes the end of the input an error, for where more of it must come.
func cut(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}

// atEnd is nil if r holds nothing more.
func atEnd(r io.Reader) error {
	switch n, err := io.ReadFull(r, make([]byte, 1)); {
	case n > 0:
		return errTrailing
	case err == io.EOF:
		return nil
	default:
		return err
	}
}

// readAll reads r to its end, of which size is a guess, and no more than MaxSize. Unlike
// io.ReadAll it allocates once when the guess is right.
func readAll(r io.Reader, size int) ([]byte, error) {
	// The spare bytes are for the read that sees the end.
	b := make([]byte, 0, size+512)
	for {
		n, err := r.Read(b[len(b):cap(b)])
		b = b[:len(b)+n]
		switch {
		case len(b) > int(MaxSize):
			return nil, errTooLarge
		case err == io.EOF:
			return b, nil
		case err != nil:
			return nil, err
		case len(b) == cap(b):
			b = append(make([]byte, 0, 2*cap(b)), b...)
		}
	}
}
