// Package mockserver is an upstream that serves large payloads and misbehaves
// as told: it is late, queues, writes slowly and fails, by seeded chance, and
// says exactly what it did.
//
//	server, err := mockserver.New(mockserver.Options{Seed: 1, Behaviour: behaviour.Spec{Queue: 4}})
//	if err != nil {
//		log.Fatal(err)
//	}
//	upstream := httptest.NewServer(server.Handler())
//	defer upstream.Close()
//	resp, err := http.Get(upstream.URL + "/v1/payload?codec=cbor&size=64KiB&id=7")
//	if err != nil {
//		log.Fatal(err)
//	}
//	defer resp.Body.Close()
//	body, err := io.ReadAll(resp.Body)
//	fmt.Println(len(body), resp.Header.Get("Content-Type"), err)
//	fmt.Println("records:", resp.Header.Get("X-Payload-Records"), "digest:", resp.Header.Get("X-Payload-Digest"))
//	fmt.Println("requests:", server.Stats().Requests)
//
// It answers these requests:
//
//	GET  /v1/payload  a body, by ?codec=json&encoding=identity&id=0&kind=records&size=1MiB (the defaults)
//	GET  /v1/stats    Stats as JSON
//	POST /v1/epoch    begins a new epoch: the peaks start again
//	GET  /metrics     Stats for Prometheus
//	GET  /readyz      200 once the payloads of Options.Preload are built; never queued or delayed
//
// A payload comes with Content-Length, Content-Type, Content-Encoding where it
// is compressed, X-Payload-Records, X-Payload-Digest and the measured
// "Server-Timing: queue;dur=0.012, service;dur=10.103" in milliseconds. The id
// picks one of the bodies that rotate, and every random choice depends on the
// seed and the id alone, never on the order of arrival. A request beyond the
// limits is answered with status 400 and the parameter, its value and what is
// allowed; one whose bodies do not fit in memory just now with 503.
//
// A request waits in its turn for one of Behaviour.Queue places, keeps it for
// the delay and until its body is written, and then perhaps goes wrong:
//
//	500, 503  that status and a line of text
//	reset     the header, then a TCP reset (HTTP/2: a reset stream)
//	truncate  the whole Content-Length, half of the body, then the end of the connection
//	stall     half of the body, then nothing until the client goes away, the server
//	          stops or MaxStall is over
//	corrupt   a few bytes of the body altered; X-Payload-Digest is that of the true body
//
// With Options.Replay it serves a recording in place of payloads: by method, path,
// query and the body of the request, equal requests in turn. Where only the query
// or the body is another it serves the exchange with the most parameters alike,
// and the statistics tell how often; otherwise it answers 404 and says what is
// near. Status, header, bytes of the body as they went over the wire, trailers
// and broken connections are as recorded, delays as well if Behaviour.Latency is;
// what else Behaviour says acts as on payloads. The paths above, but for
// /v1/payload, give way to recorded ones, and are always below /.collatebench.
//
// It speaks HTTP/1.1 and, on the same port, HTTP/2 without TLS (prior
// knowledge). It does not know who its clients are or what they measure.
package mockserver

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"golang.org/x/sync/semaphore"
	"golang.org/x/time/rate"

	"collatebench/mockserver/behaviour"
	"collatebench/mockserver/payload"
	"collatebench/mockserver/recording"
)

const (
	// MaxStall is how long a stalled body stands still at most.
	MaxStall = time.Minute
	// Grace is how long Serve waits for the requests in flight when it ends.
	Grace = 10 * time.Second
)

// Options says what a Server serves and how. The zero value serves made
// payloads at once and without faults.
type Options struct {
	Behaviour behaviour.Spec
	Seed      uint64         // of the payloads and of the random choices
	Bodies    int            // bodies of one size, codec and encoding that rotate; 0 means 8, fewer of large ones
	MaxSize   payload.Size   // largest size that a request may ask for; 0 means 256 MiB
	MaxMemory payload.Size   // of all bodies kept or being made; 0 means 1 GiB
	Captured  []string       // files served for kind=captured: a codec's bytes, not compressed
	Preload   []payload.Spec // made before /readyz says 200, and never evicted; their seeds are ignored
	// Replay is served in place of payloads. A Behaviour.Latency of none gives its
	// answers at once, and one that is recorded when they came. MaxMemory must hold
	// its distinct bodies, Captured and Preload must be empty, and the rest of what
	// is about payloads has no effect.
	Replay *recording.Recording
	// Pass are beginnings of paths that the upstream of the recording answers: a login that can't be
	// recorded. It is asked for these alone.
	Pass []string
	// SendBuffer is the socket's send buffer in bytes; 0 leaves it to the
	// kernel. A small one shows stalls that a large one hides. Below 64 KiB,
	// the size of a segment on loopback, each bufferful waits some 20 ms for an
	// acknowledgement that the client's kernel delays.
	SendBuffer int
}

func (o Options) withDefaults() Options {
	o.MaxSize = cmp.Or(o.MaxSize, payload.MaxSize)
	o.MaxMemory = cmp.Or(o.MaxMemory, 1<<30)
	return o
}

func (o Options) check() error {
	switch {
	case o.Bodies < 0:
		return fmt.Errorf("%d bodies: allowed: 0 or more", o.Bodies)
	case o.MaxSize < payload.MinSize || o.MaxSize > payload.MaxSize:
		return fmt.Errorf("largest size %v: allowed: from %v to %v", o.MaxSize, payload.MinSize, payload.MaxSize)
	case o.MaxMemory < payload.MinSize:
		return fmt.Errorf("memory of %v: allowed: %v or more", o.MaxMemory, payload.MinSize)
	case o.SendBuffer < 0:
		return fmt.Errorf("send buffer of %d bytes: allowed: 0 or more", o.SendBuffer)
	case o.Behaviour.Queue < 0 || o.Behaviour.Bandwidth < 0 || o.Behaviour.ConnBandwidth < 0:
		return errors.New("queue or bandwidth below 0")
	}
	if err := o.checkPass(); err != nil {
		return err
	}
	return o.checkReplay()
}

// Server is one upstream. New makes it; it serves one listener in its life.
type Server struct {
	o       Options
	grammar grammar
	library *library
	tally   tally
	late    lateness
	window  window
	slots   *semaphore.Weighted // places in service, first come first served; nil means no end of them
	limit   *rate.Limiter       // of all connections; nil means none
	replay  *replay             // nil where payloads are made
	handler http.Handler
	loaded  chan struct{} // closed once the preload is built
	stop    chan struct{} // closed when the server ends: stalled bodies are let go
	served  atomic.Bool
}

// New checks the options and reads the captured files. It starts nothing and
// builds no payload.
func New(o Options) (*Server, error) {
	o = o.withDefaults()
	if err := o.check(); err != nil {
		return nil, fmt.Errorf("mock server: %w", err)
	}
	s := &Server{o: o, grammar: newGrammar(), loaded: make(chan struct{}), stop: make(chan struct{}), window: window{open: map[*watchedConn]bool{}}}
	s.tally.begin(time.Now())
	var err error
	if s.library, err = newLibrary(o, s.stop); err != nil {
		return nil, fmt.Errorf("mock server: %w", err)
	}
	if o.Replay != nil {
		if s.replay, err = newReplay(o.Replay, int64(o.MaxMemory)); err != nil {
			return nil, fmt.Errorf("mock server: %w", err)
		}
	}
	if err := s.checkPreload(); err != nil {
		return nil, fmt.Errorf("mock server: %w", err)
	}
	if k := o.Behaviour.Queue; k > 0 {
		s.slots = semaphore.NewWeighted(int64(k))
	}
	s.limit = limiter(o.Behaviour.Bandwidth)
	s.routes()
	return s, nil
}

// Handler serves the upstream's contract. Without Serve nothing is preloaded,
// and what belongs to connections, ConnBandwidth and SendBuffer, is left out.
func (s *Server) Handler() http.Handler { return s.handler }

// Replayed says what of Options.Replay is served; the zero value without.
func (s *Server) Replayed() Replayed {
	if s.replay == nil {
		return Replayed{}
	}
	return s.replay.Replayed
}

// Control is the prefix below which a server's own paths are, also where a
// recording has those paths.
const Control = "/.collatebench"

func (s *Server) routes() {
	mux, under := http.NewServeMux(), http.NewServeMux()
	s.own(mux)
	s.own(under)
	control := http.StripPrefix(Control, under)
	if s.replay == nil {
		mux.HandleFunc("GET /v1/payload", s.answer)
		mux.HandleFunc("HEAD /v1/payload", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Allow", http.MethodGet) // a HEAD would be counted as bytes that nobody saw
			w.WriteHeader(http.StatusMethodNotAllowed)
		})
		mux.Handle(Control+"/", control)
		s.handler = mux
		return
	}
	// No ServeMux: it would redirect paths that it finds unclean, and a recorded one may be.
	s.handler = s.passes(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, Control+"/") {
			control.ServeHTTP(w, r)
		} else if b := s.replay.branch(r); b != nil {
			s.answerReplayed(w, r, b)
		} else if _, pattern := mux.Handler(r); pattern != "" {
			mux.ServeHTTP(w, r)
		} else {
			s.answerMissing(w, r)
		}
	}))
}

// own adds what is not the upstream's.
func (s *Server) own(mux *http.ServeMux) {
	mux.HandleFunc("GET /v1/stats", s.answerStats)
	mux.HandleFunc("POST /v1/epoch", func(w http.ResponseWriter, _ *http.Request) {
		s.tally.epoch()
		w.WriteHeader(http.StatusNoContent)
	})
	mux.Handle("GET /metrics", metricsHandler(s.Stats))
	mux.HandleFunc("GET /readyz", s.answerReady)
}

func (s *Server) answerReady(w http.ResponseWriter, _ *http.Request) {
	select {
	case <-s.loaded:
		fmt.Fprintln(w, "ready")
	default:
		http.Error(w, "building payloads", http.StatusServiceUnavailable)
	}
}
