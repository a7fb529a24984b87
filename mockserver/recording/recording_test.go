package recording_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/iotest"
	"time"

	"collatebench/internal/raced"
	"collatebench/mockserver/recording"
)

// A stage is an upstream with a recorder before it.
type stage struct {
	t        testing.TB
	folder   string
	upstream *httptest.Server
	recorder *recording.Recorder
	proxy    *httptest.Server
	client   *http.Client
}

func newStage(t testing.TB, h http.HandlerFunc, o recording.Options) *stage {
	s := &stage{t: t, folder: filepath.Join(t.TempDir(), "recording"), upstream: httptest.NewServer(h)}
	t.Cleanup(s.upstream.Close)
	o.Upstream = s.upstream.URL
	w, err := recording.Create(s.folder, o)
	if err != nil {
		t.Fatal(err)
	}
	to, err := url.Parse(s.upstream.URL)
	if err != nil {
		t.Fatal(err)
	}
	s.recorder = recording.NewRecorder(w, nil)
	server := recording.Server(s.recorder.Reverse(to))
	s.proxy = httptest.NewUnstartedServer(server.Handler)
	s.proxy.Config = server
	s.proxy.Start()
	t.Cleanup(s.proxy.Close)
	s.client = &http.Client{
		Transport:     &http.Transport{DisableCompression: true, ExpectContinueTimeout: 5 * time.Second},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	t.Cleanup(s.client.CloseIdleConnections)
	return s
}

// ask sends a request and reads its answer; an error is of either.
func (s *stage) ask(method, path, body string, header http.Header) (*http.Response, []byte, error) {
	req, err := http.NewRequest(method, s.proxy.URL+path, strings.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	if header != nil {
		req.Header = header
	}
	resp, err := s.client.Do(req)
	if err != nil {
		return nil, nil, err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	return resp, text, err
}

// end ends the recording and opens it.
func (s *stage) end() *recording.Recording {
	if err := s.recorder.Close(); err != nil {
		s.t.Fatal(err)
	}
	return s.open()
}

func (s *stage) open() *recording.Recording {
	r, err := recording.Open(s.folder)
	if err != nil {
		s.t.Fatal(err)
	}
	return r
}

func gzipped(text string) []byte {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	z.Write([]byte(text))
	z.Close()
	return b.Bytes()
}

// hang breaks a connection off: by a reset, or by its end.
func hang(w http.ResponseWriter, reset bool) {
	http.NewResponseController(w).Flush()
	time.Sleep(20 * time.Millisecond) // what was sent is there before the reset, which would overtake it
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(err)
	}
	if reset {
		conn.(*net.TCPConn).SetLinger(0)
	}
	conn.Close()
}

// upstream answers in each way that HTTP has.
func upstream(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	switch r.URL.Path {
	case "/plain":
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprintf(w, `{"id":%q}`, r.URL.Query().Get("id"))
	case "/chunked":
		w.Header().Set("Trailer", "X-Sum")
		for i := range 3 {
			fmt.Fprintf(w, "piece %d\n", i)
			http.NewResponseController(w).Flush()
			time.Sleep(5 * time.Millisecond)
		}
		w.Header().Set("X-Sum", "3")
	case "/gzip":
		w.Header().Set("Content-Encoding", "gzip")
		w.Write(gzipped("compressed"))
	case "/none":
		w.WriteHeader(http.StatusNoContent)
	case "/same":
		w.Header().Set("Etag", `"7"`)
		w.WriteHeader(http.StatusNotModified)
	case "/away":
		http.Redirect(w, r, "http://"+r.Host+"/plain?id=away&token=geheim", http.StatusFound)
	case "/elsewhere":
		w.Header().Set("Location", "http://example.com/x")
		w.WriteHeader(http.StatusSeeOther)
	case "/post":
		w.WriteHeader(http.StatusCreated)
		fmt.Fprintf(w, "%d bytes", len(body))
	case "/wrong":
		http.Error(w, "wrong", http.StatusInternalServerError)
	case "/reset", "/cut":
		w.Header().Set("Content-Length", "100000")
		w.Write(bytes.Repeat([]byte("x"), 5000))
		hang(w, r.URL.Path == "/reset")
	case "/early":
		w.WriteHeader(http.StatusEarlyHints)
		fmt.Fprint(w, "late")
	}
}

// TestExchanges: each kind of exchange passes as it is, and is read back as it was.
func TestExchanges(t *testing.T) {
	for _, c := range []struct {
		method, path, body string
		status             int
		want               string
		failed             recording.Failure
		encoding           string
		trailer            string
	}{
		{method: "GET", path: "/plain?id=7", status: 200, want: `{"id":"7"}`},
		{method: "HEAD", path: "/plain?id=7", status: 200},
		{method: "GET", path: "/chunked", status: 200, want: "piece 0\npiece 1\npiece 2\n", trailer: "3"},
		{method: "GET", path: "/gzip", status: 200, want: string(gzipped("compressed")), encoding: "gzip"},
		{method: "GET", path: "/none", status: 204},
		{method: "GET", path: "/same", status: 304},
		{method: "GET", path: "/away", status: 302, want: "<a href=\"http://UPSTREAM/plain?id=away&amp;token=geheim\">Found</a>.\n\n"},
		{method: "POST", path: "/post", body: "eight by", status: 201, want: "8 bytes"},
		{method: "GET", path: "/wrong", status: 500, want: "wrong\n"},
		{method: "GET", path: "/reset", status: 200, want: strings.Repeat("x", 5000), failed: recording.Reset},
		{method: "GET", path: "/cut", status: 200, want: strings.Repeat("x", 5000), failed: recording.Cut},
		{method: "GET", path: "/early", status: 200, want: "late"},
	} {
		t.Run(c.method+c.path, func(t *testing.T) {
			s := newStage(t, upstream, recording.Options{})
			c.want = strings.ReplaceAll(c.want, "UPSTREAM", strings.TrimPrefix(s.upstream.URL, "http://"))
			resp, text, err := s.ask(c.method, c.path, c.body, nil)
			if (err != nil) != (c.failed != "") {
				t.Fatalf("the program got the error %v", err)
			}
			if resp.StatusCode != c.status || string(text) != c.want {
				t.Errorf("the program got %d with %q", resp.StatusCode, text)
			}
			if got := resp.Trailer.Get("X-Sum"); got != c.trailer {
				t.Errorf("the program got the trailer %q", got)
			}
			r := s.end()
			if len(r.Exchanges) != 1 || !r.Whole {
				t.Fatalf("%d exchanges, whole: %v", len(r.Exchanges), r.Whole)
			}
			e := r.Exchanges[0]
			body, err := r.Body(e.Body)
			if err != nil {
				t.Fatal(err)
			}
			if e.Method != c.method || e.URL.RequestURI() != c.path || e.Status != c.status || string(body) != c.want || e.Failed != c.failed {
				t.Errorf("recorded: %s %s %d %q, failed %q", e.Method, e.URL, e.Status, body, e.Failed)
			}
			if e.Request.Size != int64(len(c.body)) || c.body != "" && e.Request.Digest != recording.DigestOf([]byte(c.body)) {
				t.Errorf("the request's body: %+v", e.Request)
			}
			if e.Header.Get("Content-Encoding") != c.encoding || e.Trailer.Get("X-Sum") != c.trailer {
				t.Errorf("recorded: header %v, trailer %v", e.Header, e.Trailer)
			}
			sum := int64(0)
			for _, p := range e.Pieces {
				sum += p.Bytes
			}
			if k := e.Clocks; sum != int64(len(c.want)) || k.First <= 0 || k.Whole < k.First || k.Handed < k.Whole || k.Taken != -1 {
				t.Errorf("clocks %+v, %d bytes in pieces %v", k, sum, e.Pieces)
			}
			if c.path == "/chunked" && (len(e.Pieces) != 3 || e.Pieces[2].At-e.Pieces[0].At < 8*time.Millisecond) {
				t.Errorf("pieces %v", e.Pieces)
			}
		})
	}
}

// TestRedirect: one within the upstream leads to the recorder, and any other where it leads.
func TestRedirect(t *testing.T) {
	s := newStage(t, upstream, recording.Options{})
	for path, want := range map[string]string{"/away": "/plain?id=away&token=geheim", "/elsewhere": "http://example.com/x"} {
		resp, _, err := s.ask("GET", path, "", nil)
		if err != nil || resp.Header.Get("Location") != want {
			t.Errorf("%s leads to %q, %v", path, resp.Header.Get("Location"), err)
		}
	}
}

// TestContinue: who waits for 100 Continue gets it from the upstream.
func TestContinue(t *testing.T) {
	s := newStage(t, upstream, recording.Options{})
	got := false
	trace := &httptrace.ClientTrace{Got100Continue: func() { got = true }}
	req, err := http.NewRequestWithContext(httptrace.WithClientTrace(context.Background(), trace), "POST", s.proxy.URL+"/post", strings.NewReader("body"))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Expect", "100-continue")
	resp, err := s.client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(resp.Body)
	resp.Body.Close()
	if err != nil || string(text) != "4 bytes" || !got {
		t.Errorf("%q, %v, %v", text, err, got)
	}
}

// TestStreams: what has come is there before the rest is.
func TestStreams(t *testing.T) {
	more := make(chan struct{})
	s := newStage(t, func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, "first")
		http.NewResponseController(w).Flush()
		<-more
		fmt.Fprint(w, "second")
	}, recording.Options{})
	resp, err := s.client.Get(s.proxy.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b := make([]byte, 5)
	if _, err := io.ReadFull(resp.Body, b); err != nil || string(b) != "first" {
		t.Fatalf("%q, %v", b, err)
	}
	close(more)
	if rest, err := io.ReadAll(resp.Body); err != nil || string(rest) != "second" {
		t.Errorf("%q, %v", rest, err)
	}
}

// TestUnreachable: an upstream that is not there is told to the program, and recorded.
func TestUnreachable(t *testing.T) {
	s := newStage(t, upstream, recording.Options{})
	s.upstream.Close()
	resp, text, err := s.ask("GET", "/plain", "", nil)
	if err != nil || resp.StatusCode != http.StatusBadGateway || !strings.Contains(string(text), "no answer from the upstream") {
		t.Fatalf("%v %q, %v", resp, text, err)
	}
	if r := s.end(); len(r.Exchanges) != 1 || r.Exchanges[0].Failed != recording.Unreachable || r.Exchanges[0].Status != 0 {
		t.Errorf("%+v", r.Exchanges)
	}
}

// TestLeft: a program that goes away is no failure of the upstream, and the recorder goes on.
func TestLeft(t *testing.T) {
	gone := make(chan struct{})
	s := newStage(t, func(w http.ResponseWriter, r *http.Request) {
		w.Write(bytes.Repeat([]byte("x"), 5000))
		http.NewResponseController(w).Flush()
		<-r.Context().Done()
		close(gone)
	}, recording.Options{})
	ctx, cancel := context.WithCancel(context.Background())
	req, err := http.NewRequestWithContext(ctx, "GET", s.proxy.URL, nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := s.client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	cancel()
	resp.Body.Close()
	<-gone
	if r := s.end(); len(r.Exchanges) != 1 || r.Exchanges[0].Failed != recording.Left {
		t.Errorf("%+v", r.Exchanges)
	}
}

// TestSecrets: nothing secret is in the folder, and what is no secret is.
func TestSecrets(t *testing.T) {
	answer := func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Set-Cookie", "sid=geheim")
		w.Header().Set("X-Amz-Security-Token", "geheim")
		w.Header().Set("Location", "/next?access_token=geheim&page=2")
		w.Header().Set("X-Request-Id", "open")
	}
	ask := func(o recording.Secrets) (string, *recording.Recording) {
		s := newStage(t, answer, recording.Options{Secrets: o})
		h := http.Header{"Authorization": {"Bearer geheim"}, "Cookie": {"sid=geheim"}, "X-Api-Key": {"geheim"}, "Accept": {"open"}}
		if _, _, err := s.ask("POST", "/login?api_key=geheim&user=open", "geheim", h); err != nil {
			t.Fatal(err)
		}
		r := s.end()
		text, err := os.ReadFile(filepath.Join(s.folder, "exchanges.har"))
		if err != nil {
			t.Fatal(err)
		}
		return string(text), r
	}
	text, r := ask(recording.Secrets{})
	if strings.Contains(text, "geheim") || strings.Contains(text, "Authorization") {
		t.Errorf("a secret is written: %s", text)
	}
	if q := r.Exchanges[0].URL.Query(); q.Get("user") != "open" || q.Get("api_key") == "" || r.Exchanges[0].Header.Get("X-Request-Id") != "open" {
		t.Errorf("%+v", r.Exchanges[0])
	}
	if text, _ := ask(recording.Secrets{HashQuery: true}); strings.Contains(text, "user=open") {
		t.Errorf("--hash-query: %s", text)
	}
	text, _ = ask(recording.Secrets{KeepHeaders: true})
	if !strings.Contains(text, "Bearer geheim") || strings.Contains(text, "api_key=geheim") {
		t.Errorf("--keep-headers: %s", text)
	}
}

// TestSecretNames is which names are taken for secrets.
func TestSecretNames(t *testing.T) {
	for name, want := range map[string]bool{
		"Authorization": true, "proxy-authorization": true, "Cookie": true, "set-cookie2": true, "X-Api-Key": true, "api_key": true,
		"X-Amz-Signature": true, "sig": true, "key": true, "refresh.token": true, "password": true, "X-CSRF-Token": true,
		"Content-Type": false, "Etag": false, "keyword": false, "page": false, "Accept": false, "X-Request-Id": false, "design": false, "monkey": false,
	} {
		if recording.Secret(name) != want {
			t.Errorf("%s: %v", name, !want)
		}
	}
}

// TestPermissions: folder and files are for their owner alone.
func TestPermissions(t *testing.T) {
	s := newStage(t, upstream, recording.Options{})
	if _, _, err := s.ask("GET", "/plain?id=1", "", nil); err != nil {
		t.Fatal(err)
	}
	s.end()
	err := filepath.WalkDir(s.folder, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err == nil && info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s: %v", path, info.Mode())
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

// TestBodiesOnce: equal bodies are one file, however many come at once.
func TestBodiesOnce(t *testing.T) {
	large := make([]byte, 3<<20)
	rand.Read(large)
	s := newStage(t, func(w http.ResponseWriter, _ *http.Request) { w.Write(large) }, recording.Options{})
	var all sync.WaitGroup
	for range 24 { // more than fits in memory
		all.Go(func() {
			if _, text, err := s.ask("GET", "/", "", nil); err != nil || !bytes.Equal(text, large) {
				t.Errorf("%d bytes, %v", len(text), err)
			}
		})
	}
	all.Wait()
	r := s.end()
	if kept, err := os.ReadDir(filepath.Join(s.folder, "bodies")); err != nil || len(kept) != 1 || len(r.Exchanges) != 24 {
		t.Errorf("%d exchanges, %v, %v", len(r.Exchanges), kept, err)
	}
	if body, err := r.Body(r.Exchanges[0].Body); err != nil || !bytes.Equal(body, large) {
		t.Errorf("%d bytes, %v", len(body), err)
	}
}

// TestSlowProgram: the upstream's answer is taken in while the program reads nothing of it.
func TestSlowProgram(t *testing.T) {
	const size = 48 << 20 // more than memory has for it, and than the kernel takes
	sent := make(chan struct{})
	s := newStage(t, func(w http.ResponseWriter, _ *http.Request) {
		piece := make([]byte, 1<<20)
		for i := range size >> 20 {
			piece[i] = byte(i)
			w.Write(piece)
		}
		close(sent)
	}, recording.Options{})
	resp, err := s.client.Get(s.proxy.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	<-sent // before a byte is read
	time.Sleep(30 * time.Millisecond)
	got, err := io.ReadAll(resp.Body)
	if err != nil || len(got) != size {
		t.Fatalf("%d bytes, %v", len(got), err)
	}
	r := s.end()
	c := r.Exchanges[0].Clocks
	if c.Handed-c.Whole < 10*time.Millisecond {
		t.Errorf("whole after %v, handed after %v", c.Whole, c.Handed)
	}
	if body, err := r.Body(r.Exchanges[0].Body); err != nil || len(body) != size || body[5<<20+5] != 5 || !bytes.Equal(body, got) {
		t.Errorf("%d bytes, %v, or others than the program got", len(body), err)
	}
}

// TestRoundTripper: a client may have the recorder as its transport.
func TestRoundTripper(t *testing.T) {
	s := newStage(t, upstream, recording.Options{})
	resp, err := (&http.Client{Transport: s.recorder}).Get(s.upstream.URL + "/chunked")
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(iotest.OneByteReader(resp.Body))
	if err != nil || string(text) != "piece 0\npiece 1\npiece 2\n" || resp.Trailer.Get("X-Sum") != "3" {
		t.Errorf("%q, trailer %v, %v", text, resp.Trailer, err)
	}
	resp.Body.Close()
	if r := s.end(); len(r.Exchanges) != 1 || r.Exchanges[0].Body.Size != int64(len(text)) {
		t.Errorf("%+v", r.Exchanges)
	}
}

// TestLimit: beyond it everything passes, and is not kept.
func TestLimit(t *testing.T) {
	s := newStage(t, func(w http.ResponseWriter, r *http.Request) {
		text := bytes.Repeat([]byte(r.URL.Query().Get("id")), 1<<20)
		w.Write(text)
	}, recording.Options{Limit: 5 << 20})
	for id := range 9 {
		if _, text, err := s.ask("GET", fmt.Sprintf("/?id=%d", id), "", nil); err != nil || len(text) != 1<<20 {
			t.Fatalf("%d bytes, %v", len(text), err)
		}
	}
	if _, text, err := s.ask("GET", "/?id=12345678901234567890123456789012345678901234567890", "", nil); err != nil || len(text) != 50<<20 { // not even in passing
		t.Fatalf("%d bytes, %v", len(text), err)
	}
	r := s.end()
	sum := s.recorder.Summary()
	if len(r.Exchanges) != 4 || sum.Kept != 4 || sum.Hidden != 6 || sum.Exchanges != 10 {
		t.Errorf("%d exchanges, %+v", len(r.Exchanges), sum)
	}
	for _, e := range r.Exchanges {
		if _, err := r.Body(e.Body); err != nil {
			t.Error(err)
		}
	}
	if kept, err := os.ReadDir(filepath.Join(s.folder, "bodies")); err != nil || len(kept) != 4 {
		t.Errorf("%v, %v", kept, err)
	}
}

// TestLimitInPassing: a body that no longer fits while it comes does not grow on the disk, whoever reads it
// how slowly, and what it had taken is given back: no more and no less.
func TestLimitInPassing(t *testing.T) {
	const limit, large, middle = 40 << 20, 80 << 20, 30 << 20
	s := newStage(t, func(w http.ResponseWriter, r *http.Request) {
		size := middle
		if r.URL.Path == "/large" {
			size = large
		}
		w.Write(bytes.Repeat([]byte(r.URL.Path), size/len(r.URL.Path)))
	}, recording.Options{Limit: limit})
	onDisk := func() (sum int64) {
		kept, err := os.ReadDir(filepath.Join(s.folder, "bodies"))
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range kept {
			if info, err := d.Info(); err == nil { // else it is gone by now
				sum += info.Size()
			}
		}
		return sum
	}
	resp, err := s.client.Get(s.proxy.URL + "/large")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close() // or the servers wait for it where the test fails
	for began := time.Now(); onDisk() < limit-1<<20; time.Sleep(time.Millisecond) {
		if time.Since(began) > 10*time.Second {
			t.Fatalf("%d bytes are on the disk", onDisk())
		}
	}
	buffer, n := make([]byte, 1<<20), 0
	for err == nil {
		var m int
		m, err = resp.Body.Read(buffer)
		n += m
		if got := onDisk(); got > limit+1<<17 {
			t.Fatalf("%d bytes are on the disk", got)
		}
	}
	resp.Body.Close()
	if err != io.EOF || n != large/6*6 {
		t.Fatalf("%d bytes, %v", n, err)
	}
	for _, path := range []string{"/one", "/two"} { // the first has room, and beside it the second has none
		if _, text, err := s.ask("GET", path, "", nil); err != nil || len(text) != middle/4*4 {
			t.Fatalf("%d bytes, %v", len(text), err)
		}
	}
	r := s.end()
	if len(r.Exchanges) != 1 || r.Exchanges[0].URL.Path != "/one" || s.recorder.Summary().Hidden != 2 {
		t.Errorf("%+v, %+v", r.Exchanges, s.recorder.Summary())
	}
	if got := onDisk(); got != middle/4*4 {
		t.Errorf("%d bytes are left on the disk", got)
	}
}

// TestAlwaysWhole: the file is JSON after each exchange, and one that was cut anywhere has the exchanges
// before.
func TestAlwaysWhole(t *testing.T) {
	s := newStage(t, upstream, recording.Options{})
	file := filepath.Join(s.folder, "exchanges.har")
	for n := range 4 {
		text, err := os.ReadFile(file)
		if err != nil || !json.Valid(text) {
			t.Fatalf("after %d: %v, %s", n, err, text)
		}
		if _, _, err := s.ask("GET", fmt.Sprintf("/plain?id=%d", n), "", nil); err != nil {
			t.Fatal(err)
		}
		for s.recorder.Summary().Kept == n { // it is written after the program has its answer
			time.Sleep(time.Millisecond)
		}
	}
	s.end()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	begin := bytes.Index(text, []byte("[\n")) + 1
	for n := begin; n < len(text)-1; n += 7 { // without its last newline it is whole
		if err := os.WriteFile(file, text[:n], 0o600); err != nil {
			t.Fatal(err)
		}
		want := bytes.Count(text[:n], []byte("\n{\"started")) - 1
		if r := s.open(); len(r.Exchanges) != want && len(r.Exchanges) != want+1 || r.Whole {
			t.Fatalf("cut at %d: %d exchanges, whole: %v; %d are there", n, len(r.Exchanges), r.Whole, want)
		}
	}
}

// TestOpenRefuses what is no recording, and what leads out of its folder.
func TestOpenRefuses(t *testing.T) {
	entry := func(own string) string {
		return `{"log":{"entries":[{"startedDateTime":"2026-11-27T12:00:00Z","request":{"method":"GET","url":"http://a/"},` +
			`"response":{"status":200,"content":{"size":3,"mimeType":"text/plain"` + own + `}}}]}}`
	}
	for _, c := range []struct{ text, want string }{
		{"", "not a HAR"},
		{"[]", "not a HAR"},
		{`{"log":{}}`, "not a HAR"},
		{`{"log":{"entries":7}}`, "not a HAR"},
		{`{"log":{"entries":[7]}}`, "entry 1"},
		{`{"log":{"entries":[{}]}}`, "entry 1: no request"},
		{strings.Replace(entry(""), "200", "7", 1), "status 7"},
		{strings.Replace(entry(""), "2026-11", "2026-13", 1), "startedDateTime"},
		{entry(`,"_file":"../secret"`), "not in the folder"},
		{entry(`,"_file":"/etc/passwd"`), "not in the folder"},
		{entry(`,"_file":"missing"`), "missing"},
		{entry(`,"text":"%","encoding":"base64"`), "base64"},
	} {
		file := filepath.Join(t.TempDir(), "x.har")
		if err := os.WriteFile(file, []byte(c.text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := recording.Open(file); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", c.text, err)
		}
	}
	if _, err := recording.Open(t.TempDir()); err == nil || !strings.Contains(err.Error(), "no recording") {
		t.Error(err)
	}
}

// TestForeign: files of other programs, with bodies as text, in base64, beside the file, or not at all.
func TestForeign(t *testing.T) {
	folder := t.TempDir()
	if err := os.WriteFile(filepath.Join(folder, "x.json"), []byte("beside"), 0o600); err != nil {
		t.Fatal(err)
	}
	entry := func(content string) string {
		return `{"startedDateTime":"2026-11-27T12:00:00.5+01:00","time":30,"request":{"method":"POST","url":"https://u:p@a.example/x?y=1#z","postData":{"mimeType":"t","params":[],"text":"posted"}},
		"response":{"status":200,"httpVersion":"h2","headers":[{"name":"content-encoding","value":"br"},{"name":":status","value":"200"},{"name":"etag","value":"e"}],"content":` + content + `},
		"cache":{},"timings":{"blocked":1.5,"dns":-1,"connect":2,"send":0.5,"wait":16,"receive":10}}`
	}
	har := `{"log":{"version":"1.2","creator":{"name":"WebInspector","version":"537.36"},"pages":[{"id":"p"}],"entries":[` + strings.Join([]string{
		entry(`{"size":4,"mimeType":"t","text":"text"}`), entry(`{"size":4,"mimeType":"t","text":"YmFzZQ==","encoding":"base64"}`),
		entry(`{"size":6,"mimeType":"t","_file":"x.json"}`), entry(`{"size":9,"mimeType":"t"}`),
	}, ",") + `]}}`
	file := filepath.Join(folder, "browser.har")
	if err := os.WriteFile(file, []byte(har), 0o600); err != nil {
		t.Fatal(err)
	}
	r, err := recording.Open(file)
	if err != nil || len(r.Exchanges) != 4 || !r.Whole {
		t.Fatalf("%+v, %v", r, err)
	}
	for i, want := range []string{"text", "base", "beside", ""} {
		e := r.Exchanges[i]
		body, err := r.Body(e.Body)
		if err != nil || string(body) != want {
			t.Errorf("%d: %q, %v", i, body, err)
		}
		if e.URL.String() != "https://a.example/x?y=1" || e.Header.Get("Etag") != "e" || len(e.Header) != 1 || e.Request.Digest != recording.DigestOf([]byte("posted")) {
			t.Errorf("%d: %s %v %+v", i, e.URL, e.Header, e.Request)
		}
		if want := (recording.Clocks{Sent: 4 * time.Millisecond, First: 20 * time.Millisecond, Whole: 30 * time.Millisecond, Handed: -1, Taken: -1}); e.Clocks != want {
			t.Errorf("%d: %+v", i, e.Clocks)
		}
	}
	if b := r.Exchanges[3].Body; b.Size != 9 || !b.Digest.IsZero() {
		t.Errorf("a body that is not there: %+v", b)
	}
}

// TestChangedBody: a file that is no longer what was recorded is not served as if it were.
func TestChangedBody(t *testing.T) {
	s := newStage(t, upstream, recording.Options{})
	if _, _, err := s.ask("GET", "/plain?id=1", "", nil); err != nil {
		t.Fatal(err)
	}
	r := s.end()
	b := r.Exchanges[0].Body
	if err := os.WriteFile(filepath.Join(s.folder, "bodies", b.Digest.String()), []byte(`{"id":"2"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Body(b); err == nil || !strings.Contains(err.Error(), "not what was recorded") {
		t.Error(err)
	}
}

// TestDigest: it is of the whole file, and of the bodies beside it.
func TestDigest(t *testing.T) {
	folder := t.TempDir()
	write := func(name, text string) {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	digest := func() recording.Digest {
		r, err := recording.Open(filepath.Join(folder, "a.har"))
		if err != nil {
			t.Fatal(err)
		}
		return r.Digest
	}
	const har = `{"log":{"entries":[{"startedDateTime":"2026-11-22T20:41:00Z","request":{"method":"GET","url":"http://a/x"},"response":{"status":200,"content":{"_file":"b.txt"}}}]}}`
	write("a.har", har)
	write("b.txt", "one")
	first := digest()
	if again := digest(); again != first || first.IsZero() {
		t.Errorf("%v, then %v", first, again)
	}
	for _, c := range []struct{ name, text, was string }{
		{"b.txt", "two", "one"},
		{"a.har", strings.Replace(har, "200", "201", 1), har},
		{"a.har", har + strings.Repeat("\n", 3<<20) + " ", har},
	} {
		write(c.name, c.text)
		if digest() == first {
			t.Errorf("%s is another: the digest is the same", c.name)
		}
		write(c.name, c.was)
	}
}

// TestCreateRefuses a folder with something in it.
func TestCreateRefuses(t *testing.T) {
	folder := t.TempDir()
	if err := os.WriteFile(filepath.Join(folder, "mine"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := recording.Create(folder, recording.Options{}); err == nil || !strings.Contains(err.Error(), "not empty") {
		t.Error(err)
	}
}

// TestTaken: an answer is taken when nothing of it is outstanding any more.
func TestTaken(t *testing.T) {
	q := &queue{left: 1}
	s := newStage(t, upstream, recording.Options{})
	w, err := recording.Create(filepath.Join(t.TempDir(), "taken"), recording.Options{})
	if err != nil {
		t.Fatal(err)
	}
	to, err := url.Parse(s.upstream.URL)
	if err != nil {
		t.Fatal(err)
	}
	recorder := recording.NewRecorder(w, q)
	proxy := httptest.NewServer(recorder.Reverse(to))
	defer proxy.Close()
	resp, err := s.client.Get(proxy.URL + "/plain")
	if err != nil {
		t.Fatal(err)
	}
	io.Copy(io.Discard, resp.Body)
	resp.Body.Close()
	if kept := recorder.Summary().Kept; kept != 0 {
		t.Errorf("%d are kept before it is read", kept)
	}
	time.Sleep(30 * time.Millisecond)
	q.set(0)
	for began := time.Now(); recorder.Summary().Kept == 0; time.Sleep(time.Millisecond) {
		if time.Since(began) > 10*time.Second {
			t.Fatal("it is never taken")
		}
	}
	sum := recorder.Summary()
	if sum.Timed != 1 || sum.Lag < .025 {
		t.Errorf("%+v", sum)
	}
	if err := recorder.Close(); err != nil || !q.closed {
		t.Error(err)
	}
}

type queue struct {
	mu     sync.Mutex
	left   int64
	closed bool
}

func (q *queue) set(left int64) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.left = left
}

func (q *queue) Outstanding(near, far netip.AddrPort) (int64, bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.left, near.IsValid() && far.IsValid()
}

func (q *queue) Close() error {
	q.closed = true
	return nil
}

// TestSummary is what is told at the end.
func TestSummary(t *testing.T) {
	for _, c := range []struct {
		s    recording.Summary
		want []string
	}{
		{recording.Summary{}, []string{"nothing was asked"}},
		{recording.Summary{Exchanges: 412, Bytes: 389e6, Seconds: 9.3, AtOnce: 32, Timed: 400, Lag: .21, Answer: .02},
			[]string{"412 exchanges, 389.0 MB in 9.3s, up to 32 at once.", "210ms (median) before the program had read it", "the upstream is not what it waits for"}},
		{recording.Summary{Exchanges: 50, Timed: 50, Lag: .003, Answer: .4}, []string{"it waits for the upstream"}},
		{recording.Summary{Exchanges: 50, Timed: 50, Lag: .2, Answer: .4}, []string{"both take their time"}},
		{recording.Summary{Exchanges: 50, Timed: 9, Lag: .2, Answer: .4, Hidden: 2, Failed: map[recording.Failure]int{recording.Reset: 3, recording.Left: 1}},
			[]string{"3 were reset by the upstream; 1 were given up", "2 exchanges passed and were not kept"}},
	} {
		text := c.s.String()
		for _, want := range c.want {
			if !strings.Contains(text, want) {
				t.Errorf("%+v: %q", c.s, text)
			}
		}
		if strings.Contains(text, "median") != (c.s.Timed >= 10) {
			t.Errorf("%+v: %q", c.s, text)
		}
	}
}

// TestManySmall: ten thousand small exchanges are all there.
func TestManySmall(t *testing.T) {
	n := 10_000
	if testing.Short() || raced.Enabled {
		n = 1000
	}
	s := newStage(t, upstream, recording.Options{})
	s.client.Transport.(*http.Transport).MaxIdleConnsPerHost = 8
	var all sync.WaitGroup
	for k := range 8 {
		all.Go(func() {
			for id := k; id < n; id += 8 {
				if _, text, err := s.ask("GET", fmt.Sprintf("/plain?id=%d", id), "", nil); err != nil || string(text) != fmt.Sprintf(`{"id":"%d"}`, id) {
					t.Errorf("%d: %q, %v", id, text, err)
					return
				}
			}
		})
	}
	all.Wait()
	r := s.end()
	seen := map[string]bool{}
	for _, e := range r.Exchanges {
		seen[e.URL.RawQuery] = true
	}
	if len(seen) != n || !slices.IsSortedFunc(r.Exchanges, func(a, b recording.Exchange) int { return a.Began.Compare(b.Began) }) {
		t.Errorf("%d of %d", len(seen), n)
	}
	if at := s.recorder.Summary().AtOnce; at < 2 || at > 8 {
		t.Errorf("%d at once", at)
	}
}

// TestErrorsOfDisk: a disk that refuses ends the recording and not the program.
func TestErrorsOfDisk(t *testing.T) {
	s := newStage(t, upstream, recording.Options{})
	if err := os.RemoveAll(filepath.Join(s.folder, "bodies")); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if _, text, err := s.ask("GET", "/plain?id=1", "", nil); err != nil || string(text) != `{"id":"1"}` {
			t.Errorf("%q, %v", text, err)
		}
	}
	err := s.recorder.Close()
	if !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), "the first 0 exchanges are kept") {
		t.Error(err)
	}
}
