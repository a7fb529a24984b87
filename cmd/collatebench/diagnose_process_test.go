package main

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"collatebench/results/evidence"
)

func onLinux(t *testing.T) {
	t.Helper()
	if runtime.GOOS != "linux" {
		t.Skip("only Linux shows a process from outside")
	}
}

// TestDiagnoseProcessRefuses: each in one line that names the flag, its value, and why.
func TestDiagnoseProcessRefuses(t *testing.T) {
	onLinux(t)
	zombie := exec.Command("true")
	if err := zombie.Start(); err != nil {
		t.Fatal(err)
	}
	defer zombie.Wait() //nolint:errcheck // it is taken notice of at last
	waitForState(t, zombie.Process.Pid, "Z")
	for name, c := range map[string]struct {
		args []string
		says string
	}{
		"nothing":           {nil, "give one of --pid, --trace, --pprof and -- PROGRAM"},
		"two sources":       {[]string{"--pid", "7", "--trace", "x"}, "give one of"},
		"a number and more": {[]string{"--pid", "7", "--", "sleep", "9"}, "give one of"},
		"0":                 {[]string{"--pid", "0"}, "--pid 0: a process's number is 1 or more"},
		"none":              {[]string{"--pid", "4194304"}, "--pid 4194304: process 4194304: there is no such process"},
		"us":                {[]string{"--pid", fmt.Sprint(os.Getpid())}, "it is this program itself"},
		"a zombie":          {[]string{"--pid", fmt.Sprint(zombie.Process.Pid)}, "it has ended, and its parent has taken no notice yet"},
		"an argument":       {[]string{"4711"}, `unknown argument "4711": a program goes after --`},
		"a port":            {[]string{"--pid", "7", "--port", "70000"}, "--port 70000: not 1 to 65535"},
		"a host":            {[]string{"--pid", "7", "--peer", "example.com"}, `--peer "example.com": no address such as 10.1.2.3`},
		"two ports":         {[]string{"--pid", "7", "--peer", "10.0.0.1:80", "--port", "81"}, "--peer 10.0.0.1:80 and --port 81: two ports"},
		"a window":          {[]string{"--pid", "7", "--window", "-1"}, "--window -1: not 1 or more"},
		"of a trace":        {[]string{"--pid", "7", "--perfetto", "x"}, "--perfetto is for a trace, with --trace or --pprof"},
		"of a process":      {[]string{"--trace", "x", "--prove"}, "--prove is for watching a process, with --pid or -- PROGRAM"},
		"after":             {[]string{"--pid", "7", "--after", "3s"}, "--after is for a program that is started"},
		"too long after":    {[]string{"--after", "1h", "--", "sleep", "9"}, "--after 1h0m0s: not 0 to 10m"},
		"no program":        {[]string{"--", "no-such-program"}, "-- no-such-program: "},
		"a folder":          {[]string{"--html", os.TempDir(), "--pid", "7"}, "it is a folder"},
	} {
		code, out, errs := program(append([]string{"diagnose"}, c.args...)...)
		if code != exitUsage || out != "" || !strings.Contains(errs, c.says) || strings.Count(errs, "\n") != 1 {
			t.Errorf("%s: exit code %d, %q, %q; want %q", name, code, out, errs, c.says)
		}
	}
}

func waitForState(t *testing.T, pid int, want string) {
	t.Helper()
	for range 1000 {
		b, _ := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid)) // "" if it is gone
		if at := strings.LastIndexByte(string(b), ')'); at > 0 && strings.HasPrefix(string(b[at:]), ") "+want) {
			return
		}
		runtime.Gosched()
	}
	t.Fatalf("process %d is not in state %s", pid, want)
}

// TestDiagnoseProgram: a program that is started is watched, and ended with what it started. It
// has no connection, so there is no verdict; the figures are there.
func TestDiagnoseProgram(t *testing.T) {
	onLinux(t)
	page := filepath.Join(t.TempDir(), "page.html")
	mark := fmt.Sprintf("86%04d", os.Getpid()%10000) // tells its sleep from those of others
	code, out, errs := program("diagnose", "--seconds", "1", "--after", "100ms", "--json", "--html", page, "--", "sh", "-c", "echo said; sleep "+mark+" & wait")
	if code != exitInconclusive || !strings.Contains(errs, "said\n") || !strings.Contains(errs, "started sh as process ") {
		t.Fatalf("exit code %d: %s\n%s", code, errs, out)
	}
	var w evidence.Watched
	if err := json.Unmarshal([]byte(out), &w); err != nil {
		t.Fatal(err)
	}
	if w.Evidence.Command != "sh" || w.Evidence.Processes != 2 || len(w.Verdict.Causes) != 0 || len(w.Verdict.Missing) != 1 || len(w.Verdict.Evidence) < 10 {
		t.Errorf("%+v", w)
	}
	if text, err := os.ReadFile(page); err != nil || !strings.Contains(string(text), "no verdict") || !strings.Contains(string(text), "No connection was seen.") {
		t.Errorf("the page: %v", err)
	}
	if left, _ := exec.Command("pgrep", "-f", "sleep "+mark).Output(); len(left) > 0 { // no such process is an error
		t.Errorf("what it started goes on: %s", left)
	}
}

// TestDiagnoseProgramEnds: one that ends too early says so.
func TestDiagnoseProgramEnds(t *testing.T) {
	onLinux(t)
	code, out, errs := program("diagnose", "--after", "5s", "--", "false")
	if code != exitError || out != "" || !strings.Contains(errs, "false: exit status 1 before it was watched") {
		t.Errorf("exit code %d: %s\n%s", code, errs, out)
	}
}
