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

// serveGrace is how long open requests may take after ctx has ended.
const serveGrace = 3 * time.Second

// ServeUI serves h at addr until ctx ends, and then returns nil. An addr without a
// host means 127.0.0.1; "" means any free port there. If ready is set, ServeUI calls
// it once with the URL, as soon as that can be opened. It refuses a request whose
// Host is not a name of this server: a page of another site could otherwise point
// its own name to this address and read the answers (DNS rebinding). It also
// refuses requests that pages of another origin make, except for links that a
// person follows.
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

// shut waits for open requests, no longer than serveGrace.
func shut(ctx context.Context, s *http.Server) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), serveGrace)
	defer cancel()
	if s.Shutdown(ctx) != nil {
		_ = s.Close()
	}
}

// listen listens at addr, and also returns its host.
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

// openURL is the address that a browser on this machine can open.
func openURL(host string, l net.Listener) string {
	if ip, err := netip.ParseAddr(host); err == nil && ip.IsUnspecified() {
		host = "localhost"
	}
	_, port, _ := net.SplitHostPort(l.Addr().String())
	return "http://" + net.JoinHostPort(host, port) + "/"
}

// guard refuses requests that do not name this server, and requests that pages of
// other origins make. Programs that are no browsers send no Origin: they may ask.
func guard(host string, h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case !isHost(r.Host, host):
			http.Error(w, "this server has no such name", http.StatusForbidden)
		case !isOwn(r):
			http.Error(w, "pages of other origins are not served", http.StatusForbidden)
		default:
			h.ServeHTTP(w, r)
		}
	})
}

// isOwn reports whether no page of another origin makes the request. A browser
// sends Origin if the page wants to read the answer, and Sec-Fetch-Site also if the
// page only embeds it. Another port of this host is another origin, though the same
// site. A link that opens in a window is fine: its page gets nothing of the answer.
// isOwn compares with the request's Host, which guard has checked, so that a
// forwarded port works.
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

// isHost reports whether a Host header names the server that listens at host. It
// ignores the port, so that a forwarded one works. If other machines can reach the
// server, any IP address is accepted: DNS rebinding needs a name.
func isHost(header, host string) bool {
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
