package scenarios_test

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"collatebench/bench"
	"collatebench/bench/scenarios"
	"collatebench/mockserver/payload"
	"collatebench/results/verdict"
)

func drawn(t *testing.T, s scenarios.Scenario, seed uint64) scenarios.Scenario {
	t.Helper()
	out, err := s.Drawn(seed)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// TestDrawn: a seed draws the same again, other seeds draw otherwise, and what is drawn
// can be run. The truth stays.
func TestDrawn(t *testing.T) {
	for _, s := range all(t) {
		titles := map[string]bool{}
		for seed := range uint64(50) {
			d := drawn(t, s, seed)
			if again := drawn(t, s, seed); again.Title() != d.Title() {
				t.Errorf("seed %d draws %s, and then %s", seed, d.Title(), again.Title())
			}
			if !slices.Equal(d.Causes, s.Causes) || d.Function != s.Function || d.Command != s.Command {
				t.Errorf("%s: another truth", d.Title())
			}
			titles[d.Title()] = true
			if d.Command != scenarios.Why {
				if len(d.Args) != len(s.Args) {
					t.Errorf("%s draws %s", s.Title(), d.Title())
				}
				continue
			}
			if c, err := bench.ReadCell(d.Cell); err != nil || c.Window > c.Responses {
				t.Errorf("%s: %v, or a window that an op can't fill", d.Title(), err)
			}
		}
		if len(titles) < 3 {
			t.Errorf("%s: 50 seeds draw %d variants", s.Title(), len(titles))
		}
	}
}

// TestDrawnSpans: the ends of a span are drawn, and nothing beyond them.
func TestDrawnSpans(t *testing.T) {
	s := scenarios.Scenario{Command: scenarios.Why, Cell: "placement=pool/window=5", Vary: "window=4..6 latency=10..40ms codec=json,cbor"}
	seen := map[string]int{}
	for seed := range uint64(600) {
		for _, setting := range strings.Split(drawn(t, s, seed).Cell, "/") {
			seen[setting]++
		}
	}
	for _, want := range []string{"window=4", "window=5", "window=6", "latency=10ms", "latency=40ms", "codec=json", "codec=cbor"} {
		if seen[want] < 5 {
			t.Errorf("%s was drawn %d times in 600", want, seen[want])
		}
	}
	if len(seen) > 1+3+31+2 || seen["placement=pool"] != 600 {
		t.Errorf("beyond the spans: %v", seen)
	}
	low := 0 // a span from 10 to 40 has its middle at 20
	for n := 10; n < 20; n++ {
		low += seen[fmt.Sprintf("latency=%dms", n)]
	}
	if low < 200 || low > 400 {
		t.Errorf("%d of 600 delays are below 20ms", low)
	}
	for _, vary := range []string{"window", "window=6..4", "window=4..", "window=", "codec=json,", "window=0..4", "size=1..2..3KiB"} {
		s.Vary = vary
		if d, err := s.Drawn(1); err == nil || !strings.Contains(err.Error(), s.Title()) {
			t.Errorf("%q draws %s, %v", vary, d.Title(), err)
		}
	}
}

// TestDrawnCellsKeepTheirCause: for whatever a seed draws, on two cores that are a fifth
// slower or half as fast again as those here, the roof of the named limit is the lowest by a
// clear margin, and behind the last one lies nothing near. A seed that draws a cell
// with another cause would call the rules wrong.
func TestDrawnCellsKeepTheirCause(t *testing.T) {
	for _, s := range all(t) {
		if s.Command != scenarios.Why {
			continue
		}
		for seed := range uint64(200) {
			d := s
			if seed > 0 { // 0 stands for the scenario as it is
				d = drawn(t, s, seed)
			}
			for _, speed := range []float64{.8, 1, 1.5} {
				if fault := keepsItsCause(t, d, speed); fault != "" {
					t.Errorf("%s, with cores %.2f as fast: %s", d.Title(), speed, fault)
				}
			}
		}
	}
}

// A roof is the most that one part of client, upstream or machine can do, responses/s.
type roof struct {
	cause verdict.Cause
	most  float64
}

// Seconds of one core for each MiB of payload, rounded: of an EPYC core with the codecs
// of this module.
const (
	readMiB     = .0012 // the client's side of it
	upstreamMiB = .0008
	inflateGzip = .008
	inflateZstd = .004
	genericJSON = .016 // captured, so without a schema
	coresHere   = 2
	together    = 1.75 // what both do, where one does 1
)

var decodeMiB = map[payload.Codec]float64{payload.JSON: .0095, payload.CBOR: .0055, payload.Proto: .0045, payload.Sonic: .0035}

// keepsItsCause computes the roofs of a scenario from what was built in, as a closed
// loop has them, and says what is wrong with their order.
func keepsItsCause(t *testing.T, s scenarios.Scenario, speed float64) string {
	roofs := roofsOf(t, s, speed)
	slices.SortFunc(roofs, func(a, b roof) int { return cmp.Compare(a.most, b.most) })
	for i, cause := range s.Causes {
		if cause == verdict.GCBound {
			cause = verdict.CPUSaturated // collecting takes the cores, which are the limit
		}
		// Decoding in parallel on two cores gives 1.5 at best; other limits can lie farther
		// below the cores.
		margin := 1.26
		if cause == verdict.Serialised || cause == verdict.CPUSaturated {
			margin = 1.22
		}
		switch {
		case roofs[i].cause != cause:
			return fmt.Sprintf("limit %d is %s: %v", i+1, roofs[i].cause, roofs)
		case i+1 < len(roofs) && roofs[i+1].most < margin*roofs[i].most:
			return fmt.Sprintf("%s is too near: %v", roofs[i+1].cause, roofs)
		}
	}
	return ""
}

func roofsOf(t *testing.T, s scenarios.Scenario, speed float64) []roof {
	c, err := bench.ReadCell(s.Cell)
	if err != nil {
		t.Fatal(err)
	}
	mib := float64(c.Size) / float64(payload.MiB)
	decode := mib * decodeMiB[c.Codec]
	if s.Body > 0 {
		mib = float64(s.Body) / 1024
		decode = mib * genericJSON
	}
	wire := mib
	switch c.Encoding {
	case payload.Gzip:
		decode, wire = decode+mib*inflateGzip, mib/4
	case payload.Zstd:
		decode, wire = decode+mib*inflateZstd, mib/4
	}
	decode, read, upstream := decode/speed, wire*readMiB/speed, wire*upstreamMiB/speed
	cores := min(together, float64(c.Procs)) / (decode + read + upstream)
	if c.Procs == 1 {
		cores = 1 / (decode + read)
	}
	if c.Simulated() {
		decode = c.VirtualCores.Decode(c.Size).Seconds()
		cores = float64(c.VirtualCores.N) / decode
	}
	delay := meanDelay(t, c)
	sent := delay + read
	if c.Placement.Streams() {
		sent += decode // the body is read while it is decoded
	}
	out := []roof{
		{verdict.CPUSaturated, cores},
		{verdict.WindowTooSmall, float64(c.Window) / (delay + read + decode)},
	}
	add := func(cause verdict.Cause, places float64, seconds float64) {
		if places > 0 && seconds > 0 {
			out = append(out, roof{cause, places / seconds})
		}
	}
	if c.Placement.Serial() && c.Cores() > 1 {
		serial := decode
		if c.Placement.SerialRead() {
			serial += read
		}
		add(verdict.Serialised, 1, serial)
	}
	add(verdict.HiddenCap, float64(c.Fetches), sent)
	add(verdict.HiddenCap, float64(c.Workers), decode)
	add(verdict.ConnectionPool, float64(c.Conns), sent)
	add(verdict.UpstreamQueueing, float64(c.Upstream.Queue), delay)
	add(verdict.NetworkBound, float64(c.Upstream.Bandwidth), wire*float64(payload.MiB))
	return out
}

// meanDelay is the latency's mean over its quantiles.
func meanDelay(t *testing.T, c bench.Cell) float64 {
	t.Helper()
	const n = 200
	var sum time.Duration
	for i := range n {
		sum += c.Upstream.Latency.Draw((float64(i)+.5)/n, 0)
	}
	return (sum / n).Seconds()
}
