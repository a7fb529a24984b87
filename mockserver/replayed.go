package mockserver

import (
	"context"
	"io"
	"net/http"
	"time"

	"github.com/zeebo/xxh3"

	"collatebench/mockserver/behaviour"
	"collatebench/mockserver/recording"
)

// answerReplayed serves what was recorded of a request, and counts as answer does.
func (s *Server) answerReplayed(w http.ResponseWriter, r *http.Request, b *branch) {
	v := &visit{arrived: time.Now()}
	s.tally.arrive(v)
	defer s.end(v) // also when a fault ends in a panic
	digest, err := digestOf(r.Body)
	if err != nil {
		panic(http.ErrAbortHandler) // the client is gone
	}
	x, how := b.find(s.replay.queries.Parameters(r.URL.RawQuery), digest)
	v.match = how
	body, err := x.bytes()
	if err != nil {
		http.Error(w, err.Error(), http.StatusServiceUnavailable)
		return
	}
	// The n-th time that an exchange is served draws the same, whoever asks and when. Place and time
	// alone would not do: an exchange that a fault strikes would be struck for ever.
	id := mix(x.place) + x.served.Add(1)
	factor, timed := s.o.Behaviour.Latency.Recorded()
	t := timing{factor: factor, known: timed}
	if !s.admit(r.Context(), v) || !s.delay(r.Context(), v, id, t.of(x.first)) {
		panic(http.ErrAbortHandler) // the client is gone
	}
	if x.failed == recording.Unreachable {
		s.end(v)
		panic(http.ErrAbortHandler) // the connection ends without an answer
	}
	s.writeReplayed(w, r, v, x, body, id, t)
}

// digestOf reads a request's body without keeping it. Where the client waits for "100 Continue",
// reading says it.
func digestOf(body io.Reader) (d recording.Digest, err error) {
	if body == nil || body == http.NoBody {
		return d, nil
	}
	var hash xxh3.Hasher128
	if n, err := io.Copy(&hash, body); n == 0 || err != nil {
		return d, err
	}
	return hash.Sum128().Bytes(), nil
}

// bytes returns the body, nil for none.
func (x *replayed) bytes() ([]byte, error) {
	if x.body == nil {
		return nil, nil
	}
	return x.body.read()
}

// A timing is recorded times, scaled; where it is not known, no time at all.
type timing struct {
	factor float64
	known  bool
}

func (t timing) of(d time.Duration) time.Duration {
	if !t.known {
		return 0
	}
	return time.Duration(float64(d) * t.factor)
}

// writeReplayed answers with the exchange, or with the fault that strikes the request.
func (s *Server) writeReplayed(w http.ResponseWriter, r *http.Request, v *visit, x *replayed, body []byte, id uint64, t timing) {
	v.fault = s.o.Behaviour.Faults.Draw(chance(s.o.Seed, streamFault, id))
	if status := statusOf(v.fault); status != 0 {
		http.Error(w, "fault on purpose", status)
		return
	}
	x.writeHeader(w, r)
	start := time.Now()
	p := s.pace(w, r)
	switch {
	case v.fault == behaviour.Corrupt:
		v.writeCorrupt(p, start, body, hash(s.o.Seed, streamPlace, id))
	case v.fault != "":
		s.breakOff(p, r, v, body, start)
	case x.failed != "":
		v.writePieces(p, start, x, body, t)
		s.fail(p, v, x.failed)
	case t.known:
		v.writePieces(p, start, x, body, t)
	default:
		v.writeBody(p, start, body)
	}
	for name, values := range x.trailer {
		w.Header()[name] = values
	}
}

// writeHeader frames the body as it was framed: net/http would give a small one its length.
func (x *replayed) writeHeader(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	for name, values := range x.header {
		h[name] = values // net/http only reads them
	}
	for name := range x.trailer {
		h.Add("Trailer", name)
	}
	chunked := !x.length && !x.bare
	if chunked && r.ProtoMajor == 1 {
		h["Transfer-Encoding"] = []string{"chunked"}
	}
	w.WriteHeader(x.status)
	if chunked && r.ProtoMajor > 1 {
		http.NewResponseController(w).Flush()
	}
}

// writePieces writes a body as it came. Its last byte is written apart where the client can know by
// it that there are no more (see answer); where it can't, it goes when it came.
func (v *visit) writePieces(p *pace, start time.Time, x *replayed, body []byte, t timing) {
	defer func() { v.write = time.Since(start) }()
	due := func(at time.Duration) time.Time { return start.Add(t.of(at - x.first)) }
	last := len(body)
	if x.length && x.failed == "" {
		last = max(last-1, 0)
	}
	at := 0
	for _, piece := range x.pieces {
		end := at + int(min(max(piece.Bytes, 0), int64(last-at)))
		if at < end && !(p.until(due(piece.At), closePieces) && v.put(p.write(body[at:end]))) {
			return
		}
		at = end
	}
	if at < last && !v.put(p.write(body[at:last])) {
		return
	}
	// With a length of 0 the header is the end: it must not leave before it is counted.
	if (len(body) > 0 || !x.length) && !x.bare && !p.until(due(x.end), 0) {
		return
	}
	v.put(p.to.Write(body[last:]))
}

// closePieces is what a timer can't tell apart. What is due within it goes at once.
const closePieces = time.Millisecond

// until sends what there is and waits, unless no more than slack is left to wait. It reports false if
// the client went away.
func (p *pace) until(due time.Time, slack time.Duration) bool {
	d := time.Until(due)
	if d <= slack {
		return true
	}
	p.flusher.Flush() // an error shows at the next write
	return p.late.pause(p.ctx, d)
}

// pause reports false if ctx ended before its time.
func pause(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// fail ends an answer as the upstream's ended. It does not return (see breakOff).
func (s *Server) fail(p *pace, v *visit, how recording.Failure) {
	p.flusher.Flush()
	s.end(v) // before the client can know
	if how == recording.Reset {
		reset(p.flusher, drain)
	}
	panic(http.ErrAbortHandler)
}
