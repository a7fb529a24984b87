package main

import (
	"encoding/json"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"collatebench/results"
	"collatebench/results/resultstest"
)

// madeRun makes a run of 8 rounds of the cells of the largest window; times says how many times
// as fast each is. The noise is small, so that the outcome does not hang on it.
func madeRun(t *testing.T, seed uint64, change func(*results.Info), times func(cell string) float64) string {
	t.Helper()
	r := rand.New(rand.NewPCG(seed, 1))
	info := resultstest.Info(resultstest.Cells(t, map[string]string{"placement": "all", "window": "8,32"})...)
	info.Rounds, info.State = 8, results.Complete
	if change != nil {
		change(&info)
	}
	var samples []results.Sample
	for n := 1; n <= info.Rounds; n++ {
		for _, cell := range info.Cells {
			samples = append(samples, resultstest.Sample(t, cell, n, 1, 80*times(cell)*(1+.004*r.NormFloat64())))
		}
	}
	return resultstest.Run(t, info, samples).Dir()
}

func alike(string) float64 { return 1 }

func halved(cell string) float64 {
	if cell == resultstest.Request32 {
		return .5
	}
	return 1
}

// TestCompareGate: the exit codes of a gate, and what it prints in each form.
func TestCompareGate(t *testing.T) {
	t.Parallel()
	old := madeRun(t, 1, nil, alike)
	same, lost := madeRun(t, 2, nil, alike), madeRun(t, 3, nil, halved)
	allLost := madeRun(t, 4, nil, func(string) float64 { return .8 })
	for name, tt := range map[string]struct {
		new  string
		args []string
		code int
		says []string
	}{
		"no gate":                  {lost, nil, exitGood, []string{"2.0x slower", "in 4 of 5 cases"}},
		"passes":                   {same, []string{"--fail-over", "5%"}, exitGood, []string{"PASS: none of 24 cells", "it assumes that the machine itself"}},
		"fails":                    {lost, []string{"--fail-over", "5%"}, exitWorse, []string{"FAIL: 1 of 24 cells", resultstest.Request32}},
		"fails alone":              {lost, []string{"--fail-over", "5%", "--only", "placement=request/window=32-2"}, exitWorse, []string{"FAIL: 1 of 1 cell "}},
		"passes without it":        {lost, []string{"--fail-over", "5%", "--only", "placement=pool"}, exitGood, []string{"PASS: none of 4 cells"}},
		"a margin that is more":    {lost, []string{"--fail-over", "60%"}, exitGood, []string{"PASS"}},
		"the machine or all cells": {allLost, []string{"--fail-over", "5%"}, exitInconclusive, []string{"CAN'T TELL", "--ref"}},
		"too fine":                 {same, []string{"--fail-over", "0.1%"}, exitInconclusive, []string{"CAN'T TELL", "what would settle it"}},
	} {
		for _, format := range []string{"markdown", "json", "csv"} {
			code, stdout, stderr := program(slices.Concat([]string{"compare", old, tt.new, "--format", format}, tt.args)...)
			if code != tt.code || stderr != "" {
				t.Errorf("%s, %s: exit code %d, want %d\n%s%s", name, format, code, tt.code, stdout, stderr)
			}
			for _, want := range tt.says {
				if format == "markdown" && !strings.Contains(strings.ReplaceAll(stdout, `\`, ""), want) {
					t.Errorf("%s: no %q in\n%s", name, want, stdout)
				}
			}
			if format == "json" && !json.Valid([]byte(stdout)) {
				t.Errorf("%s: not JSON:\n%s", name, stdout)
			}
		}
	}
	a, b := first(program("compare", old, same, "--json")), first(program("compare", old, same, "--format=json"))
	if a != b || !json.Valid([]byte(a)) {
		t.Errorf("--json prints\n%s\n--format json prints\n%s", a, b)
	}
}

func first(_ int, stdout, _ string) string { return stdout }

// TestCompareRefuses: a gate whose input is broken is an error and never a pass, and runs that
// are of different things are refused.
func TestCompareRefuses(t *testing.T) {
	good, same := madeRun(t, 1, nil, alike), madeRun(t, 2, nil, alike)
	empty := resultstest.Run(t, resultstest.Info(resultstest.Cells(t, nil)...), nil).Dir()
	others := madeRun(t, 2, func(i *results.Info) { i.Cells = resultstest.Cells(t, map[string]string{"size": "2MiB"}) }, alike)
	fewer := madeRun(t, 2, func(i *results.Info) { i.Cells = i.Cells[:20] }, alike)
	larger := madeRun(t, 2, func(i *results.Info) { i.Machine.Cores = 64 }, alike)
	broken := madeRun(t, 2, nil, alike)
	if err := os.WriteFile(filepath.Join(broken, "samples.jsonl"), []byte("{\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct {
		args []string
		code int
		says string
	}{
		"no rows":                {[]string{good, empty}, exitError, "no round is complete"},
		"no rows in the old":     {[]string{empty, good}, exitError, "no round is complete"},
		"other names":            {[]string{good, others}, exitError, "no cell in common"},
		"fewer cells":            {[]string{good, fewer}, exitError, "has not measured"},
		"a broken ledger":        {[]string{good, broken}, exitError, "samples.jsonl"},
		"another machine":        {[]string{good, larger}, exitError, "the cores differ: 2 cores, then 64 cores; --force"},
		"one run":                {[]string{good, good}, exitUsage, "are one run"},
		"a pattern like no cell": {[]string{good, same, "--only", "window=7"}, exitUsage, `--only "window=7": none of the 24 cells`},
		"no pattern":             {[]string{good, same, "--only", "windw=8"}, exitUsage, `--only "windw=8"`},
	} {
		code, stdout, stderr := program(slices.Concat([]string{"compare", "--fail-over", "5%", "--format", "csv"}, tt.args)...)
		if code != tt.code || stdout != "" || !strings.Contains(stderr, tt.says) || strings.Count(stderr, "\n") != 1 {
			t.Errorf("%s: exit code %d, %q, %q; want %d and a line that has %q", name, code, stdout, stderr, tt.code, tt.says)
		}
	}
	if code, stdout, stderr := program("compare", good, larger, "--force", "--fail-over", "5%", "--format", "markdown"); code != exitGood || !strings.Contains(stdout, "the cores differ") {
		t.Errorf("--force: exit code %d\n%s%s", code, stdout, stderr)
	}
	// The tables are benchstat's, so a gate that prints them fails with it.
	t.Setenv("PATH", t.TempDir())
	if code, stdout, stderr := program("compare", good, same, "--fail-over", "50%"); code != exitError || stdout != "" || !strings.Contains(stderr, "no benchstat") {
		t.Errorf("without benchstat: exit code %d, %q, %q", code, stdout, stderr)
	}
}
