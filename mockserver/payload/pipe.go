package payload

import (
	"bufio"
	"io"
)

// pipeBuffer is in bytes. The libraries read in pieces of about 1 KiB when they are let.
const pipeBuffer = 32 << 10

// A pipe is what one decode needs and the next can use again.
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

// limited is an io.LimitedReader to which more than the limit is an error, not the end.
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
