package profiles_test

import (
	"context"
	"io"
	"maps"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"collatebench/profiles"
)

// serve runs ServeUI and returns its URL. end stops it and returns its error.
func serve(t *testing.T, addr string, h http.Handler) (base string, end func() error) {
	t.Helper()
	base, cancel, done := start(t, addr, h)
	return base, func() error { cancel(); return <-done }
}

func start(t *testing.T, addr string, h http.Handler) (base string, _ context.CancelFunc, _ <-chan error) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	ready, done := make(chan string, 1), make(chan error, 1)
	go func() { done <- profiles.ServeUI(ctx, addr, h, func(url string) { ready <- url }) }()
	t.Cleanup(http.DefaultClient.CloseIdleConnections)
	select {
	case base = <-ready:
	case err := <-done:
		cancel()
		t.Fatal(err)
	}
	return base, cancel, done
}

var hello = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "hello") })

// statusFor requests base with the Host header host.
func statusFor(t *testing.T, base, host string) int {
	t.Helper()
	return statusWith(t, base, host, nil)
}

func statusWith(t *testing.T, base, host string, header http.Header) int {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, base, nil)
	if err != nil {
		t.Error(err)
		return 0
	}
	req.Host = host
	maps.Copy(req.Header, header)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Error(err)
		return 0
	}
	defer resp.Body.Close()
	if body, _ := io.ReadAll(resp.Body); (string(body) == "hello") != (resp.StatusCode == http.StatusOK) {
		t.Errorf("Host %s, %v: status %d with %q", host, header, resp.StatusCode, body)
	}
	return resp.StatusCode
}

func TestServeUIHosts(t *testing.T) {
	for _, tt := range []struct {
		addr      string
		good, bad []string
	}{
		{"", []string{"", "127.0.0.1", "localhost:1", "LOCALHOST", "[::1]:80", "[::1]"},
			[]string{"evil.example", "evil.example:80", "localhost.evil.example", "127.0.0.1.evil.example", "192.0.2.1", "[2001:db8::1]:80"}},
		{"localhost:0", []string{"", "127.0.0.1", "localhost"}, []string{"evil.example", "192.0.2.1"}},
		{"0.0.0.0:0", []string{"", "127.0.0.1:80", "192.0.2.1:80"}, []string{"evil.example", "evil.example:80"}},
	} {
		base, end := serve(t, tt.addr, hello)
		for _, host := range tt.good {
			if got := statusFor(t, base, host); got != http.StatusOK {
				t.Errorf("at %q, Host %q: status %d", tt.addr, host, got)
			}
		}
		for _, host := range tt.bad {
			if got := statusFor(t, base, host); got != http.StatusForbidden {
				t.Errorf("at %q, Host %q: status %d", tt.addr, host, got)
			}
		}
		if err := end(); err != nil {
			t.Errorf("at %q: %v", tt.addr, err)
		}
	}
}

// TestServeUIOrigins: requests that a page of another origin makes are refused,
// except for a link that a person follows.
func TestServeUIOrigins(t *testing.T) {
	base, end := serve(t, "", hello)
	own := strings.TrimSuffix(base, "/")
	other := "http://localhost:1"
	for _, tt := range []struct {
		headers string // name=value, by blanks
		status  int
	}{
		{"", http.StatusOK}, // a program
		{"Origin=" + own, http.StatusOK},
		{"Sec-Fetch-Site=none Sec-Fetch-Mode=navigate Sec-Fetch-Dest=document", http.StatusOK}, // typed
		{"Sec-Fetch-Site=same-origin Sec-Fetch-Mode=cors Sec-Fetch-Dest=empty", http.StatusOK},
		{"Sec-Fetch-Site=cross-site Sec-Fetch-Mode=navigate Sec-Fetch-Dest=document", http.StatusOK}, // a link
		{"Sec-Fetch-Site=same-site Sec-Fetch-Mode=navigate Sec-Fetch-Dest=document", http.StatusOK},
		{"Origin=" + other, http.StatusForbidden},
		{"Origin=http://evil.example", http.StatusForbidden},
		{"Origin=null", http.StatusForbidden},
		{"Origin=file://", http.StatusForbidden},
		{"Origin=" + own + ".evil.example", http.StatusForbidden},
		{"Origin=" + own + " Origin=" + other, http.StatusForbidden},
		{"Origin=http://evil.example Sec-Fetch-Site=same-origin", http.StatusForbidden},
		{"Sec-Fetch-Site=cross-site Sec-Fetch-Mode=no-cors Sec-Fetch-Dest=script", http.StatusForbidden},
		{"Sec-Fetch-Site=cross-site Sec-Fetch-Mode=no-cors Sec-Fetch-Dest=image", http.StatusForbidden},
		{"Sec-Fetch-Site=same-site Sec-Fetch-Mode=cors Sec-Fetch-Dest=empty", http.StatusForbidden},
		{"Sec-Fetch-Site=cross-site Sec-Fetch-Mode=navigate Sec-Fetch-Dest=iframe", http.StatusForbidden},
		{"Sec-Fetch-Site=cross-site", http.StatusForbidden},
		{"Sec-Fetch-Site=anything", http.StatusForbidden},
	} {
		header := http.Header{}
		for _, h := range strings.Fields(tt.headers) {
			name, value, _ := strings.Cut(h, "=")
			header.Add(name, value)
		}
		if got := statusWith(t, base, "", header); got != tt.status {
			t.Errorf("%s: status %d, want %d", tt.headers, got, tt.status)
		}
	}
	if err := end(); err != nil {
		t.Error(err)
	}
}

// TestServeUILoopback: without a host it cannot be reached from elsewhere.
func TestServeUILoopback(t *testing.T) {
	for _, addr := range []string{"", ":0"} {
		base, end := serve(t, addr, hello)
		u, err := url.Parse(base)
		if err != nil {
			t.Fatal(err)
		}
		if ip := net.ParseIP(u.Hostname()); ip == nil || !ip.IsLoopback() || u.Path != "/" {
			t.Errorf("at %q it listens as %s", addr, base)
		}
		if err := end(); err != nil {
			t.Error(err)
		}
	}
}

// TestServeUIEndsGracefully: an open request is answered, and new ones are not
// accepted.
func TestServeUIEndsGracefully(t *testing.T) {
	entered, release := make(chan struct{}), make(chan struct{})
	base, cancel, done := start(t, "", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		close(entered)
		<-release
		hello(w, r)
	}))
	status := make(chan int, 1)
	go func() { status <- statusFor(t, base, "") }()
	<-entered
	cancel()
	for {
		c, err := net.Dial("tcp", strings.TrimSuffix(strings.TrimPrefix(base, "http://"), "/"))
		if err != nil {
			break
		}
		c.Close()
	}
	if len(done) > 0 {
		t.Error("it ended with a page in the making")
	}
	close(release)
	if got := <-status; got != http.StatusOK {
		t.Errorf("the page in the making: status %d", got)
	}
	if err := <-done; err != nil {
		t.Error(err)
	}
}

func TestServeUIErrors(t *testing.T) {
	base, end := serve(t, "", hello)
	taken := strings.TrimSuffix(strings.TrimPrefix(base, "http://"), "/")
	for addr, want := range map[string]string{
		taken:          "address already in use",
		"8080":         "missing port",
		"127.0.0.1:-1": "invalid port",
	} {
		err := profiles.ServeUI(t.Context(), addr, hello, nil)
		if err == nil || !strings.HasPrefix(err.Error(), `serve profiles at "`+addr+`": `) || !strings.Contains(err.Error(), want) {
			t.Errorf("at %q: %v, want %q", addr, err, want)
		}
	}
	if err := end(); err != nil {
		t.Error(err)
	}
}
