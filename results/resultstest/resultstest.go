// Package resultstest makes up runs for the tests of the rooms that read them.
//
//	var t testing.T // a test passes its own
//	info, samples := resultstest.DefaultRun(&t)
//	reading, err := evidence.NewReading(info, samples)
//	if err != nil {
//		log.Fatal(err)
//	}
//	fmt.Println(reading.Summary.Rounds, "rounds,", len(reading.Summary.Flagged), "flagged attempts")
//
// Nothing is measured, and random numbers have fixed seeds: the same call makes the same
// run. The package also compares with golden files.
package resultstest

import (
	"encoding/json"
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"

	"collatebench/bench"
	"collatebench/results"
	"collatebench/results/evidence"
)

var update = flag.Bool("update", false, "write the golden files again")

// Golden compares got with testdata/name, and fails with the first line that differs. With
// -update it writes the file.
func Golden(t testing.TB, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got == string(want) {
		return
	}
	now, then := strings.Split(got, "\n"), strings.Split(string(want), "\n")
	for i := range min(len(now), len(then)) {
		if now[i] != then[i] {
			t.Fatalf("%s:%d (-update writes it again):\n%s\nwas\n%s", path, i+1, now[i], then[i])
		}
	}
	t.Fatalf("%s has %d lines (-update writes it again), not %d", path, len(then), len(now))
}

// Began is when every run of these tests begins.
func Began() time.Time { return time.Date(2026, 11, 22, 20, 41, 0, 0, time.UTC) }

// Machine returns a machine with two cores, wherever the tests run.
func Machine() results.Machine {
	return results.Machine{OS: "linux", Arch: "amd64", CPU: "Some CPU @ 2.00GHz", Cores: 2, Memory: 8 << 30, Kernel: "6.1"}
}

// Info returns the record of a running run of these cells, with 6 rounds.
func Info(cells ...string) results.Info {
	return results.Info{
		ID: "20261122-204100-test", Label: "test", State: results.Running, Started: Began(), Machine: Machine(), Go: "go1.26.0",
		Cells: cells, Rounds: 6, Seed: 1,
	}
}

// Cells returns the names of a matrix's cells, in table order. lists has comma lists by
// dimension; GOMAXPROCS is 1 and 2, whatever this machine has.
func Cells(t testing.TB, lists map[string]string) []string {
	t.Helper()
	m := bench.Matrix{}
	if err := m.Set("procs", "1,2"); err != nil {
		t.Fatal(err)
	}
	for name, list := range lists {
		if err := m.Set(name, list); err != nil {
			t.Fatal(err)
		}
	}
	made, err := m.Cells()
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, c := range made {
		out = append(out, c.Name())
	}
	return out
}

// Control returns the name of a cell's A/A control.
func Control(t testing.TB, name string) string {
	t.Helper()
	c, err := bench.ParseCell(name)
	if err != nil {
		t.Fatal(err)
	}
	c.AA = "b"
	return c.Name()
}

// Sample makes up a sample with this throughput, MB/s. Each response takes 10 ms in the first
// round, and 10 ms more in each round after it.
func Sample(t testing.TB, cell string, round, attempt int, throughput float64) results.Sample {
	t.Helper()
	c, err := bench.ParseCell(cell)
	if err != nil {
		t.Fatal(err)
	}
	h := hdrhistogram.New(int64(time.Microsecond), int64(time.Hour), 3)
	if err := h.RecordValues(int64(round)*int64(10*time.Millisecond), 64); err != nil {
		t.Fatal(err)
	}
	d, err := bench.NewDetail(bench.Measurement{Readings: bench.Readings{Responses: h, GOMAXPROCS: c.Procs}})
	if err != nil {
		t.Fatal(err)
	}
	ns := float64(c.Responses) * float64(c.Size) / throughput * 1000
	return results.Sample{
		Cell: cell, Round: round, Attempt: attempt, Detail: d,
		Line: fmt.Sprintf("BenchmarkCollate/%s         \t       1\t%.0f ns/op\t  %.2f MB/s\t         %.4f cpus\t  0.97 decode-busy\t 400000000 decode-wait-ns/resp\t%.3f upstream-cpus\t   1234 B/op\t   12 allocs/op",
			c.Benchmark(), ns, throughput, throughput/50, throughput/1000),
		Started: Began().Add(time.Duration(round) * time.Minute), Seconds: 2.5, MaxRSS: 100 << 20, OthersCPU: new(0.0),
	}
}

// Speed returns the throughput, MB/s, of a made-up machine on which decoding in parallel
// pays, with noise from r.
func Speed(t testing.TB, cell string, r *rand.Rand) float64 {
	t.Helper()
	c, err := bench.ParseCell(cell)
	if err != nil {
		t.Fatal(err)
	}
	v := 45.0
	if c.Window == 1 {
		v = 30
	}
	if c.Procs > 1 && c.Window > 1 && slices.Contains([]bench.Placement{bench.Request, bench.Pool, bench.Gated, bench.Stream}, c.Placement) {
		v *= 1.85
	}
	if c.Size < 1<<20 {
		v *= 1.2
	}
	return v * math.Exp(.04*r.NormFloat64())
}

// Rounds makes up complete rounds of the cells, with throughputs of [Speed].
func Rounds(t testing.TB, cells []string, rounds int) []results.Sample {
	t.Helper()
	r := rand.New(rand.NewPCG(1, 2))
	var out []results.Sample
	for n := 1; n <= rounds; n++ {
		for _, cell := range cells {
			out = append(out, Sample(t, cell, n, 1, Speed(t, cell, r)))
		}
	}
	return out
}

// Run makes a run folder with these samples in its ledger.
func Run(t testing.TB, info results.Info, samples []results.Sample) *results.Run {
	t.Helper()
	r, err := results.Create(t.TempDir(), info)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range samples {
		if err := r.Append(s); err != nil {
			t.Fatal(err)
		}
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	return r
}

// FormatFloat spells a value without an exponent, as short as it can be.
func FormatFloat(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }

// Names of a serial and a parallel cell, the ones with A/A controls.
const (
	Collector32 = "codec=json/placement=collector/window=32/size=1MiB-2"
	Request32   = "codec=json/placement=request/window=32/size=1MiB-2"
)

// DefaultRun makes the default matrix with its A/A controls, a round that was taken again and
// one that stayed flagged.
func DefaultRun(t testing.TB) (results.Info, []results.Sample) { return TroubledRun(t, nil) }

// TroubledRun is DefaultRun for another matrix: lists is as for [Cells].
func TroubledRun(t testing.TB, lists map[string]string) (results.Info, []results.Sample) {
	t.Helper()
	names := Cells(t, lists)
	names = append(names, Control(t, Collector32), Control(t, Request32))
	info := Info(names...)
	info.State = results.Complete
	samples := Rounds(t, names, 6)
	for i := range samples {
		switch samples[i].Round {
		case 2: // the first attempt was abandoned at its first sample
			samples[i].Attempt = 2
		case 4:
			samples[i].Attempt = 3
		}
	}
	flag := func(round, attempt int, flags ...string) {
		s := Sample(t, Request32, round, attempt, 70)
		s.Flags = flags
		samples = append(samples, s)
	}
	flag(2, 1, "steal 12% of the cores")
	flag(4, 1, "others used 31% of the cores")
	flag(4, 2, "others used 28% of the cores")
	for i := range samples {
		if s := &samples[i]; s.Round == 4 && s.Attempt == 3 && s.Cell == Collector32 {
			s.Flags = []string{"others used 25% of the cores", "steal 6% of the cores"}
		}
		if s := &samples[i]; s.Cell == "codec=json/placement=pool/window=32/size=1MiB-2" {
			s.Line = strings.Replace(s.Line, " upstream-cpus", "9 upstream-cpus", 1)
			s.Line = strings.Replace(s.Line, "0.0", "0.3", 1)
		}
	}
	return info, samples
}

// Tail is the end of a cell's name in [ComparedRun], a format for the window.
const Tail = "/window=%d/size=1MiB-2"

// Compared are made-up clients, each with its codec and placement, its throughput in MB/s and
// the cores that it uses. Go's client and my-client have a placement of the same name.
var Compared = []struct {
	Name        string
	Speed, CPUs float64
}{
	{"codec=json/placement=collector", 70, 1.06},
	{"codec=json/placement=request", 120, 1.85},
	{"client=rust/codec=json/placement=buffer-unordered", 160, 1.02},
	{"client=rust/codec=json/placement=spawn", 300, 1.8},
	{"client=my-client/codec=json/placement=request", 50, .98},
}

// ComparedRun makes a run with each of [Compared] at windows 32 and 64.
func ComparedRun(t testing.TB, rounds int) (results.Info, []results.Sample) {
	t.Helper()
	r := rand.New(rand.NewPCG(3, 4))
	var names []string
	var samples []results.Sample
	for _, c := range Compared {
		for _, window := range []int{32, 64} {
			names = append(names, c.Name+fmt.Sprintf(Tail, window))
		}
	}
	names = append(names, Control(t, Collector32), Control(t, Request32))
	for n := 1; n <= rounds; n++ {
		for _, name := range names {
			samples = append(samples, comparedSample(t, name, n, r))
		}
	}
	info := Info(names...)
	info.State, info.Rounds = results.Complete, rounds
	peers, err := evidence.Peers{
		Clients: []evidence.Peer{{Client: bench.Go, Runtime: "go1.26.0"}, {Client: "rust", Runtime: "rustc 1.95"}, {Client: "my-client"}},
		LeftOut: []string{"cpp is left out: no cmake in PATH; apt install cmake"},
	}.Record()
	if err != nil {
		t.Fatal(err)
	}
	info.Peers = peers
	return info, samples
}

// VersionsRun makes a run of two cells in two versions, with A/A controls of the old one. The
// new version has so many times the throughput of the old one in the placement request, and
// the same in collector.
func VersionsRun(t testing.TB, rounds int, times float64) (results.Info, []results.Sample) {
	t.Helper()
	r := rand.New(rand.NewPCG(7, 8))
	versions := []results.Version{
		{Name: "1a2b3c4", Ref: "main", Revision: "1a2b3c4d5e6f7a8b9c0d1a2b3c4d5e6f7a8b9c0d", Go: "go1.26.0", TestBinary: "aa11"},
		{Name: "worktree", Revision: "9f8e7d6c5b4a39281706f5e4d3c2b1a09f8e7d6c", Dirty: true, Go: "go1.26.0", TestBinary: "bb22"},
	}
	var cells, again []bench.Cell
	for _, name := range []string{Collector32, Request32} {
		c, err := bench.ParseCell(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, v := range versions {
			c.Rev = v.Name
			cells = append(cells, c)
		}
		c.Rev, c.AA = versions[0].Name, "b"
		again = append(again, c)
	}
	cells = append(cells, again...)
	var names []string
	for _, c := range cells {
		names = append(names, c.Name())
	}
	info := Info(names...)
	info.State, info.Rounds, info.Versions = results.Complete, rounds, versions
	var samples []results.Sample
	for n := 1; n <= rounds; n++ {
		drift := math.Exp(.2 * r.NormFloat64()) // of the machine: all cells of a round have it
		for _, c := range cells {
			speed := drift * Speed(t, c.Versionless().Name(), r)
			if c.Rev == versions[1].Name && c.Placement == bench.Request {
				speed *= times
			}
			samples = append(samples, Sample(t, c.Name(), n, 1, speed))
		}
	}
	return info, samples
}

func comparedSample(t testing.TB, name string, round int, r *rand.Rand) results.Sample {
	t.Helper()
	for _, c := range Compared {
		if !strings.HasPrefix(name, c.Name+"/") {
			continue
		}
		speed := c.Speed * math.Exp(.03*r.NormFloat64())
		s := Sample(t, name, round, 1, speed)
		p99 := (100 + 7*float64(round*round)) * 1e6 // ns; the rounds' median is no mean of them
		s.Line += fmt.Sprintf("\t%.0f resp-p50-ns\t%.0f resp-p99-ns", p99/2, p99)
		if strings.HasPrefix(name, "client=") {
			s.Detail.Responses = "" // other clients keep no histogram
		}
		wall := 128 * 1.048576 / speed
		s.External = &results.External{
			Seconds: wall, CPU: c.CPUs * wall, CPUOver: wall, Upstream: .1 * wall, Responses: 128, Queue: new(0.0), InFlight: new(20 * wall),
		}
		return s
	}
	t.Fatalf("no client has %s", name)
	return results.Sample{}
}

// Record returns a study or a floor as [results.Info] keeps it.
func Record(t testing.TB, study interface {
	Record() (json.RawMessage, error)
}) json.RawMessage {
	t.Helper()
	text, err := study.Record()
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// NeedGo skips a test if there is no go command, which builds benchstat.
func NeedGo(t testing.TB) {
	t.Helper()
	if _, err := exec.LookPath("go"); err != nil {
		t.Skipf("benchstat is a tool of this module, which takes the go command: %v", err)
	}
}

// NoLeftovers fails if a staged file is left in dir.
func NoLeftovers(t testing.TB, dir string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), ".") {
			t.Errorf("%s is left in %s", e.Name(), dir)
		}
	}
}
