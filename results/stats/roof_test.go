package stats_test

import (
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

// TestRoofIsAboveWhatWasSeen: no point lies above its roof, however noisy the machine was.
func TestRoofIsAboveWhatWasSeen(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	names := []string{collector1, resultstest.Collector32, request1, resultstest.Request32}
	for range 50 {
		var samples []results.Sample
		for _, name := range names {
			between := func(low, high float64) float64 { return low + (high-low)*r.Float64() }
			samples = append(samples, timedSample(t, name, 1, between(20, 300), between(.3, 2.4), between(1, 3), between(2, 40), between(1, 40), 1, between(2, 30), 300))
		}
		s, err := stats.Summarise(resultstest.Info(names...), samples)
		if err != nil {
			t.Fatal(err)
		}
		cells := s.Groups("placement", "window")[0].Cells
		roof := s.Roof(cells)
		for _, c := range cells {
			if got := s.Cell(c).Throughput.Median; got > roof.At(float64(c.Window))*1.0001 {
				t.Fatalf("%s: %v MB/s are above the roof of %v\n%+v", c.Name(), got, roof.At(float64(c.Window)), roof)
			}
		}
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
