package mockserver

import (
	"context"
	"net"
	"net/http"

	"golang.org/x/time/rate"

	"collatebench/mockserver/behaviour"
)

// limiter makes the token bucket of r, nil where there is no limit. It holds the
// bytes of 10 ms: timers are up to 1 ms late, and a smaller bucket would lose
// what overflows in that time.
func limiter(r behaviour.Rate) *rate.Limiter {
	if r == 0 {
		return nil
	}
	return rate.NewLimiter(rate.Limit(r), int(max(1, r/100)))
}

// connKey is where a connection's own bucket is found.
type connKey struct{}

// prepare readies a connection that was accepted.
func (s *Server) prepare(ctx context.Context, c net.Conn) context.Context {
	if tcp := tcpOf(c); tcp != nil && s.o.SendBuffer > 0 {
		tcp.SetWriteBuffer(s.o.SendBuffer) // where the kernel refuses, its own choice is good enough
	}
	if l := limiter(s.o.Behaviour.ConnBandwidth); l != nil {
		ctx = context.WithValue(ctx, connKey{}, l)
	}
	return ctx
}

// pace writes bodies no faster than its buckets allow; without buckets it just
// writes.
type pace struct {
	ctx     context.Context
	to      http.ResponseWriter
	flusher *http.ResponseController
	buckets []*rate.Limiter
	chunk   int
	late    *lateness // of what was recorded
}

func (s *Server) pace(w http.ResponseWriter, r *http.Request) *pace {
	p := &pace{ctx: r.Context(), to: w, flusher: http.NewResponseController(w), chunk: 64 << 10, late: &s.late}
	if s.o.Behaviour.ConnBandwidth > 0 {
		if l, ok := p.ctx.Value(connKey{}).(*rate.Limiter); ok {
			p.add(l)
		}
	}
	if s.limit != nil {
		p.add(s.limit)
	}
	return p
}

func (p *pace) add(l *rate.Limiter) {
	p.buckets = append(p.buckets, l)
	p.chunk = min(p.chunk, l.Burst())
}

// write writes b, without a bucket in one piece, otherwise in chunks, each sent
// when it is due.
func (p *pace) write(b []byte) (n int, err error) {
	if len(p.buckets) == 0 {
		return p.to.Write(b)
	}
	for len(b) > 0 && err == nil {
		size := min(len(b), p.chunk)
		for _, l := range p.buckets {
			if err := l.WaitN(p.ctx, size); err != nil {
				return n, err
			}
		}
		var m int
		if m, err = p.to.Write(b[:size]); err == nil {
			err = p.flusher.Flush()
		}
		n += m
		b = b[size:]
	}
	return n, err
}
