package mockserver_test

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/klauspost/compress/gzip"

	"collatebench/mockserver"
	"collatebench/mockserver/recording"
)

// recorded records what ask asks of an upstream, through a recorder at url.
func recorded(t *testing.T, o recording.Options, base string, h http.HandlerFunc, ask func(url string)) *recording.Recording {
	t.Helper()
	up := httptest.NewServer(h)
	defer up.Close()
	o.Upstream = up.URL + base
	folder := filepath.Join(t.TempDir(), "recording")
	w, err := recording.Create(folder, o)
	if err != nil {
		t.Fatal(err)
	}
	recorder := recording.NewRecorder(w, nil)
	to, err := url.Parse(o.Upstream)
	if err != nil {
		t.Fatal(err)
	}
	proxy := httptest.NewUnstartedServer(nil)
	proxy.Config = recording.Server(recorder.Reverse(to))
	proxy.Start()
	ask(proxy.URL)
	if err := recorder.Close(); err != nil {
		t.Fatal(err)
	}
	proxy.Close()
	r, err := recording.Open(folder)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// A said is what a client sees of an answer.
type said struct {
	status  int
	header  string
	length  int64
	chunked bool
	body    string
	trailer string
	err     string
}

// ask asks once. Redirects are not followed.
func ask(t *testing.T, c *http.Client, url, request string) said {
	t.Helper()
	words := strings.SplitN(request, " ", 3)
	var body io.Reader
	if len(words) == 3 {
		body = strings.NewReader(words[2])
	}
	req, err := http.NewRequestWithContext(t.Context(), words[0], url+words[1], body)
	if err != nil {
		t.Fatal(err)
	}
	if body != nil {
		req.Header.Set("Expect", "100-continue")
	}
	resp, err := c.Transport.RoundTrip(req)
	if err != nil {
		return said{err: kind(err)}
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	s := said{resp.StatusCode, "", resp.ContentLength, slices.Contains(resp.TransferEncoding, "chunked"), string(text), fmt.Sprint(resp.Trailer), kind(err)}
	resp.Header.Del("Date")
	for _, name := range slices.Sorted(maps.Keys(resp.Header)) {
		s.header += fmt.Sprintln(name, resp.Header[name])
	}
	return s
}

func kind(err error) string {
	switch {
	case err == nil:
		return ""
	case errors.Is(err, syscall.ECONNRESET):
		return "reset"
	case errors.Is(err, io.ErrUnexpectedEOF):
		return "cut"
	case errors.Is(err, io.EOF):
		return "no answer"
	}
	return err.Error()
}

func zipped(text string) []byte {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	w.Write([]byte(text))
	w.Close()
	return b.Bytes()
}

// play is an upstream with an answer of each kind.
func play(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	switch r.URL.Path {
	case "/plain":
		h.Set("X-Two", "a")
		h.Add("X-Two", "b")
		fmt.Fprintf(w, "plain %s", r.URL.RawQuery)
	case "/large":
		b := bytes.Repeat([]byte("0123456789abcdef"), 64<<10)
		h.Set("Content-Length", fmt.Sprint(len(b)))
		w.Write(b)
	case "/chunked", "/chunked-empty":
		w.WriteHeader(http.StatusOK)
		w.(http.Flusher).Flush()
		if r.URL.Path == "/chunked" {
			fmt.Fprint(w, "one")
			w.(http.Flusher).Flush()
			fmt.Fprint(w, "two")
		}
	case "/gzip":
		h.Set("Content-Encoding", "gzip")
		h.Set("Content-Type", "application/json")
		w.Write(zipped(`{"a":1}`))
	case "/empty":
	case "/untyped":
		h["Content-Type"] = nil
		fmt.Fprint(w, "<html>")
	case "/head":
		h.Set("Content-Length", "1234")
	case "/204":
		w.WriteHeader(http.StatusNoContent)
	case "/304":
		h.Set("Etag", `"1"`)
		w.WriteHeader(http.StatusNotModified)
	case "/post":
		b, _ := io.ReadAll(r.Body)
		w.WriteHeader(http.StatusCreated)
		fmt.Fprintf(w, "got %s", b)
	case "/teapot":
		http.Error(w, "short and stout", http.StatusTeapot)
	case "/502":
		http.Error(w, "no", http.StatusBadGateway)
	case "/v1/stats":
		fmt.Fprint(w, "theirs")
	case "/part":
		fmt.Fprint(w, strings.Repeat("x", 1000))
	case "/none":
		panic(http.ErrAbortHandler)
	}
}

var everyKind = []string{
	"GET /plain", "GET /plain?b=2&a=1", "GET /large", "GET /chunked", "GET /chunked-empty", "GET /gzip", "GET /empty",
	"GET /untyped", "HEAD /head", "GET /204", "GET /304", "POST /post one", "POST /post two", "PUT /post one", "GET /teapot", "GET /502",
	"GET /v1/stats", "GET /part",
}

// madeKinds are made of the exchange of /part: when a recorder sees the end of the upstream's
// connection and that of its own at once, it is chance which of them it writes.
var madeKinds = []string{"GET /trailer", "GET /cut", "GET /cut-chunked", "GET /reset", "GET /reset-chunked"}

func addMade(r *recording.Recording) {
	part := r.Exchanges[slices.IndexFunc(r.Exchanges, func(e recording.Exchange) bool { return e.URL.Path == "/part" })]
	for _, request := range madeKinds {
		e := part
		path := strings.TrimPrefix(request, "GET ")
		e.URL, e.Header = e.URL.JoinPath(".."+path), e.Header.Clone()
		switch {
		case path == "/trailer":
			e.Trailer = http.Header{"X-Sum": {"42"}}
		case strings.HasPrefix(path, "/reset"):
			e.Failed = recording.Reset
		default:
			e.Failed = recording.Cut
		}
		if e.Header.Set("Content-Length", "5000"); strings.HasSuffix(path, "-chunked") || path == "/trailer" {
			e.Header.Del("Content-Length")
		}
		r.Exchanges = append(r.Exchanges, e)
	}
}

// TestReplayIsWhatWasRecorded asks the upstream, and then the replay, and compares all that a client
// sees; in either mode of time.
func TestReplayIsWhatWasRecorded(t *testing.T) {
	client := newClient(t, false)
	r := recorded(t, recording.Options{}, "", play, func(url string) {
		for _, request := range everyKind {
			ask(t, client, url, request)
		}
	})
	direct := httptest.NewServer(http.HandlerFunc(play))
	defer direct.Close()
	var before []said
	for _, request := range everyKind {
		before = append(before, ask(t, client, direct.URL, request))
	}
	addMade(r)
	for _, request := range madeKinds {
		how, _, chunked := strings.Cut(strings.TrimPrefix(request, "GET /"), "-")
		b := said{status: 200, header: "Content-Type [text/plain; charset=utf-8]\n", length: -1, chunked: true, body: strings.Repeat("x", 1000), trailer: "map[]", err: how}
		if how == "trailer" {
			b.trailer, b.err = "map[X-Sum:[42]]", ""
		} else if !chunked {
			b.header, b.length, b.chunked = "Content-Length [5000]\n"+b.header, 5000, false
		}
		before = append(before, b)
	}
	requests := slices.Concat(everyKind, madeKinds)
	for _, latency := range []string{"none", "recorded", "recorded*0.01", "1ms"} {
		u := serve(t, mockserver.Options{Replay: r, Behaviour: behave(t, "latency", latency)})
		if got, want := u.server.Replayed().Exchanges, len(requests); got != want {
			t.Fatalf("%d of %d exchanges: %v", got, want, u.server.Replayed())
		}
		for i, request := range requests {
			want := before[i]
			if got := ask(t, u.client, u.url, request); got != want {
				t.Errorf("%s, latency %s:\ngot  %.300q\nwant %.300q", request, latency, fmt.Sprint(got), fmt.Sprint(want))
			}
			if st := u.server.Stats(); st.Requests != uint64(i+1) || st.InFlight != 0 || st.Replay.Exact != uint64(i+1) {
				t.Fatalf("%s, latency %s: after %d requests: %+v, %+v", request, latency, i+1, st, st.Replay)
			}
		}
	}
}

// TestReplaySpeaksHTTP2 sees the same but for what is of HTTP/1.1.
func TestReplaySpeaksHTTP2(t *testing.T) {
	http1, http2 := newClient(t, false), newClient(t, true)
	r := recorded(t, recording.Options{}, "", play, func(url string) {
		for _, request := range everyKind {
			ask(t, http1, url, request)
		}
	})
	addMade(r)
	one := serve(t, mockserver.Options{Replay: r})
	two := serveTo(t, mockserver.Options{Replay: r}, http2)
	for _, request := range slices.Concat(everyKind, madeKinds) {
		want, got := ask(t, one.client, one.url, request), ask(t, two.client, two.url, request)
		want.chunked = false
		if want.err != "" && got.err != "" { // a stream that ends in the middle is reset
			want.err, got.err = "", ""
		}
		if want.length == 0 && want.status/100 == 3 || want.status == http.StatusNoContent {
			want.length = got.length // each client has its way to say it
		}
		if got != want {
			t.Errorf("%s:\nHTTP/2   %.300q\nHTTP/1.1 %.300q", request, fmt.Sprint(got), fmt.Sprint(want))
		}
	}
}

func TestReplayEndsWithoutAnAnswer(t *testing.T) {
	r := recorded(t, recording.Options{}, "", play, func(url string) { ask(t, newClient(t, false), url, "POST /none x") })
	u := serve(t, mockserver.Options{Replay: r})
	if got := ask(t, u.client, u.url, "POST /none x"); got.status != 0 || got.err == "" || u.server.Stats().Requests == 0 {
		t.Errorf("%+v", got)
	}
}

// TestReplayContinues waits for "100 Continue" before it sends its body.
func TestReplayContinues(t *testing.T) {
	r := recorded(t, recording.Options{}, "", play, func(url string) { ask(t, newClient(t, false), url, "POST /post one") })
	u := serve(t, mockserver.Options{Replay: r})
	c, err := net.Dial("tcp", strings.TrimPrefix(u.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	fmt.Fprint(c, "POST /post HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n")
	in := bufio.NewReader(c)
	line, err := in.ReadString('\n')
	if err != nil || line != "HTTP/1.1 100 Continue\r\n" {
		t.Fatalf("%q, %v", line, err)
	}
	fmt.Fprint(c, "one")
	text, err := io.ReadAll(in)
	if err != nil || !strings.HasPrefix(string(text), "\r\nHTTP/1.1 201 Created\r\n") || !strings.HasSuffix(string(text), "got one") {
		t.Errorf("%q, %v", text, err)
	}
}

// TestReplayMatches asks a replay for what was not recorded quite so.
func TestReplayMatches(t *testing.T) {
	client := newClient(t, false)
	n := 0
	r := recorded(t, recording.Options{}, "/base", func(w http.ResponseWriter, r *http.Request) {
		n++
		b, _ := io.ReadAll(r.Body)
		fmt.Fprintf(w, "%d %s", n, b)
	}, func(url string) {
		for _, request := range []string{
			"GET /items?page=1&limit=10", "GET /items?page=2&limit=10", "GET /items?page=2&limit=10", "GET /items?page=3&limit=20", // 1 to 4
			"GET /secret?token=abc&page=1", "GET /secret?token=def&page=1", "GET /tags?t=a&t=b", // 5 to 7
			"POST /items x", "POST /items y", "GET /a%2Fb//c", "GET /", "GET /v1/stats?x=1", // 8 to 12
		} {
			ask(t, client, url, request)
		}
	})
	u := serve(t, mockserver.Options{Replay: r})
	var sum mockserver.ReplayStats
	for _, test := range []struct{ request, want, how string }{
		{"GET /items?page=1&limit=10", "1 ", "exact"},
		{"GET /base/items?page=1&limit=10", "1 ", "exact"},
		{"GET /items?limit=10&page=1", "1 ", "exact"},
		{"GET /items?limit=%310&page=1", "1 ", "exact"},
		{"GET /items?page=2&limit=10", "2 ", "exact"},
		{"GET /items?page=2&limit=10", "3 ", "exact"},
		{"GET /items?page=2&limit=10", "2 ", "exact"},
		{"GET /items?page=3&limit=10", "1 ", "nearest"}, // three are as near: page=1, page=2 and page=3 have one each
		{"GET /items?page=3&limit=10", "3 ", "nearest"},
		{"GET /items?page=3&limit=10", "4 ", "nearest"},
		{"GET /items?page=3&x=1", "4 ", "nearest"},
		{"GET /items?limit=20", "4 ", "nearest"},
		{"GET /secret?token=abc&page=1", "5 ", "exact"},
		{"GET /secret?token=def&page=1", "6 ", "exact"},
		{"GET /secret?token=def&page=9", "6 ", "nearest"},
		{"GET /tags?t=a&t=b", "7 ", "exact"},
		{"GET /tags?t=b&t=a", "7 ", "nearest"},
		{"POST /items x", "8 x", "exact"},
		{"POST /items y", "9 y", "exact"},
		{"POST /items?q=1 y", "9 y", "nearest"},
		{"POST /items z", "8 x", "nearest"},
		{"POST /items z", "9 y", "nearest"},
		{"GET /a%2Fb//c", "10 ", "exact"},
		{"GET /?x=1", "11 ", "nearest"},
		{"GET /v1/stats", "12 ", "nearest"},
		{"GET /a/b//c", "", "missing"},
		{"DELETE /items", "", "missing"},
		{"GET /v2/stats", "", "missing"},
	} {
		got := ask(t, u.client, u.url, test.request)
		switch test.how {
		case "exact":
			sum.Exact++
		case "nearest":
			sum.Nearest++
		case "missing":
			sum.Missing++
			if got.status != http.StatusNotFound || !strings.Contains(got.header, "X-Collatebench [no match]") || strings.Count(got.body, "\n") != 1 {
				t.Errorf("%s: %+v", test.request, got)
			}
			continue
		}
		if got.body != test.want || *u.server.Stats().Replay != sum {
			t.Errorf("%s: %q, want %q, %s; %+v", test.request, got.body, test.want, test.how, u.server.Stats().Replay)
		}
	}
	got := ask(t, u.client, u.url, "GET /item")
	if want := "collatebench mockserver: no match in the recording for GET /item; the nearest of 7 paths: GET /items, POST /items, GET /\n"; got.body != want {
		t.Errorf("%q, want %q", got.body, want)
	}
	sum.Missing++
	control := *u
	control.url += mockserver.Control
	if st := control.stats(); st.Replay == nil || *st.Replay != sum || st.Refused != sum.Missing || st.Requests != sum.Exact+sum.Nearest {
		t.Errorf("%+v, want %+v", st, sum)
	}
	if m := ask(t, u.client, u.url, "GET /metrics").body; !strings.Contains(m, `collatebench_upstream_replayed_total{match="missing"} 4`) {
		t.Errorf("metrics:\n%s", m)
	}
}

// TestReplayHashesWhatWasHashed also where all values were.
func TestReplayHashesWhatWasHashed(t *testing.T) {
	r := recorded(t, recording.Options{Secrets: recording.Secrets{HashQuery: true}}, "", func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/from" {
			http.Redirect(w, r, "/to?"+r.URL.RawQuery, http.StatusFound)
		}
		fmt.Fprint(w, r.URL.RawQuery)
	}, func(url string) {
		for _, request := range []string{"GET /q?page=1", "GET /q?page=2", "GET /from?id=7", "GET /to?id=7", "GET /to?id=8"} {
			ask(t, newClient(t, false), url, request)
		}
	})
	u := serve(t, mockserver.Options{Replay: r})
	for _, path := range []string{"/q?page=2", "/q?page=1", "/to?id=8", "/from?id=7"} {
		resp, err := u.client.Get(u.url + path)
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(resp.Body)
		resp.Body.Close()
		if _, query, _ := strings.Cut(path, "?"); string(body) != query {
			t.Errorf("%s: %q", path, body)
		}
	}
	if st := u.server.Stats().Replay; st.Exact != 5 || st.Nearest != 0 {
		t.Errorf("%+v", st)
	}
}

func TestReplayRedirectsToItself(t *testing.T) {
	var there string
	r := recorded(t, recording.Options{}, "", func(w http.ResponseWriter, r *http.Request) {
		there = "http://" + r.Host
		switch r.URL.Path {
		case "/from":
			http.Redirect(w, r, there+"/to?x=1", http.StatusFound)
		case "/out":
			http.Redirect(w, r, "http://example.com/to", http.StatusFound)
		}
	}, func(url string) {
		for _, request := range []string{"GET /from", "GET /out"} {
			ask(t, newClient(t, false), url, request)
		}
	})
	u := serve(t, mockserver.Options{Replay: r})
	for request, want := range map[string]string{"GET /from": "Location [/to?x=1]", "GET /out": "Location [http://example.com/to]"} {
		if got := ask(t, u.client, u.url, request); got.status != http.StatusFound || !strings.Contains(got.header, want) {
			t.Errorf("%s: %+v, want %s", request, got, want)
		}
	}
}

// TestReplayIsAsLate asks for an answer that took its time, at its beginning and in the middle.
func TestReplayIsAsLate(t *testing.T) {
	const before, between = 30 * time.Millisecond, 40 * time.Millisecond
	for _, framed := range []bool{false, true} {
		r := recorded(t, recording.Options{}, "", func(w http.ResponseWriter, _ *http.Request) {
			if framed {
				w.Header().Set("Content-Length", "6")
			}
			for _, part := range []string{"one", "two"} {
				time.Sleep(before)
				fmt.Fprint(w, part)
				w.(http.Flusher).Flush()
				time.Sleep(between - before)
			}
		}, func(url string) { ask(t, newClient(t, false), url, "GET /") })
		for latency, factor := range map[string]float64{"recorded": 1, "recorded*2": 2, "recorded*0.5": 0.5} {
			u := serve(t, mockserver.Options{Replay: r, Behaviour: behave(t, "latency", latency, "queue", "1")})
			start := time.Now()
			resp, err := u.client.Get(u.url)
			if err != nil {
				t.Fatal(err)
			}
			header := time.Since(start)
			three := make([]byte, 3)
			io.ReadFull(resp.Body, three)
			rest, err := io.ReadAll(resp.Body)
			whole := time.Since(start)
			resp.Body.Close()
			scaled := func(d time.Duration) time.Duration { return time.Duration(factor * float64(d)) }
			if string(three)+string(rest) != "onetwo" || err != nil || header < scaled(before) || whole < scaled(before+between) {
				t.Errorf("%s: %q%q, %v; header after %v, want %v; whole after %v, want %v",
					latency, three, rest, err, header, scaled(before), whole, scaled(before+between))
			}
			st := u.server.Stats()
			if st.ServiceSeconds < scaled(before).Seconds() || st.WriteSeconds < scaled(before).Seconds() || st.Bytes != 6 {
				t.Errorf("%s: %+v", latency, st)
			}
		}
	}
}

// TestReplayTakesABehaviour: faults, the queue and bandwidth act as on payloads.
func TestReplayTakesABehaviour(t *testing.T) {
	r := recorded(t, recording.Options{}, "", play, func(url string) { ask(t, newClient(t, false), url, "GET /large") })
	for fault, want := range map[string]said{
		"503": {status: 503}, "truncate": {status: 200, err: "cut"}, "reset": {status: 200, err: "reset"}, "corrupt": {status: 200},
	} {
		u := serve(t, mockserver.Options{Replay: r, Behaviour: behave(t, "faults", fault+":100%", "latency", "recorded", "connbandwidth", "1GiBps")})
		got := ask(t, u.client, u.url, "GET /large")
		if got.status != want.status || got.err != want.err {
			t.Errorf("%s: %d %s, want %+v", fault, got.status, got.err, want)
		}
		st := u.server.Stats()
		if n := slices.Collect(maps.Values(st.Faults)); slices.Max(n) != 1 || st.Requests != 1 {
			t.Errorf("%s: %+v", fault, st)
		}
	}
	// Some of many are struck, though it is one exchange.
	u := serve(t, mockserver.Options{Replay: r, Behaviour: behave(t, "faults", "503:50%")})
	struck := 0
	for range 40 {
		if ask(t, u.client, u.url, "GET /large").status == http.StatusServiceUnavailable {
			struck++
		}
	}
	if struck == 0 || struck == 40 {
		t.Errorf("%d of 40 struck", struck)
	}
}

// browserFile is as a browser saves one: decoded bodies inside, some of them not.
const browserFile = `{"log":{"version":"1.2","creator":{"name":"Browser","version":"1"},"entries":[
{"startedDateTime":"2026-01-02T03:04:05.000Z","time":30,
 "request":{"method":"GET","url":"https://www.example.com/data?x=1","httpVersion":"h2","headers":[],"queryString":[],"cookies":[],"headersSize":-1,"bodySize":0},
 "response":{"status":200,"statusText":"","httpVersion":"h2","headers":[{"name":"content-type","value":"application/json"},{"name":"content-encoding","value":"br"},{"name":"alt-svc","value":"h3=:443"}],
  "cookies":[],"content":{"size":7,"mimeType":"application/json","text":"eyJhIjoxfQ==","encoding":"base64"},"redirectURL":"","headersSize":-1,"bodySize":5},
 "cache":{},"timings":{"blocked":1,"dns":-1,"connect":-1,"send":0,"wait":20,"receive":5}},
{"startedDateTime":"2026-01-02T03:04:06.000Z","time":30,
 "request":{"method":"GET","url":"http://www.example.com/old","httpVersion":"h2","headers":[],"queryString":[],"cookies":[],"headersSize":-1,"bodySize":0},
 "response":{"status":301,"statusText":"","httpVersion":"h2","headers":[{"name":"location","value":"https://www.example.com/data?x=1"}],
  "cookies":[],"content":{"size":0,"mimeType":""},"redirectURL":"","headersSize":-1,"bodySize":0},
 "cache":{},"timings":{"send":0,"wait":1,"receive":0}},
{"startedDateTime":"2026-01-02T03:04:07.000Z","time":30,
 "request":{"method":"GET","url":"https://www.example.com/unsaved","httpVersion":"h2","headers":[],"queryString":[],"cookies":[],"headersSize":-1,"bodySize":0},
 "response":{"status":200,"statusText":"","httpVersion":"h2","headers":[],"cookies":[],"content":{"size":99,"mimeType":""},"redirectURL":"","headersSize":-1,"bodySize":9},
 "cache":{},"timings":{"send":0,"wait":1,"receive":0}}]}}`

func TestReplayOfABrowsersFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "browser.har")
	if err := os.WriteFile(file, []byte(browserFile), 0o600); err != nil {
		t.Fatal(err)
	}
	r, err := recording.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	u := serve(t, mockserver.Options{Replay: r, Behaviour: behave(t, "latency", "recorded")})
	if got, want := u.server.Replayed().String(), "2 exchanges, 1 distinct body of 7 B; left out: 1 whose body is not in the file"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	start := time.Now()
	got := ask(t, u.client, u.url, "GET /data?x=1")
	if want := (said{status: 200, header: "Content-Length [7]\nContent-Type [application/json]\n", length: 7, body: `{"a":1}`, trailer: "map[]"}); got != want || time.Since(start) < 26*time.Millisecond {
		t.Errorf("after %v %+v, want %+v", time.Since(start), got, want)
	}
	if got := ask(t, u.client, u.url, "GET /old"); !strings.Contains(got.header, "Location [/data?x=1]") {
		t.Errorf("%+v", got)
	}
	if got := ask(t, u.client, u.url, "GET /unsaved"); got.status != http.StatusNotFound {
		t.Errorf("%+v", got)
	}
}

func TestReplayRefused(t *testing.T) {
	r := recorded(t, recording.Options{}, "", play, func(url string) { ask(t, newClient(t, false), url, "GET /large") })
	for _, test := range []struct {
		o    mockserver.Options
		want string
	}{
		{mockserver.Options{Replay: r, MaxMemory: 1 << 10}, "1 distinct body of 1048576 bytes in all; --max-memory allows 1024; it takes --max-memory 1MiB"},
		{mockserver.Options{Replay: &recording.Recording{Path: "api"}}, "replay api: no exchange is in it"},
		{mockserver.Options{Replay: r, Captured: []string{"x"}}, "--body"},
		{mockserver.Options{Behaviour: behave(t, "latency", "recorded*2")}, `latency "recorded*2": no recording`},
		{mockserver.Options{Replay: &recording.Recording{Path: "api", Exchanges: []recording.Exchange{{URL: new(url.URL), Failed: recording.Left}}}}, "1 that the program gave up"},
	} {
		_, err := mockserver.New(test.o)
		if text := fmt.Sprint(err); err == nil || !strings.Contains(text, test.want) || strings.Contains(text, "\n") {
			t.Errorf("%v, want %q", err, test.want)
		}
	}
	if err := os.WriteFile(filepath.Join(r.Path, "bodies", r.Exchanges[0].Body.Digest.String()), []byte("other"), 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := mockserver.New(mockserver.Options{Replay: r})
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Serve(t.Context(), l); !strings.HasPrefix(fmt.Sprint(err), "replay: GET /large: ") {
		t.Errorf("a changed body: %v", err)
	}
}

// TestReplayOfWrongPieces: a file that says nonsense of its pieces still has its bodies.
func TestReplayOfWrongPieces(t *testing.T) {
	r := recorded(t, recording.Options{}, "", play, func(url string) { ask(t, newClient(t, false), url, "GET /large") })
	for _, pieces := range [][]recording.Piece{
		{{At: 0, Bytes: 1}},
		{{At: time.Millisecond, Bytes: 1 << 62}, {At: 0, Bytes: 1 << 62}},
		{{At: 0, Bytes: -1 << 63}, {At: 0, Bytes: 1 << 20}},
		{{At: -time.Hour, Bytes: 1 << 19}, {At: 0, Bytes: 0}},
	} {
		wrong := *r
		wrong.Exchanges = slices.Clone(r.Exchanges)
		wrong.Exchanges[0].Pieces = pieces
		u := serve(t, mockserver.Options{Replay: &wrong, Behaviour: behave(t, "latency", "recorded")})
		if got := ask(t, u.client, u.url, "GET /large"); len(got.body) != 1<<20 || got.err != "" {
			t.Errorf("%v: %d bytes, %s", pieces, len(got.body), got.err)
		}
	}
}

// TestReplayPasses: what begins so goes to the upstream that was recorded, and nothing else does.
func TestReplayPasses(t *testing.T) {
	var asked []string
	var mu sync.Mutex
	real := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		asked = append(asked, r.Method+" "+r.URL.RequestURI())
		if r.URL.Path == "/api/login/form" {
			http.Redirect(w, r, "http://"+r.Host+"/api/items", http.StatusFound)
			return
		}
		fmt.Fprintf(w, "real, %s", r.Header.Get("Authorization"))
	}))
	defer real.Close()
	r := &recording.Recording{Path: "x", Upstream: real.URL + "/api"}
	at, err := url.Parse(real.URL + "/api/items")
	if err != nil {
		t.Fatal(err)
	}
	r.Exchanges = []recording.Exchange{{Method: "GET", URL: at, Status: 204, Proto: "HTTP/1.1"}}
	u := serve(t, mockserver.Options{Replay: r, Pass: []string{"/login"}})
	u.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	for _, c := range []struct {
		request, body, location string
		status                  int
	}{
		{"POST /login?as=me", "real, secret", "", 200},
		{"GET /login/form", "", "/api/items", 302},
		{"GET /items", "", "", 204},
		{"GET /items/login", "", "", 404},
	} {
		method, path, _ := strings.Cut(c.request, " ")
		req, err := http.NewRequest(method, u.url+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Authorization", "secret")
		resp, err := u.client.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		if err != nil || resp.StatusCode != c.status || c.status == 200 && string(body) != c.body || resp.Header.Get("Location") != c.location {
			t.Errorf("%s: %d %q to %q, %v", c.request, resp.StatusCode, body, resp.Header.Get("Location"), err)
		}
	}
	mu.Lock()
	defer mu.Unlock()
	if want := []string{"POST /api/login?as=me", "GET /api/login/form"}; !slices.Equal(asked, want) {
		t.Errorf("the upstream was asked for %q, want %q", asked, want)
	}
	if st := u.stats(); st.Requests != 1 {
		t.Errorf("%d requests are counted, want that which was replayed", st.Requests)
	}
}

// TestPassLeavesControl: whatever is passed, a runner still finds the statistics of this server.
func TestPassLeavesControl(t *testing.T) {
	real := httptest.NewServer(http.NotFoundHandler())
	defer real.Close()
	at, err := url.Parse(real.URL + "/items")
	if err != nil {
		t.Fatal(err)
	}
	r := &recording.Recording{Path: "x", Upstream: real.URL, Exchanges: []recording.Exchange{{Method: "GET", URL: at, Status: 204, Proto: "HTTP/1.1"}}}
	u := serve(t, mockserver.Options{Replay: r, Pass: []string{"/"}})
	for path, status := range map[string]int{"/items": http.StatusNotFound, mockserver.Control + "/v1/stats": http.StatusOK} {
		resp, err := u.client.Get(u.url + path)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode != status {
			t.Errorf("%s: %s, want %d", path, resp.Status, status)
		}
	}
}

// TestPassRefused: each in words that name what is wrong.
func TestPassRefused(t *testing.T) {
	at := func(s string) *url.URL {
		u, err := url.Parse(s)
		if err != nil {
			t.Fatal(err)
		}
		return u
	}
	one := &recording.Recording{Path: "x.har", Exchanges: []recording.Exchange{{Method: "GET", URL: at("http://a/1"), Status: 204}}}
	two := &recording.Recording{Path: "x.har", Exchanges: append(one.Exchanges, recording.Exchange{Method: "GET", URL: at("http://b/1"), Status: 204})}
	for _, c := range []struct {
		o    mockserver.Options
		says string
	}{
		{mockserver.Options{Pass: []string{"/login"}}, "allowed with --replay"},
		{mockserver.Options{Replay: one, Pass: []string{"login"}}, `pass "login": not the beginning of a path`},
		{mockserver.Options{Replay: one, Pass: []string{"/login?x=1"}}, "not the beginning of a path"},
		{mockserver.Options{Replay: one, Pass: []string{mockserver.Control}}, "not the beginning of a path"},
		{mockserver.Options{Replay: two, Pass: []string{"/login"}}, "http://a and http://b"},
	} {
		if _, err := mockserver.New(c.o); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%v; want %q", err, c.says)
		}
	}
	if _, err := mockserver.New(mockserver.Options{Replay: one, Pass: []string{"/login"}}); err != nil {
		t.Error(err) // of one upstream
	}
}
