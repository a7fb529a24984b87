package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"collatebench/results"
	"collatebench/results/resultstest"
)

// TestBaseline saves a run, lists it and compares another with it: as compare does, which
// takes a baseline by its name too.
func TestBaseline(t *testing.T) {
	resultstest.NeedGo(t)
	root := filepath.Join(t.TempDir(), "runs")
	if err := os.Rename(manyRuns(t, 2), root); err != nil {
		t.Fatal(err)
	}
	code, stdout, stderr := program("baseline", "save", "main", "r0", "--out", root)
	if code != exitGood || stderr != "" || !strings.HasPrefix(stdout, "baseline main: run 20261122-204100-r0, 2 cells, in ") {
		t.Fatalf("save: exit code %d, %s%s", code, stdout, stderr)
	}
	code, stdout, stderr = program("baseline", "list", "--out", root)
	if fields := strings.Fields(stdout); code != exitGood || stderr != "" || !strings.HasPrefix(stdout, "name ") || fields[len(fields)-1] != "20261122-204100-r0" {
		t.Errorf("list: exit code %d, %s%s", code, stdout, stderr)
	}
	code, stdout, _ = program("baseline", "list", "--out", root, "--json")
	var list []results.Baseline
	if err := json.Unmarshal([]byte(stdout), &list); err != nil || code != exitGood || len(list) != 1 || list[0].Name != "main" || list[0].Commit != "c00" || list[0].Rounds != 1 {
		t.Errorf("list --json: exit code %d, %v, %s", code, err, stdout)
	}
	code, want, stderr := program("compare", "r0", "r1", "--out", root)
	if code != exitGood || !strings.Contains(want, "placement=request") {
		t.Fatalf("compare: exit code %d, %s%s", code, want, stderr)
	}
	for _, args := range [][]string{{"baseline", "compare", "main", "r1"}, {"compare", "baseline:main", "r1"}} {
		code, stdout, stderr := program(append(args, "--out", root)...)
		if code != exitGood || stdout != want || stderr != "" {
			t.Errorf("%q: exit code %d\n%s%s\nwant\n%s", args, code, stdout, stderr, want)
		}
	}
	if code, _, stderr := program("compare", "baseline:main", "r0", "--fail-over", "5%", "--out", root); code != exitUsage || !strings.Contains(stderr, "are one run") {
		t.Errorf("a gate on a run and its own baseline: exit code %d, %s", code, stderr)
	}
	code, stdout, stderr = program("report", "baseline:main", "--out", root)
	if code != exitGood || !strings.Contains(stdout, "baselines/main/report/report.html") {
		t.Errorf("report: exit code %d, %s%s", code, stdout, stderr)
	}
	if code, _, stderr := program("bench", "--resume", "baseline:main", "--out", root); code != exitUsage || !strings.Contains(stderr, "to which nothing is added") {
		t.Errorf("resume: exit code %d, %s", code, stderr)
	}
}

// TestBaselineRefusals: what is wrong is said in one line.
func TestBaselineRefusals(t *testing.T) {
	root := filepath.Join(t.TempDir(), "runs")
	if err := os.Rename(manyRuns(t, 1), root); err != nil {
		t.Fatal(err)
	}
	if code, stdout, _ := program("baseline", "list", "--out", root); code != exitGood || !strings.HasPrefix(stdout, "no baseline is in ") {
		t.Errorf("list: exit code %d, %s", code, stdout)
	}
	if code, _, stderr := program("baseline", "save", "main", "r0", "--out", root); code != exitGood {
		t.Fatal(stderr)
	}
	for args, want := range map[string]string{
		"save":                "accepts between 1 and 2 arg(s), received 0",
		"save a/b":            `baseline "a/b": only letters`,
		"save main r0":        `baseline "main": there is one of this name already; --force replaces it`,
		"save other nothing":  `RUN run "nothing": there is none; the newest in `,
		"save other":          `RUN run "latest": no run has ended well yet`,
		"compare nothing r0":  `OLD run "baseline:nothing": there is none; in `,
		"compare ../x":        `baseline "../x": only letters`,
		"compare main r0 x":   "accepts between 1 and 2 arg(s), received 3",
		"list main":           "unknown command",
		"save main r0 --forc": "unknown flag: --forc",
	} {
		code, stdout, stderr := program(append(strings.Fields("baseline "+args), "--out", root)...)
		if code != exitUsage || stdout != "" || !strings.Contains(stderr, want) || strings.Count(stderr, "\n") != 1 {
			t.Errorf("baseline %s: exit code %d, %q, %q; want %q", args, code, stdout, stderr, want)
		}
	}
	if code, _, stderr := program("baseline", "save", "main", "r0", "--out", root, "--force"); code != exitGood {
		t.Errorf("--force: exit code %d, %s", code, stderr)
	}
}
