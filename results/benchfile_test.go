package results_test

import (
	"bytes"
	"os"
	"strings"
	"testing"

	"golang.org/x/perf/benchfmt"

	"collatebench/bench"
	"collatebench/results"
	"collatebench/results/resultstest"
)

func TestWriteBench(t *testing.T) {
	info, samples := resultstest.TroubledRun(t, map[string]string{"window": "32"})
	info.Machine.CPU = "Some\n CPU:  two  lines"
	unfinished := resultstest.Sample(t, resultstest.Collector32, 7, 1, 50) // its round has one sample
	r := resultstest.Run(t, info, append(samples, unfinished))
	if err := r.WriteBench(); err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(r.BenchPath())
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	reader := benchfmt.NewReader(f, r.BenchPath())
	var names []string
	config := map[string]string{}
	for reader.Scan() {
		switch rec := reader.Result().(type) {
		case *benchfmt.SyntaxError:
			t.Error(rec)
		case *benchfmt.Result:
			names = append(names, strings.TrimPrefix(rec.Name.String(), "Collate/"))
			for _, c := range rec.Config {
				if old, ok := config[c.Key]; ok && old != string(c.Value) {
					t.Errorf("%s varies: %q, %q", c.Key, old, c.Value)
				}
				config[c.Key] = string(c.Value)
			}
		}
	}
	if err := reader.Err(); err != nil {
		t.Fatal(err)
	}
	var want []string
	for _, name := range info.Cells {
		for range 6 {
			want = append(want, name)
		}
	}
	if strings.Join(names, "\n") != strings.Join(want, "\n") {
		t.Errorf("%d lines in another order than the table's, want %d", len(names), len(want))
	}
	for key, value := range map[string]string{"goos": "linux", "goarch": "amd64", "pkg": "collatebench/bench", "cpu": "Some CPU: two lines", "client": "go"} {
		if config[key] != value {
			t.Errorf("%s is %q, want %q", key, config[key], value)
		}
	}
	units := reader.Units()
	for unit, direction := range map[string]int{"MB/s": 1, "ns/op": -1, "sched-latency-p99-ns": -1, "cpus": 0, "B/op": -1} {
		if got := benchfmt.UnitMetadataMap(units).GetBetter(unit); got != direction {
			t.Errorf("%s: better is %+d, want %+d", unit, got, direction)
		}
	}
}

func TestWriteBenchHasEachCountedSampleOnce(t *testing.T) {
	info, samples := resultstest.TroubledRun(t, map[string]string{"window": "32"})
	r := resultstest.Run(t, info, samples)
	if err := r.WriteBench(); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(r.BenchPath())
	if err != nil {
		t.Fatal(err)
	}
	for _, round := range results.Rounds(info, samples) {
		for _, s := range round.Samples {
			if n := strings.Count(string(text), s.Line+"\n"); n != 1 {
				t.Errorf("round %d: %d times in bench.txt: %s", round.N, n, s.Line)
			}
		}
	}
	if n := strings.Count(string(text), "\nBenchmark"); n != len(info.Cells)*6 {
		t.Errorf("%d lines, want %d: those of abandoned attempts do not belong", n, len(info.Cells)*6)
	}
}

// TestVersionsBench: each line belongs to the version that its config line names, and has a
// name without it.
func TestVersionsBench(t *testing.T) {
	info, samples := resultstest.VersionsRun(t, 3, 1)
	r := resultstest.Run(t, info, samples)
	if err := r.WriteBench(); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(r.BenchPath())
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]int{}
	for reader := benchfmt.NewReader(bytes.NewReader(text), "bench.txt"); reader.Scan(); {
		if rec, ok := reader.Result().(*benchfmt.Result); ok {
			got[rec.GetConfig("client")+" "+rec.GetConfig("rev")+" "+strings.TrimPrefix(rec.Name.String(), "Collate/")]++
		}
	}
	for _, name := range info.Cells {
		c, err := bench.ParseCell(name)
		if err != nil {
			t.Fatal(err)
		}
		if n := got["go "+c.Rev+" "+c.Benchmark()]; n != 3 || strings.Contains(c.Benchmark(), "rev=") {
			t.Errorf("%d lines of %s, want 3; there are %v", n, name, got)
		}
	}
	again, err := results.Open(r.Dir())
	if err != nil || !again.Info().ComparesVersions() || again.Info().Versions[1] != info.Versions[1] {
		t.Errorf("%v: read again it has the versions %+v", err, again.Info().Versions)
	}
}

func TestVersionString(t *testing.T) {
	const id = "1a2b3c4d5e6f7a8b9c0d1a2b3c4d5e6f7a8b9c0d"
	for want, v := range map[string]results.Version{
		"1a2b3c4 (main)":                     {Name: "1a2b3c4", Ref: "main", Revision: id},
		"1a2b3c4":                            {Name: "1a2b3c4", Ref: "1a2b3c4d", Revision: id},
		"worktree (1a2b3c4 with changes)":    {Name: "worktree", Revision: id, Dirty: true},
		"worktree (1a2b3c4 without changes)": {Name: "worktree", Revision: id},
		"a (/tmp/x.test)":                    {Name: "a", Binary: "/tmp/x.test"},
	} {
		if got := v.String(); got != want {
			t.Errorf("%+v is %q, want %q", v, got, want)
		}
	}
}

func TestWriteBenchLeavesTheSameAlone(t *testing.T) {
	r := resultstest.Run(t, resultstest.Info(resultstest.Request32), resultstest.Rounds(t, []string{resultstest.Request32}, 2))
	if err := r.WriteBench(); err != nil {
		t.Fatal(err)
	}
	before, err := os.Stat(r.BenchPath())
	if err != nil {
		t.Fatal(err)
	}
	if err := r.WriteBench(); err != nil {
		t.Fatal(err)
	}
	if after, err := os.Stat(r.BenchPath()); err != nil || !os.SameFile(before, after) {
		t.Errorf("%v: written again", err)
	}
	if err := r.Append(resultstest.Sample(t, resultstest.Request32, 3, 1, 50)); err != nil {
		t.Fatal(err)
	}
	if err := r.WriteBench(); err != nil {
		t.Fatal(err)
	}
	if text, err := os.ReadFile(r.BenchPath()); err != nil || strings.Count(string(text), "\nBenchmark") != 3 {
		t.Errorf("%v: the third round is not in\n%s", err, text)
	}
}

// TestPeersBench: each line belongs to the client that its config line names; cells of
// two clients may have the same name.
func TestPeersBench(t *testing.T) {
	info, samples := resultstest.ComparedRun(t, 2)
	r := resultstest.Run(t, info, samples)
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
