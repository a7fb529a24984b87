package runner_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"collatebench/bench/runner"
	"collatebench/results"
)

func TestInterruptedRunIsResumed(t *testing.T) {
	for _, when := range []string{"round 2/3", "cpu profiles", "memory profiles"} {
		t.Run(when, func(t *testing.T) {
			o := tiny(t, 3)
			o.Profile, o.ProfileCPU = runner.LargestProfiles, 100*time.Millisecond
			if when == "round 2/3" {
				o.Program = nil // compiled for the start and again to resume: it must be the same
			}
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			o.Progress = interrupt(cancel, when)
			run, err := runner.Start(ctx, o)
			if !errors.Is(err, runner.ErrInterrupted) || run == nil {
				t.Fatalf("got run %v, %v", run != nil, err)
			}
			noChildren(t)
			before := samplesOf(t, run)
			if run.Info().State != results.Stopped || len(before) == 0 {
				t.Fatalf("%s with %d samples", run.Info().State, len(before))
			}
			info := run.Info()
			info.Gate = []byte(`{}`) // has decided on what there is, and not on what is added
			if err := run.SetInfo(info); err != nil {
				t.Fatal(err)
			}
			checkResumed(t, run, o, before)
		})
	}
}

func checkResumed(t *testing.T, run *results.Run, o runner.Options, before []results.Sample) {
	t.Helper()
	again, err := results.Open(run.Dir())
	if err != nil {
		t.Fatal(err)
	}
	if err := runner.Resume(t.Context(), again, runner.Options{Program: o.Program, Self: o.Self}); err != nil {
		t.Fatal(err)
	}
	if info := again.Info(); info.Gate != nil || info.ProfileCPU != o.ProfileCPU.Seconds() {
		t.Errorf("the gate is %s, and profiles are of %v s", info.Gate, info.ProfileCPU)
	}
	after := samplesOf(t, again)
	same := func(a, b results.Sample) bool { return a.Line == b.Line && a.Started.Equal(b.Started) }
	if len(after) < len(before) || !slices.EqualFunc(after[:len(before)], before, same) {
		t.Error("samples from before the interruption are lost")
	}
	taken := map[string]bool{}
	for _, s := range after {
		key := fmt.Sprint(s.Cell, s.Round, s.Attempt)
		if taken[key] {
			t.Errorf("taken twice: %s", key)
		}
		taken[key] = true
	}
	for _, r := range results.Rounds(again.Info(), after) {
		if !r.Complete {
			t.Errorf("round %d is not complete", r.N)
		}
	}
	if s := again.Info().State; s != results.Complete {
		t.Errorf("the run is %s", s)
	}
	for _, f := range []string{"bench.txt", "profiles/" + results.MergedCPU} {
		if _, err := os.Stat(filepath.Join(again.Dir(), f)); err != nil {
			t.Error(err)
		}
	}
	noChildren(t)
}

func TestResumeRefusesAnotherBenchmark(t *testing.T) {
	o := tiny(t, 3)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	o.Progress = interrupt(cancel, "round 2/3")
	run, err := runner.Start(ctx, o)
	if !errors.Is(err, runner.ErrInterrupted) {
		t.Fatal(err)
	}
	before := len(samplesOf(t, run))
	info := run.Info()
	info.TestBinary = "0123456789ab"
	if err := run.SetInfo(info); err != nil {
		t.Fatal(err)
	}
	if err := runner.Resume(t.Context(), run, runner.Options{Program: o.Program, Self: o.Self}); err == nil || !strings.Contains(err.Error(), "the benchmark has changed") {
		t.Errorf("got %v", err)
	}
	if n := len(samplesOf(t, run)); n != before {
		t.Errorf("%d samples became %d", before, n)
	}
}

func TestResumeRefusesAnotherBody(t *testing.T) {
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	page := filepath.Join(t.TempDir(), "page.json")
	if err := os.WriteFile(page, []byte(`[1,2,3]`), 0o666); err != nil {
		t.Fatal(err)
	}
	o := options(t, 1, exe, "placement=collector,request", "window=4", "responses=24", "latency=none", "procs=1")
	o.Bodies, o.Budget = []string{page}, time.Nanosecond
	run, err := runner.Start(t.Context(), o)
	if run == nil || err == nil {
		t.Fatalf("got %v", err)
	}
	if err := os.WriteFile(page, []byte(`[1,2,4]`), 0o666); err != nil {
		t.Fatal(err)
	}
	if err := runner.Resume(t.Context(), run, runner.Options{Program: o.Program, Self: o.Self}); err == nil || !strings.Contains(err.Error(), "body has changed") {
		t.Errorf("got %v", err)
	}
	if n := len(samplesOf(t, run)); n != 0 {
		t.Errorf("%d samples were taken of another body", n)
	}
}

// recordedPage is a recording of one page, as a browser saves it. It is large enough for a rate that
// two decimals of MB/s can say, on whatever machine.
var recordedPage = `{"log":{"version":"1.2","entries":[{"startedDateTime":"2026-01-02T03:04:05Z",
	"request":{"method":"GET","url":"http://example.com/page?n=1","headers":[]},
	"response":{"status":200,"headers":[{"name":"Content-Type","value":"application/json"}],"content":{"size":8003,"text":"` + pageText + `"}}}]}}`

var pageText = "[" + strings.Repeat("1,", 4000) + "3]"

// TestReplayIsResumed takes the bodies out of the recording again, unless they are others.
func TestReplayIsResumed(t *testing.T) {
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "page.har")
	write := func(text string) {
		if err := os.WriteFile(file, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	write(recordedPage)
	o := options(t, 2, exe, "placement=collector,request", "window=4", "responses=24", "latency=none", "procs=1")
	o.Replay = file
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	o.Progress = interrupt(cancel, "round 2/2")
	run, err := runner.Start(ctx, o)
	if !errors.Is(err, runner.ErrInterrupted) || run == nil {
		t.Fatalf("got run %v, %v", run != nil, err)
	}
	info := run.Info()
	if len(info.Bodies) != 1 || info.Bodies[0].Path != file+"#/page?n=1" || info.Bodies[0].Bytes != int64(len(pageText)) || info.Replay != file || !strings.Contains(info.Cells[0], "size=8003B") {
		t.Errorf("%+v, %s", info.Bodies, info.Cells[0])
	}
	write(strings.Replace(recordedPage, ",3]", ",4]", 1))
	if err := runner.Resume(t.Context(), run, runner.Options{Program: o.Program, Self: o.Self}); err == nil || !strings.Contains(err.Error(), "body has changed") {
		t.Errorf("got %v", err)
	}
	write(recordedPage)
	again, err := results.Open(run.Dir())
	if err != nil {
		t.Fatal(err)
	}
	if err := runner.Resume(t.Context(), again, runner.Options{Program: o.Program, Self: o.Self}); err != nil || again.Info().State != results.Complete {
		t.Errorf("%s, %v", again.Info().State, err)
	}
}

func TestResumeRefusesACompleteRun(t *testing.T) {
	o := tiny(t, 1)
	run, err := runner.Start(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	if err := runner.Resume(t.Context(), run, o); err == nil || !strings.Contains(err.Error(), "is complete") {
		t.Errorf("got %v", err)
	}
}

// TestResumeOfARunAtWork is refused by the lock on its ledger.
func TestResumeOfARunAtWork(t *testing.T) {
	o := tiny(t, 50)
	o.Budget = time.Nanosecond
	run, err := runner.Start(t.Context(), o)
	if err == nil {
		t.Fatal("a budget of 1ns was enough")
	}
	if err := run.OpenLedger(); err != nil {
		t.Fatal(err)
	}
	defer run.Close()
	again, err := results.Open(run.Dir())
	if err != nil {
		t.Fatal(err)
	}
	before := run.Info()
	refused := (*runner.OptionError)(nil)
	if err := runner.Resume(t.Context(), again, o); !errors.As(err, &refused) {
		t.Errorf("got %v", err)
	}
	if now, err := results.Open(run.Dir()); err != nil || now.Info().State != before.State {
		t.Errorf("the run was touched: %v", err)
	}
}

// TestResumeRefusesAnotherMachine before anything is measured, with what differs.
func TestResumeRefusesAnotherMachine(t *testing.T) {
	o := tiny(t, 3, "procs=all")
	o.Budget = time.Nanosecond
	run, err := runner.Start(t.Context(), o)
	if run == nil || err == nil {
		t.Fatalf("got %v", err)
	}
	here := run.Info()
	for _, c := range []struct {
		change func(*results.Info)
		says   string
	}{
		{func(i *results.Info) { i.Machine.Cores++ }, fmt.Sprintf("cores %d, was %d", here.Machine.Cores, here.Machine.Cores+1)},
		{func(i *results.Info) { i.Machine.Kernel = "0.9" }, `was "0.9"`},
		{func(i *results.Info) { i.Cells = i.Cells[1:] }, "has other cells here"}, // procs=all may mean something else
	} {
		info := here
		c.change(&info)
		if err := run.SetInfo(info); err != nil {
			t.Fatal(err)
		}
		measured := false
		again := runner.Options{Program: o.Program, Self: o.Self, Progress: func(runner.Progress) { measured = true }}
		err := runner.Resume(t.Context(), run, again)
		if refused := (*runner.OptionError)(nil); !errors.As(err, &refused) || !strings.Contains(err.Error(), c.says) || strings.Contains(err.Error(), "\n") {
			t.Errorf("got %v; want %q, in one line", err, c.says)
		}
		if measured || len(samplesOf(t, run)) > 0 {
			t.Error("something was measured")
		}
	}
}

// TestBudgetOfAShard: a shard that is given the same command again has what is left of its budget.
func TestBudgetOfAShard(t *testing.T) {
	o := tiny(t, 1000)
	o.Shard, o.Budget, o.Profile = &results.Shard{Index: 1, Of: 1}, 2*time.Second, runner.NoProfiles
	var taken []int
	for range 2 {
		run, err := runner.Start(t.Context(), o)
		if err != nil {
			t.Fatal(err)
		}
		taken = append(taken, len(samplesOf(t, run)))
		if said := run.Info().Stopped; !strings.Contains(said, "--budget 2s") {
			t.Errorf("stopped %q", said)
		}
	}
	if more := taken[1] - taken[0]; taken[0] < 8 || more > taken[0]/2 {
		t.Errorf("%d samples, and then %d more", taken[0], more)
	}
}

// TestResumedBudgetIsRecorded: whoever reads the record of a run that goes on, as its gate does, finds
// the budget that it has.
func TestResumedBudgetIsRecorded(t *testing.T) {
	o := tiny(t, 2)
	o.Budget = time.Nanosecond
	run, err := runner.Start(t.Context(), o)
	if run == nil || err == nil {
		t.Fatalf("got %v", err)
	}
	if err := runner.Resume(t.Context(), run, runner.Options{Program: o.Program, Self: o.Self}); err != nil {
		t.Fatal(err)
	}
	if i := run.Info(); i.State != results.Complete || i.Budget != 5*time.Minute || len(results.CompleteRounds(i, samplesOf(t, run))) != 2 {
		t.Errorf("%s with a budget of %v", i.State, i.Budget)
	}
}
