package bench_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"runtime/debug"
	"slices"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"collatebench/bench"
	"collatebench/mockserver/payload"
)

// measured runs an op of a cell, warmed up, as the benchmark does.
func measured(t *testing.T, s string) (c bench.Cell, m bench.Measurement, peak int) {
	t.Helper()
	c, err := bench.ReadCell("size=64KiB/responses=40/window=8/" + s)
	if err != nil {
		t.Fatal(err)
	}
	url := upstream(t, c.Upstream)
	w, err := bench.NewWorkload(c, url)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	defer c.Tune()()
	if err := w.Warm(t.Context()); err != nil {
		t.Fatal(err)
	}
	post(t, url+"/v1/epoch")
	if m, err = w.Measure(t.Context(), func() error { return w.Op(t.Context()) }); err != nil {
		t.Fatal(err)
	}
	checkMeasurement(t, c, m)
	return c, m, peakInFlight(t, url)
}

func post(t *testing.T, url string) {
	t.Helper()
	resp, err := http.Post(url, "", nil)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
}

func peakInFlight(t *testing.T, url string) int {
	t.Helper()
	resp, err := http.Get(url + "/v1/stats")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var stats struct {
		Peak int `json:"peak_in_flight"`
	}
	if err := json.NewDecoder(resp.Body).Decode(&stats); err != nil {
		t.Fatal(err)
	}
	return stats.Peak
}

// units are the figures of a line, by name.
func units(m bench.Measurement) map[string]float64 {
	out := map[string]float64{}
	for _, u := range bench.Units() {
		out[u.Name] = u.Of(m)
	}
	return out
}

// TestLimits has the upstream say how many requests it held at most, and the
// client what they waited for. With a service of 2 ms and four times as many
// requests as are let through, a wait is 6 ms where nothing else holds them.
func TestLimits(t *testing.T) {
	const long = 1e6 // ns
	for _, p := range bench.Placements() {
		for _, c := range []struct {
			limit     string
			peak      int
			unit, not string // which shows the wait, and which does not
		}{
			{"fetches=2", 2, "start-wait-ns/resp", "conn-wait-ns/resp"},
			{"conns=2", 2, "conn-wait-ns/resp", "start-wait-ns/resp"},
			{"fetches=8", 8, "", ""},
			{"conns=9", 8, "", ""},
		} {
			t.Run(string(p)+"/"+c.limit, func(t *testing.T) {
				_, m, peak := measured(t, "latency=2ms/decode=off/placement="+string(p)+"/"+c.limit)
				if peak > c.peak || c.unit != "" && peak < c.peak {
					t.Errorf("the upstream held %d requests at most; want %d", peak, c.peak)
				}
				u := units(m)
				if c.unit != "" && (u[c.unit] < long || u[c.unit] < 2*u[c.not]) {
					t.Errorf("%s is %.0f, %s is %.0f", c.unit, u[c.unit], c.not, u[c.not])
				}
				if m.Dials != 0 {
					t.Errorf("%d connections were made after Warm", m.Dials)
				}
				if u["service-ns/resp"] < 2e6 || u["headers-ns/resp"] < 2e6 || u["resp-ns"] < u["headers-ns/resp"] {
					t.Errorf("service %.0f, headers %.0f, response %.0f ns", u["service-ns/resp"], u["headers-ns/resp"], u["resp-ns"])
				}
			})
		}
	}
}

// TestMemoryAsksNothing: no request, no connection, and the digests hold in
// op after op, so no decoder has changed the bytes.
func TestMemoryAsksNothing(t *testing.T) {
	for _, p := range bench.Placements() {
		_, m, peak := measured(t, "latency=2ms/from=memory/placement="+string(p))
		if peak != 0 || m.Dials != 0 || m.Connect != 0 || m.Headers != 0 {
			t.Errorf("%s: %d requests at the upstream, %d dials, %v to connect, %v to headers", p, peak, m.Dials, m.Connect, m.Headers)
		}
		for name, want := range map[string]float64{"service-ns/resp": 1, "inflight": .001, "start-wait-ns/resp": 1} {
			if got := units(m)[name]; got != want {
				t.Errorf("%s: %s is %v, not its floor", p, name, got)
			}
		}
	}
}

// TestStoredBodiesStayAsTheyAre has each codec decode the same bytes in many
// goroutines; the race detector watches as well.
func TestStoredBodiesStayAsTheyAre(t *testing.T) {
	for _, codec := range payload.Codecs() {
		for _, encoding := range payload.Encodings() {
			body, err := payload.Build(payload.Spec{Codec: codec, Encoding: encoding, Size: 4 << 10, Seed: 1})
			if err != nil {
				t.Fatal(err)
			}
			decoder, err := payload.NewDecoder(payload.Records, codec, encoding)
			if err != nil {
				t.Fatal(err)
			}
			before := bytes.Clone(body.Bytes)
			for _, p := range bench.Placements() {
				client := bench.Client[payload.Value]{
					Placement: p, Window: 8,
					Stored: func(int) (http.Header, []byte) { return nil, body.Bytes },
					Decode: decoder.Decode, DecodeStream: decoder.DecodeStream,
				}
				err := client.Collate(t.Context(), 24, func(id int, v payload.Value) error {
					if v.Digest() != body.Digest {
						return fmt.Errorf("digest %v, not %v", v.Digest(), body.Digest)
					}
					return nil
				})
				if err != nil || !bytes.Equal(before, body.Bytes) {
					t.Errorf("%s, %s, %s: %v, or the bytes have changed", codec, encoding, p, err)
				}
			}
		}
	}
}

// TestTuneIsUndone also holds the cell's GOGC to what the runtime has.
func TestTuneIsUndone(t *testing.T) {
	defer debug.SetGCPercent(debug.SetGCPercent(77))
	for s, want := range map[string]int{"gogc=10": 10, "gogc=off": -1, "gogc=100": 100} {
		c, err := bench.ReadCell(s)
		if err != nil {
			t.Fatal(err)
		}
		restore := c.Tune()
		during := debug.SetGCPercent(77)
		debug.SetGCPercent(during)
		restore()
		after := debug.SetGCPercent(77)
		if during != want || after != 77 {
			t.Errorf("%s: GOGC was %d, then %d; want %d, then 77", s, during, after, want)
		}
	}
}

func TestShareOfGC(t *testing.T) {
	_, often, _ := measured(t, "latency=none/placement=pool/gogc=10")
	if !(often.GC > .001 && often.GC < 1) {
		t.Errorf("with GOGC 10 the share is %v", often.GC)
	}
	if _, never, _ := measured(t, "latency=none/placement=pool/gogc=off"); units(never)["gc-share"] != .0001 {
		t.Errorf("without garbage collection its share is %v", never.GC)
	}
}

// TestStagesOfAResponse reads the stages on a clock that moves only when all
// sleep, through the real transport: a dial takes 5 ms, the upstream 10 ms to
// answer and 4 ms in the middle of the body, decoding 3 ms. Of four requests
// two wait for a connection, or for a permit.
func TestStagesOfAResponse(t *testing.T) {
	const ms = time.Millisecond
	for _, c := range []struct {
		name                           string
		placement                      bench.Placement
		conns, fetches                 int
		start, connect, headers, whole time.Duration
		read, wait                     time.Duration // wait: for the decoder; reading is not part of it
	}{
		// The first two: dial 5, headers 10, body 4, decode 3; the others wait 19 for their connection.
		{"conns", bench.Request, 2, 0, 0, (5 + 5 + 19 + 19) * ms, 40 * ms, (22 + 22 + 36 + 36) * ms, 16 * ms, 0},
		// The same, but they wait for a permit and then have a connection at once.
		{"fetches", bench.Request, 0, 2, (19 + 19) * ms, (5 + 5) * ms, 40 * ms, (22 + 22 + 36 + 36) * ms, 16 * ms, 0},
		{"stream", bench.Stream, 0, 0, 0, 20 * ms, 40 * ms, 4 * 22 * ms, 16 * ms, 0},
		// One goroutine reads and decodes: 7 ms each, one after the other. What
		// stands behind has its body in the buffers by then.
		{"inline", bench.Inline, 0, 0, 0, 20 * ms, 40 * ms, (22 + 25 + 28 + 31) * ms, 4 * ms, (7 + 10 + 13) * ms},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				server, transport := piped(t)
				defer server.Close()
				transport.MaxConnsPerHost = c.conns
				defer transport.CloseIdleConnections()
				client := slowDecoder(c.placement, 3*ms)
				client.HTTP, client.Fetches = &http.Client{Transport: transport}, c.fetches
				client.Probe = &bench.Probe{}
				client.Probe.Start()
				if err := client.Collate(t.Context(), 4, func(int, int) error { return nil }); err != nil {
					t.Fatal(err)
				}
				r := client.Probe.Stop()
				want := bench.Stages{Start: c.start, Connect: c.connect, Headers: c.headers, Read: c.read, Wait: c.wait, Decode: 12 * ms, Response: c.whole}
				if r.Stages != want {
					t.Errorf("got  %+v\nwant %+v", r.Stages, want)
				}
			})
		})
	}
}

// TestTracersForget: where a transport says nothing of connections, the wait
// for one is none, whatever an earlier request was told.
func TestTracersForget(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server, transport := piped(t)
		defer server.Close()
		defer transport.CloseIdleConnections()
		client := slowDecoder(bench.Request, 0)
		client.Probe = &bench.Probe{}
		for _, h := range []http.RoundTripper{transport, &fakeUpstream{delays: make([]time.Duration, 4)}} {
			client.HTTP = &http.Client{Transport: h}
			client.Probe.Start()
			err := client.Collate(t.Context(), 4, func(int, int) error { return nil })
			r := client.Probe.Stop()
			if told := h == transport; err != nil || told != (r.Connect > 0) || r.Connect < 0 {
				t.Errorf("%T: %v to connect (%v)", h, r.Connect, err)
			}
		}
	})
}

// slowDecoder has a window of four.
func slowDecoder(p bench.Placement, decode time.Duration) *bench.Client[int] {
	client := (&fakeUpstream{}).client(p, bench.Completion, 4, decode)
	whole := client.DecodeStream
	client.DecodeStream = func(r io.Reader) (int, error) {
		v, err := whole(r)
		time.Sleep(decode)
		return v, err
	}
	return client
}

// piped is a server on connections in memory, and a transport to it.
func piped(t *testing.T) (*http.Server, *http.Transport) {
	t.Helper()
	l := &pipes{accepted: make(chan net.Conn), closed: make(chan struct{})}
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		time.Sleep(10 * time.Millisecond)
		id := r.URL.Query().Get("id")
		w.Header().Set("Content-Length", strconv.Itoa(len(id)+1))
		w.WriteHeader(http.StatusOK)
		_ = http.NewResponseController(w).Flush()
		time.Sleep(4 * time.Millisecond)
		fmt.Fprint(w, "0", id)
	})}
	go func() { _ = server.Serve(l) }() // until it is closed
	return server, &http.Transport{MaxIdleConnsPerHost: 8, DialContext: l.dial}
}

// pipes is a listener on connections in memory.
type pipes struct {
	accepted chan net.Conn
	closed   chan struct{}
	once     sync.Once
}

func (p *pipes) dial(context.Context, string, string) (net.Conn, error) {
	time.Sleep(5 * time.Millisecond)
	ours, theirs := net.Pipe()
	p.accepted <- theirs
	return ours, nil
}

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.accepted:
		return c, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error   { p.once.Do(func() { close(p.closed) }); return nil }
func (p *pipes) Addr() net.Addr { return &net.UnixAddr{Name: "pipe"} }

var throughput = regexp.MustCompile(`(?m)^BenchmarkCollate/(\S+)\s.*\s([0-9.]+) MB/s`)

// TestCellFlag runs one cell off every new default, as the runner does.
func TestCellFlag(t *testing.T) {
	starts(t)
	for _, rest := range []string{"virtual-cores=8x23MiBps", "decode=off/from=memory/gogc=50/conns=2/fetches=3/workers=1", "decode=off", "gogc=off"} {
		c := small(t, "placement=pool/"+rest+"/procs=1")
		cmd := exec.Command(os.Args[0], "-test.run=^$", "-test.bench=^BenchmarkCollate$", "-test.benchtime=1x", "-cell="+c.Name())
		cmd.Env = append(os.Environ(), "GOMAXPROCS=1")
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		line := throughput.FindStringSubmatch(string(out))
		if line == nil || line[1] != c.Name() || slices.Contains([]string{"0", "0.00"}, line[2]) {
			t.Errorf("no throughput of %s in\n%s", c.Name(), out)
		}
	}
}
