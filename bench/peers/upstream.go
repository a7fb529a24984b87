package peers

import (
	"errors"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"sync"
	"time"

	"collatebench/mockserver/behaviour"
)

// An upstream is the mock server on a loopback port of its own, for one run of
// a client. It notes what it is asked, and does to a request what a script says.
type upstream struct {
	url     string
	script  script
	faults  map[int]behaviour.Fault
	good    http.Handler                     // the mock server
	bad     map[behaviour.Fault]http.Handler // mock servers that do this to every request
	http    *http.Server
	mustEnd chan struct{} // closed after an answer that must end the client

	mu sync.Mutex
	traffic
	inFlight int
	changed  chan struct{} // closed at the next arrival or end of a request
	over     bool          // mustEnd is closed
}

func startUpstream(a ask, mocks *mocks) (*upstream, error) {
	u := &upstream{script: a.script, faults: a.faults, bad: map[behaviour.Fault]http.Handler{},
		mustEnd: make(chan struct{}), changed: make(chan struct{}), traffic: traffic{highest: -1}}
	if u.script == nil {
		u.script = (*upstream).answer
	}
	var err error
	if u.good, err = mocks.handler("latency", a.latency.String()); err != nil {
		return nil, err
	}
	for _, f := range a.faults {
		if u.bad[f], err = mocks.handler("faults", string(f)+":100%"); err != nil {
			return nil, err
		}
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	u.url = "http://" + l.Addr().String()
	query := wantQuery(a)
	u.http = &http.Server{
		Handler:   http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { u.serve(w, r, query) }),
		ConnState: u.noteConn,
	}
	go func() {
		if err := u.http.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			panic(err) // the listener is ours
		}
	}()
	return u, nil
}

// stop ends the upstream and the requests that are still in flight, and returns
// what it has seen.
func (u *upstream) stop() traffic {
	u.http.Close()
	for {
		u.mu.Lock()
		seen, left, changed := u.traffic, u.inFlight, u.changed
		u.mu.Unlock()
		if left == 0 {
			return seen
		}
		<-changed
	}
}

func (u *upstream) noteConn(_ net.Conn, s http.ConnState) {
	if s == http.StateNew {
		u.mu.Lock()
		u.conns++
		u.mu.Unlock()
	}
}

// serve notes a request and lets the script serve it. The request is counted
// out before the client sees its end: the end of a body stays in net/http's
// buffer until the handler has returned.
func (u *upstream) serve(w http.ResponseWriter, r *http.Request, query url.Values) {
	id, err := strconv.Atoi(r.URL.Query().Get("id"))
	if r.URL.Path != "/v1/payload" || err != nil || id < 0 {
		u.mu.Lock()
		u.unexpected = append(u.unexpected, r.Method+" "+r.URL.String())
		u.mu.Unlock()
		u.good.ServeHTTP(w, r)
		return
	}
	q := &request{id: id, wrong: differs(r, query), arrived: time.Now()}
	u.arrive(q)
	defer u.leave(q, w.Header()) // also when a fault ends in a panic
	u.script(u, w, r, id)
}

func (u *upstream) arrive(q *request) {
	u.mu.Lock()
	defer u.mu.Unlock()
	q.before = len(u.requests) - u.inFlight
	u.requests = append(u.requests, q)
	u.highest = max(u.highest, q.id)
	u.inFlight++
	u.peak = max(u.peak, u.inFlight)
	u.wake()
}

func (u *upstream) leave(q *request, h http.Header) {
	u.mu.Lock()
	defer u.mu.Unlock()
	q.records = h.Get("X-Payload-Records")
	q.ended = time.Now()
	u.inFlight--
	u.wake()
}

// wake ends the waits in await, each of which looks again. u.mu is held.
func (u *upstream) wake() {
	close(u.changed)
	u.changed = make(chan struct{})
}
