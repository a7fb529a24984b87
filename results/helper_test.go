package results_test

import (
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"

	"collatebench/bench"
	"collatebench/results"
)

var update = flag.Bool("update", false, "write the golden files again")

// golden compares with testdata/name.
func golden(t *testing.T, name, got string) {
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
	if got != string(want) {
		t.Errorf("differs from %s (-update writes it again):\n%s", path, got)
	}
}

// began is when every run of these tests begins.
func began() time.Time { return time.Date(2026, 11, 22, 20, 41, 0, 0, time.UTC) }

// machine has two cores, wherever the tests run.
func machine() results.Machine {
	return results.Machine{OS: "linux", Arch: "amd64", CPU: "Some CPU @ 2.00GHz", Cores: 2, Memory: 8 << 30, Kernel: "6.1"}
}

func newInfo(cells ...string) results.Info {
	return results.Info{
		ID: "20261122-204100-test", Label: "test", State: results.Running, Started: began(), Machine: machine(), Go: "go1.26.0",
		Cells: cells, Rounds: 6, Seed: 1,
	}
}

// cells is a matrix with GOMAXPROCS 1 and 2 whatever this machine has.
func cells(t testing.TB, lists map[string]string) []string {
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

// control marks a cell's name as its A/A control's.
func control(t testing.TB, name string) string {
	t.Helper()
	c, err := bench.ParseCell(name)
	if err != nil {
		t.Fatal(err)
	}
	c.AA = "b"
	return c.Name()
}

// newSample makes up a sample of so many MB/s. Responses take 10 ms more in
// each round.
func newSample(t testing.TB, cell string, round, attempt int, throughput float64) results.Sample {
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
		Started: began().Add(time.Duration(round) * time.Minute), Seconds: 2.5, MaxRSS: 100 << 20,
	}
}

// speed is a made-up machine on which decoding in parallel pays, and the
// further it is shared the more.
func speed(t testing.TB, cell string, r *rand.Rand) float64 {
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

// takeRounds makes up whole rounds of the cells.
func takeRounds(t testing.TB, cells []string, rounds int) []results.Sample {
	t.Helper()
	r := rand.New(rand.NewPCG(1, 2))
	var out []results.Sample
	for n := 1; n <= rounds; n++ {
		for _, cell := range cells {
			out = append(out, newSample(t, cell, n, 1, speed(t, cell, r)))
		}
	}
	return out
}

// newRun makes a run folder with these samples in its ledger.
func newRun(t testing.TB, info results.Info, samples []results.Sample) *results.Run {
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

func formatFloat(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }
