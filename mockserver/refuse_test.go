package mockserver_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"collatebench/mockserver"
	"collatebench/mockserver/behaviour"
	"collatebench/mockserver/payload"
)

func TestRequestsBeyondTheLimits(t *testing.T) {
	u := serve(t, mockserver.Options{MaxSize: 1 << 20})
	refused := []struct{ query, want string }{
		{"size=2MiB", `size: "2MiB": out of bounds; allowed: from 1KiB to 1MiB`},
		{"size=512B", `size: "512B": out of bounds; allowed: from 1KiB to 1MiB`},
		{"size=0B", `size: "0B": out of bounds; allowed: from 1KiB to 1MiB`},
		{"size=1024B", `size: "1024B": written 1KiB`},
		{"size=1MB!", `size: "1MB!": not a whole number of B, KiB, MiB or GiB, as in 1MiB`},
		{"size=-1KiB", `size: "-1KiB": not a whole number of B, KiB, MiB or GiB, as in 1MiB`},
		{"size=9999999999999999999GiB", `size: "9999999999999999999GiB": not a whole number`},
		{"size=", `size: "": not a whole number`},
		{"codec=xml", `codec: "xml" is not one of json, sonic, proto, cbor`},
		{"codec=JSON", `codec: "JSON" is not one of json, sonic, proto, cbor`},
		{"encoding=br", `encoding: "br" is not one of identity, gzip, zstd`},
		{"kind=blobs", `kind: "blobs" is not one of records, captured`},
		{"kind=captured", `kind: "captured": no captured files are served here; allowed: records`},
		{"id=-1", `id: "-1": not a whole number from 0 to 18446744073709551615`},
		{"id=7.5", `id: "7.5": not a whole number from 0 to 18446744073709551615`},
		{"id=18446744073709551616", `id: "18446744073709551616": not a whole number`},
		{"sise=1MiB", `"sise": unknown parameter; allowed: codec, encoding, id, kind, size`},
		{"size=1KiB&size=2KiB", `size: given again as "2KiB"; allowed: once`},
		{"size=%zz", `"size=%zz": malformed parameter`},
		{"=", `"": unknown parameter`},
	}
	for _, test := range refused {
		resp, body, err := u.fetch("%s", test.query)
		switch {
		case err != nil:
			t.Errorf("%s: %v", test.query, err)
		case resp.StatusCode != http.StatusBadRequest:
			t.Errorf("%s: %s, want 400", test.query, resp.Status)
		case !strings.HasPrefix(string(body), test.want) || strings.Count(string(body), "\n") != 1:
			t.Errorf("%s: %q, want one line that begins %q", test.query, body, test.want)
		}
	}
	if st := u.stats(); st.Requests != 0 || st.Refused != uint64(len(refused)) {
		t.Errorf("%d requests and %d refused, want 0 and %d", st.Requests, st.Refused, len(refused))
	}
	u.must("si%%7ae=1%%4biB&id=%%31&") // escaped, and no less good
}

// FuzzQuery proves that whatever is asked is answered whole or refused in one
// line, and that nobody gets more than the limit.
func FuzzQuery(f *testing.F) {
	for _, query := range []string{"size=1KiB&id=7", "codec=cbor&encoding=zstd&size=4KiB", "kind=captured", "id=-1", "size=1GiB",
		"%73ize=2KiB&", "size=1KiB;id=1", "a=b=c&&", "encoding=gzip&codec=sonic&size=1111B"} {
		f.Add(query)
	}
	const largest = 4 << 10
	s, err := mockserver.New(mockserver.Options{MaxSize: largest, MaxMemory: 64 << 10, Bodies: 1})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, query string) {
		r := httptest.NewRequest(http.MethodGet, "/v1/payload", nil)
		r.URL.RawQuery = query
		w := httptest.NewRecorder()
		s.Handler().ServeHTTP(w, r)
		body := w.Body.String()
		switch {
		case w.Code == http.StatusOK && fmt.Sprint(len(body)) == w.Header().Get("Content-Length") && len(body) <= largest+largest/64+1024:
		case w.Code == http.StatusBadRequest && strings.Count(body, "\n") == 1 && strings.HasSuffix(body, "\n"):
		default:
			t.Errorf("%q: %d, %d bytes, %.200q", query, w.Code, len(body), body)
		}
	})
}

func TestOtherMethodsAndPaths(t *testing.T) {
	s, err := mockserver.New(mockserver.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for request, want := range map[string]int{
		"POST /v1/payload": 405, "HEAD /v1/payload": 405, "GET /v1/epoch": 405, "DELETE /v1/stats": 405,
		"GET /": 404, "GET /v1/payloads": 404, "GET /v1/payload?size=1KiB": 200,
	} {
		method, target, _ := strings.Cut(request, " ")
		w := httptest.NewRecorder()
		s.Handler().ServeHTTP(w, httptest.NewRequest(method, target, nil))
		if w.Code != want {
			t.Errorf("%s: %d, want %d", request, w.Code, want)
		}
	}
}

func TestOptionsThatCannotBe(t *testing.T) {
	dir := t.TempDir()
	empty, large := filepath.Join(dir, "empty"), filepath.Join(dir, "large")
	for name, n := range map[string]int{empty: 0, large: 4 << 10} {
		if err := os.WriteFile(name, make([]byte, n), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for want, o := range map[string]mockserver.Options{
		"-1 bodies: allowed: 0 or more":                                {Bodies: -1},
		"largest size 512B: allowed: from 1KiB to 256MiB":              {MaxSize: 512},
		"largest size 512MiB: allowed: from 1KiB to 256MiB":            {MaxSize: 512 << 20},
		"memory of 1B: allowed: 1KiB or more":                          {MaxMemory: 1},
		"send buffer of -1 bytes: allowed: 0 or more":                  {SendBuffer: -1},
		"queue or bandwidth below 0":                                   {Behaviour: behaviour.Spec{Queue: -1}},
		"captured file: open nowhere: no such file or directory":       {Captured: []string{"nowhere"}},
		"captured file " + empty + ": 0 bytes or more; allowed: ":      {Captured: []string{empty}},
		"captured file " + large + ": 2049 bytes or more; allowed: ":   {MaxSize: 2048, Captured: []string{large}},
		"captured file " + large + ": 2043 bytes or more; allowed: fr": {MaxMemory: 6138, Captured: []string{large, large}},
		`preload: "xml" is not one of json`:                            {Preload: []payload.Spec{{Codec: "xml", Encoding: "identity", Size: 1024}}},
		`preload: size: "2KiB": out of bounds`:                         {MaxSize: 1024, Preload: []payload.Spec{{Codec: "json", Encoding: "gzip", Size: 2048}}},
	} {
		_, err := mockserver.New(o)
		if err == nil || !strings.HasPrefix(err.Error(), "mock server: "+want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("New: %v, want one line that begins %q", err, "mock server: "+want)
		}
	}
}

func ExampleNew() {
	s, err := mockserver.New(mockserver.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	w := httptest.NewRecorder()
	s.Handler().ServeHTTP(w, httptest.NewRequest("GET", "/v1/payload?size=1TiB", nil))
	fmt.Print(w.Code, " ", w.Body)
	// Output:
	// 400 size: "1TiB": not a whole number of B, KiB, MiB or GiB, as in 1MiB
}
