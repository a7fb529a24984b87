package runner_test

import (
	"context"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/procfs"

	"collatebench/bench"
	"collatebench/bench/runner"
	"collatebench/internal/rusage"
	"collatebench/results"
	"collatebench/results/evidence"
)

// beClient fetches one response after the other and decodes none: to the
// runner all that matters of a client is its command line, its output and what
// its process costs. What sets a variant apart is what it does wrong.
func beClient(args []string) error {
	var upstream, name string
	var responses, ops int
	fs := flag.NewFlagSet("client", flag.ContinueOnError)
	fs.StringVar(&upstream, "upstream", "", "")
	fs.StringVar(&name, "cell", "", "")
	fs.IntVar(&responses, "responses", 0, "")
	fs.IntVar(&ops, "ops", 0, "")
	if err := fs.Parse(args); err != nil {
		return err
	}
	if elements := strings.Count(name, "="); elements != 4 {
		return fmt.Errorf("other: %q has %d elements, not codec, placement, window and size alone", name, elements)
	}
	c, err := bench.ParseCell("client=other/" + name)
	if err != nil {
		return err
	}
	called := "other"
	switch c.Placement {
	case "fails":
		return fmt.Errorf("other: response 7: out of luck")
	case "misnamed":
		called = "another"
	case "chatters": // its lines are far from both ends of its output
		for range 2 {
			defer fmt.Fprint(os.Stderr, strings.Repeat("other: still here\n", 200_000))
		}
		fmt.Fprint(os.Stderr, strings.Repeat("other: still here\n", 200_000))
	case "forks": // a child has burnt CPU, is not waited for, and outlives the client
		child := exec.Command("sh", "-c", "i=0; while [ $i -lt 300000 ]; do i=$((i+1)); done; echo; exec sleep 60 >/dev/null")
		burnt, err := child.StdoutPipe()
		if err == nil {
			err = child.Start()
		}
		if err != nil {
			return err
		}
		defer func() {
			_, _ = io.Copy(io.Discard, burnt)
			time.Sleep(time.Second) // ten times as long as between two looks
		}()
	case "holds": // a child goes on, with the client's output
		child := exec.Command("sleep", "60")
		child.Stdout = os.Stdout
		if err := child.Start(); err != nil {
			return err
		}
	}
	warm, requests := bench.WarmUp(c.Window), bench.WarmUp(c.Window)+responses*ops
	switch c.Placement {
	case "skips":
		requests--
	case "overdoes":
		requests++
	case "imports": // much, before its first request
		for began := rusage.SelfCPU(); rusage.SelfCPU()-began < importing; {
		}
	}
	slow := time.Duration(0)
	if c.Placement == "thaws" && !started("thawed") {
		slow = 10 * time.Millisecond
	}
	var begin time.Time
	for id := range requests {
		if id == warm {
			begin = time.Now()
		}
		time.Sleep(slow)
		if err := fetch(fmt.Sprintf("%s/v1/payload?codec=json&size=%s&id=%d", upstream, c.Size, id)); err != nil {
			return err
		}
	}
	wall := time.Since(begin)
	fmt.Printf("client: %s\nBenchmarkCollate/%s %d %d ns/op %.2f MB/s 1.00 cpus\n", called, name, ops, wall.Nanoseconds()/int64(ops),
		float64(responses*ops)*float64(c.Size)/1e6/wall.Seconds())
	return nil
}

// started says whether a client has called it before, in the folder where it works.
func started(mark string) bool {
	f, err := os.OpenFile(mark, os.O_CREATE|os.O_EXCL, 0o666)
	if err != nil {
		return true
	}
	f.Close()
	return false
}

// importing is the CPU time that a client takes before its first request.
const importing = time.Second

func fetch(url string) error {
	resp, err := http.Get(url)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	_, err = io.Copy(io.Discard, resp.Body)
	return err
}

// peersOf runs placements of the client of this binary beside Go's, whose
// upstream answers at once: 20 ops are then a tenth of a second, enough to be seen from
// outside.
func peersOf(t *testing.T, rounds, ops int, windows []int, placements ...bench.Placement) (*results.Run, error) {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	none, err := bench.ReadCell("latency=none")
	if err != nil {
		t.Fatal(err)
	}
	var cells []bench.Cell
	for _, p := range append([]bench.Placement{bench.Request}, placements...) {
		for _, window := range windows {
			c := none
			c.Client, c.Placement, c.Window, c.Size, c.Responses, c.Procs = "other", p, window, 16<<10, 16, 2
			if p == bench.Request {
				c.Client = bench.Go
			}
			cells = append(cells, c)
		}
	}
	o := runner.Options{Rounds: rounds, Ops: ops, Seed: 1, Out: t.TempDir(), Program: program(t), Self: []string{exe, "mockserver"}}
	return runner.Peers(t.Context(), o, cells, evidence.Peers{Clients: []evidence.Peer{
		{Client: bench.Go}, {Client: "other", Command: []string{exe, "client"}},
	}})
}

func TestPeers(t *testing.T) {
	run, err := peersOf(t, 2, 0, []int{4, 8}, "one", "two")
	if err != nil {
		t.Fatal(err)
	}
	noChildren(t)
	info := run.Info()
	last := map[int]int{} // attempt of each round: a busy machine has them taken again
	for _, r := range results.Rounds(info, samplesOf(t, run)) {
		last[r.N] = r.Attempt
	}
	samples := slices.DeleteFunc(samplesOf(t, run), func(s results.Sample) bool { return s.Attempt != last[s.Round] })
	if info.State != results.Complete || len(samples) != 2*(3*2+2) {
		t.Fatalf("%s with %d samples, want 16", info.State, len(samples))
	}
	for i, s := range samples {
		c, err := bench.ParseCell(s.Cell)
		if err != nil {
			t.Fatal(err)
		}
		ops := info.CellOps[s.Cell]
		if e, want := s.External, bench.WarmUp(c.Window)+c.Responses*ops; e == nil || e.Seconds <= 0 || e.CPU <= 0 || e.Responses != float64(want) {
			t.Errorf("%s: seen from outside: %+v, with %d ops, which take %d responses", s.Cell, e, ops, want)
		}
		checkSteady(t, info, s)
		other := c
		if other.Window, other.AA = 12-c.Window, ""; info.CellOps[other.Name()] != ops {
			t.Errorf("%s has %d ops, and %d at its other window", s.Cell, ops, info.CellOps[other.Name()])
		}
		// The windows of a variant are neighbours.
		apart := func(j int) bool {
			if j < 0 || j >= len(samples) || samples[j].Round != s.Round {
				return true
			}
			o, err := bench.ParseCell(samples[j].Cell)
			return err != nil || o.Client != c.Client || o.Placement != c.Placement
		}
		if apart(i-1) && apart(i+1) {
			t.Errorf("%s was sampled apart from its other window", s.Cell)
		}
	}
	reading, err := evidence.Read(run)
	if err != nil || len(reading.Verdicts()) != 3 {
		t.Errorf("%d verdicts, %v; want 3", len(reading.Verdicts()), err)
	}
	if err := runner.Resume(t.Context(), run, runner.Options{}); err == nil || !strings.Contains(err.Error(), "start it anew") {
		t.Errorf("resumed: %v", err)
	}
}

// TestPeersCountsChildren: what a client's children use is the client's, and
// none of them outlives its sample.
func TestPeersCountsChildren(t *testing.T) {
	run, err := peersOf(t, 1, 20, []int{4}, "forks")
	if err != nil {
		t.Fatal(err)
	}
	noOrphans(t)
	for _, s := range samplesOf(t, run) {
		if strings.Contains(s.Cell, "forks") && s.External.CPU < .05 {
			t.Errorf("%s: %.3f s of CPU: its child's are missing", s.Cell, s.External.CPU)
		}
	}
}

// TestPeersOutputIsBounded: a client that talks all the time is measured, and does not
// fill the disk.
func TestPeersOutputIsBounded(t *testing.T) {
	run, err := peersOf(t, 1, 0, []int{4}, "chatters")
	if err != nil {
		t.Fatal(err)
	}
	log, err := os.ReadFile(filepath.Join(run.Dir(), "log.txt"))
	if err != nil {
		t.Fatal(err)
	}
	if len(log) > 1<<20 || !strings.Contains(string(log), " bytes left out ...\n") {
		t.Errorf("log.txt has %d bytes:\n%.300s", len(log), log)
	}
}

// TestFirstSampleIsLongEnough: a cell whose trial was slow, as on a machine that others use
// for a while, gets more ops before it has a sample.
func TestFirstSampleIsLongEnough(t *testing.T) {
	run, err := peersOf(t, 2, 0, []int{4, 8}, "thaws")
	if err != nil {
		t.Fatal(err)
	}
	info := run.Info()
	checkFirst(t, info, samplesOf(t, run))
	for _, r := range results.Rounds(info, samplesOf(t, run)) {
		for _, s := range r.Samples {
			checkSteady(t, info, s)
		}
	}
}

// TestPeersCountsFromTheFirstRequest: the start of a process is not what its client needs
// to collate.
func TestPeersCountsFromTheFirstRequest(t *testing.T) {
	run, err := peersOf(t, 1, 20, []int{4}, "imports")
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range samplesOf(t, run) {
		if strings.Contains(s.Cell, "imports") && (s.External.CPU > importing.Seconds()/2 || s.ClientCPU < importing.Seconds()) {
			t.Errorf("%s: %.3f s of CPU from the first request on, %.3f s in all, of which it took %v before", s.Cell, s.External.CPU, s.ClientCPU, importing)
		}
	}
}

// noOrphans fails where what a client left behind goes on: it is nobody's
// child then, but still works in the folder that the client was started in.
func noOrphans(t *testing.T) {
	t.Helper()
	all, err := procfs.AllProcs()
	if err != nil {
		t.Skip("no /proc to look for processes in")
	}
	for _, p := range all {
		stat, err := p.Stat()
		if err != nil || stat.State == "Z" || stat.Comm != "sleep" { // other packages' tests run samples meanwhile
			continue
		}
		if dir, err := p.Cwd(); err == nil && strings.HasPrefix(dir, filepath.Join(os.TempDir(), "collatebench-")) {
			t.Errorf("process %d (%s) was left behind in %s", p.PID, stat.Comm, dir)
		}
	}
}

func TestPeersFailures(t *testing.T) {
	t.Run("beside one another", func(t *testing.T) { // each mostly waits
		for placement, says := range map[bench.Placement]string{
			"fails":    "response 7: out of luck",
			"misnamed": `calls itself "another"`,
			"skips":    "work was skipped",
			"overdoes": "asks for more than its cell has",
			"holds":    "a child of it has not",
		} {
			t.Run(string(placement), func(t *testing.T) {
				t.Parallel()
				run, err := peersOf(t, 1, 20, []int{4, 8}, placement)
				if err == nil || !strings.Contains(err.Error(), says) || !strings.Contains(err.Error(), "client=other") {
					t.Errorf("%v; want %q, with the cell", err, says)
				}
				if run == nil || run.Info().State != results.Stopped {
					t.Error("the run is not stopped")
				}
			})
		}
	})
	noChildren(t)
	noOrphans(t)
}

func TestPeersRefuses(t *testing.T) {
	c := bench.DefaultCell()
	c.Procs = 1
	good, stranger, full := c, c, c
	stranger.Client, stranger.Placement = "nobody", "spawn"
	full.Window = 65
	for says, cells := range map[string][]bench.Cell{
		"no cell":     nil,
		"how to run":  {good, stranger},
		"an op of 64": {full},
	} {
		o := runner.Options{Out: t.TempDir(), Program: &runner.Program{}}
		if _, err := runner.Peers(context.Background(), o, slices.Clone(cells), evidence.Peers{}); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%v; want %q", err, says)
		}
	}
	// Nothing else runs another language's client.
	if _, err := runner.Why(context.Background(), runner.Options{Out: t.TempDir(), Program: &runner.Program{}}, stranger); err == nil || !strings.Contains(err.Error(), "collatebench peers") {
		t.Errorf("why took it: %v", err)
	}
}
