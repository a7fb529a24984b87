package view_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"collatebench/profiles"
	"collatebench/results/view"
)

// TestReadOnly: only GET and HEAD are answered.
func TestReadOnly(t *testing.T) {
	root := t.TempDir()
	r := profiledRun(t, root, "first", 0)
	s := serve(t, root)
	paths := []string{"/", "/runs.json", "/runs/" + r.Info().ID + "/", mountPath(r, folderName(t), profiles.CPU) + "saveconfig?config=x", "/nothing"}
	for _, method := range []string{"POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "PROPFIND"} {
		for _, path := range paths {
			p := do(t, s.Client(), method, s.URL+path, nil)
			p.refused(t, http.StatusMethodNotAllowed, "only shows")
			if p.header.Get("Allow") != "GET, HEAD" {
				t.Errorf("%s %s: Allow %q", method, path, p.header.Get("Allow"))
			}
		}
	}
	for _, path := range []string{"/", "/runs/" + r.Info().ID + "/", "/runs/" + r.Info().ID + "/files/run.json", mountPath(r, folderName(t), profiles.CPU) + "top"} {
		if p := do(t, s.Client(), "HEAD", s.URL+path, nil); p.status != http.StatusOK || p.body != "" {
			t.Errorf("HEAD %s: status %d, %d bytes", path, p.status, len(p.body))
		}
	}
}

// TestHeaders: every answer has the headers that keep other sites from embedding it.
func TestHeaders(t *testing.T) {
	root := t.TempDir()
	r := profiledRun(t, root, "first", 0)
	s := serve(t, root)
	id := r.Info().ID
	for _, path := range []string{
		"/", "/runs.json", "/favicon.ico", "/compare", "/nothing", "/runs/..", "/runs/" + id, "/runs/" + id + "/", "/runs/" + id + "/profiles/", "/runs/" + id + "/files/run.json",
		mountPath(r, "all", profiles.CPU), mountPath(r, "all", profiles.CPU) + "top", mountPath(r, "all", profiles.CPU) + "saveconfig", mountPath(r, "all", profiles.Heap),
	} {
		p := get(t, s, path)
		for name, want := range map[string]string{
			"X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY", "Referrer-Policy": "no-referrer",
			"Cross-Origin-Resource-Policy": "same-origin", "Cross-Origin-Opener-Policy": "same-origin",
		} {
			if got := p.header.Values(name); len(got) != 1 || got[0] != want {
				t.Errorf("%s: %s is %q, want %q", path, name, got, want)
			}
		}
		if got := p.header.Get("Content-Security-Policy"); !strings.HasPrefix(got, "default-src 'none'") || !strings.Contains(got, "frame-ancestors 'none'") {
			t.Errorf("%s: policy %q", path, got)
		}
		if strings.HasPrefix(p.header.Get("Content-Type"), "text/html") && strings.Contains(path, "/files/") {
			t.Errorf("%s comes as a page", path)
		}
	}
	if p := get(t, s, "/favicon.ico"); p.status != http.StatusNoContent || p.body != "" {
		t.Errorf("the icon: status %d", p.status)
	}
}

// TestServed: behind profiles.ServeUI, pages of other origins get nothing, and the
// server ends without an error.
func TestServed(t *testing.T) {
	root := t.TempDir()
	r := newRun(t, root, newInfo(t, "first", 0), 3)
	ctx, cancel := context.WithCancel(t.Context())
	ready, done := make(chan string, 1), make(chan error, 1)
	go func() { done <- profiles.ServeUI(ctx, "", view.Handler(root), func(url string) { ready <- url }) }()
	base := strings.TrimSuffix(<-ready, "/")
	client := &http.Client{Transport: &http.Transport{}}
	defer client.CloseIdleConnections()
	for _, path := range []string{"/", "/runs.json", view.ReportPath(r.Info().ID)} {
		do(t, client, "GET", base+path, nil).has(t, r.Info().ID)
		for _, header := range []http.Header{
			{"Host": {"evil.example"}},
			{"Origin": {"http://evil.example"}},
			{"Origin": {"null"}},
			{"Sec-Fetch-Site": {"cross-site"}, "Sec-Fetch-Mode": {"no-cors"}, "Sec-Fetch-Dest": {"script"}},
			{"Sec-Fetch-Site": {"same-site"}, "Sec-Fetch-Mode": {"navigate"}, "Sec-Fetch-Dest": {"iframe"}},
		} {
			if p := do(t, client, "GET", base+path, header); p.status != http.StatusForbidden || strings.Contains(p.body, r.Info().ID) {
				t.Errorf("%s with %v: status %d", path, header, p.status)
			}
		}
		link := http.Header{"Sec-Fetch-Site": {"cross-site"}, "Sec-Fetch-Mode": {"navigate"}, "Sec-Fetch-Dest": {"document"}}
		do(t, client, "GET", base+path, link).has(t, r.Info().ID)
	}
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
}
