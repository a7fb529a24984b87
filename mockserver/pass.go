package mockserver

import (
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httputil"
	"net/url"
	"slices"
	"strings"

	"collatebench/mockserver/recording"
)

// checkPass refuses prefixes that nothing answers.
func (o Options) checkPass() error {
	if len(o.Pass) == 0 {
		return nil
	}
	if o.Replay == nil {
		return fmt.Errorf("pass %q: no recording is served here, whose upstream could have it; allowed with --replay", o.Pass[0])
	}
	for _, prefix := range o.Pass {
		if !strings.HasPrefix(prefix, "/") || strings.ContainsAny(prefix, "?#") || strings.HasPrefix(prefix, Control) {
			return fmt.Errorf("pass %q: not the beginning of a path, such as /login", prefix)
		}
	}
	_, err := realUpstream(o.Replay)
	return err
}

// realUpstream is where the recorded exchanges went.
func realUpstream(r *recording.Recording) (*url.URL, error) {
	if r.Upstream != "" {
		return url.Parse(r.Upstream)
	}
	var to *url.URL
	for _, e := range r.Exchanges {
		at := &url.URL{Scheme: e.URL.Scheme, Host: e.URL.Host}
		if to != nil && *at != *to {
			return nil, fmt.Errorf("pass: %s has exchanges with %s and %s: which of them is the upstream, it does not say", r.Path, to, at)
		}
		to = at
	}
	if to == nil {
		return nil, errors.New("pass: no exchange is in the recording")
	}
	return to, nil
}

// passes gives what is under one of the prefixes to the upstream that was recorded, and the rest to
// next. What is passed is in no sum: it is as fast as that upstream.
func (s *Server) passes(next http.Handler) http.Handler {
	to, err := realUpstream(s.o.Replay)
	if err != nil || len(s.o.Pass) == 0 {
		return next // it was checked
	}
	proxy := &httputil.ReverseProxy{
		FlushInterval: -1,
		ErrorLog:      log.New(io.Discard, "", 0), // the client is told
		Rewrite: func(p *httputil.ProxyRequest) {
			p.SetURL(to)
			p.Out.Host = to.Host
			p.Out.URL.RawQuery = p.In.URL.RawQuery
		},
		ModifyResponse: func(resp *http.Response) error {
			if at := resp.Header.Get("Location"); at != "" {
				resp.Header.Set("Location", s.replay.here(at))
			}
			return nil
		},
		ErrorHandler: func(w http.ResponseWriter, r *http.Request, err error) {
			http.Error(w, fmt.Sprintf("collatebench: %s is passed on, and there is no answer: %v", r.URL.EscapedPath(), err), http.StatusBadGateway)
		},
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		begins := func(prefix string) bool { return strings.HasPrefix(r.URL.Path, prefix) }
		if slices.ContainsFunc(s.o.Pass, begins) && !begins(Control+"/") { // a prefix of / has our own paths in it
			proxy.ServeHTTP(w, r)
			return
		}
		next.ServeHTTP(w, r)
	})
}
