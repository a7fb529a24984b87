package mockserver

import (
	"net"
	"net/http"
	"time"

	"collatebench/mockserver/behaviour"
)

func statusOf(f behaviour.Fault) int {
	switch f {
	case behaviour.Status500:
		return http.StatusInternalServerError
	case behaviour.Status503:
		return http.StatusServiceUnavailable
	}
	return 0
}

// corruptBytes is how many bytes are altered. A single one could lie in white
// space, or make another valid number.
const corruptBytes = 16

// writeCorrupt writes b with some bytes of its middle half turned over, without
// a copy of it. A body of no more bytes is turned over whole.
func (v *visit) writeCorrupt(p *pace, start time.Time, b []byte, place uint64) {
	n, at := min(corruptBytes, len(b)), 0
	if len(b) > n {
		at = min(len(b)/4+int(place%uint64(len(b)/2)), len(b)-n-1)
	}
	altered := make([]byte, n)
	for i, c := range b[at : at+n] {
		altered[i] = ^c
	}
	if len(b) == n {
		v.writeBody(p, start, altered)
		return
	}
	v.writeBody(p, start, b[:at], altered, b[at+n:])
}

// breakOff sends the header, which promises the whole body, and ends the
// request as its fault says. It does not return: net/http closes the connection
// of a handler that panics with ErrAbortHandler, or resets the stream.
func (s *Server) breakOff(p *pace, r *http.Request, v *visit, b []byte, start time.Time) {
	if v.fault != behaviour.Reset {
		v.put(p.write(b[:len(b)/2]))
	}
	// A reset comes after the header, not before: http.Transport would send a
	// GET again by itself, on another connection, and the fault would not show.
	p.flusher.Flush()
	if v.fault == behaviour.Stall {
		s.stall(r)
	}
	v.write = time.Since(start)
	s.end(v) // before the client can know
	if v.fault == behaviour.Reset {
		reset(p.flusher, nil)
	}
	panic(http.ErrAbortHandler)
}

// stall waits until the client goes away, the server ends or MaxStall is over.
func (s *Server) stall(r *http.Request) {
	timer := time.NewTimer(MaxStall)
	defer timer.Stop()
	select {
	case <-r.Context().Done():
	case <-s.stop:
	case <-timer.C:
	}
}

// drainWithin is how long a reset waits for what was sent before it.
const drainWithin = time.Second

// reset closes the connection by a TCP reset, after before, if any. Streams of
// HTTP/2 share theirs and can't be hijacked: the panic that follows resets the
// stream.
func reset(c *http.ResponseController, before func(*net.TCPConn)) {
	conn, _, err := c.Hijack()
	if err != nil {
		return
	}
	if tcp := tcpOf(conn); tcp != nil {
		if before != nil {
			before(tcp)
		}
		tcp.SetLinger(0) // now Close sends a reset, not an end
	}
	conn.Close()
}
