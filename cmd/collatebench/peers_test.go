package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"collatebench/bench"
	"collatebench/results"
	"collatebench/results/verdict"
)

// beClient makes this binary a client in another language, of the poorest
// kind: one request after the other, none decoded, nothing checked.
func beClient(args []string) error {
	fs := flag.NewFlagSet("client", flag.ContinueOnError)
	fs.SetOutput(io.Discard)
	upstream, name := fs.String("upstream", "", ""), fs.String("cell", "", "")
	responses, ops := fs.Int("responses", 0, ""), fs.Int("ops", 0, "")
	list := fs.Bool("list", false, "")
	if err := fs.Parse(args); err != nil {
		return err
	}
	if *list {
		fmt.Println(`{"client":"poor","runtime":"none","codecs":[{"name":"json","library":"none"}],"placements":[{"name":"nobody","order":"completion","about":"nothing is decoded"}]}`)
		return nil
	}
	c, err := bench.ParseCell("client=poor/" + *name)
	if err != nil {
		return err
	}
	if *ops > 1_000_000 { // they would take until the check loses patience
		return fmt.Errorf("--ops %d: is above 1000000", *ops)
	}
	var begin time.Time
	warm := bench.WarmUp(c.Window)
	for id := range warm + *ops**responses {
		if id == warm {
			begin = time.Now()
		}
		resp, err := http.Get(fmt.Sprintf("%s/v1/payload?codec=json&size=%s&id=%d", *upstream, c.Size, id))
		if err != nil {
			return err
		}
		if _, err := io.Copy(io.Discard, resp.Body); err != nil {
			return err
		}
		resp.Body.Close()
	}
	wall := time.Since(begin)
	fmt.Printf("client: poor\nBenchmarkCollate/%s %d %d ns/op %.3f MB/s 0.5 cpus\n", *name, *ops, wall.Nanoseconds()/int64(*ops),
		float64(*ops**responses)*float64(c.Size)/1e6/wall.Seconds())
	return nil
}

// self is this binary's path, which can be a client.
func self(t *testing.T) string {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return exe
}

func TestPeersCommand(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: compiles the benchmark, and measures two clients")
	}
	out := t.TempDir()
	code, stdout, stderr := program("peers", "--client", "go,"+self(t), "--placement", "request,nobody", "--codec", "json", "--window", "2", "--size", "16KiB",
		"--responses", "8", "--procs", "2", "--rounds", "2", "--latency", "1ms", "--label", "poor", "--out", out)
	if code != exitGood {
		t.Fatalf("exit code %d: %s", code, stderr)
	}
	for _, want := range []string{"client", "go ", "poor ", "nobody", "window doubled", "seen from outside", "2 rounds of 4 cells and 2 A/A controls"} {
		if !strings.Contains(stdout, want) {
			t.Errorf("no %q in\n%s", want, stdout)
		}
	}
	runs, err := filepath.Glob(filepath.Join(out, "*-poor"))
	if err != nil || len(runs) != 1 {
		t.Fatalf("run folders %q, %v", runs, err)
	}
	page, err := os.ReadFile(filepath.Join(runs[0], "report", results.ReportFile))
	if err != nil || !strings.Contains(string(page), "Clients side by side") {
		t.Errorf("the report shows no clients (%v)", err)
	}
	text, err := os.ReadFile(filepath.Join(runs[0], "report", results.VerdictFile))
	if err != nil {
		t.Fatal(err)
	}
	var verdicts []verdict.Verdict
	if err := json.Unmarshal(text, &verdicts); err != nil || len(verdicts) != 2 {
		t.Errorf("%d verdicts, %v", len(verdicts), err)
	}
	// Later commands take the run as any other.
	if code, stdout, stderr := program("report", runs[0]); code != exitGood || !strings.Contains(stdout, "nobody") {
		t.Errorf("report: exit code %d, %s%s", code, stdout, stderr)
	}
	if code, _, stderr := program("compare", runs[0], runs[0]); code != exitGood {
		t.Errorf("compare: exit code %d, %s", code, stderr)
	}
	if code, _, stderr := program("bench", "--resume", runs[0]); code != exitUsage || !strings.Contains(stderr, "start it anew") {
		t.Errorf("resume: exit code %d, %s", code, stderr)
	}
}

// TestPeersCheck: a client that breaks the contract fails, rule by rule.
func TestPeersCheck(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: runs a client dozens of times")
	}
	code, stdout, stderr := program("peers", "--check", self(t))
	if code != exitError || !strings.Contains(stderr, "checks failed") {
		t.Errorf("exit code %d: %s", code, stderr)
	}
	for _, rule := range []string{"FAIL  command line", "counts", "first-error"} {
		if !strings.Contains(stdout, rule) {
			t.Errorf("no %q in\n%s", rule, stdout)
		}
	}
}
