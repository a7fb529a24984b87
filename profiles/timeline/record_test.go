package timeline_test

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"runtime/trace"
	"strconv"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"collatebench/bench"
	"collatebench/profiles/timeline"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	requests = 12
	window   = 4
	bodySize = 64 << 10
)

// record returns the trace of do.
func record(t *testing.T, do func()) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := trace.Start(&out); err != nil {
		t.Fatal(err)
	}
	defer trace.Stop() // where do ends the test
	do()
	trace.Stop()
	return out.Bytes()
}

func read(t *testing.T, raw []byte) timeline.Timeline {
	t.Helper()
	tl, err := timeline.Read(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	return tl
}

// serve starts an upstream. answer gives the status and the lines of Server-Timing
// for each id.
func serve(t *testing.T, answer func(id int) (status int, timing []string)) (url string) {
	t.Helper()
	body := bytes.Repeat([]byte("0123456789abcdef"), bodySize/16)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id, err := strconv.Atoi(r.URL.Query().Get("id"))
		if err != nil {
			t.Error(err)
		}
		status, timing := answer(id)
		w.Header()["Server-Timing"] = timing
		w.Header().Set("Content-Length", strconv.Itoa(len(body)))
		w.WriteHeader(status)
		_, _ = w.Write(body) // the client may be gone
	}))
	t.Cleanup(s.Close)
	return s.URL
}

// silent does not report its queue.
func silent(int) (int, []string) { return http.StatusOK, nil }

// client decodes by hashing.
func client(url string, p bench.Placement) *bench.Client[int] {
	return &bench.Client[int]{
		URL:    func(id int) string { return url + "/?id=" + strconv.Itoa(id) },
		Window: window, Workers: 2, Placement: p,
		Decode: func(body []byte) (int, error) {
			sum := sha256.Sum256(body)
			return int(sum[0]), nil
		},
		DecodeStream: func(r io.Reader) (int, error) {
			h := sha256.New()
			_, err := io.CopyBuffer(struct{ io.Writer }{h}, struct{ io.Reader }{r}, make([]byte, 8<<10))
			return int(h.Sum(nil)[0]), err
		},
	}
}

func collate(t *testing.T, c *bench.Client[int], n int) {
	t.Helper()
	if err := c.Collate(t.Context(), n, func(int, int) error { return nil }); err != nil {
		t.Fatal(err)
	}
}

// A meeting is a place where the first n to come wait for each other. If they go
// on, they were there at the same time.
type meeting struct {
	mu    sync.Mutex
	here  int
	n     int
	whole chan struct{}
}

func meet(n int) *meeting { return &meeting{n: n, whole: make(chan struct{})} }

// come gives up only where the others cannot come at all.
func (m *meeting) come() error {
	m.mu.Lock()
	m.here++
	if m.here == m.n {
		close(m.whole)
	}
	here := m.here
	m.mu.Unlock()
	select {
	case <-m.whole:
		return nil
	case <-time.After(time.Minute):
		return fmt.Errorf("%d of %d came together", here, m.n)
	}
}

// together makes the first two decodes wait for each other midway. Both leave
// their cores, even if they come at the same time.
func together(c *bench.Client[int]) {
	m := meet(2)
	come := func() error {
		runtime.Gosched()
		return m.come()
	}
	whole, stream := c.Decode, c.DecodeStream
	c.Decode = func(body []byte) (int, error) {
		v, err := whole(body)
		return v, errors.Join(err, come())
	}
	c.DecodeStream = func(r io.Reader) (int, error) {
		v, err := stream(r)
		return v, errors.Join(err, come())
	}
}
