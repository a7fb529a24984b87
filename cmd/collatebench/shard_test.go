package main

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/spf13/cobra"

	"collatebench/results"
	"collatebench/results/resultstest"
)

func TestShardOf(t *testing.T) {
	for _, c := range []struct{ flag, index, of, want, says string }{
		{want: "none"},
		{flag: "3/8", want: "3/8"},
		{flag: "3/8", index: "0", of: "2", want: "3/8"},
		{index: "0", of: "8", want: "1/8"},
		{index: "7", of: "8", want: "8/8"},
		{flag: "8", says: `--shard "8" is no shard: it is INDEX/OF`},
		{index: "8", of: "8", says: `JOB_COMPLETION_INDEX="8" of JOB_COMPLETIONS="8": no shard`},
		{index: "x", of: "8", says: `JOB_COMPLETION_INDEX="x" is not a whole number from 0`},
		{index: "3", says: `JOB_COMPLETION_INDEX="3" without JOB_COMPLETIONS`},
		{of: "3", says: `JOB_COMPLETIONS="3" without JOB_COMPLETION_INDEX`},
	} {
		cmd := &cobra.Command{}
		flag := cmd.Flags().String("shard", "", "")
		if c.flag != "" {
			if err := cmd.Flags().Set("shard", c.flag); err != nil {
				t.Fatal(err)
			}
		}
		got, err := shardOf(cmd, *flag, func(name string) string { return map[string]string{jobIndex: c.index, jobShards: c.of}[name] })
		said := "none"
		if got != nil {
			said = got.String()
		}
		if c.says != "" && (err == nil || !strings.HasPrefix(err.Error(), c.says)) || c.says == "" && (err != nil || said != c.want) {
			t.Errorf("%+v: %s, %v", c, said, err)
		}
	}
}

// TestShards: a plan that several processes share, of which some are killed at random moments and
// started again, is in the end the plan of one, sample by sample. SHARDS=8 takes eight, of which two
// are killed; -count 10 repeats it with other moments.
func TestShards(t *testing.T) {
	starts(t)
	needs(t, "go")
	shards, err := strconv.Atoi(cmp.Or(os.Getenv("SHARDS"), "3"))
	if err != nil {
		t.Fatal(err)
	}
	kills, rounds := max(1, shards/4), 2*shards
	seed := time.Now().UnixNano()
	random := rand.New(rand.NewPCG(uint64(seed), 1))
	t.Logf("seed %d", seed)
	benchmark, runs := filepath.Join(t.TempDir(), "bench.test"), t.TempDir()
	if out, err := exec.Command("go", "test", "-c", "-o", benchmark, "collatebench/bench").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	args := []string{"bench", "--binary", benchmark, "--out", runs, "--placement", "collector,request", "--window", "4", "--size", "16KiB",
		"--responses", "16", "--procs", "1", "--ops", "2", "--latency", "none", "--rounds", fmt.Sprint(rounds), "--profile", "none"}
	start := func(index int) (*exec.Cmd, *bytes.Buffer) {
		cmd, errs := exec.Command(os.Args[0], args...), new(bytes.Buffer)
		cmd.Env = append(os.Environ(), beProgram+"=1", jobIndex+"="+fmt.Sprint(index), jobShards+"="+fmt.Sprint(shards))
		cmd.Stderr = errs
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = cmd.Process.Kill() }) // it has ended, as a rule
		return cmd, errs
	}
	var all []*exec.Cmd
	var said []*bytes.Buffer
	for i := range shards {
		cmd, errs := start(i)
		all, said = append(all, cmd), append(said, errs)
	}
	victims, before := random.Perm(shards)[:kills], map[int]string{}
	for _, i := range victims {
		untilSampled(t, runs, i+1)
		time.Sleep(time.Duration(random.Int64N(int64(time.Second))))
		_ = all[i].Process.Kill() // it may have ended by now
	}
	for i, cmd := range all {
		if err := cmd.Wait(); err != nil && !slices.Contains(victims, i) {
			t.Fatalf("shard %d: %v: %s", i+1, err, said[i])
		}
	}
	for _, i := range victims {
		text, err := os.ReadFile(filepath.Join(shardFolder(t, runs, i+1), "samples.jsonl"))
		if err != nil {
			t.Fatal(err)
		}
		before[i] = string(text[:bytes.LastIndexByte(text, '\n')+1])
		cmd, errs := start(i)
		if err := cmd.Wait(); err != nil {
			t.Fatalf("shard %d, started again: %v: %s", i+1, err, errs)
		}
		if !strings.Contains(errs.String(), "goes on: run ") && !strings.Contains(errs.String(), "is complete: run ") {
			t.Errorf("shard %d, started again: %s", i+1, errs)
		}
	}
	merged := t.TempDir()
	code, out, errs := program("merge", runs, "--out", merged, "--json")
	if code != exitGood {
		t.Fatalf("merge: exit code %d: %s%s", code, out, errs)
	}
	run, err := results.Find(merged, "merged")
	if err != nil {
		t.Fatal(err)
	}
	if i := run.Info(); i.State != results.Complete || len(i.Merged) != shards || len(i.Hosts) != 1 {
		t.Errorf("%s, %q, %d shards on %+v", i.State, i.Stopped, len(i.Merged), i.Hosts)
	}
	ledger, err := os.ReadFile(filepath.Join(run.Dir(), "samples.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	for i, lines := range before {
		for line := range strings.Lines(lines) {
			if n := strings.Count(string(ledger), line); n != 1 {
				t.Errorf("shard %d: a sample from before it was killed is there %d times", i+1, n)
			}
		}
	}
	alone := t.TempDir()
	if code, _, errs := program(append(slices.Clone(args), "--out", alone)...); code != exitGood {
		t.Fatalf("alone: exit code %d: %s", code, errs)
	}
	one, err := results.Find(alone, "latest")
	if err != nil {
		t.Fatal(err)
	}
	equalPlans(t, run, one, rounds)
}

// shardFolder is the folder of a shard among runs.
func shardFolder(t *testing.T, runs string, index int) string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(runs, fmt.Sprintf("*-shard-%d-of-*", index)))
	if err != nil || len(found) != 1 {
		t.Fatalf("shard %d is in %q, %v", index, found, err)
	}
	return found[0]
}

// untilSampled waits until a shard has a sample.
func untilSampled(t *testing.T, runs string, index int) {
	t.Helper()
	for start := time.Now(); time.Since(start) < time.Minute; time.Sleep(10 * time.Millisecond) {
		found, err := filepath.Glob(filepath.Join(runs, fmt.Sprintf("*-shard-%d-of-*", index), "samples.jsonl"))
		if err == nil && len(found) == 1 {
			if f, err := os.Stat(found[0]); err == nil && f.Size() > 0 {
				return
			}
		}
	}
	t.Fatalf("shard %d took no sample within a minute", index)
}

// equalPlans holds the rounds of two runs to each other: the same cells, in the same order.
func equalPlans(t *testing.T, got, want *results.Run, rounds int) {
	t.Helper()
	if a, b := got.Info().Cells, want.Info().Cells; !slices.Equal(a, b) {
		t.Fatalf("cells %q, want %q", a, b)
	}
	first := func(run *results.Run) map[int][]string {
		samples, err := run.Samples()
		if err != nil {
			t.Fatal(err)
		}
		if n := len(results.CompleteRounds(run.Info(), samples)); n != rounds {
			t.Errorf("%s has %d whole rounds, want %d", run.Info().ID, n, rounds)
		}
		out, seen := map[int][]string{}, map[string]bool{}
		for _, s := range samples {
			key, _ := json.Marshal([]any{s.Round, s.Attempt, s.Cell})
			if seen[string(key)] {
				t.Errorf("%s has two samples of %s", run.Info().ID, key)
			}
			if seen[string(key)] = true; s.Attempt == 1 {
				out[s.Round] = append(out[s.Round], s.Cell)
			}
		}
		return out
	}
	a, b := first(got), first(want)
	for n := 1; n <= rounds; n++ {
		all := min(len(a[n]), len(b[n])) // an attempt that was flagged is cut short
		if all == 0 || !slices.Equal(a[n][:all], b[n][:all]) {
			t.Errorf("round %d: %q, want %q", n, a[n], b[n])
		}
	}
}

// BenchmarkMergeThousand merges 1,000 shards of 50 samples, in a process of its own whose memory
// is told.
func BenchmarkMergeThousand(b *testing.B) {
	const shards, each = 1000, 2
	runs := b.TempDir()
	cells := append(resultstest.Cells(b, nil), resultstest.Control(b, resultstest.Collector32))
	made := map[string]results.Sample{}
	for _, c := range cells {
		made[c] = resultstest.Sample(b, c, 1, 1, 50)
	}
	bytes := 0
	for index := 1; index <= shards; index++ {
		info := resultstest.Info(cells...)
		info.State, info.Rounds, info.TestBinary = results.Complete, shards*each, "0123"
		info.Label, info.Shard = fmt.Sprintf("shard-%d", index), &results.Shard{Index: index, Of: shards}
		host := results.Host{ID: fmt.Sprintf("host-%d", index%40), Name: fmt.Sprintf("node-%d", index%40), Machine: info.Machine}
		info.Enter(host)
		run, err := results.Create(runs, info)
		if err != nil {
			b.Fatal(err)
		}
		var ledger []byte
		for n := range info.Planned() {
			for _, c := range cells {
				s := made[c]
				s.Round, s.Host = n, host.ID
				line, err := json.Marshal(s)
				if err != nil {
					b.Fatal(err)
				}
				ledger = append(append(ledger, line...), '\n')
			}
		}
		bytes += len(ledger)
		if err := os.WriteFile(filepath.Join(run.Dir(), "samples.jsonl"), ledger, 0o666); err != nil {
			b.Fatal(err)
		}
	}
	b.ResetTimer()
	most := 0.0
	for b.Loop() {
		cmd := exec.Command(os.Args[0], "merge", runs, "--out", b.TempDir(), "--json")
		cmd.Env = append(os.Environ(), beProgram+"=1")
		if out, err := cmd.Output(); err != nil {
			b.Fatalf("%v\n%.300s", err, out)
		}
		if usage, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage); ok {
			most = max(most, float64(usage.Maxrss)/1024)
		}
	}
	b.ReportMetric(most, "max-rss-MiB")
	b.ReportMetric(float64(bytes)/(1<<20), "ledger-MiB")
}

// TestGateOfAPart: a gate on shards of which one is missing does not pass, whatever the others show.
func TestGateOfAPart(t *testing.T) {
	runs := t.TempDir()
	info, samples := resultstest.VersionsRun(t, 60, 1)
	for index := 1; index <= 2; index++ {
		part := info
		part.Label, part.TestBinary, part.Shard = fmt.Sprint("shard-", index), "0123", &results.Shard{Index: index, Of: 2}
		host := results.Host{ID: "one", Name: "one", Machine: info.Machine}
		part.Enter(host)
		run, err := results.Create(runs, part)
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range samples {
			if part.Shard.Has(s.Round) {
				s.Host = host.ID
				if err := run.Append(s); err != nil {
					t.Fatal(err)
				}
			}
		}
		if err := run.Close(); err != nil {
			t.Fatal(err)
		}
		want, says := exitInconclusive, "gate: CAN'T TELL: none of 2 cells is seen to have lost more than 30% of throughput, but the run is not whole"
		if index == 2 {
			want, says = exitGood, "gate: PASS"
		}
		if code, out, errs := program("merge", runs, "--out", t.TempDir(), "--fail-over", "30%"); code != want || !strings.Contains(out, says) {
			t.Errorf("%d of 2 shards: exit code %d, want %d: %s%s", index, code, want, out, errs)
		}
	}
}
