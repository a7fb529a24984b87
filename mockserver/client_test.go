package mockserver_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"testing"
	"time"

	"collatebench/mockserver"
	"collatebench/mockserver/behaviour"
)

// behave reads a behaviour from pairs such as "queue", "2".
func behave(t testing.TB, pairs ...string) (s behaviour.Spec) {
	t.Helper()
	for i := 0; i < len(pairs); i += 2 {
		set := false
		for _, k := range behaviour.Knobs() {
			if k.Name == pairs[i] {
				set = true
				if err := k.Set(&s, pairs[i+1]); err != nil {
					t.Fatal(err)
				}
			}
		}
		if !set {
			t.Fatalf("no knob %q", pairs[i])
		}
	}
	return s
}

// upstream is a served mock server and a client of its own.
type upstream struct {
	t      testing.TB
	server *mockserver.Server
	url    string
	client *http.Client
	end    func() error // ends the server and says how it ended; again: the same
}

// serve serves o until the test ends, on HTTP/1.1.
func serve(t testing.TB, o mockserver.Options) *upstream { return serveTo(t, o, newClient(t, false)) }

func serveTo(t testing.TB, o mockserver.Options, client *http.Client) *upstream {
	t.Helper()
	s, err := mockserver.New(o)
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	served := make(chan struct{})
	go func() {
		defer close(served)
		err = s.Serve(ctx, l)
	}()
	u := &upstream{t: t, server: s, url: "http://" + l.Addr().String(), client: client}
	u.end = func() error {
		cancel()
		<-served
		return err
	}
	t.Cleanup(func() {
		client.CloseIdleConnections()
		if err := u.end(); err != nil {
			t.Errorf("Serve: %v", err)
		}
	})
	return u
}

// newClient has connections of its own, as many as it likes of HTTP/1.1 or one
// of HTTP/2.
func newClient(t testing.TB, http2 bool) *http.Client {
	p := new(http.Protocols)
	p.SetHTTP1(!http2)
	p.SetUnencryptedHTTP2(http2)
	c := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 1 << 12, DisableCompression: true, Protocols: p,
		HTTP2: &http.HTTP2Config{StrictMaxConcurrentRequests: true}}} // or it would dial another connection
	t.Cleanup(c.CloseIdleConnections)
	return c
}

func (u *upstream) stats() mockserver.Stats {
	u.t.Helper()
	return readStats(u.t, u.client, u.url)
}

// until waits for a state of the server that nothing announces.
func (u *upstream) until(what string, ok func(mockserver.Stats) bool) {
	u.t.Helper()
	for start := time.Now(); !ok(u.stats()); time.Sleep(time.Millisecond) {
		if time.Since(start) > 10*time.Second {
			u.t.Fatalf("not in 10 s: %s; %+v", what, u.stats())
		}
	}
}

// get asks for a payload; its body is the caller's to read and close.
func (u *upstream) get(ctx context.Context, query string, args ...any) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.url+"/v1/payload?"+fmt.Sprintf(query, args...), nil)
	if err != nil {
		return nil, err
	}
	return u.client.Do(req)
}

// fetch reads a whole answer. The error is that of reading the body.
func (u *upstream) fetch(query string, args ...any) (resp *http.Response, body []byte, err error) {
	if resp, err = u.get(context.Background(), query, args...); err != nil {
		return nil, nil, err
	}
	defer resp.Body.Close()
	body, err = io.ReadAll(resp.Body)
	return resp, body, err
}

// must is fetch where nothing may go wrong.
func (u *upstream) must(query string, args ...any) (*http.Response, []byte) {
	u.t.Helper()
	resp, body, err := u.fetch(query, args...)
	if err != nil {
		u.t.Fatal(err)
	}
	if resp.StatusCode != http.StatusOK || int64(len(body)) != resp.ContentLength {
		u.t.Fatalf("%s: %s, %d of %d bytes, %.200q", resp.Request.URL, resp.Status, len(body), resp.ContentLength, body)
	}
	return resp, body
}

func readStats(t testing.TB, client *http.Client, url string) (s mockserver.Stats) {
	t.Helper()
	resp, err := client.Get(url + "/v1/stats")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if err := json.NewDecoder(resp.Body).Decode(&s); err != nil {
		t.Fatal(err)
	}
	return s
}

// timing reads the milliseconds of a Server-Timing header.
func timing(t testing.TB, resp *http.Response) (queue, service float64) {
	t.Helper()
	header := resp.Header.Get("Server-Timing")
	if n, err := fmt.Sscanf(header, "queue;dur=%f, service;dur=%f", &queue, &service); n != 2 || err != nil {
		t.Fatalf("Server-Timing: %q: %v", header, err)
	}
	return queue, service
}

// protocols runs a test over HTTP/1.1 and over HTTP/2.
func protocols(t *testing.T, test func(t *testing.T, http2 bool)) {
	t.Run("http1", func(t *testing.T) { test(t, false) })
	t.Run("http2", func(t *testing.T) { test(t, true) })
}
