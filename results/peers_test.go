package results_test

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/perf/benchfmt"

	"collatebench/bench"
	"collatebench/results"
	"collatebench/results/verdict"
)

const tail = "/window=%d/size=1MiB-2"

// compared are made-up clients: a codec and placement, the throughput, and the
// cores that it uses. Go and my-client have a placement of the same name.
var compared = []struct {
	name        string
	speed, cpus float64
}{
	{"codec=json/placement=collector", 70, 1.06},
	{"codec=json/placement=request", 120, 1.85},
	{"client=rust/codec=json/placement=buffer-unordered", 160, 1.02},
	{"client=rust/codec=json/placement=spawn", 300, 1.8},
	{"client=my-client/codec=json/placement=request", 50, .98},
}

// comparedRun has each of them at windows 32 and 64.
func comparedRun(t *testing.T, rounds int) (results.Info, []results.Sample) {
	t.Helper()
	r := rand.New(rand.NewPCG(3, 4))
	var names []string
	var samples []results.Sample
	for _, c := range compared {
		for _, window := range []int{32, 64} {
			names = append(names, c.name+fmt.Sprintf(tail, window))
		}
	}
	names = append(names, control(t, collector32), control(t, request32))
	for n := 1; n <= rounds; n++ {
		for _, name := range names {
			samples = append(samples, comparedSample(t, name, n, r))
		}
	}
	info := newInfo(names...)
	info.State, info.Rounds = results.Complete, rounds
	info.Peers = &results.Peers{
		Clients: []results.Peer{{Client: bench.Go, Runtime: "go1.26.0"}, {Client: "rust", Runtime: "rustc 1.95"}, {Client: "my-client"}},
		LeftOut: []string{"cpp is left out: no cmake in PATH; apt install cmake"},
	}
	return info, samples
}

func comparedSample(t *testing.T, name string, round int, r *rand.Rand) results.Sample {
	t.Helper()
	for _, c := range compared {
		if !strings.HasPrefix(name, c.name+"/") {
			continue
		}
		speed := c.speed * math.Exp(.03*r.NormFloat64())
		s := newSample(t, name, round, 1, speed)
		wall := 128 * 1.048576 / speed
		s.External = &results.External{
			Seconds: wall, CPU: c.cpus * wall, Looked: wall, Upstream: .1 * wall, Responses: 128, Queue: 0, InFlight: 20 * wall,
		}
		return s
	}
	t.Fatalf("no client has %s", name)
	return results.Sample{}
}

func TestPeersTable(t *testing.T) {
	info, samples := comparedRun(t, 4)
	golden(t, "peers.golden", write(t, info, samples))
}

// TestPeersVerdicts: who uses one core of two is serial, whoever it is.
func TestPeersVerdicts(t *testing.T) {
	info, samples := comparedRun(t, 3)
	s, err := results.Summarise(info, samples)
	if err != nil {
		t.Fatal(err)
	}
	if len(s.Verdicts) != len(compared) || len(s.Judged()) != len(compared) {
		t.Fatalf("%d verdicts on %d cells, want %d", len(s.Verdicts), len(s.Judged()), len(compared))
	}
	for i, c := range compared {
		want := []verdict.Cause{verdict.CPUSaturated}
		if c.cpus < 1.2 {
			want = []verdict.Cause{verdict.Serialised}
		}
		if v := s.Verdicts[i]; !slices.Equal(v.Causes, want) || v.Subject != c.name+fmt.Sprintf(tail, 32) {
			t.Errorf("%s: %v, %q", v.Subject, v.Causes, v.Sentence)
		}
	}
	// With nothing seen from outside there is no verdict.
	for i := range samples {
		samples[i].External = nil
	}
	if s, err = results.Summarise(info, samples); err != nil {
		t.Fatal(err)
	}
	for _, v := range s.Verdicts {
		if len(v.Causes) > 0 || len(v.Missing) == 0 {
			t.Errorf("%s: %v without evidence", v.Subject, v.Causes)
		}
	}
}

// TestPeersCPUs: CPU time is of the interval in which it was looked at, which
// can be shorter than the sample.
func TestPeersCPUs(t *testing.T) {
	info, samples := comparedRun(t, 2)
	for i := range samples {
		samples[i].External.Looked /= 2
		samples[i].External.CPU /= 2
	}
	s, err := results.Summarise(info, samples)
	if err != nil {
		t.Fatal(err)
	}
	for i, v := range s.Verdicts {
		for _, f := range v.Evidence {
			if f.Name == "cpus" && math.Abs(f.Value-compared[i].cpus) > 1e-9 {
				t.Errorf("%s: %v cores, want %v", v.Subject, f.Value, compared[i].cpus)
			}
		}
	}
}

func TestPeersRatios(t *testing.T) {
	info, samples := comparedRun(t, 6)
	s, err := results.Summarise(info, samples)
	if err != nil {
		t.Fatal(err)
	}
	tables := s.PeerTables()
	if len(tables) != 1 || len(tables[0].Rows) != len(compared) {
		t.Fatalf("%+v", tables)
	}
	for i, row := range tables[0].Rows {
		base := []bool{true, false, true, false, true}[i]
		if base != (row.ToBase == nil) {
			t.Errorf("%s: ratio to its base %v", row.Cell.Name(), row.ToBase)
		}
		if fastest := compared[i].speed == 300; fastest != (row.ToBest == nil) {
			t.Errorf("%s: ratio to the fastest %v", row.Cell.Name(), row.ToBest)
		}
		if row.ToBest != nil && math.Abs(row.ToBest.Mean-compared[i].speed/300) > .05*compared[i].speed/300 {
			t.Errorf("%s: %v of the fastest, want %v", row.Cell.Name(), row.ToBest, compared[i].speed/300)
		}
	}
}

// TestPeersBench: each line belongs to the client that its config line names,
// and names of different clients may be the same.
func TestPeersBench(t *testing.T) {
	info, samples := comparedRun(t, 2)
	r := newRun(t, info, samples)
	if err := r.WriteBench(); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(r.BenchPath())
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]int{}
	for reader := benchfmt.NewReader(bytes.NewReader(text), "bench.txt"); reader.Scan(); {
		switch rec := reader.Result().(type) {
		case *benchfmt.SyntaxError:
			t.Error(rec)
		case *benchfmt.Result:
			got[rec.GetConfig("client")+" "+strings.TrimPrefix(rec.Name.String(), "Collate/")]++
		}
	}
	if len(got) != len(info.Cells) {
		t.Errorf("%d cells, want %d", len(got), len(info.Cells))
	}
	for _, name := range info.Cells {
		c, err := bench.ParseCell(name)
		if err != nil {
			t.Fatal(err)
		}
		if n := got[string(c.Client)+" "+c.Benchmark()]; n != 2 {
			t.Errorf("%d lines of %s, want 2; there are %v", n, name, got)
		}
	}
}

// TestPeersBenchstat: benchstat puts clients in columns.
func TestPeersBenchstat(t *testing.T) {
	info, samples := comparedRun(t, 6)
	r := newRun(t, info, samples)
	if err := r.WriteReport(context.Background()); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(r.ReportDir(), results.BenchstatText))
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "peers_benchstat.golden", string(text))
	if !strings.Contains(string(text), "-col 'client@(go rust my-client)'") {
		t.Error("clients are no columns")
	}
}

// TestCompareKeepsClientsApart: two clients' cells may have the same name on
// the line.
func TestCompareKeepsClientsApart(t *testing.T) {
	info, samples := comparedRun(t, 6)
	was := newRun(t, info, samples)
	mine := func(name string) bool { return strings.HasPrefix(name, "client=my-client") }
	info.Cells = slices.DeleteFunc(slices.Clone(info.Cells), mine)
	samples = slices.DeleteFunc(slices.Clone(samples), func(s results.Sample) bool { return mine(s.Cell) })
	is := newRun(t, info, samples)
	var b strings.Builder
	if err := results.Compare(context.Background(), &b, was, is); err != nil {
		t.Fatal(err)
	}
	out := b.String()
	if strings.Count(out, "client: rust") == 0 || strings.Contains(out, "client: my-client") || !strings.Contains(out, "only in") {
		t.Error(out)
	}
	if !strings.Contains(out, "Collate/placement=request/window=32 ") {
		t.Errorf("Go's request is gone with the other client's:\n%s", out)
	}
}
