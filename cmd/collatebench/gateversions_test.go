package main

import (
	"encoding/json"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"collatebench/results/resultstest"
	"collatebench/results/stats"
)

// TestLastLook: the look at the end of a run's time can be the one after its last round.
func TestLastLook(t *testing.T) {
	info, samples := resultstest.VersionsRun(t, 6, 1)
	run := resultstest.Run(t, info, samples)
	gate := &stats.Sequence{Gate: stats.Gate{Margin: .001, Alpha: .01}}
	before, err := gate.Look(run, 1.02)
	if err != nil || before.Outcome != stats.Undecided {
		t.Fatalf("%v, %+v", err, before)
	}
	for _, c := range []struct{ before, want *stats.Decision }{{before, before}, {&stats.Decision{Outcome: stats.Worse}, nil}} {
		if c.want == nil {
			c.want = c.before
		}
		if got, err := lastLook(gate, run, c.before); got != c.want || err != nil {
			t.Errorf("after %+v: %+v, %v", c.before, got, err)
		}
	}
	if got, err := lastLook(&stats.Sequence{Gate: gate.Gate}, run, nil); err != nil || got == nil || got.Outcome != stats.Undecided {
		t.Errorf("without a look before: %+v, %v", got, err)
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
	compare := func(args ...string) (code int, out, errs string) {
		return program(append([]string{"compare", "--binary", benchmark, "--binary", benchmark, "--out", t.TempDir(), "--placement", "request",
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
