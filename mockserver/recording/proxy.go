package recording

import (
	"context"
	"fmt"
	"log"
	"net/http"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync"
	"time"

	"collatebench/internal/printable"
)

// Reverse stands in front of an upstream: what is asked of it is asked of the upstream, with the
// upstream's name as the host. A redirect within the upstream leads back here.
func (r *Recorder) Reverse(to *url.URL) http.Handler {
	proxy := &httputil.ReverseProxy{
		Transport:     r,
		FlushInterval: -1, // what has come is passed on
		BufferPool:    &buffers{},
		ErrorHandler:  r.unreachable,
		ErrorLog:      log.New(printable.NewWriter(nowhere{}), "", 0),
		Rewrite: func(p *httputil.ProxyRequest) {
			p.SetURL(to)
			p.Out.Host = to.Host
			p.Out.URL.RawQuery = p.In.URL.RawQuery // also what net/url can't read of it
		},
		ModifyResponse: func(resp *http.Response) error {
			redirect(resp, to)
			return nil
		},
	}
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		proxy.ServeHTTP(atOnce{w}, req.WithContext(context.WithValue(req.Context(), passageKey{}, begun(req))))
	})
}

// atOnce sends the header of an answer as soon as it is there: it would wait for the first bytes of the
// body, which have another goroutine to come from.
type atOnce struct{ http.ResponseWriter }

func (w atOnce) WriteHeader(status int) {
	if _, told := w.Header()["Content-Type"]; !told {
		w.Header()["Content-Type"] = nil // or net/http would guess one
	}
	w.ResponseWriter.WriteHeader(status)
	if status >= http.StatusOK {
		_ = http.NewResponseController(w.ResponseWriter).Flush()
	}
}

// Unwrap is for http.ResponseController.
func (w atOnce) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// redirect makes a Location at the upstream one here.
func redirect(resp *http.Response, to *url.URL) {
	at, err := url.Parse(resp.Header.Get("Location"))
	if err != nil || at.Host == "" || !strings.EqualFold(at.Host, to.Host) {
		return
	}
	at.Scheme, at.Host, at.User = "", "", nil
	if base := strings.TrimSuffix(to.Path, "/"); base != "" {
		path, within := strings.CutPrefix(at.Path, base+"/")
		if !within {
			return
		}
		at.Path, at.RawPath = "/"+path, ""
	}
	if at.Path == "" {
		at.Path = "/"
	}
	resp.Header.Set("Location", at.String())
}

// unreachable tells the program why there is no answer.
func (r *Recorder) unreachable(w http.ResponseWriter, req *http.Request, err error) {
	if req.Context().Err() != nil {
		panic(http.ErrAbortHandler) // the program has left
	}
	http.Error(w, fmt.Sprintf("collatebench record: no answer from the upstream: %v", err), http.StatusBadGateway)
}

// Server is an HTTP server for one of the proxies, HTTP/2 without TLS included.
func Server(h http.Handler) *http.Server {
	s := &http.Server{
		Handler: h, ReadHeaderTimeout: time.Minute, Protocols: new(http.Protocols),
		ErrorLog: log.New(nowhere{}, "", 0),
		HTTP2:    &http.HTTP2Config{MaxConcurrentStreams: 1 << 16}, // the default would limit the window
	}
	s.Protocols.SetHTTP1(true)
	s.Protocols.SetUnencryptedHTTP2(true)
	return s
}

// buffers of the copies from spools to programs.
type buffers struct{ pool sync.Pool }

func (b *buffers) Get() []byte {
	if p, ok := b.pool.Get().(*[]byte); ok {
		return *p
	}
	return make([]byte, chunkSize)
}

func (b *buffers) Put(p []byte) { b.pool.Put(&p) }

// nowhere is where net/http's log goes: what it says of a program that leaves is of no use.
type nowhere struct{}

func (nowhere) Write(b []byte) (int, error) { return len(b), nil }
