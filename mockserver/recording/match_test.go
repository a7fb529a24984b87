package recording_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"testing"

	"collatebench/mockserver/recording"
)

// TestQueriesReadBothAlike reads a query as it was recorded, with hashes, and as a program says it.
func TestQueriesReadBothAlike(t *testing.T) {
	upstream := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	defer upstream.Close()
	to, _ := url.Parse(upstream.URL)
	for _, all := range []bool{false, true} {
		folder := filepath.Join(t.TempDir(), "recording")
		w, err := recording.Create(folder, recording.Options{Upstream: upstream.URL, Secrets: recording.Secrets{HashQuery: all}})
		if err != nil {
			t.Fatal(err)
		}
		recorder := recording.NewRecorder(w, nil)
		proxy := httptest.NewServer(recorder.Reverse(to))
		raws := []string{"", "page=1", "token=a%20b&page=2", "token=a+b&page=2&token=c", "token=&flag&x=%3D", "page=hashed-12"}
		for _, raw := range raws {
			resp, err := http.Get(proxy.URL + "/?" + raw)
			if err != nil {
				t.Fatal(err)
			}
			resp.Body.Close()
		}
		if err := recorder.Close(); err != nil {
			t.Fatal(err)
		}
		proxy.Close()
		r, err := recording.Open(folder)
		if err != nil || r.Upstream != upstream.URL || len(r.Exchanges) != len(raws) {
			t.Fatalf("%d exchanges of %q, %v", len(r.Exchanges), r.Upstream, err)
		}
		q := r.Queries()
		for i, raw := range raws {
			before := r.Exchanges[i].URL.RawQuery
			if strings.Contains(before, "token=a") || all && strings.Contains(before, "page=1") {
				t.Errorf("not hashed: %s", before)
			}
			if got, want := fmt.Sprintf("%q", q.Parameters(raw)), fmt.Sprintf("%q", q.Parameters(before)); got != want {
				t.Errorf("%s: %s, and recorded %s", raw, got, want)
			}
			if other := fmt.Sprintf("%q", q.Parameters(raw+"&page=3")); other == fmt.Sprintf("%q", q.Parameters(before)) {
				t.Errorf("%s: another is equal: %s", raw, other)
			}
		}
	}
}
