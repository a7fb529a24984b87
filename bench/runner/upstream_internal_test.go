package runner

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// TestNoProxy: what is measured takes no proxy from the environment, so what is asked
// beside must not either.
func TestNoProxy(t *testing.T) {
	transport, ok := asking.Transport.(*http.Transport)
	if !ok || transport.Proxy != nil {
		t.Error("it obeys HTTP_PROXY")
	}
	if asking.Timeout == 0 {
		t.Error("it waits for ever")
	}
}

func TestAnswersAreBounded(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/endless" {
			for {
				if _, err := io.WriteString(w, strings.Repeat(" ", 1<<16)); err != nil {
					return
				}
			}
		}
		io.WriteString(w, `{"requests":3} `)
	}))
	defer s.Close()
	var sums upstreamSums
	if err := getJSON(context.Background(), s.URL+"/", "/v1/stats", &sums); err != nil || sums.Requests != 3 {
		t.Errorf("%+v, %v", sums, err)
	}
	if err := getJSON(context.Background(), s.URL, "/endless", &sums); err == nil || err.Error() != "GET /endless: its answer has more than 1 MiB" {
		t.Error(err)
	}
}

// TestLateUpstream: a client that waits starts before its upstream; one that does not, and one whose
// upstream is another server, is refused at once.
func TestLateUpstream(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	at := l.Addr().String()
	l.Close()
	var notes bytes.Buffer
	x := &experiment{Options: Options{Upstream: "http://" + at, Notes: &notes}}
	refused := (*OptionError)(nil)
	if err := x.awaitElsewhere(t.Context()); !errors.As(err, &refused) || !strings.Contains(err.Error(), "refused") || notes.Len() > 0 {
		t.Errorf("without --wait: %v; %q", err, &notes)
	}
	x.Guard.Wait = time.Minute
	var calls atomic.Int64
	late := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if calls.Add(1) == 1 {
			w.WriteHeader(http.StatusServiceUnavailable) // its payloads are not built
			return
		}
		fmt.Fprint(w, `{"requests": 0}`)
	})}
	defer late.Close()
	go func() {
		time.Sleep(2 * lockPoll)
		if l, err := net.Listen("tcp", at); err == nil {
			_ = late.Serve(l)
		}
	}()
	if err := x.awaitElsewhere(t.Context()); err != nil || calls.Load() != 3 || strings.Count(notes.String(), "\n") != 1 {
		t.Errorf("%v after %d requests; %q", err, calls.Load(), &notes)
	}
	other := httptest.NewServer(http.NotFoundHandler())
	defer other.Close()
	x.Upstream = other.URL
	if err := x.awaitElsewhere(t.Context()); !errors.As(err, &refused) || !strings.Contains(err.Error(), "404") {
		t.Errorf("another server: %v", err)
	}
	ended, end := context.WithCancel(t.Context())
	end()
	x.Upstream = "http://" + at
	late.Close()
	if err := x.awaitElsewhere(ended); !errors.Is(err, ErrInterrupted) {
		t.Errorf("interrupted: %v", err)
	}
}
