package diagnose_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/pprof"
	"strconv"
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
		{"no scheme", strings.TrimPrefix(gone.URL, "http://"), "connection refused"},
		{"no scheme and no port", "localhost", "not an address such as"},
		{"no host", "http://", "not an address such as"},
		{"other scheme", "ftp://127.0.0.1", "not an address such as"},
		{"not found", serve(t, http.NotFoundHandler()), "no pprof handler: it answers 404"},
		{"a page", serve(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "<html>hello") })), "no pprof handler: it answers with text/html"},
		{"elsewhere", serve(t, http.RedirectHandler("http://127.0.0.1:1/", http.StatusFound)), "no pprof handler: it answers 302"},
		{"busy", serve(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("X-Go-Pprof", "1")
			w.WriteHeader(http.StatusInternalServerError)
			io.WriteString(w, "Could not enable CPU profiling: cpu profiling already in use\n")
		})), "cpu profiling already in use"},
		{"a long refusal", serve(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("X-Go-Pprof", "1")
			w.WriteHeader(http.StatusInternalServerError)
			io.WriteString(w, strings.Repeat("x", 1<<20))
		})), "xxx ..."},
		{"compressed", sends(t, 0, traceHeader, "Content-Encoding", "gzip"), "Content-Encoding gzip, which was not asked for"},
		{"nothing", sends(t, 0, ""), "it is empty"},
		{"some bytes", sends(t, 0, "hello, this is no trace"), "not an execution trace"},
		{"a header and no end of it", sends(t, 1<<40, "hello, this is no trace"), "not an execution trace"},
	} {
		t.Run(c.name, func(t *testing.T) {
			err := diagnose.Record(t.Context(), c.base, time.Second, io.Discard)
			if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "\n") {
				t.Errorf("error is %v, not one line with %q", err, c.want)
			}
		})
	}
}

const traceHeader = "go 1.26 trace\x00\x00\x00"

// sends is a program whose CPU profile begins as one and does not end, and whose
// trace begins with this text and goes on with zeros.
func sends(t *testing.T, zeros int64, text string, header ...string) string {
	t.Helper()
	return serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/octet-stream")
		if strings.HasSuffix(r.URL.Path, "/profile") {
			io.WriteString(w, "\x1f\x8b")
			w.(http.Flusher).Flush()
			<-r.Context().Done()
			return
		}
		if len(header) > 0 {
			w.Header()[header[0]] = header[1:]
		}
		io.WriteString(w, text)
		io.CopyN(w, zeroes{}, zeros)
	}))
}

type zeroes struct{}

func (zeroes) Read(b []byte) (int, error) {
	clear(b)
	return len(b), nil
}

// counting is a full disk in reverse: it notes what it is given.
type counting int64

func (c *counting) Write(b []byte) (int, error) {
	*c += counting(len(b))
	return len(b), nil
}

// TestRecordBounds: a server that sends without end fills no disk, and one that
// sends no trace gets nothing onto it.
func TestRecordBounds(t *testing.T) {
	var kept counting
	err := diagnose.Record(t.Context(), sends(t, 1<<40, traceHeader), time.Second, &kept)
	if err == nil || !strings.HasSuffix(err.Error(), ": trace: it sends more than 256 MiB: a trace of 1 s takes 128 MiB a second at most") || kept > 256<<20+1 {
		t.Errorf("%d bytes are kept, and the error is %v", kept, err)
	}
	kept = 0
	err = diagnose.Record(t.Context(), sends(t, 1<<40, strings.ToUpper(traceHeader)), time.Second, &kept)
	if err == nil || kept > 0 {
		t.Errorf("%d bytes are kept, and the error is %v", kept, err)
	}
	err = diagnose.Record(t.Context(), serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/octet-stream")
		if strings.HasSuffix(r.URL.Path, "/profile") {
			io.WriteString(w, "\x1f\x8b")
			io.Copy(w, zeroes{})
		}
		<-r.Context().Done()
	})), time.Second, io.Discard)
	if err == nil || !strings.HasSuffix(err.Error(), ": profile: it sends more than 64 MiB: more than any CPU profile takes") {
		t.Errorf("the error is %v", err)
	}
}

// TestRecordIsNotInflated: what a server compresses unasked is no answer, however
// small it is.
func TestRecordIsNotInflated(t *testing.T) {
	asked := make(chan string, 2)
	base := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked <- r.Header.Get("Accept-Encoding")
		w.WriteHeader(http.StatusNotFound)
	}))
	if err := diagnose.Record(t.Context(), base, time.Second, io.Discard); err == nil {
		t.Error("no error")
	}
	if got := <-asked; got != "" {
		t.Errorf("it asks for %q", got)
	}
}

func TestParseBase(t *testing.T) {
	for base, want := range map[string]string{
		"localhost:6060":                       "http://localhost:6060/debug/pprof",
		"127.0.0.1:6060":                       "http://127.0.0.1:6060/debug/pprof",
		"[::1]:6060":                           "http://[::1]:6060/debug/pprof",
		":6060":                                "http://:6060/debug/pprof",
		"my.host:80/":                          "http://my.host:80/debug/pprof",
		"localhost:6060/debug/pprof":           "http://localhost:6060/debug/pprof",
		"localhost:6060/debug/pprof/":          "http://localhost:6060/debug/pprof",
		"localhost:6060/debug/pprof/profile":   "http://localhost:6060/debug/pprof",
		"https://host/admin":                   "https://host/admin/debug/pprof",
		"https://host/admin/debug/pprof/trace": "https://host/admin/debug/pprof",
		"http://host":                          "http://host/debug/pprof",
		"localhost":                            "",
		"localhost/debug/pprof":                "",
		"6060":                                 "",
		"":                                     "",
		"ftp://127.0.0.1:6060":                 "",
		"file:///tmp/x":                        "",
		"localhost:port":                       "",
		"localhost:6060/debug/pprof/profile?seconds=5":    "",
		"http://localhost:6060/debug/pprof/trace?debug=1": "",
	} {
		u, err := diagnose.ParseBase(base)
		switch {
		case want == "" && (err == nil || !strings.Contains(err.Error(), strconv.Quote(base))):
			t.Errorf("%q: %v, and the error is %v", base, u, err)
		case want != "" && (err != nil || u.String() != want):
			t.Errorf("%q: %v, %v; want %s", base, u, err, want)
		}
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
