package bench

import (
	"bytes"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// TestSimulatedDecodeCountsFromReady is inside the package: on the clock of a test nobody
// wakes late. The last goroutine woke 2 ms late, and this body was ready before that.
func TestSimulatedDecodeCountsFromReady(t *testing.T) {
	const ms = time.Millisecond
	synctest.Test(t, func(t *testing.T) {
		for _, x := range []struct{ ready, took time.Duration }{{5 * ms, 8 * ms}, {1 * ms, 9 * ms}, {0, 10 * ms}} {
			c := newCollation(t.Context(), &Client[int]{Simulation: Simulation{Cores: 1, Decode: 10 * ms}}, 1, nil)
			c.cores.late = 2 * ms
			began := time.Now()
			c.decode(&item[int]{ready: began.Add(-x.ready), body: []byte{1}})
			if took := time.Since(began); took != x.took {
				t.Errorf("ready %v before: the decode took %v; want %v", x.ready, took, x.took)
			}
			c.fail(nil)
		}
	})
}

// TestDecodedBodyIsLetGo: an item that waits for its turn in request order must not keep
// its body, or the window would hold bodies and values.
func TestDecodedBodyIsLetGo(t *testing.T) {
	c := newCollation(t.Context(), &Client[int]{Decode: func(b []byte) (int, error) { return len(b), nil }}, 1, nil)
	defer c.fail(nil)
	it := &item[int]{ready: time.Now(), body: []byte("body"), response: &http.Response{}}
	if c.decode(it); it.body != nil || it.value != 4 || it.failed {
		t.Errorf("after decoding: %+v", it)
	}
}

// TestBodyLimit: a body of the limit is read, one byte more is an error, whether its
// length is known or not.
func TestBodyLimit(t *testing.T) {
	for _, x := range []struct {
		body  string
		known bool
		ok    bool
	}{{"1234", true, true}, {"1234", false, true}, {"12345", true, false}, {"12345", false, false}} {
		r := &http.Response{ContentLength: -1, Body: io.NopCloser(strings.NewReader(x.body))}
		if x.known {
			r.ContentLength = int64(len(x.body))
		}
		got, err := readBody(r, 4)
		if (err == nil) != x.ok || x.ok && !bytes.Equal(got, []byte(x.body)) {
			t.Errorf("%q, length known %v: read %q, %v", x.body, x.known, got, err)
		}
		if err != nil && !strings.Contains(err.Error(), "over the limit") {
			t.Errorf("%q: %v", x.body, err)
		}
	}
}
