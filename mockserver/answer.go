package mockserver

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"time"

	"collatebench/mockserver/behaviour"
)

// answer serves one payload.
//
// A client that has read its whole body finds its request in the statistics:
// answer counts the request before it returns, and the client cannot have the
// end of the body before that. The last byte of each body is written apart (see
// writeBody), and net/http keeps it in its buffer until the handler returns. To
// count before the Write would be wrong where a client goes away: a sum would
// have to be taken back, and sums never fall.
func (s *Server) answer(w http.ResponseWriter, r *http.Request) {
	q, err := s.grammar.parse(r.URL.RawQuery)
	if err == nil {
		err = s.check(q)
	}
	if err != nil {
		s.refuse(w, http.StatusBadRequest, err)
		return
	}
	set, err := s.library.acquire(r.Context(), q.set())
	if err != nil {
		s.refuseSet(w, r, err)
		return
	}
	defer s.library.release(set)
	b := &set.bodies[q.id%uint64(len(set.bodies))]
	v := &visit{arrived: time.Now()}
	s.tally.arrive(v)
	defer s.end(v) // also when a fault ends in a panic
	if !s.admit(r.Context(), v) || !s.delay(r.Context(), v, q.id, 0) {
		panic(http.ErrAbortHandler) // the client is gone
	}
	s.write(w, r, v, b, q.id)
}

// refuse answers with one line.
func (s *Server) refuse(w http.ResponseWriter, status int, err error) {
	s.tally.refuse()
	http.Error(w, err.Error(), status)
}

// refuseSet answers where there are no bodies to be had.
func (s *Server) refuseSet(w http.ResponseWriter, r *http.Request, err error) {
	var wrong *miscaptured
	switch {
	case r.Context().Err() != nil:
		panic(http.ErrAbortHandler)
	case errors.As(err, &wrong):
		s.refuse(w, http.StatusBadRequest, err)
	default:
		s.refuse(w, http.StatusServiceUnavailable, err)
	}
}

// end counts v and then gives its place back: in the other order a reading could
// see more requests in service than there are places.
func (s *Server) end(v *visit) {
	if v.ended {
		return
	}
	s.tally.leave(v)
	if s.slots != nil && v.inService {
		s.slots.Release(1)
	}
}

// admit waits for a place in service. It reports false if the client went away.
func (s *Server) admit(ctx context.Context, v *visit) bool {
	if s.slots == nil {
		return true
	}
	err := s.slots.Acquire(ctx, 1)
	v.queue = time.Since(v.arrived)
	return err == nil
}

// delay takes the service time of the request, drawn or recorded. It reports
// false if the client went away.
func (s *Server) delay(ctx context.Context, v *visit, id uint64, recorded time.Duration) bool {
	others := s.tally.serve(v)
	d := s.o.Behaviour.Latency.Draw(chance(s.o.Seed, streamLatency, id), others) + max(0, recorded)
	if d == 0 {
		return true
	}
	start := time.Now()
	defer func() { v.service = time.Since(start) }()
	if recorded > 0 {
		return s.late.pause(ctx, d)
	}
	return pause(ctx, d)
}

// write answers with the body, or with the fault that strikes the request.
func (s *Server) write(w http.ResponseWriter, r *http.Request, v *visit, b *body, id uint64) {
	v.fault = s.o.Behaviour.Faults.Draw(chance(s.o.Seed, streamFault, id))
	w.Header()["Server-Timing"] = []string{serverTiming(v.queue, v.service)}
	if status := statusOf(v.fault); status != 0 {
		http.Error(w, "fault on purpose", status)
		return
	}
	b.setHeader(w.Header())
	start := time.Now()
	p := s.pace(w, r)
	switch v.fault {
	case "":
		v.writeBody(p, start, b.bytes)
	case behaviour.Corrupt:
		v.writeCorrupt(p, start, b.bytes, hash(s.o.Seed, streamPlace, id))
	default:
		s.breakOff(p, r, v, b.bytes, start)
	}
}

// setHeader sets the header of b. All responses share the values: net/http only
// reads them.
func (b *body) setHeader(h http.Header) {
	h["Content-Length"] = b.length
	h["Content-Type"] = b.contentType
	h["X-Payload-Records"] = b.records
	h["X-Payload-Digest"] = b.checksum
	if b.encoding != nil {
		h["Content-Encoding"] = b.encoding
	}
}

// serverTiming is the header's value, in milliseconds to the microsecond.
func serverTiming(queue, service time.Duration) string {
	b := append(make([]byte, 0, 64), "queue;dur="...)
	b = strconv.AppendFloat(b, float64(queue.Microseconds())/1e3, 'f', 3, 64)
	b = append(b, ", service;dur="...)
	b = strconv.AppendFloat(b, float64(service.Microseconds())/1e3, 'f', 3, 64)
	return string(b)
}

// writeBody writes the parts of a body, each in one piece where there is no
// limit. It writes the last byte apart, so that this waits in net/http's buffer
// until the handler returns. The last part is empty only where the body is.
func (v *visit) writeBody(p *pace, start time.Time, parts ...[]byte) {
	end := len(parts) - 1
	last := max(len(parts[end])-1, 0)
	ok := true
	for i := 0; ok && i < end; i++ {
		ok = v.put(p.write(parts[i]))
	}
	if ok && v.put(p.write(parts[end][:last])) {
		v.put(p.to.Write(parts[end][last:]))
	}
	v.write = time.Since(start)
}

// put counts what was written. It reports false if the client is gone: then
// nothing more is written, and the error is of no use to anyone.
func (v *visit) put(n int, err error) bool {
	v.bytes += uint64(n)
	return err == nil
}
