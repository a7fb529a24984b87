package mockserver_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"runtime"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"

	"collatebench/mockserver"
	"collatebench/mockserver/behaviour"
)

// TestOwnRequestIsCounted is of the promise that whoever has read a whole body
// finds it in the statistics. It reads them in this process: on the way through
// another request most of what is late would have come.
func TestOwnRequestIsCounted(t *testing.T) {
	protocols(t, func(t *testing.T, http2 bool) {
		for _, spec := range []behaviour.Spec{
			{}, behave(t, "queue", "1"), behave(t, "bandwidth", "1GiBps"), behave(t, "faults", "500:30%+corrupt:30%"),
		} {
			u := serveTo(t, mockserver.Options{Behaviour: spec}, newClient(t, http2))
			var requests, sum uint64
			for _, size := range []string{"1KiB", "3KiB", "64KiB", "1MiB"} {
				for id := range 15 {
					resp, n := u.exactly(size, id)
					st := u.server.Stats()
					requests++
					if resp.StatusCode == http.StatusOK {
						sum += uint64(n)
					}
					if st.Requests != requests || st.Bytes != sum || st.InFlight != 0 || st.InService != 0 {
						t.Fatalf("%s: after %d requests and %d bytes: %+v", size, requests, sum, st)
					}
				}
			}
		}
	})
}

// exactly reads the bytes of an answer, and not the end that comes after them.
func (u *upstream) exactly(size string, id int) (*http.Response, int) {
	u.t.Helper()
	resp, err := u.get(context.Background(), "size=%s&id=%d", size, id)
	if err != nil {
		u.t.Fatal(err)
	}
	u.t.Cleanup(func() { resp.Body.Close() })
	n, err := io.ReadFull(resp.Body, make([]byte, resp.ContentLength))
	if err != nil {
		u.t.Fatal(err)
	}
	return resp, n
}

// seen is what a client saw of its requests.
type seen struct {
	mu     sync.Mutex
	bytes  uint64
	faults map[behaviour.Fault]uint64
}

// note sorts an answer by the fault that it shows.
func (s *seen) note(t *testing.T, resp *http.Response, body []byte, clean []byte, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case resp == nil:
		t.Errorf("no header: %v", err)
		return
	case resp.StatusCode != http.StatusOK:
		s.faults[behaviour.Fault(fmt.Sprint(resp.StatusCode))]++
		return // the bytes are not of a body
	case errors.Is(err, syscall.ECONNRESET):
		s.faults[behaviour.Reset]++
	case errors.Is(err, io.ErrUnexpectedEOF):
		s.faults[behaviour.Truncate]++
	case err != nil:
		t.Error(err)
	case string(body) != string(clean):
		s.faults[behaviour.Corrupt]++
	}
	s.bytes += uint64(len(body))
}

func TestStatisticsAreWhatTheClientDid(t *testing.T) {
	const n, workers, bodies = 600, 32, 4
	u := serve(t, mockserver.Options{Seed: 3, Bodies: bodies, Behaviour: behave(t, "queue", "8", "latency", "uniform:0s:2ms",
		"faults", "500:5%+503:5%+reset:5%+truncate:5%+corrupt:5%")})
	plain := serve(t, mockserver.Options{Seed: 3, Bodies: bodies})
	var clean [bodies][]byte
	for id := range clean {
		_, clean[id] = plain.must("size=32KiB&id=%d", id)
	}
	did := &seen{faults: map[behaviour.Fault]uint64{}}
	var next atomic.Int64
	var wg sync.WaitGroup
	for range workers {
		wg.Go(func() {
			for id := next.Add(1) - 1; id < n; id = next.Add(1) - 1 {
				resp, body, err := u.fetch("size=32KiB&id=%d", id)
				did.note(t, resp, body, clean[id%bodies], err)
			}
		})
	}
	wg.Wait()
	st := u.stats() // at once: nothing is counted late
	if st.Requests != n || st.Bytes != did.bytes || st.InFlight != 0 || st.Refused != 0 {
		t.Errorf("%d requests, %d bytes and %d in flight, want %d, %d and 0", st.Requests, st.Bytes, st.InFlight, n, did.bytes)
	}
	for _, kind := range behaviour.FaultKinds() {
		if st.Faults[kind] != did.faults[kind] || (kind != behaviour.Stall && st.Faults[kind] == 0) {
			t.Errorf("%d faults %s, the client saw %d", st.Faults[kind], kind, did.faults[kind])
		}
	}
	if parts := st.QueueSeconds + st.ServiceSeconds + st.WriteSeconds; st.InFlightSeconds < parts || parts == 0 {
		t.Errorf("%v s in flight, but %v s in queue, service and writing", st.InFlightSeconds, parts)
	}
	if st.PeakInService > 8 || st.PeakInFlight > workers {
		t.Errorf("peaks of %d in service and %d in flight, want at most 8 and %d", st.PeakInService, st.PeakInFlight, workers)
	}
}

// TestStatisticsCountThoseWhoLeave has half of the clients leave as soon as
// they have the header.
func TestStatisticsCountThoseWhoLeave(t *testing.T) {
	protocols(t, func(t *testing.T, http2 bool) {
		const n = 100
		u := serveTo(t, mockserver.Options{Behaviour: behave(t, "queue", "4", "faults", "stall:20%")}, newClient(t, http2))
		var read atomic.Uint64
		var wg sync.WaitGroup
		for id := range n {
			wg.Go(func() {
				ctx, leave := context.WithCancel(context.Background())
				defer leave()
				resp, err := u.get(ctx, "size=1MiB&id=%d", id)
				if err != nil {
					t.Error(err)
					return
				}
				defer resp.Body.Close()
				want := resp.ContentLength / 2
				if id%2 == 0 {
					want = 1
				}
				m, err := io.CopyN(io.Discard, resp.Body, want)
				if err != nil {
					t.Errorf("id %d: %d bytes of %d: %v", id, m, want, err)
				}
				read.Add(uint64(m))
			})
		}
		wg.Wait()
		u.until("all gone", func(s mockserver.Stats) bool { return s.InFlight == 0 })
		if st := u.stats(); st.Requests != n || st.Bytes < read.Load() || st.Bytes > n<<20 || st.InService != 0 {
			t.Errorf("%d requests and %d bytes of %d read: %+v", n, st.Bytes, read.Load(), st)
		}
	})
}

func TestInFlightSecondsAreAnIntegral(t *testing.T) {
	const n = 5
	u := serve(t, mockserver.Options{Behaviour: behave(t, "faults", "stall:100%")})
	var leave [n]context.CancelFunc
	for i := range n {
		_, leave[i] = u.hold("size=1KiB")
	}
	before := u.stats()
	u.until("some time passes", func(s mockserver.Stats) bool { return s.UptimeSeconds > before.UptimeSeconds+.02 })
	after := u.stats()
	got := (after.InFlightSeconds - before.InFlightSeconds) / (after.UptimeSeconds - before.UptimeSeconds)
	if got < n-1e-6 || got > n+1e-6 {
		t.Errorf("%v in flight on average, want %d", got, n)
	}
	for _, l := range leave {
		l()
	}
	u.until("all gone", func(s mockserver.Stats) bool { return s.InFlight == 0 })
}

func TestEpochBeginsThePeaksAgain(t *testing.T) {
	u := serve(t, mockserver.Options{Behaviour: behave(t, "faults", "stall:100%")})
	var leave [3]context.CancelFunc
	for i := range leave {
		_, leave[i] = u.hold("size=1KiB")
	}
	leave[0]()
	leave[1]()
	u.until("one is left", func(s mockserver.Stats) bool { return s.InFlight == 1 })
	if st := u.stats(); st.PeakInFlight != 3 || st.PeakInService != 3 {
		t.Errorf("peaks %d and %d, want 3", st.PeakInFlight, st.PeakInService)
	}
	resp, err := u.client.Post(u.url+"/v1/epoch", "", nil)
	if err != nil || resp.StatusCode != http.StatusNoContent {
		t.Fatalf("epoch: %v, %v", resp, err)
	}
	resp.Body.Close()
	if st := u.stats(); st.PeakInFlight != 1 || st.PeakInService != 1 || st.Requests != 2 {
		t.Errorf("after the epoch: peaks %d and %d, want 1; %d requests, want 2", st.PeakInFlight, st.PeakInService, st.Requests)
	}
}

func TestStatisticsOfTheProcess(t *testing.T) {
	u := serve(t, mockserver.Options{})
	before := u.stats()
	u.must("size=1MiB&encoding=gzip")
	st := u.stats()
	if st.PID != os.Getpid() || st.GOMAXPROCS != runtime.GOMAXPROCS(0) || st.UptimeSeconds <= before.UptimeSeconds {
		t.Errorf("%+v", st)
	}
	if st.CPUSeconds <= before.CPUSeconds && runtime.GOOS == "linux" {
		t.Errorf("%v CPU seconds before a body was built and %v after", before.CPUSeconds, st.CPUSeconds)
	}
	for _, kind := range behaviour.FaultKinds() {
		if n, ok := st.Faults[kind]; n != 0 || !ok {
			t.Errorf("faults %v, want 0 of each kind", st.Faults)
		}
	}
}

func TestMetricsAreTheStatistics(t *testing.T) {
	u := serve(t, mockserver.Options{Behaviour: behave(t, "faults", "500:50%")})
	for id := range 20 {
		if _, _, err := u.fetch("size=1KiB&id=%d", id); err != nil {
			t.Fatal(err)
		}
	}
	u.fetch("size=none")
	st := u.stats()
	resp, err := u.client.Get(u.url + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	parser := expfmt.NewTextParser(model.LegacyValidation)
	families, err := parser.TextToMetricFamilies(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]float64{
		"requests_total": 20, "refused_total": 1, "written_bytes_total": float64(st.Bytes), "in_flight": 0,
		"peak_in_flight": float64(st.PeakInFlight), "service_seconds_total": st.ServiceSeconds, "write_seconds_total": st.WriteSeconds,
	} {
		f := families["collatebench_upstream_"+name]
		if f == nil || len(f.Metric) != 1 {
			t.Errorf("%s: %v", name, f)
			continue
		}
		if got := f.Metric[0].GetCounter().GetValue() + f.Metric[0].GetGauge().GetValue(); got != want {
			t.Errorf("%s: %v, want %v", name, got, want)
		}
	}
	for _, m := range families["collatebench_upstream_faults_total"].GetMetric() {
		kind := behaviour.Fault(m.Label[0].GetValue())
		if got := m.GetCounter().GetValue(); got != float64(st.Faults[kind]) {
			t.Errorf("faults of kind %s: %v, want %v", kind, got, st.Faults[kind])
		}
	}
	all := 15
	if st.RwndLimitedSeconds != nil {
		all++
	}
	if len(families) != all || st.Faults[behaviour.Status500] == 0 {
		t.Errorf("%d metrics, want %d; faults %v", len(families), all, st.Faults)
	}
}
