package bench_test

import (
	"fmt"
	"math"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"

	"go.uber.org/goleak"

	"collatebench/bench"
	"collatebench/internal/benchline"
	"collatebench/mockserver"
	"collatebench/mockserver/payload"
)

// small is a cell that takes milliseconds.
func small(t testing.TB, s string) bench.Cell {
	t.Helper()
	c, err := bench.ReadCell("size=16KiB/responses=40/window=8/latency=none/" + s)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// TestWorkload runs each placement, codec, encoding, order and protocol
// against the real upstream; the workload checks records and digests itself.
func TestWorkload(t *testing.T) {
	for _, p := range bench.Placements() {
		for _, rest := range []string{
			"codec=json", "codec=sonic/encoding=gzip", "codec=proto/order=request",
			"codec=cbor/encoding=zstd", "codec=json/protocol=h2c", "codec=sonic/latency=1ms/queue=2",
			"codec=json/decode=off", "codec=sonic/encoding=zstd/from=memory", "codec=cbor/decode=off/from=memory",
			"codec=json/gogc=50/conns=3/fetches=5/workers=3/order=request", "codec=json/protocol=h2c/conns=2/fetches=9",
			"codec=json/virtual-cores=16", "codec=proto/encoding=gzip/from=memory/virtual-cores=2x10MiBps", "codec=json/decode=off/virtual-cores=4",
		} {
			t.Run(string(p)+"/"+rest, func(t *testing.T) {
				c := small(t, strings.Replace("placement="+string(p)+"/"+rest, "/latency=1ms", "", 1))
				url := upstream(t, c.Upstream)
				defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
				w, err := bench.NewWorkload(c, url)
				if err != nil {
					t.Fatal(err)
				}
				defer w.Close()
				if err := w.Warm(t.Context()); err != nil {
					t.Fatal(err)
				}
				m, err := w.Measure(t.Context(), func() error { return w.Op(t.Context()) })
				if err != nil {
					t.Fatal(err)
				}
				checkMeasurement(t, c, m)
			})
		}
	}
}

func checkMeasurement(t *testing.T, c bench.Cell, m bench.Measurement) {
	t.Helper()
	if m.Decodes != c.Responses || m.Responses.TotalCount() != int64(c.Responses) {
		t.Errorf("%d decodes and %d responses were seen, of %d", m.Decodes, m.Responses.TotalCount(), c.Responses)
	}
	if m.Busy <= 0 || m.Busy > m.Wall || m.Decode < m.Busy {
		t.Errorf("busy %v, decode %v, wall %v", m.Busy, m.Decode, m.Wall)
	}
	if m.GOMAXPROCS != runtime.GOMAXPROCS(0) {
		t.Errorf("GOMAXPROCS %d", m.GOMAXPROCS)
	}
	held := m.HeldPeak
	if c.Placement.Streams() != (held == 0) || held > int64(c.Window)*int64(c.Size)*102/100 {
		t.Errorf("held %d bytes", held)
	}
	for _, u := range bench.Units() {
		if v := u.Of(m); !(v > 0) {
			t.Errorf("%s is %v", u.Name, v)
		}
	}
}

func TestUnitsAreNeverZero(t *testing.T) {
	empty, err := bench.NewWorkload(small(t, "placement=request"), "http://127.0.0.1:1")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := empty.Measure(t.Context(), nil); err == nil {
		t.Error("an upstream that does not answer is no error")
	}
	var p bench.Probe
	p.Start()
	m := bench.Measurement{Readings: p.Stop()}
	for _, u := range bench.Units() {
		if v := u.Of(m); !(v > 0) {
			t.Errorf("%s is %v where nothing happened", u.Name, v)
		}
	}
}

// TestSkippedWorkFails has an upstream state more records than it sends, and
// one that states another digest.
func TestSkippedWorkFails(t *testing.T) {
	body, err := payload.Build(payload.Spec{Codec: payload.JSON, Encoding: payload.Identity, Size: 16 << 10, Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	for says, state := range map[string]func(h http.Header){
		"work was skipped": func(h http.Header) { h.Set("X-Payload-Records", fmt.Sprint(body.Records+1)) },
		"digest":           func(h http.Header) { h.Set("X-Payload-Digest", (body.Digest + 1).String()) },
	} {
		for _, p := range bench.Placements() {
			lying := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				state(w.Header())
				_, _ = w.Write(body.Bytes)
			}))
			w, err := bench.NewWorkload(small(t, "placement="+string(p)), lying.URL)
			if err != nil {
				t.Fatal(err)
			}
			if err := w.Op(t.Context()); err == nil || !strings.Contains(err.Error(), says) {
				t.Errorf("%s: got %v; want %q", p, err, says)
			}
			w.Close()
			lying.Close()
		}
	}
}

// TestEveryBodyIsChecked: the upstream rotates its bodies by the id of the request, which
// counts on from op to op. Whichever of them is wrong, it shows within 256 responses,
// also where an op has few.
func TestEveryBodyIsChecked(t *testing.T) {
	body, err := payload.Build(payload.Spec{Codec: payload.JSON, Encoding: payload.Identity, Size: 1 << 10, Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	for wrong := range 8 {
		lying := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			digest := body.Digest
			if id, err := strconv.Atoi(r.URL.Query().Get("id")); err != nil || id%8 == wrong {
				digest++
			}
			w.Header().Set("X-Payload-Digest", digest.String())
			_, _ = w.Write(body.Bytes)
		}))
		c := small(t, "placement=request")
		c.Responses = 16
		w, err := bench.NewWorkload(c, lying.URL)
		if err != nil {
			t.Fatal(err)
		}
		for op := 0; op < 16 && err == nil; op++ {
			err = w.Op(t.Context())
		}
		if err == nil || !strings.Contains(err.Error(), "digest") {
			t.Errorf("body %d of 8 is wrong: %v", wrong, err)
		}
		w.Close()
		lying.Close()
	}
}

// TestDetail writes and reads what no benchmark line can hold.
func TestDetail(t *testing.T) {
	c := small(t, "placement=pool")
	w, err := bench.NewWorkload(c, upstream(t, c.Upstream))
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	m, err := w.Measure(t.Context(), func() error { return w.Op(t.Context()) })
	if err != nil {
		t.Fatal(err)
	}
	d, err := bench.NewDetail(m)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "detail.json")
	if err := d.Write(path); err != nil {
		t.Fatal(err)
	}
	again, err := bench.ReadDetail(path)
	if err != nil || again != d {
		t.Fatalf("read %+v, %v; wrote %+v", again, err, d)
	}
	h, err := again.Histogram()
	if err != nil || h.TotalCount() != int64(c.Responses) || h.Max() != m.Responses.Max() {
		t.Errorf("histogram of %v, %v", h, err)
	}
}

var row = regexp.MustCompile(`(?m)^BenchmarkCollate/\S+?(-\d+)?\s.*\s(\d+)\.000 gomaxprocs`)

// TestRowsSayTheirGOMAXPROCS runs this binary as a plain go test -cpu would.
func TestRowsSayTheirGOMAXPROCS(t *testing.T) {
	starts(t)
	out, err := runSelf("-test.cpu=1,2", "-test.benchtime=2x")
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	rows := row.FindAllStringSubmatch(out, -1)
	if len(rows) != 2*2 {
		t.Fatalf("%d rows, want 4:\n%s", len(rows), out)
	}
	for _, r := range rows {
		if want := map[string]string{"": "1", "-2": "2"}[r[1]]; r[2] != want {
			t.Errorf("a row with the suffix %q saw GOMAXPROCS %s: %s", r[1], r[2], r[0])
		}
	}
}

func TestMislabellingIsRefused(t *testing.T) {
	starts(t)
	out, err := runSelf("-test.cpu=1,2", "-test.benchtime=1x")
	if err == nil || !strings.Contains(out, "use -benchtime 2x") {
		t.Errorf("got %v:\n%s", err, out)
	}
}

// TestSampleTakesNoOtherOps: what a sample asks of its upstream is the warm-up and the ops
// that -benchtime names, nothing else; its figures are of all those ops.
func TestSampleTakesNoOtherOps(t *testing.T) {
	starts(t)
	server, err := mockserver.New(mockserver.Options{})
	if err != nil {
		t.Fatal(err)
	}
	upstream := httptest.NewServer(server.Handler())
	defer upstream.Close()
	c := small(t, "placement=request/procs=1")
	detail := filepath.Join(t.TempDir(), "detail.json")
	for _, ops := range []int{1, 2, 3} {
		before := server.Stats().Requests
		cmd := exec.Command(os.Args[0], "-test.run=^$", "-test.bench=^BenchmarkCollate$",
			fmt.Sprintf("-test.benchtime=%dx", ops), "-cell="+c.Name(), "-upstream="+upstream.URL, "-detail="+detail)
		cmd.Env = append(os.Environ(), "GOMAXPROCS=1")
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		if got, want := server.Stats().Requests-before, uint64(bench.WarmUp(c.Window)+ops*c.Responses); got != want {
			t.Errorf("%d ops asked the upstream for %d responses, want %d", ops, got, want)
		}
		line, err := benchline.Parse(string(out))
		if err != nil || line.Ops != ops {
			t.Errorf("%v; a line of %d ops, want %d:\n%s", err, line.Ops, ops, out)
		}
		ns, _ := line.Of("ns/op")
		if rate, _ := line.Of("MB/s"); math.Abs(rate*ns/1e3/float64(c.Responses*int(c.Size))-1) > .01 {
			t.Errorf("%d ops: %v MB/s, and %v ns/op", ops, rate, ns)
		}
		d, err := bench.ReadDetail(detail)
		if err != nil {
			t.Fatal(err)
		}
		if h, err := d.Histogram(); err != nil || h.TotalCount() != int64(ops*c.Responses) {
			t.Errorf("%d ops: a histogram of %v, %v", ops, h, err)
		}
	}
}

func runSelf(args ...string) (string, error) {
	cmd := exec.Command(os.Args[0], append(args, "-test.run=^$", "-test.bench=^BenchmarkCollate$",
		"-placement=collector,pool", "-window=4", "-size=4KiB", "-responses=8", "-latency=none")...)
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// TestWarmOpensTheWholeWindow counts connections: after Warm an op dials none. They are
// there before the first payload is asked for: a collation alone opens as many as it
// happens to need.
func TestWarmOpensTheWholeWindow(t *testing.T) {
	body, err := payload.Build(payload.Spec{Codec: payload.JSON, Encoding: payload.Identity, Size: 1 << 10, Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	var dialled, opened, early atomic.Int64
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/readyz" {
			opened.Add(1)
			fmt.Fprintln(w, "ready")
			return
		}
		if opened.Load() < 8 {
			early.Add(1)
		}
		_, _ = w.Write(body.Bytes)
	}))
	server.Config.ConnState = func(_ net.Conn, s http.ConnState) {
		if s == http.StateNew {
			dialled.Add(1)
		}
	}
	server.Start()
	defer server.Close()
	w, err := bench.NewWorkload(small(t, "placement=request"), server.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	if err := w.Warm(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := dialled.Load(); n != 8 || early.Load() > 0 {
		t.Errorf("Warm made %d connections for a window of 8, and asked for %d payloads before", n, early.Load())
	}
	if err := w.Op(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := dialled.Load(); n != 8 {
		t.Errorf("an op after Warm dialled %d more", n-8)
	}
}
