package view_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"go.uber.org/goleak"

	"collatebench/results/view"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// serve serves a folder of runs.
func serve(t testing.TB, root string) *httptest.Server {
	t.Helper()
	s := httptest.NewServer(view.Handler(root))
	t.Cleanup(s.Close)
	return s
}

// A page is what a browser gets after redirects.
type page struct {
	path   string
	status int
	header http.Header
	body   string
}

func get(t testing.TB, s *httptest.Server, path string) page {
	t.Helper()
	return do(t, s.Client(), http.MethodGet, s.URL+path, nil)
}

// do sends a request with a header. Its Host is the name of the server.
func do(t testing.TB, c *http.Client, method, url string, header http.Header) page {
	t.Helper()
	none := page{path: url, header: http.Header{}}
	req, err := http.NewRequestWithContext(context.Background(), method, url, nil)
	if err != nil {
		t.Error(err)
		return none
	}
	if header != nil {
		req.Header, req.Host = header, header.Get("Host")
	}
	resp, err := c.Do(req)
	if err != nil {
		t.Error(err)
		return none
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Error(err)
	}
	return page{resp.Request.URL.RequestURI(), resp.StatusCode, resp.Header, string(body)}
}
