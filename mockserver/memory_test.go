package mockserver_test

import (
	"net/http"
	"runtime"
	"strings"
	"sync"
	"testing"

	"collatebench/mockserver"
)

const mib = 1 << 20

func TestBodiesAreEvictedToMakeRoom(t *testing.T) {
	u := serve(t, mockserver.Options{Bodies: 2, MaxMemory: 5 * mib})
	u.must("size=1KiB")
	before := heap()
	for range 3 {
		for _, size := range []string{"1MiB", "2MiB", "1000KiB", "1MiB"} {
			u.must("size=%s", size)
			if held := heap() - before; held > 6*mib {
				t.Errorf("%d bytes more on the heap, want 5 MiB and a little at most", held)
			}
		}
	}
}

// heap is the bytes in use on the heap of this process.
func heap() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

func TestTooLargeForTheMemory(t *testing.T) {
	u := serve(t, mockserver.Options{Bodies: 2, MaxMemory: 5 * mib})
	resp, body, err := u.fetch("size=4MiB&codec=proto")
	want := "4MiB of proto, identity: needs 8521728 bytes of memory where 0 of 5242880 are in use; ask for less, or later\n"
	if err != nil || resp.StatusCode != http.StatusServiceUnavailable || string(body) != want {
		t.Errorf("%v, %s, %q, want %q", err, resp.Status, body, want)
	}
	if st := u.stats(); st.Refused != 1 || st.Requests != 0 {
		t.Errorf("%+v, want one refused", st)
	}
	u.must("size=2MiB&codec=proto")
}

// TestBodiesInUseStay has a stalled request hold on to its body.
func TestBodiesInUseStay(t *testing.T) {
	u := serve(t, mockserver.Options{Bodies: 1, MaxMemory: 3 * mib, Behaviour: behave(t, "faults", "stall:100%")})
	_, leave := u.hold("size=2MiB")
	resp, body, err := u.fetch("size=1MiB&codec=cbor")
	if err != nil || resp.StatusCode != http.StatusServiceUnavailable || !strings.Contains(string(body), "in use; ask for less, or later") {
		t.Fatalf("%v, %s, %q, want 503", err, resp.Status, body)
	}
	u.hold("size=2MiB&codec=sonic&id=1") // the same bytes are there
	leave()
}

func TestPreloadStays(t *testing.T) {
	u := serve(t, preloading(mockserver.Options{Bodies: 1, MaxMemory: 4 * mib}, 2*mib))
	u.untilReady()
	resp, _, err := u.fetch("size=3MiB")
	if err != nil || resp.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("%v, %s: the preload made way", err, resp.Status)
	}
	u.must("size=2MiB")
	u.must("size=1MiB")
}

// TestBodiesAreBuiltOnce asks for the same bodies at once where there is room
// for them once.
func TestBodiesAreBuiltOnce(t *testing.T) {
	u := serve(t, mockserver.Options{Bodies: 2, MaxMemory: 3 * mib})
	var wg sync.WaitGroup
	for id := range 24 {
		wg.Go(func() {
			resp, body, err := u.fetch("size=1MiB&id=%d", id)
			if err != nil || resp.StatusCode != http.StatusOK {
				t.Errorf("%v, %.200q", err, body)
			}
		})
	}
	wg.Wait()
}

// TestManySizesAtOnce asks for more than there is room for: each answer is
// whole or a refusal.
func TestManySizesAtOnce(t *testing.T) {
	u := serve(t, mockserver.Options{Bodies: 1, MaxMemory: 2 * mib})
	sizes := []string{"256KiB", "512KiB", "700KiB", "900KiB", "1MiB", "300KiB", "400KiB", "4MiB"}
	var wg sync.WaitGroup
	for worker := range 8 {
		wg.Go(func() {
			for i := range 12 {
				resp, body, err := u.fetch("size=%s&encoding=identity", sizes[(i*3+worker)%len(sizes)])
				switch {
				case err != nil:
					t.Error(err)
				case resp.StatusCode == http.StatusServiceUnavailable && strings.Contains(string(body), "bytes of memory"):
				case resp.StatusCode != http.StatusOK || int64(len(body)) != resp.ContentLength:
					t.Errorf("%s, %d bytes", resp.Status, len(body))
				}
			}
		})
	}
	wg.Wait()
	st := u.stats()
	if st.Requests+st.Refused != 8*12 || st.Refused < 12 {
		t.Errorf("%d answered and %d refused, want %d in all and each of 4 MiB refused", st.Requests, st.Refused, 8*12)
	}
}
