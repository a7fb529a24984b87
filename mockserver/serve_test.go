package mockserver_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"collatebench/mockserver"
	"collatebench/mockserver/payload"
)

func preloading(o mockserver.Options, sizes ...payload.Size) mockserver.Options {
	for _, size := range sizes {
		o.Preload = append(o.Preload, payload.Spec{Codec: payload.JSON, Encoding: payload.Identity, Size: size})
	}
	return o
}

func (u *upstream) ready() bool {
	u.t.Helper()
	resp, err := u.client.Get(u.url + "/readyz")
	if err != nil {
		u.t.Fatal(err)
	}
	defer resp.Body.Close()
	return resp.StatusCode == http.StatusOK
}

func (u *upstream) untilReady() {
	u.t.Helper()
	u.until("ready", func(mockserver.Stats) bool { return u.ready() })
}

func TestReadyOnceThePreloadIsBuilt(t *testing.T) {
	s, err := mockserver.New(preloading(mockserver.Options{}, 1*mib, 64<<10))
	if err != nil {
		t.Fatal(err)
	}
	w := httptest.NewRecorder()
	s.Handler().ServeHTTP(w, httptest.NewRequest("GET", "/readyz", nil))
	if w.Code != http.StatusServiceUnavailable {
		t.Errorf("before anything is built: %d, want 503", w.Code)
	}
	serve(t, preloading(mockserver.Options{}, 1*mib, 64<<10)).untilReady()
}

// TestReadyzDoesNotQueue asks while the only place in service is held.
func TestReadyzDoesNotQueue(t *testing.T) {
	u := serve(t, mockserver.Options{Behaviour: behave(t, "queue", "1", "latency", "1ms", "faults", "stall:100%")})
	u.hold("size=1KiB")
	u.untilReady()
}

func TestPreloadThatDoesNotFitEndsServe(t *testing.T) {
	s, err := mockserver.New(preloading(mockserver.Options{Bodies: 1, MaxMemory: 3 * mib}, 2*mib, 3*mib))
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	err = s.Serve(context.Background(), l)
	if err == nil || !strings.HasPrefix(err.Error(), "preload: 3MiB of json, identity: needs ") {
		t.Errorf("Serve: %v", err)
	}
	if err := s.Serve(context.Background(), l); err == nil {
		t.Error("a server served twice")
	}
}

// TestServeFinishesRequestsInFlight ends the server while one request holds
// the only place in service, its large body unread, and two wait for it.
func TestServeFinishesRequestsInFlight(t *testing.T) {
	protocols(t, func(t *testing.T, http2 bool) {
		o := mockserver.Options{Bodies: 1, SendBuffer: 64 << 10, Behaviour: behave(t, "queue", "1")}
		u := serveTo(t, o, newClient(t, http2))
		watch := *u
		watch.client = newClient(t, false)
		first, _ := u.hold("size=8MiB")
		var wg sync.WaitGroup
		for range 2 {
			wg.Go(func() {
				if resp, body, err := u.fetch("size=64KiB"); err != nil || int64(len(body)) != resp.ContentLength {
					t.Errorf("cut off after %d bytes: %v", len(body), err)
				}
			})
		}
		watch.until("all in flight", func(s mockserver.Stats) bool { return s.InFlight == 3 })
		wg.Go(func() {
			if err := u.end(); err != nil {
				t.Error(err)
			}
		})
		watch.untilRefused()
		if n, err := io.Copy(io.Discard, first.Body); err != nil || n != first.ContentLength {
			t.Errorf("cut off after %d bytes: %v", n, err)
		}
		wg.Wait()
	})
}

// untilRefused waits until the server accepts nothing more.
func (u *upstream) untilRefused() {
	u.t.Helper()
	for start := time.Now(); time.Since(start) < 10*time.Second; time.Sleep(time.Millisecond) {
		u.client.CloseIdleConnections()
		resp, err := u.client.Get(u.url + "/readyz")
		if errors.Is(err, syscall.ECONNREFUSED) {
			return
		}
		if err == nil {
			resp.Body.Close()
		}
	}
	u.t.Fatal("connections are still accepted")
}

func TestServeLetsStalledBodiesGo(t *testing.T) {
	protocols(t, func(t *testing.T, http2 bool) {
		u := serveTo(t, mockserver.Options{Behaviour: behave(t, "faults", "stall:100%")}, newClient(t, http2))
		resp, _ := u.hold("size=64KiB")
		if err := u.end(); err != nil {
			t.Error(err)
		}
		if n, err := io.Copy(io.Discard, resp.Body); err == nil || n != resp.ContentLength/2 {
			t.Errorf("%d bytes of %d, %v; want half and an error", n, resp.ContentLength, err)
		}
	})
}

// TestServeDoesNotWaitForUnusedConnections has a connection on which nothing is
// asked. It would be there after the end, if it were waited for.
func TestServeDoesNotWaitForUnusedConnections(t *testing.T) {
	u := serve(t, mockserver.Options{})
	conn, err := net.Dial("tcp", strings.TrimPrefix(u.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	u.untilReady() // on a later connection, so that the first is accepted
	closed := make(chan error, 1)
	go func() {
		_, err := conn.Read(make([]byte, 1))
		closed <- err
	}()
	if err := u.end(); err != nil {
		t.Error(err)
	}
	if err := <-closed; err == nil {
		t.Error("something came on a connection that asked nothing")
	}
}

// TestWindowOfOneHTTP2Connection has more streams than net/http allows by default.
func TestWindowOfOneHTTP2Connection(t *testing.T) {
	const window = 400
	u := serveTo(t, mockserver.Options{Behaviour: behave(t, "faults", "stall:100%")}, newClient(t, true))
	resp, _ := u.hold("size=1KiB")
	if resp.ProtoMajor != 2 {
		t.Fatalf("%s, want HTTP/2", resp.Proto)
	}
	var wg sync.WaitGroup
	ctx, leave := context.WithCancel(context.Background())
	defer leave()
	for range window - 1 {
		wg.Go(func() {
			if resp, err := u.get(ctx, "size=1KiB"); err == nil {
				io.Copy(io.Discard, resp.Body)
				resp.Body.Close()
			}
		})
	}
	u.until("all in flight at once", func(s mockserver.Stats) bool { return s.InFlight == window })
	leave()
	wg.Wait()
}

// TestManyConnectionsStayOpen opens them as a client does that warms up: by
// answers of /readyz that it does not read until it has them all.
func TestManyConnectionsStayOpen(t *testing.T) {
	const conns = 300
	u := serve(t, mockserver.Options{})
	dialled := 0
	ctx := httptrace.WithClientTrace(context.Background(), &httptrace.ClientTrace{GotConn: func(c httptrace.GotConnInfo) {
		if !c.Reused {
			dialled++
		}
	}})
	for range 2 {
		var open []*http.Response
		for range conns {
			req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.url+"/readyz", nil)
			if err != nil {
				t.Fatal(err)
			}
			resp, err := u.client.Do(req)
			if err != nil {
				t.Fatal(err)
			}
			open = append(open, resp)
		}
		for _, resp := range open {
			io.Copy(io.Discard, resp.Body)
			resp.Body.Close()
		}
	}
	if dialled != conns {
		t.Errorf("%d connections for 2 times %d requests, want %d", dialled, conns, conns)
	}
}
