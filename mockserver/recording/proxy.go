package recording

import (
	"context"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httputil"
	"net/url"
	"strings"
	"time"

	"collatebench/internal/printable"
)

// Reverse stands in front of an upstream: what is asked of it is asked of the upstream, with the
// upstream's name as the host. A redirect within the upstream leads back here.
func (r *Recorder) Reverse(to *url.URL) http.Handler {
	proxy := &httputil.ReverseProxy{
		Transport:    r,
		ErrorHandler: r.unreachable,
		ErrorLog:     log.New(printable.NewWriter(nowhere{}), "", 0),
		Rewrite: func(p *httputil.ProxyRequest) {
			p.SetURL(to)
			p.Out.Host = to.Host
			p.Out.URL.RawQuery = p.In.URL.RawQuery // also what net/url can't read of it
		},
		ModifyResponse: func(resp *http.Response) error {
			redirect(resp, to)
			if body, ok := resp.Body.(*spooled); ok {
				resp.Body = &handed{body, resp.Request.Context().Value(programKey{}).(http.ResponseWriter)}
			}
			return nil
		},
	}
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		w = atOnce{w}
		ctx := context.WithValue(req.Context(), passageKey{}, begun(req))
		proxy.ServeHTTP(w, req.WithContext(context.WithValue(ctx, programKey{}, w)))
	})
}

// programKey is where a request has the http.ResponseWriter of its program.
type programKey struct{}

// A handed body is written to the program without being copied: httputil can only read it, and the
// first Read of that writes all of it.
type handed struct {
	*spooled
	to http.ResponseWriter
}

func (b *handed) Read([]byte) (int, error) {
	if _, err := b.WriteTo(b.to); err != nil {
		return 0, err
	}
	return 0, io.EOF
}

// atOnce sends on what comes as soon as it is there. The header would wait for the first bytes of the
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

func (w atOnce) Write(b []byte) (int, error) {
	n, err := w.ResponseWriter.Write(b)
	if err == nil {
		err = http.NewResponseController(w.ResponseWriter).Flush()
	}
	return n, err
}

// Flush has nothing to do. Where the length is not known httputil calls it by a timer of its own, while
// the body is being written.
func (w atOnce) Flush() {}

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

// nowhere is where net/http's log goes: what it says of a program that leaves is of no use.
type nowhere struct{}

func (nowhere) Write(b []byte) (int, error) { return len(b), nil }
