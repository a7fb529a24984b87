package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"collatebench/results"
	"collatebench/results/history"
	"collatebench/results/resultstest"
)

// manyRuns makes a folder of runs of one cell, of which the last half is slower.
func manyRuns(t *testing.T, n int) string {
	t.Helper()
	root := t.TempDir()
	for i := range n {
		info := resultstest.Info(resultstest.Request32, resultstest.Collector32)
		info.ID, info.Label, info.Started, info.Commit = "", fmt.Sprintf("r%d", i), info.Started.AddDate(0, 0, i), fmt.Sprintf("c%02d", i)
		info.State, info.Rounds = results.Complete, 1
		run, err := results.Create(root, info)
		if err != nil {
			t.Fatal(err)
		}
		for _, cell := range info.Cells {
			speed := 100 + float64(i*7%5)
			if i >= n/2 && cell == resultstest.Request32 {
				speed *= .75
			}
			if err := run.Append(resultstest.Sample(t, cell, 1, 1, speed)); err != nil {
				t.Fatal(err)
			}
		}
		if err := run.Close(); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

// TestHistory: it prints where a cell changed, as a table and as JSON, of the cells that are
// asked for.
func TestHistory(t *testing.T) {
	root := manyRuns(t, 20)
	code, stdout, stderr := program("history", "--out", root)
	for _, want := range []string{"Some CPU @ 2.00GHz, 2 cores, linux/amd64, go1.26.0: 20 runs", "0.75x at 20261202-204100-r10 (commit c10)", "placement=collector/window=32/size=1MiB-2   none"} {
		if code != exitGood || stderr != "" || !strings.Contains(stdout, want) {
			t.Errorf("exit code %d, no %q in\n%s%s", code, want, stdout, stderr)
		}
	}
	code, stdout, stderr = program("history", "--out", root, "--cell", "placement=request", "--json")
	var h history.History
	if err := json.Unmarshal([]byte(stdout), &h); err != nil || code != exitGood || stderr != "" {
		t.Fatalf("exit code %d, %v, %s%s", code, err, stdout, stderr)
	}
	if len(h.Places) != 1 || len(h.Places[0].Cells) != 1 || len(h.Places[0].Cells[0].Points) != 20 || h.Places[0].Cells[0].Changes[0].Commit != "c10" {
		t.Errorf("as JSON: %s", stdout)
	}
	again, want, _ := program("history", "--out", root, "--cell", "placement=request", "--json")
	if again != exitGood || want != stdout {
		t.Error("a second call has another answer")
	}
}

// TestHistoryRefusals: what is wrong is said in one line; an empty folder is no error.
func TestHistoryRefusals(t *testing.T) {
	root := manyRuns(t, 1)
	for args, want := range map[string]string{
		"--cell windw=3":  `invalid argument "windw=3" for "--cell" flag: "windw=3": dimension "windw" is not one of `,
		"--cell window=7": `--cell "window=7": no run in `,
		"--out /dev/null": `--out "/dev/null": not a folder`,
		"latest":          "unknown command",
	} {
		code, stdout, stderr := program(append([]string{"history", "--out", root}, strings.Fields(args)...)...)
		if code != exitUsage || stdout != "" || !strings.Contains(stderr, want) || strings.Count(stderr, "\n") != 1 {
			t.Errorf("history %s: exit code %d, %q, %q; want %q", args, code, stdout, stderr, want)
		}
	}
	code, stdout, stderr := program("history", "--out", t.TempDir())
	if code != exitGood || stderr != "" || !strings.HasPrefix(stdout, "no run of a matrix with a complete round is in ") {
		t.Errorf("an empty folder: exit code %d, %q, %q", code, stdout, stderr)
	}
}
