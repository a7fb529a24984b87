package main

import (
	"encoding/json"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"collatebench/results"
	"collatebench/results/resultstest"
	"collatebench/results/stats"
)

// TestLastLook: the look at the end of a run's time can be the one after its last round.
func TestLastLook(t *testing.T) {
	info, samples := resultstest.VersionsRun(t, 6, 1)
	run := resultstest.Run(t, info, samples)
	fresh := stats.Sequence{Gate: stats.Gate{Margin: .001, Alpha: .01}}
	looked := fresh
	before, err := looked.Look(run, 1.02)
	if err != nil || before.Outcome != stats.Undecided {
		t.Fatalf("%v, %+v", err, before)
	}
	for _, before := range []*stats.Decision{before, {Outcome: stats.Worse}} {
		if got, err := (&runGate{sequence: looked, decided: before}).last(run); got != before || err != nil {
			t.Errorf("after %+v: %+v, %v", before, got, err)
		}
	}
	if got, err := (&runGate{sequence: fresh}).last(run); err != nil || got == nil || got.Outcome != stats.Undecided {
		t.Errorf("without a look before: %+v, %v", got, err)
	}
	if got, err := (&runGate{sequence: looked}).last(run); err == nil || !strings.Contains(err.Error(), "start the run anew") {
		t.Errorf("resumed after its last look: %+v, %v", got, err)
	}
}

// TestGateOfAResumedRun goes on with the alpha that is left, and with the time that was measured
// before.
func TestGateOfAResumedRun(t *testing.T) {
	info, samples := resultstest.VersionsRun(t, 6, 1)
	seconds := 0.0
	for _, s := range samples {
		seconds += s.Seconds
	}
	info.Budget, info.Rounds = time.Duration(2*seconds*float64(time.Second)), 1000
	run := resultstest.Run(t, info, samples)
	if g, err := resumedGate(run); g != nil || err != nil {
		t.Fatalf("a run without a gate: %+v, %v", g, err)
	}
	info = run.Info()
	info.GatePlan = []byte(`{"margin":0.001,"alpha":0.01,"spent":0.25}`)
	if err := run.SetInfo(info); err != nil {
		t.Fatal(err)
	}
	g, err := resumedGate(run)
	if err != nil {
		t.Fatal(err)
	}
	if share := g.share(run); share < .5 || share > .55 {
		t.Errorf("%v of the run is done, want half", share)
	}
	if stop, err := g.look(run); stop != "" || err != nil || g.decided == nil {
		t.Errorf("look: %q, %v, %+v", stop, err, g.decided)
	}
	if again, err := resumedGate(run); err != nil || again.sequence != (stats.Sequence{Gate: stats.Gate{Margin: .001, Alpha: .01}, Spent: .5}) {
		t.Errorf("resumed again: %+v, %v", again, err)
	}
	for _, plan := range []string{`{"margin":2,"alpha":0.01}`, `[]`} {
		info.GatePlan = []byte(plan)
		if err := run.SetInfo(info); err != nil {
			t.Fatal(err)
		}
		if g, err := resumedGate(run); err == nil || !strings.Contains(err.Error(), info.ID) {
			t.Errorf("%s: %+v, %v", plan, g, err)
		}
	}
}

// TestGateOfVersions: one program twice passes a wide margin before its rounds are over, and of a
// narrow one a few rounds can't tell. What the margin is of is tested where it is decided.
func TestGateOfVersions(t *testing.T) {
	starts(t)
	needs(t, "go")
	benchmark := filepath.Join(t.TempDir(), "bench.test")
	if out, err := exec.Command("go", "test", "-c", "-o", benchmark, "collatebench/bench").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	runs := t.TempDir()
	compare := func(args ...string) (code int, out, errs string) {
		return program(append([]string{"compare", "--binary", benchmark, "--binary", benchmark, "--out", runs, "--placement", "request",
			"--window", "4", "--size", "16KiB", "--responses", "16", "--procs", "1", "--ops", "4"}, args...)...)
	}
	code, out, errs := compare("--fail-over", "95%", "--alpha", "20%", "--rounds", "16")
	if code != exitGood || !strings.Contains(out, "ended: the gate can tell") || !strings.Contains(out, "gate: PASS: none of 1 cell lost more than 95%") {
		t.Errorf("exit code %d: %s\n%s", code, errs, out)
	}
	code, out, errs = compare("--fail-over", "0.1%", "--rounds", "4", "--json")
	var said struct {
		Run      string             `json:"run"`
		Versions []stats.VersionRow `json:"versions"`
		Gate     stats.Decision     `json:"gate"`
	}
	if err := json.Unmarshal([]byte(out), &said); err != nil {
		t.Fatalf("%v: %s\n%s", err, errs, out)
	}
	if code != exitInconclusive || said.Gate.Outcome != stats.Undecided || len(said.Gate.Cells) != 1 || len(said.Versions) != 1 || said.Versions[0].Ratio.Rounds != 4 || len(said.Gate.Settle) == 0 {
		t.Errorf("exit code %d: %+v; %s", code, said, errs)
	}

	run, err := results.Find(runs, said.Run)
	if err != nil {
		t.Fatal(err)
	}
	info := run.Info() // as if it had been interrupted
	info.State, info.Rounds, info.Gate = results.Stopped, 6, nil
	if err := run.SetInfo(info); err != nil {
		t.Fatal(err)
	}
	code, out, errs = program("bench", "--resume", run.Dir(), "--json")
	said.Gate = stats.Decision{}
	if err := json.Unmarshal([]byte(out), &said); err != nil {
		t.Fatalf("%v: %s\n%s", err, errs, out)
	}
	if code != exitInconclusive || said.Gate.Outcome != stats.Undecided || said.Gate.Margin != .001 || said.Versions[0].Ratio.Rounds != 6 {
		t.Errorf("resumed: exit code %d: %+v; %s", code, said, errs)
	}
	for says, args := range map[string][]string{
		"--only is for two runs that are there":   {"--only", "window=4", "--fail-over", "5%"},
		`--format: "yaml" is not`:                 {"--format", "yaml"},
		"--alpha is for a gate, with --fail-over": {"--alpha", "1%"},
	} {
		if code, out, errs := compare(args...); code != exitUsage || out != "" || !strings.Contains(errs, says) || strings.Count(errs, "\n") != 1 {
			t.Errorf("exit code %d, %q, %q; want %q", code, out, errs, says)
		}
	}
}
