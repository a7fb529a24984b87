package stats_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"collatebench/bench"
	"collatebench/results"
	"collatebench/results/resultstest"
	"collatebench/results/stats"
)

// timedSample makes a sample whose line has the times of a response, in ms.
func timedSample(t testing.TB, cell string, round int, mbps, cpus, overlap, headers, read, wait, decode, resp float64) results.Sample {
	t.Helper()
	s := resultstest.Sample(t, cell, round, 1, mbps)
	name, _, _ := strings.Cut(s.Line, "\t")
	s.Line = name + "\t1\t1000000 ns/op" + units(map[string]float64{
		"MB/s": mbps, "cpus": cpus, "decode-overlap": overlap, "headers-ns/resp": headers * 1e6, "read-ns/resp": read * 1e6,
		"decode-wait-ns/resp": wait * 1e6, "decode-ns/resp": decode * 1e6, "resp-ns": resp * 1e6, "queue-ns/resp": 1e6, "service-ns/resp": 8e6,
		"start-wait-ns/resp": 5e5, "conn-wait-ns/resp": 5e5, "upstream-cpus": .1,
	})
	return s
}

// units writes values in the order of their names.
func units(values map[string]float64) string {
	var b strings.Builder
	names := make([]string, 0, len(values))
	for name := range values {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		b.WriteString("\t" + resultstest.FormatFloat(values[name]) + " " + name)
	}
	return b.String()
}

const (
	collector1 = "codec=json/placement=collector/window=1/size=1MiB-2"
	request1   = "codec=json/placement=request/window=1/size=1MiB-2"
)

// fourCells has windows of 1 and 32, serial and parallel.
func fourCells(t testing.TB) stats.Summary {
	t.Helper()
	var samples []results.Sample
	for round := 1; round <= 2; round++ {
		samples = append(samples,
			timedSample(t, collector1, round, 40, .6, 1, 12, 1, .01, 12, 26),
			timedSample(t, resultstest.Collector32, round, 100, 1.06, 1, 14, 9, 250, 10, 300),
			timedSample(t, request1, round, 42, .6, 1, 13, 1, .01, 12, 27),
			timedSample(t, resultstest.Request32, round, 180, 1.8, 14, 20, 9, .01, 90, 150))
	}
	s, err := stats.Summarise(resultstest.Info(collector1, resultstest.Collector32, request1, resultstest.Request32), samples)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestRoof(t *testing.T) {
	s := fourCells(t)
	groups := s.Groups("placement", "window")
	if len(groups) != 1 || len(groups[0].Cells) != 4 {
		t.Fatalf("%d groups", len(groups))
	}
	r := s.Roof(groups[0].Cells)
	const mib = 1 << 20
	near := func(what string, got, want float64) {
		t.Helper()
		if math.Abs(got-want) > 1e-6*want {
			t.Errorf("%s is %v, want %v", what, got, want)
		}
	}
	near("latency, median of the placements at window 1 without the queue", r.Latency, (11.0+1+12+1)/2*1e-3)
	near("decode, the shortest lone one", r.Decode, .010)
	near("cores, less the upstream's", r.Cores, 1.9)
	near("CPU time of a response, of the fastest cell", r.Cost, 1.8/(180e6/mib))
	near("one core", r.OneCore(), mib/.010/1e6)
	near("all cores", r.AllCores(), 1.9/1.8*180)
	near("a response alone", r.Unhindered, .0125+.010)
	near("window 1", r.Window(1), mib/r.Unhindered/1e6)
	near("the roof over 1", r.At(1), r.Window(1))
	near("the roof over 32", r.At(32), r.AllCores())
	if r.LinkMBps() != 0 {
		t.Errorf("a link of %v MB/s, where none is limited", r.LinkMBps())
	}
	for _, c := range groups[0].Cells {
		if got := s.Cell(c).Throughput.Median; got > r.At(float64(c.Window))*1.0001 {
			t.Errorf("%s: %v MB/s are above the roof of %v", c.Name(), got, r.At(float64(c.Window)))
		}
	}
}

// A client is a made-up one in a closed loop, with times in ms: each response is served and
// read for latency, and takes a core for decode and for the rest of its work.
type client struct{ latency, decode, rest float64 }

// sample is that of a cell in which 1.9 cores are available. Decodes that share the cores take
// longer.
func (m client) sample(t *testing.T, name string) results.Sample {
	t.Helper()
	c, err := bench.ParseCell(name)
	if err != nil {
		t.Fatal(err)
	}
	cores, overlap, decode := 1.9, 1.0, m.decode
	perMillisecond := min(float64(c.Window)/(m.latency+m.decode+m.rest), cores/(m.decode+m.rest))
	if c.Placement == bench.Collector {
		perMillisecond = min(perMillisecond, 1/m.decode)
	} else if c.Window > 1 {
		overlap, decode = 4, 2.1*m.decode
	}
	mbps := perMillisecond * 1000 * float64(c.Size) / 1e6
	return timedSample(t, name, 1, mbps, perMillisecond*(m.decode+m.rest), overlap, 1+m.latency/2, m.latency/2, 0, decode, float64(c.Window)/perMillisecond)
}

// TestRoofHoldsForOtherWindows: the roof of small windows holds for larger ones, which it is
// not made of, and parallel placements come near it.
func TestRoofHoldsForOtherWindows(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	name := func(placement string, window int) string {
		return fmt.Sprintf("codec=json/placement=%s/window=%d/size=1MiB-2", placement, window)
	}
	for range 50 {
		decode := 2 + 28*r.Float64()
		m := client{latency: 2 + 38*r.Float64(), decode: decode, rest: .3 * decode * r.Float64()}
		var seen, larger []string
		for _, placement := range []string{"collector", "request"} {
			seen = append(seen, name(placement, 1), name(placement, 4))
			larger = append(larger, name(placement, 16), name(placement, 128))
		}
		var samples []results.Sample
		for _, n := range append(slices.Clone(seen), larger...) {
			samples = append(samples, m.sample(t, n))
		}
		s, err := stats.Summarise(resultstest.Info(append(slices.Clone(seen), larger...)...), samples)
		if err != nil {
			t.Fatal(err)
		}
		cells := s.Groups("placement", "window")[0].Cells
		var small []bench.Cell
		for _, c := range cells {
			if c.Window <= 4 {
				small = append(small, c)
			}
		}
		roof := s.Roof(small)
		for _, c := range cells {
			got, limit := s.Cell(c).Throughput.Median, roof.At(float64(c.Window))
			if c.Placement == bench.Collector {
				limit = min(limit, roof.OneCore())
			}
			if got > limit*1.01 {
				t.Fatalf("%+v: %s: %v MB/s are above %v\n%+v", m, c.Name(), got, limit, roof)
			}
			if c.Window == 128 && got < limit*.9 {
				t.Fatalf("%+v: %s: %v MB/s are far below %v\n%+v", m, c.Name(), got, limit, roof)
			}
		}
	}
}

// TestOneCoreIsOfALoneDecode: a decode that shared its time with others is none, however short
// it looks.
func TestOneCoreIsOfALoneDecode(t *testing.T) {
	s, err := stats.Summarise(resultstest.Info(resultstest.Collector32, resultstest.Request32), []results.Sample{
		timedSample(t, resultstest.Collector32, 1, 100, 1.06, 1, 14, 9, 250, 10, 300),
		timedSample(t, resultstest.Request32, 1, 180, 1.8, 1.9, 20, 9, .01, 7, 150),
	})
	if err != nil {
		t.Fatal(err)
	}
	if r := s.Roof(s.AllCells()); r.Decode != .010 {
		t.Errorf("a lone decode takes %v s, want .010", r.Decode)
	}
}

// TestRoofWithoutTheCoresOfOthers: neither what other processes used nor what the upstream
// used was there for the client, unless the upstream has a machine of its own.
func TestRoofWithoutTheCoresOfOthers(t *testing.T) {
	sample := timedSample(t, resultstest.Request32, 1, 100, 1.2, 14, 20, 9, .01, 90, 150)
	sample.OthersCPU, sample.Seconds = new(1.0), 2.5 // .4 cores; the upstream uses .1
	info := resultstest.Info(resultstest.Request32)
	for upstream, want := range map[string]float64{"": 1.5, "http://10.0.0.7:8080": 1.6} {
		info.Upstream = upstream
		s, err := stats.Summarise(info, []results.Sample{sample})
		if err != nil {
			t.Fatal(err)
		}
		if r := s.Roof(s.AllCells()); math.Abs(r.Cores-want) > 1e-9 {
			t.Errorf("upstream %q: %v cores, want %v", upstream, r.Cores, want)
		}
	}
}

// TestRoofOfUsedCores: what the client used was there, whatever the others took meanwhile.
func TestRoofOfUsedCores(t *testing.T) {
	sample := timedSample(t, resultstest.Request32, 1, 100, 1.9, 14, 20, 9, .01, 90, 150)
	sample.OthersCPU, sample.Seconds = new(2.0), 2.5
	s, err := stats.Summarise(resultstest.Info(resultstest.Request32), []results.Sample{sample})
	if err != nil {
		t.Fatal(err)
	}
	if r := s.Roof(s.AllCells()); math.Abs(r.Cores-1.9) > 1e-9 {
		t.Errorf("%v cores, where 1.9 were used", r.Cores)
	}
}

// TestRoofOfALink: a limited bandwidth of the upstream is the roof.
func TestRoofOfALink(t *testing.T) {
	const cell = "codec=json/placement=request/window=32/size=1MiB/bandwidth=50MBps-2"
	c, err := bench.ReadCell("placement=request/bandwidth=50000000Bps/procs=2")
	if err != nil {
		t.Fatal(err, cell)
	}
	s, err := stats.Summarise(resultstest.Info(c.Name()), []results.Sample{timedSample(t, c.Name(), 1, 48, .7, 1, 12, 600, .01, 10, 640)})
	if err != nil {
		t.Fatal(err)
	}
	if got := s.Roof([]bench.Cell{c}).At(32); math.Abs(got-50) > 1e-9 {
		t.Errorf("the roof is %v MB/s, want the link's 50", got)
	}
	// The bandwidth is of bytes on the network: compressed, more than it is decoded from them.
	c.Encoding = "gzip"
	s, err = stats.Summarise(resultstest.Info(c.Name()), []results.Sample{timedSample(t, c.Name(), 1, 130, .7, 1, 12, 230, .01, 10, 250)})
	if err != nil {
		t.Fatal(err)
	}
	if got := s.Roof([]bench.Cell{c}).LinkMBps(); got != 0 {
		t.Errorf("the link's roof for compressed bodies is %v MB/s", got)
	}
}

func TestStages(t *testing.T) {
	s := fourCells(t)
	c, err := bench.ParseCell(resultstest.Collector32)
	if err != nil {
		t.Fatal(err)
	}
	sum, got := 0.0, map[string]float64{}
	for _, step := range s.Cell(c).Stages() {
		sum += step.Seconds
		got[step.Name] = math.Round(step.Seconds * 1e6)
	}
	want := map[string]float64{"client queue": 1000, "upstream queue": 1000, "service": 8000, "transfer": 5000 + 9000, "wait for decoding": 250000, "decoding": 10000, "hand-over": 16000}
	for name, us := range want {
		if got[name] != us {
			t.Errorf("%s takes %v us, want %v", name, got[name], us)
		}
	}
	if len(got) != len(want) || math.Abs(sum-.3) > 1e-9 {
		t.Errorf("steps %v sum to %v s, want the response's 0.3", got, sum)
	}
	if old := (stats.CellSummary{}); old.Stages() != nil {
		t.Error("a line without times has steps")
	}
}
