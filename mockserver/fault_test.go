package mockserver_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"

	"collatebench/mockserver"
	"collatebench/mockserver/behaviour"
	"collatebench/mockserver/payload"
)

func faulty(t testing.TB, faults string, http2 bool) *upstream {
	return serveTo(t, mockserver.Options{Seed: 1, Behaviour: behave(t, "faults", faults)}, newClient(t, http2))
}

func TestFaultStatus(t *testing.T) {
	protocols(t, func(t *testing.T, http2 bool) {
		for fault, status := range map[behaviour.Fault]int{behaviour.Status500: 500, behaviour.Status503: 503} {
			u := faulty(t, string(fault)+":100%", http2)
			resp, body, err := u.fetch("size=1MiB")
			if err != nil || resp.StatusCode != status || string(body) != "fault on purpose\n" {
				t.Errorf("%s: %v, %v, %.100q", fault, err, resp.Status, body)
			}
			timing(t, resp)
			if st := u.stats(); st.Requests != 1 || st.Bytes != 0 || st.Faults[fault] != 1 {
				t.Errorf("%s: %+v", fault, st)
			}
		}
	})
}

func TestFaultReset(t *testing.T) {
	protocols(t, func(t *testing.T, http2 bool) {
		u := faulty(t, "reset:100%", http2)
		for i := range uint64(5) { // on connections that were used before, too
			resp, _, err := u.fetch("size=1MiB")
			if resp == nil || err == nil || (!http2 && !errors.Is(err, syscall.ECONNRESET)) || errors.Is(err, io.EOF) {
				t.Errorf("%v, want a header and then a reset", err)
			}
			if st := u.stats(); st.Requests != i+1 || st.Faults[behaviour.Reset] != i+1 || st.Bytes != 0 {
				t.Errorf("after %d requests: %+v", i+1, st)
			}
		}
	})
}

func TestFaultTruncate(t *testing.T) {
	protocols(t, func(t *testing.T, http2 bool) {
		for _, size := range []string{"1KiB", "1MiB"} {
			u := faulty(t, "truncate:100%", http2)
			resp, body, err := u.fetch("size=%s", size)
			if resp == nil || err == nil || (!http2 && !errors.Is(err, io.ErrUnexpectedEOF)) {
				t.Fatalf("%s: %v, want an unexpected end", size, err)
			}
			if int64(len(body)) != resp.ContentLength/2 {
				t.Errorf("%s: %d of %d bytes, want half", size, len(body), resp.ContentLength)
			}
			if st := u.stats(); st.Faults[behaviour.Truncate] != 1 || st.Bytes != uint64(len(body)) {
				t.Errorf("%s: %d bytes read: %+v", size, len(body), st)
			}
		}
	})
}

func TestFaultStall(t *testing.T) {
	protocols(t, func(t *testing.T, http2 bool) {
		u := faulty(t, "stall:100%", http2)
		resp, leave := u.hold("size=1MiB")
		half := make([]byte, resp.ContentLength/2)
		if n, err := io.ReadFull(resp.Body, half); err != nil {
			t.Fatalf("%d bytes, want half of %d: %v", n, resp.ContentLength, err)
		}
		more := make(chan error, 1)
		go func() {
			_, err := resp.Body.Read(half)
			more <- err
		}()
		if st := u.stats(); st.InFlight != 1 || st.InService != 1 {
			t.Errorf("while it stalls: %+v", st)
		}
		leave()
		if err := <-more; !errors.Is(err, context.Canceled) {
			t.Errorf("more of a stalled body: %v", err)
		}
		u.until("gone", func(s mockserver.Stats) bool { return s.InFlight == 0 })
		if st := u.stats(); st.Faults[behaviour.Stall] != 1 || st.Bytes != uint64(len(half)) {
			t.Errorf("%+v, want %d bytes", st, len(half))
		}
	})
}

func TestFaultCorrupt(t *testing.T) {
	protocols(t, func(t *testing.T, http2 bool) {
		u, clean := faulty(t, "corrupt:100%", http2), faulty(t, "none", http2)
		for _, codec := range payload.Codecs() {
			for _, encoding := range payload.Encodings() {
				for id := range 8 {
					checkCorrupt(t, u, clean, fmt.Sprintf("codec=%s&encoding=%s&size=2KiB&id=%d", codec, encoding, id), codec, encoding)
				}
			}
		}
	})
}

func checkCorrupt(t *testing.T, u, clean *upstream, query string, c payload.Codec, e payload.Encoding) {
	t.Helper()
	resp, body := u.must("%s", query)
	_, again := u.must("%s", query)
	want, whole := clean.must("%s", query)
	if !bytes.Equal(body, again) {
		t.Errorf("%s: corrupt in two ways", query)
	}
	if len(body) != len(whole) {
		t.Fatalf("%s: %d bytes, want %d", query, len(body), len(whole))
	}
	altered := 0
	for i := range body {
		if body[i] != whole[i] {
			altered++
		}
	}
	if altered != 16 {
		t.Errorf("%s: %d bytes altered, want 16", query, altered)
	}
	digest := resp.Header.Get("X-Payload-Digest")
	if digest != want.Header.Get("X-Payload-Digest") {
		t.Errorf("%s: the header has another digest than without the fault", query)
	}
	d, err := payload.NewDecoder(payload.Records, c, e)
	if err != nil {
		t.Fatal(err)
	}
	if v, err := d.Decode(body); err == nil && v.Digest().String() == digest {
		t.Errorf("%s: decodes as if nothing had happened", query)
	}
}

func TestFaultsOfTheSmallestBody(t *testing.T) {
	name := filepath.Join(t.TempDir(), "one.json")
	if err := os.WriteFile(name, []byte("1"), 0o600); err != nil {
		t.Fatal(err)
	}
	for faults, want := range map[string]string{"none": "1", "corrupt:100%": "\xce", "truncate:100%": ""} {
		u := serve(t, mockserver.Options{Captured: []string{name}, Behaviour: behave(t, "faults", faults)})
		_, body, err := u.fetch("kind=captured")
		if string(body) != want || (err != nil) != strings.HasPrefix(faults, "truncate") {
			t.Errorf("%s: %q, %v, want %q", faults, body, err, want)
		}
	}
}

// TestFaultsDependOnSeedAndIDAlone asks twice, in another order and at once.
func TestFaultsDependOnSeedAndIDAlone(t *testing.T) {
	const n = 400
	struck := func(seed uint64, order func(i int) int) (ids [n]bool) {
		u := serve(t, mockserver.Options{Seed: seed, Behaviour: behave(t, "faults", "503:30%")})
		var wg sync.WaitGroup
		for worker := range 4 {
			wg.Go(func() {
				for i := worker; i < n; i += 4 {
					resp, _, err := u.fetch("size=1KiB&id=%d", order(i))
					if err != nil {
						t.Error(err)
						return
					}
					ids[order(i)] = resp.StatusCode == http.StatusServiceUnavailable
				}
			})
		}
		wg.Wait()
		return ids
	}
	forwards := struck(1, func(i int) int { return i })
	if forwards != struck(1, func(i int) int { return n - 1 - i }) {
		t.Error("another order of arrival has other faults")
	}
	if forwards == struck(2, func(i int) int { return i }) {
		t.Error("another seed has the same faults")
	}
	count := 0
	for _, s := range forwards {
		if s {
			count++
		}
	}
	if count < n*20/100 || count > n*40/100 {
		t.Errorf("%d of %d struck at a rate of 30%%", count, n)
	}
}
