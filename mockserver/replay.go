package mockserver

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"collatebench/internal/spell"
	"collatebench/mockserver/payload"
	"collatebench/mockserver/recording"
)

// Replayed says what of a recording a Server serves, and what it leaves out.
type Replayed struct {
	Exchanges int
	Bodies    int   // distinct ones
	Bytes     int64 // of these, as they go over the wire

	Left       int // left out: the program had gone away
	Bodiless   int // left out: the file was saved without their bodies
	Unanswered int // left out: there is no answer, or one that is not HTTP's
}

// String is one line.
func (r Replayed) String() string {
	text := fmt.Sprintf("%s, %s of %s", spell.Plural(r.Exchanges, "exchange"), plural(r.Bodies, "distinct body", "distinct bodies"), spell.Bytes(float64(r.Bytes)))
	var out []string
	for _, left := range []struct {
		n   int
		why string
	}{{r.Left, "that the program gave up"}, {r.Bodiless, "whose body is not in the file"}, {r.Unanswered, "without an answer"}} {
		if left.n > 0 {
			out = append(out, fmt.Sprintf("%d %s", left.n, left.why))
		}
	}
	if out != nil {
		text += "; left out: " + strings.Join(out, ", ")
	}
	return text
}

func plural(n int, one, more string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, more)
}

// A replay is a recording that is ready to be served.
type replay struct {
	Replayed
	recording *recording.Recording
	queries   recording.Queries
	base      string          // of the upstream's paths, as /v2: the program that was recorded did not know it
	hosts     map[string]bool // that were recorded: a Location there leads here
	branches  map[branchKey]*branch
	known     []branchKey // sorted by path
	bodies    map[recording.Digest]*wireBody
}

// A wireBody is one distinct body. It is read once, and stays.
type wireBody struct {
	size int64
	read func() ([]byte, error)
}

// A replayed exchange has the values of its header made once.
type replayed struct {
	place       uint64        // in the recording
	served      atomic.Uint64 // how often so far
	status      int
	header      http.Header
	trailer     http.Header
	length      bool      // it says the body's length
	bare        bool      // it can have no body: the header is all
	body        *wireBody // nil for none
	failed      recording.Failure
	first, end  time.Duration // since the whole request was there: the header, and the end
	pieces      []recording.Piece
	parameters  []string // of the query, and of the body of the request
	requestBody recording.Digest
}

// newReplay takes in a recording, without its bodies. It refuses one that does not fit in memory:
// to drop bodies and read them again would be delays that nobody recorded.
func newReplay(r *recording.Recording, most int64) (*replay, error) {
	p := &replay{
		recording: r, queries: r.Queries(), hosts: map[string]bool{},
		branches: map[branchKey]*branch{}, bodies: map[recording.Digest]*wireBody{},
	}
	if u, err := url.Parse(r.Upstream); err == nil {
		p.base = strings.TrimSuffix(u.EscapedPath(), "/")
	}
	for i := range r.Exchanges {
		e := &r.Exchanges[i]
		p.hosts[hostOf(e.URL)] = true
		if left := p.leaves(e); left != nil {
			*left++
			continue
		}
		p.add(p.exchange(e, uint64(i)), branchKey{pathOf(e.URL), e.Method})
	}
	p.sort()
	switch {
	case p.Exchanges == 0 && len(r.Exchanges) == 0:
		return nil, fmt.Errorf("replay %s: no exchange is in it", r.Path)
	case p.Exchanges == 0:
		return nil, fmt.Errorf("replay %s: nothing to serve: %v", r.Path, p.Replayed)
	case p.Bytes > most:
		return nil, fmt.Errorf("replay %s: %s of %d bytes in all; --max-memory allows %d; it takes --max-memory %s", r.Path,
			plural(p.Bodies, "distinct body", "distinct bodies"), p.Bytes, most, payload.Size(p.Bytes+1<<20-1)&^(1<<20-1))
	}
	return p, nil
}

// leaves returns the count of what is left out for the same reason as e; nil if e is served.
func (p *replay) leaves(e *recording.Exchange) *int {
	switch {
	case e.Failed == recording.Left:
		return &p.Left
	case e.Failed == recording.Unreachable:
		return nil
	case e.Status < 200 || e.Method == http.MethodConnect:
		return &p.Unanswered
	case e.Body.Size > 0 && e.Body.Digest.IsZero() && !bare(e):
		return &p.Bodiless
	}
	return nil
}

// bare says that no body can follow the header.
func bare(e *recording.Exchange) bool {
	return e.Method == http.MethodHead || e.Status == http.StatusNoContent || e.Status == http.StatusNotModified
}

// exchange readies e.
func (p *replay) exchange(e *recording.Exchange, place uint64) *replayed {
	x := &replayed{
		place: place, status: e.Status, failed: e.Failed, bare: bare(e), requestBody: e.Request.Digest,
		header: http.Header{}, trailer: e.Trailer,
	}
	// Until it was sent on, the request was on its way, as it is now.
	first := max(0, e.Clocks.First)
	sent := min(max(0, e.Clocks.Sent), first)
	x.first = first - sent
	x.end = max(first, e.Clocks.Whole) - sent
	for _, piece := range e.Pieces {
		x.pieces = append(x.pieces, recording.Piece{At: max(x.first, piece.At-sent), Bytes: piece.Bytes})
	}
	x.parameters = p.queries.Parameters(e.URL.RawQuery)
	if !x.bare && !e.Body.Digest.IsZero() {
		x.body = p.body(e.Body)
		if x.pieces == nil {
			x.pieces = evenPieces(e.Body.Size, x.first, x.end)
		}
	}
	p.setHeader(x, e)
	p.Exchanges++
	return x
}

// body returns the one of a digest.
func (p *replay) body(b recording.Body) *wireBody {
	if there := p.bodies[b.Digest]; there != nil {
		return there
	}
	w := &wireBody{b.Size, sync.OnceValues(func() ([]byte, error) {
		text, err := p.recording.Body(b)
		if err == nil && int64(len(text)) != b.Size {
			err = fmt.Errorf("body %v has %d bytes, and should have %d", b.Digest, len(text), b.Size)
		}
		return text, err
	})}
	p.bodies[b.Digest] = w
	p.Bodies++
	p.Bytes += b.Size
	return w
}

// evenChunk, bytes, of a body of which only the beginning and the end are known. mostEven bounds
// the memory of a list of them.
const (
	evenChunk = 64 << 10
	mostEven  = 1 << 12
)

// evenPieces spreads a body from its first byte to its last.
func evenPieces(size int64, first, end time.Duration) []recording.Piece {
	n := min((size+evenChunk-1)/evenChunk, mostEven)
	if n < 2 || end == first {
		return []recording.Piece{{At: first, Bytes: size}}
	}
	out := make([]recording.Piece, n)
	for i := range out {
		k := int64(i)
		out[i] = recording.Piece{At: first + (end-first)*time.Duration(k)/time.Duration(n-1), Bytes: size*(k+1)/n - size*k/n}
	}
	return out
}

// unsent are the fields of a header that are of a connection and not of an answer, or of the time
// of recording. Alt-Svc would send the program to the real upstream.
var unsent = [...]string{
	"Connection", "Keep-Alive", "Proxy-Authenticate", "Proxy-Connection", "Te", "Trailer", "Transfer-Encoding", "Upgrade", "Date", "Alt-Svc",
}

// setHeader makes the header of x: what was recorded, but for what a replay can't say again.
func (p *replay) setHeader(x *replayed, e *recording.Exchange) {
	for name, values := range e.Header {
		name = http.CanonicalHeaderKey(name) // HTTP/2's are in lower case in the files of browsers
		if !slices.Contains(unsent[:], name) {
			x.header[name] = append(x.header[name], values...)
		}
	}
	if at := x.header.Get("Location"); at != "" {
		x.header["Location"] = []string{p.here(at)}
	}
	if x.header["Content-Type"] == nil {
		x.header["Content-Type"] = nil // or net/http would guess one
	}
	size := int64(0)
	if x.body != nil {
		size = x.body.size
	}
	if len(p.recording.Salt) == 0 && !x.bare && x.failed == "" {
		// Another program's file has the body decoded, and does not say how it was framed.
		x.header["Content-Length"] = []string{strconv.FormatInt(size, 10)}
	}
	told := x.header["Content-Length"]
	if len(told) == 0 {
		return
	}
	n, err := strconv.ParseInt(told[0], 10, 64)
	x.length = len(told) == 1 && err == nil && n >= 0 && (x.bare || n == size || x.failed != "" && n > size)
	if !x.length {
		delete(x.header, "Content-Length") // net/http would refuse the body
	}
}

// here makes a Location at a recorded host one at this server. It does not look at the scheme: a
// redirect to https would lead a program away from a server that has the answer.
func (p *replay) here(location string) string {
	at, err := url.Parse(location)
	if err != nil || at.Host == "" || !p.hosts[hostOf(at)] {
		return location
	}
	at.Scheme, at.Host, at.User = "", "", nil
	if at.Path == "" {
		at.Path = "/"
	}
	return at.String()
}

// hostOf is a URL's host, without the port that its scheme has anyway.
func hostOf(u *url.URL) string {
	host := strings.ToLower(u.Host)
	if name, port, err := net.SplitHostPort(host); err == nil && (port == "80" || port == "443") {
		return name
	}
	return host
}

// load reads all bodies, before the first request: the reading of a file is no delay of the upstream.
func (p *replay) load(ctx context.Context) error {
	for _, e := range p.recording.Exchanges {
		b := p.bodies[e.Body.Digest]
		if b == nil {
			continue
		}
		if ctx.Err() != nil {
			return nil
		}
		if _, err := b.read(); err != nil {
			return fmt.Errorf("replay: %s %s: %w", e.Method, e.URL.EscapedPath(), err)
		}
	}
	return nil
}

// checkReplay refuses options that only a recording gives a meaning, or takes it from.
func (o Options) checkReplay() error {
	_, recorded := o.Behaviour.Latency.Recorded()
	switch {
	case o.Replay == nil && recorded:
		return fmt.Errorf("latency %q: no recording is served here; allowed with --replay", o.Behaviour.Latency)
	case o.Replay != nil && len(o.Captured) > 0:
		return errors.New("captured bodies (--body): have no effect with --replay, which serves those that were recorded")
	case o.Replay != nil && len(o.Preload) > 0:
		return errors.New("preload: there are no made payloads with --replay")
	}
	return nil
}
