package diagnose_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/pprof"
	"strings"
	"sync"
	"testing"
	"time"

	"collatebench/profiles/diagnose"
)

// pprofServer is a program with net/http/pprof; busy runs beside it.
func pprofServer(t *testing.T) *httptest.Server {
	t.Helper()
	mux := http.NewServeMux()
	mux.HandleFunc("/debug/pprof/profile", pprof.Profile)
	mux.HandleFunc("/debug/pprof/trace", pprof.Trace)
	s := httptest.NewServer(mux)
	t.Cleanup(s.Close)
	return s
}

// TestRecord: the trace of a running program carries CPU samples.
func TestRecord(t *testing.T) {
	stop := make(chan struct{})
	var busy sync.WaitGroup
	busy.Go(func() {
		for {
			select {
			case <-stop:
				return
			default:
				decodePage(page)
			}
		}
	})
	defer busy.Wait()
	defer close(stop)
	var raw bytes.Buffer
	if err := diagnose.Record(t.Context(), pprofServer(t).URL, time.Second, &raw); err != nil {
		t.Fatal(err)
	}
	r := read(t, raw.Bytes(), diagnose.Options{})
	if r.Samples == 0 || r.Seconds < .5 {
		t.Errorf("%d samples in %.2f s", r.Samples, r.Seconds)
	}
}

func TestRecordRefused(t *testing.T) {
	gone := httptest.NewServer(nil)
	gone.Close()
	for _, c := range []struct {
		name, base string
		want       string
	}{
		{"nobody listens", gone.URL, "connection refused"},
		{"no address", "127.0.0.1:6060", "not an address such as"},
		{"no scheme", "localhost", "not an address such as"},
		{"other scheme", "ftp://127.0.0.1", "not an address such as"},
		{"not found", serve(t, http.NotFoundHandler()), "no pprof handler: it answers 404"},
		{"a page", serve(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "<html>hello") })), "no pprof handler: it answers with text/html"},
		{"elsewhere", serve(t, http.RedirectHandler("http://127.0.0.1:1/", http.StatusFound)), "no pprof handler: it answers 302"},
		{"busy", serve(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("X-Go-Pprof", "1")
			w.WriteHeader(http.StatusInternalServerError)
			io.WriteString(w, "Could not enable CPU profiling: cpu profiling already in use\n")
		})), "cpu profiling already in use"},
	} {
		t.Run(c.name, func(t *testing.T) {
			err := diagnose.Record(t.Context(), c.base, time.Second, io.Discard)
			if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "\n") {
				t.Errorf("error is %v, not one line with %q", err, c.want)
			}
		})
	}
}

func serve(t *testing.T, h http.Handler) string {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s.URL
}

// TestRecordStops: Ctrl-C ends a recording at once.
func TestRecordStops(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	begun := make(chan struct{}, 2)
	base := serve(t, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		begun <- struct{}{}
		<-r.Context().Done()
	}))
	go func() { <-begun; stop() }()
	if err := diagnose.Record(ctx, base, time.Minute, io.Discard); !errors.Is(err, context.Canceled) {
		t.Errorf("error is %v", err)
	}
}
