package recording

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"maps"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/netip"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/zeebo/xxh3"
)

// A Recorder is an http.RoundTripper that writes what passes. It reads each answer as fast as the
// upstream gives it, whether the program reads it or not.
type Recorder struct {
	w     *Writer
	pool  *chunks
	http1 *http.Transport // and HTTP/2 over TLS where the upstream speaks it
	http2 *http.Transport // HTTP/2 without TLS, for who speaks it to us
	taken *taken
	lag   *lag
	work  sync.WaitGroup // answers that come, or are read

	mu     sync.Mutex
	totals totals
}

// memory, bytes, of bodies in flight; what does not fit is in files.
const memory = 32 << 20

// NewRecorder sends requests on and writes what passes into w. Queue tells when the program has read
// an answer; nil where that can't be seen.
func NewRecorder(w *Writer, queue Queue) *Recorder {
	r := &Recorder{w: w, pool: newChunks(memory), http1: transport(), http2: transport(), taken: newTaken(queue), lag: newLag()}
	r.http2.Protocols = new(http.Protocols)
	r.http2.Protocols.SetUnencryptedHTTP2(true)
	r.http2.Protocols.SetHTTP2(true)
	return r
}

func transport() *http.Transport {
	return &http.Transport{
		Proxy:                 http.ProxyFromEnvironment,
		DisableCompression:    true, // bytes pass as they are
		TLSClientConfig:       &tls.Config{},
		ForceAttemptHTTP2:     true,
		MaxIdleConnsPerHost:   1 << 12, // the program's window, whatever it is
		IdleConnTimeout:       90 * time.Second,
		TLSHandshakeTimeout:   30 * time.Second,
		ExpectContinueTimeout: time.Second,
		ReadBufferSize:        readBuffer,
	}
}

// readBuffer, bytes, is for headers and small bodies: what is read past it is copied once less.
const readBuffer = 16 << 10

// A passage is an exchange in work.
type passage struct {
	mu         sync.Mutex
	e          Exchange
	hash       xxh3.Hasher128 // of the request's body
	near, far  netip.AddrPort // the ends of the program's connection; zero if unknown
	incomplete bool           // it is not kept: its body did not come whole, or there is no room
}

func (p *passage) since() time.Duration { return time.Since(p.e.Began) }

// set notes a time. The trace of a request calls from any goroutine, also late.
func (p *passage) set(clock *time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	*clock = p.since()
}

// came notes when something came from the upstream. It is seen later than it came, and not before the
// request was sent.
func (p *passage) came(l *lag, clock *time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	*clock = p.seen(l)
}

func (p *passage) seen(l *lag) time.Duration {
	at := l.before(p.since(), max(0, p.e.Clocks.Sent, p.e.Clocks.First))
	if n := len(p.e.Pieces); n > 0 {
		at = max(at, p.e.Pieces[n-1].At)
	}
	return at
}

// passageKey is where a request's passage is found, if something noted it as it came.
type passageKey struct{}

// begun notes that a request came.
func begun(req *http.Request) *passage {
	p := &passage{e: Exchange{Method: req.Method, Began: time.Now(), Clocks: unknownClocks, Connection: req.RemoteAddr}}
	if local, ok := req.Context().Value(http.LocalAddrContextKey).(net.Addr); ok {
		p.near, _ = netip.ParseAddrPort(local.String())
		p.far, _ = netip.ParseAddrPort(req.RemoteAddr)
	}
	return p
}

// RoundTrip sends a request on. The answer's body is read from the upstream meanwhile.
func (r *Recorder) RoundTrip(req *http.Request) (*http.Response, error) {
	p, ok := req.Context().Value(passageKey{}).(*passage)
	if !ok {
		p = begun(req)
	}
	r.begin()
	p.e.URL, p.e.RequestHeader = req.URL, req.Header.Clone()
	if req.UserAgent() == "" {
		p.e.RequestHeader.Del("User-Agent") // httputil's empty one, in place of net/http's own
	}
	ctx := httptrace.WithClientTrace(req.Context(), &httptrace.ClientTrace{
		WroteRequest:         func(httptrace.WroteRequestInfo) { p.set(&p.e.Clocks.Sent) },
		GotFirstResponseByte: func() { p.came(r.lag, &p.e.Clocks.First) },
	})
	sent := req.WithContext(ctx)
	if req.Body != nil && req.Body != http.NoBody {
		sent.Body = &requestBody{ReadCloser: req.Body, p: p}
	}
	via := r.http1
	if req.ProtoMajor == 2 && req.URL.Scheme == "http" {
		via = r.http2
	}
	resp, err := via.RoundTrip(sent)
	if err != nil {
		r.failed(p, err, req.Context())
		return nil, err
	}
	p.mu.Lock()
	p.e.Status, p.e.Proto, p.e.Header = resp.StatusCode, resp.Proto, resp.Header.Clone()
	p.mu.Unlock()
	if resp.StatusCode == http.StatusSwitchingProtocols {
		p.incomplete = true // what follows is no HTTP
		r.answered()
		r.over(p)
		return resp, nil
	}
	return r.receive(p, resp, req.Context()), nil
}

// failed notes an answer that never came.
func (r *Recorder) failed(p *passage, err error, ctx context.Context) {
	p.mu.Lock()
	p.e.Failed, p.e.Proto = Unreachable, "HTTP/1.1"
	p.e.Clocks.Whole = p.since()
	if ctx.Err() != nil {
		p.e.Failed = Left
	}
	p.mu.Unlock()
	r.answered()
	r.over(p)
}

// receive takes the answer's body from the upstream, and returns the answer with what has come in its
// place. It has a trailer of its own: net/http writes what comes into the first one, in another
// goroutine than that which reads this one.
func (r *Recorder) receive(p *passage, resp *http.Response, ctx context.Context) *http.Response {
	passed := *resp
	passed.Trailer = maps.Clone(resp.Trailer)
	from := resp.Body
	s := newSpool(ctx, r.w, r.pool)
	b := &spooled{spool: s, read: make(chan struct{}), done: r.answered, trailer: func() {
		if passed.Trailer == nil {
			passed.Trailer = http.Header{} // of one that was not announced
		}
		maps.Copy(passed.Trailer, resp.Trailer)
	}}
	passed.Body = b
	r.work.Add(1)
	go func() {
		defer r.work.Done()
		s.fill(from, func(n int) { p.piece(r.lag, int64(n)) })
		p.came(r.lag, &p.e.Clocks.Whole)
		from.Close()
		failed := s.failure()
		body, kept := s.settle(failed)
		<-b.read
		p.set(&p.e.Clocks.Handed)
		p.mu.Lock()
		p.e.Body, p.e.Trailer, p.e.Failed, p.incomplete = body, resp.Trailer, failed, !kept
		p.mu.Unlock()
		s.free()
		r.over(p)
	}()
	return &passed
}

// A spooled body is read by the program.
type spooled struct {
	*spool
	once    sync.Once
	trailer func()        // called once the body has come, in the reader's goroutine
	done    func()        // called when the program has all, or wants no more
	read    chan struct{} // closed then
}

func (b *spooled) Read(p []byte) (int, error) {
	n, err := b.spool.Read(p)
	if err == io.EOF {
		b.trailer()
	}
	return n, err
}

// WriteTo is [spool.WriteTo], and then the trailer.
func (b *spooled) WriteTo(w io.Writer) (int64, error) {
	n, err := b.spool.WriteTo(w)
	if err == nil {
		b.trailer()
	}
	return n, err
}

func (b *spooled) Close() error {
	err := b.spool.Close()
	b.once.Do(func() {
		b.done()
		close(b.read)
	})
	return err
}

// failure says how the upstream's body ended. A program that leaves once the body has come is no
// failure: the upstream had answered.
func (s *spool) failure() Failure {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.err == io.EOF:
		return ""
	case s.gone || s.err == nil:
		return Left
	case errors.Is(s.err, syscall.ECONNRESET) || strings.Contains(s.err.Error(), "stream error"): // HTTP/2's has no type outside net/http
		return Reset
	}
	return Cut
}

// close pieces are one, and a body has no more than mostPieces.
const (
	closePieces = time.Millisecond
	mostPieces  = 128
)

// piece notes that some bytes of the body have come.
func (p *passage) piece(l *lag, n int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.seen(l)
	all := p.e.Pieces
	if k := len(all); k > 0 && now-all[k-1].At < closePieces {
		all[k-1].Bytes += n
		return
	}
	if len(all) == mostPieces { // each two become one, at the time of the later: no byte comes too early
		half := all[:0]
		for i := 0; i < mostPieces; i += 2 {
			half = append(half, Piece{all[i+1].At, all[i].Bytes + all[i+1].Bytes})
		}
		all = half
	}
	p.e.Pieces = append(all, Piece{now, n})
}

// A requestBody takes the digest of what the program sends.
type requestBody struct {
	io.ReadCloser
	p *passage
}

func (b *requestBody) Read(to []byte) (int, error) {
	n, err := b.ReadCloser.Read(to)
	b.p.mu.Lock()
	defer b.p.mu.Unlock()
	b.p.hash.Write(to[:n])
	b.p.e.Request.Size += int64(n)
	return n, err
}

// over ends an exchange: it is written once the program has read it.
func (r *Recorder) over(p *passage) {
	r.work.Add(1)
	r.taken.await(p, func(at time.Time, known bool) {
		defer r.work.Done()
		p.mu.Lock()
		defer p.mu.Unlock()
		if known {
			p.e.Clocks.Taken = max(p.e.Clocks.Handed, at.Sub(p.e.Began))
		}
		if p.e.Request.Size > 0 {
			p.e.Request.Digest = p.hash.Sum128().Bytes()
		}
		r.end(p.e)
		if p.incomplete {
			r.w.Hide()
			return
		}
		r.w.Add(p.e)
	})
}

// Close waits for the answers in flight, for a moment, and ends the recording.
func (r *Recorder) Close() error {
	r.http1.CloseIdleConnections()
	r.http2.CloseIdleConnections()
	r.taken.close()
	defer r.lag.stop()
	done := make(chan struct{})
	go func() {
		r.work.Wait()
		close(done)
	}()
	select {
	case <-done:
	case <-time.After(grace):
	}
	return r.w.Close()
}

// grace is how long an answer in flight may take once the recording ends.
const grace = 5 * time.Second
