package main

import (
	"bufio"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"

	"collatebench/results"
	"collatebench/results/verdict"
)

// simulated has eight simulated cores that only pass time, so that these tests do not depend
// on the machine's load.
const simulated = "window=8/size=64KiB/responses=32/virtual-cores=8x4MiBps/"

// TestWhyCommand has a window of twice the cores: one of 8 just fills them, and is a
// cause by itself on a machine that is busy. For the same reason it is not parallel.
func TestWhyCommand(t *testing.T) {
	starts(t)
	out := t.TempDir()
	cell := strings.Replace(simulated, "window=8/size=64KiB/responses=32", "window=16/size=64KiB/responses=48", 1)
	code, stdout, stderr := program("why", cell+"placement=collector/latency=none", "--pairs", "3", "--json", "--out", out)
	var v verdict.Verdict
	if err := json.Unmarshal([]byte(stdout), &v); code != exitGood || err != nil {
		t.Fatalf("exit code %d, %v\n%s%s", code, err, stdout, stderr)
	}
	if !slices.Equal(v.Causes, []verdict.Cause{verdict.Serialised}) || v.MeasuredGain == nil || v.MeasuredGain.Mean < 4 || len(v.Evidence) == 0 || len(v.RuledOut) == 0 {
		t.Errorf("got %s", stdout)
	}
	if _, err := results.Find(out, "latest"); err == nil {
		t.Error("a run of why, which has no profiles, is the latest")
	}
	folders, err := filepath.Glob(filepath.Join(out, "2*"))
	if err != nil || len(folders) != 1 {
		t.Fatalf("%v, %v", folders, err)
	}
	run, err := results.Open(folders[0])
	if err != nil {
		t.Fatal(err)
	}
	written, err := os.ReadFile(filepath.Join(run.ReportDir(), results.VerdictFile))
	if err != nil || strings.TrimSpace(string(written)) != strings.TrimSpace(stdout) {
		t.Errorf("verdict.json is not what was printed (%v):\n%s", err, written)
	}
	code, stdout, stderr = program("report", run.Info().ID, "--out", out)
	if want := "serialised: window 16, but one goroutine decodes"; code != exitGood || !strings.Contains(stdout, want) || !strings.Contains(stdout, "Simulated: 8 cores") {
		t.Errorf("exit code %d, no %q in\n%s%s", code, want, stdout, stderr)
	}
	if code, _, stderr := program("bench", "--resume", run.Info().ID, "--out", out); code != exitUsage || !strings.Contains(stderr, run.Info().ID) {
		t.Errorf("resumed: exit code %d, %s", code, stderr)
	}
}

// TestWhyElsewhere: the queue of an upstream that is not ours can't be lifted; half the window
// proves it by doing as well. The delay is 10 ms, because a busy machine turns 5 ms into 7.5.
func TestWhyElsewhere(t *testing.T) {
	starts(t)
	server := exec.Command(os.Args[0], "mockserver", "--addr", "127.0.0.1:0", "--latency", "10ms", "--queue", "1")
	said, err := server.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := server.Process.Signal(syscall.SIGTERM); err != nil {
			t.Error(err)
		}
		_ = server.Wait() // another test checks how it ends
	}()
	line, err := bufio.NewReader(said).ReadString('\n')
	url := regexp.MustCompile(`http://\S+`).FindString(line)
	if err != nil || url == "" {
		t.Fatalf("the server said %q, %v", line, err)
	}
	code, stdout, stderr := program("why", simulated+"placement=pool", "--upstream", url, "--pairs", "3", "--out", t.TempDir())
	for _, want := range []string{"upstream-queueing: ", "window=4", "Halving the window gave", "no less"} {
		if code != exitGood || !strings.Contains(stdout, want) {
			t.Fatalf("exit code %d, no %q in\n%s%s", code, want, stdout, stderr)
		}
	}
}
