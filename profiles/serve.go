package profiles

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"
)

// serveGrace is how long pages in the making may take once ctx has ended.
const serveGrace = 3 * time.Second

// ServeUI serves h at addr until ctx ends, and returns nil then. An addr
// without a host means 127.0.0.1, "" any free port of it. ready, where set, is
// called once with the URL, as soon as it can be opened. A request is refused
// whose Host is not one of this server's: a page elsewhere could otherwise
// point a name of its own here and read along (DNS rebinding). So is one that
// a page of another origin makes; a link there may lead here.
func ServeUI(ctx context.Context, addr string, h http.Handler, ready func(url string)) error {
	host, l, err := listen(addr)
	if err != nil {
		return fmt.Errorf("serve profiles at %q: %w", addr, err)
	}
	s := &http.Server{Handler: guard(host, h), ReadHeaderTimeout: 10 * time.Second}
	served := make(chan error, 1)
	go func() { served <- s.Serve(l) }()
	if ready != nil {
		ready(openURL(host, l))
	}
	select {
	case err := <-served:
		return fmt.Errorf("serve profiles at %q: %w", addr, err)
	case <-ctx.Done():
	}
	shut(ctx, s)
	<-served
	return nil
}

// shut lets pages in the making end, within bounds.
func shut(ctx context.Context, s *http.Server) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), serveGrace)
	defer cancel()
	if s.Shutdown(ctx) != nil {
		_ = s.Close()
	}
}

// listen returns the host that addr names, too.
func listen(addr string) (host string, _ net.Listener, _ error) {
	host, port := "", "0"
	if addr != "" {
		var err error
		if host, port, err = net.SplitHostPort(addr); err != nil {
			return "", nil, err
		}
	}
	if host == "" {
		host = "127.0.0.1"
	}
	l, err := net.Listen("tcp", net.JoinHostPort(host, port))
	return host, l, err
}

// openURL is the address as a browser on this machine can open it.
func openURL(host string, l net.Listener) string {
	if ip, err := netip.ParseAddr(host); err == nil && ip.IsUnspecified() {
		host = "localhost"
	}
	_, port, _ := net.SplitHostPort(l.Addr().String())
	return "http://" + net.JoinHostPort(host, port) + "/"
}

// guard passes on the requests that name this server and come from its own
// pages, from a person, or from a program that is no browser.
func guard(host string, h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case !names(r.Host, host):
			http.Error(w, "this server has no such name", http.StatusForbidden)
		case !isOwn(r):
			http.Error(w, "pages of other origins are not served", http.StatusForbidden)
		default:
			h.ServeHTTP(w, r)
		}
	})
}

// isOwn reports whether no page of another origin makes the request. Browsers
// say so in Origin where the page wants to read the answer, and in
// Sec-Fetch-Site also where it only embeds it; another port of this host is
// another origin, though of the same site. Opening a link in a window of its
// own hands nothing to the page with the link. Any Host that names checked is
// good to compare with, so that a forwarded port works.
func isOwn(r *http.Request) bool {
	for _, origin := range r.Header.Values("Origin") {
		if u, err := url.Parse(origin); err != nil || u.Host == "" || !strings.EqualFold(u.Host, r.Host) {
			return false
		}
	}
	switch r.Header.Get("Sec-Fetch-Site") {
	case "", "none", "same-origin":
		return true
	}
	return r.Header.Get("Sec-Fetch-Mode") == "navigate" && r.Header.Get("Sec-Fetch-Dest") == "document"
}

// names reports whether a Host header names the server that listens at host.
// The port is left open, so that a forwarded one works. On an address that
// others can reach, any literal address does: rebinding needs a name.
func names(header, host string) bool {
	name := strings.TrimSuffix(strings.TrimPrefix(header, "["), "]")
	if h, _, err := net.SplitHostPort(header); err == nil {
		name = h
	}
	if strings.EqualFold(name, "localhost") || strings.EqualFold(name, host) {
		return true
	}
	ip, err := netip.ParseAddr(name)
	return err == nil && (ip.IsLoopback() || !isLoopback(host))
}

func isLoopback(host string) bool {
	ip, err := netip.ParseAddr(host)
	return strings.EqualFold(host, "localhost") || err == nil && ip.IsLoopback()
}
