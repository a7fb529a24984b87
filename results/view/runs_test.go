package view_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"

	"collatebench/bench"
	"collatebench/profiles"
	"collatebench/results"
)

// began is when the first run of these tests begins; the others begin minutes
// later.
func began(minutes int) time.Time {
	return time.Date(2026, 11, 22, 20, 41+minutes, 0, 0, time.UTC)
}

// cellNames is a matrix of two placements and two windows.
func cellNames(t testing.TB) []string {
	t.Helper()
	m := bench.Matrix{}
	for name, list := range map[string]string{"procs": "2", "placement": "collector,request", "window": "16,32"} {
		if err := m.Set(name, list); err != nil {
			t.Fatal(err)
		}
	}
	cells, err := m.Cells()
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, c := range cells {
		out = append(out, c.Name())
	}
	return out
}

func newInfo(t testing.TB, label string, minutes int) results.Info {
	return results.Info{
		Label: label, State: results.Running, Started: began(minutes), Command: []string{"collatebench", "bench"}, Go: "go1.26.0",
		Machine:  results.Machine{OS: "linux", Arch: "amd64", CPU: "Some CPU @ 2.00GHz", Cores: 2},
		Scalings: bench.Scalings{{Procs: 2, Codec: "json", Encoding: "identity", Size: 1 << 20, Alone: 57, Together: 98, CostAlone: .019, CostTogether: .020, EffectiveCores: 1.88, Pairs: 3}},
		Cells:    cellNames(t), Rounds: 3, Ops: 1, Seed: 1, Profiled: true,
	}
}

// probes are figures that the probes of a collector and of other placements gave on
// two cores with a window of 32.
const (
	serialProbes = "46637 conn-wait-ns/resp 1.070 cpus 0.9794 decode-busy 12057916 decode-ns/resp 1.000 decode-overlap 269378157 decode-wait-ns/resp " +
		"0.0001000 dials/resp 0.01720 gc-share 17656400 headers-ns/resp 33.55 held-MB 1.058 inflight 4485119 sched-latency-p99-ns 1.000 queue-ns/resp " +
		"2584891 read-ns/resp 302014374 resp-ns 358875135 resp-p50-ns 411303935 resp-p99-ns 0.3429 runnable 12378966 service-ns/resp " +
		"279886 start-wait-ns/resp 0.05064 upstream-cpus 635297 write-ns/resp 220878632 B/op 2916551 allocs/op"
	parallelProbes = "33620 conn-wait-ns/resp 1.881 cpus 0.9707 decode-busy 32203386 decode-ns/resp 4.838 decode-overlap 2383 decode-wait-ns/resp " +
		"0.0001000 dials/resp 0.04442 gc-share 84753366 headers-ns/resp 9.437 held-MB 1.797 inflight 229638143 sched-latency-p99-ns 1.000 queue-ns/resp " +
		"22133763 read-ns/resp 180085029 resp-ns 163708927 resp-p50-ns 326631423 resp-p99-ns 7.200 runnable 12007085 service-ns/resp " +
		"10180199 start-wait-ns/resp 0.05556 upstream-cpus 309617 write-ns/resp 220705336 B/op 2916592 allocs/op"
)

// newSample makes up a sample: collector on one core, the others on both.
func newSample(t testing.TB, cell string, round int) results.Sample {
	t.Helper()
	c, err := bench.ParseCell(cell)
	if err != nil {
		t.Fatal(err)
	}
	h := hdrhistogram.New(int64(time.Microsecond), int64(time.Hour), 3)
	if err := h.RecordValues(int64(300*time.Millisecond), 64); err != nil {
		t.Fatal(err)
	}
	d, err := bench.NewDetail(bench.Measurement{Readings: bench.Readings{Responses: h, GOMAXPROCS: c.Procs}})
	if err != nil {
		t.Fatal(err)
	}
	throughput, probes := 85+float64(round), serialProbes
	if c.Placement != bench.Collector {
		throughput, probes = 153+float64(round), parallelProbes
	}
	ns := float64(c.Responses) * float64(c.Size) / throughput * 1000
	return results.Sample{
		Cell: cell, Round: round, Attempt: 1, Detail: d, Started: began(round), Seconds: 2.5, MaxRSS: 100 << 20,
		Line: fmt.Sprintf("BenchmarkCollate/%s 1 %.0f ns/op %.2f MB/s %s", cell, ns, throughput, probes),
	}
}

// addRound appends a sample of each cell.
func addRound(t testing.TB, r *results.Run, round int) {
	t.Helper()
	for _, name := range r.Info().Cells {
		if err := r.Append(newSample(t, name, round)); err != nil {
			t.Fatal(err)
		}
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
}

// newRun makes a run folder with that many rounds. It is complete if it has all.
func newRun(t testing.TB, root string, info results.Info, rounds int) *results.Run {
	t.Helper()
	r, err := results.Create(root, info)
	if err != nil {
		t.Fatal(err)
	}
	for n := 1; n <= rounds; n++ {
		addRound(t, r, n)
	}
	if rounds == info.Rounds {
		setInfo(t, r, func(i *results.Info) { i.State = results.Complete })
	}
	return r
}

func setInfo(t testing.TB, r *results.Run, change func(*results.Info)) {
	t.Helper()
	info := r.Info()
	change(&info)
	if err := r.SetInfo(info); err != nil {
		t.Fatal(err)
	}
}

// write writes a file of a run by hand.
func write(t testing.TB, r *results.Run, name, text string) {
	t.Helper()
	path := filepath.Join(r.Dir(), filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
}

// folders are the cells' folders.
func folders(t testing.TB, r *results.Run) []string {
	t.Helper()
	var out []string
	for _, name := range r.Info().Cells {
		c, err := bench.ParseCell(name)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, c.Folder())
	}
	return out
}

// pprofKinds are the kinds that pprof shows.
func pprofKinds() []profiles.Kind {
	return []profiles.Kind{profiles.CPU, profiles.Heap, profiles.Allocs, profiles.Block, profiles.Mutex, profiles.Goroutine}
}
