package main

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/pprof"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"collatebench/profiles/diagnose"
)

const diagnosedTrace = "profiles/diagnose/testdata/collector.trace"

func TestDiagnoseTrace(t *testing.T) {
	code, out, errs := program("diagnose", "--trace", diagnosedTrace)
	if code != exitGood || errs != "" {
		t.Fatalf("exit code %d: %s", code, errs)
	}
	if !strings.HasPrefix(out, "serialised: one goroutine (") || !strings.Contains(out, "Goroutines by start function") {
		t.Errorf("it prints:\n%s", out)
	}
}

func TestDiagnoseStandardInput(t *testing.T) {
	in, err := os.Open(diagnosedTrace)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	var out, errs strings.Builder
	if code := run([]string{"diagnose", "--trace", "-", "--json", "--func", `\.decodePage$`}, in, &out, &errs); code != exitGood {
		t.Fatalf("exit code %d: %s", code, errs.String())
	}
	var r diagnose.Report
	if err := json.Unmarshal([]byte(out.String()), &r); err != nil {
		t.Fatal(err)
	}
	if len(r.Verdict.Causes) != 1 || r.Section == nil || !strings.HasSuffix(r.Section.Function, ".decodePage") || r.Func == nil || r.Func.Goroutines != 1 {
		t.Errorf("it prints:\n%s", out.String())
	}
}

// TestDiagnoseStops: Ctrl-C ends the wait for standard input.
func TestDiagnoseStops(t *testing.T) {
	silent, hold := io.Pipe()
	defer hold.Close()
	ctx, cancel := context.WithCancel(t.Context())
	root := rootCommand()
	root.SetArgs([]string{"diagnose", "--trace", "-"})
	root.SetIn(silent)
	time.AfterFunc(50*time.Millisecond, cancel)
	if err := root.ExecuteContext(ctx); err == nil || err.Error() != "stopped while reading" {
		t.Error(err)
	}
}

// TestDiagnosePprof: this process does nothing, so there is no verdict. The trace is kept
// and gives the same output again.
func TestDiagnosePprof(t *testing.T) {
	mux := http.NewServeMux()
	mux.HandleFunc("/debug/pprof/profile", pprof.Profile)
	mux.HandleFunc("/debug/pprof/trace", pprof.Trace)
	s := httptest.NewServer(mux)
	defer s.Close()
	kept := filepath.Join(t.TempDir(), "kept.trace")
	code, out, errs := program("diagnose", "--pprof", s.URL, "--seconds", "1", "--keep", kept)
	if code != exitInconclusive || !strings.HasPrefix(out, "no verdict: ") || !strings.Contains(errs, "recording 1 s from "+s.URL) {
		t.Fatalf("exit code %d: %s\n%s", code, errs, out)
	}
	if code, again, _ := program("diagnose", "--trace", kept); code != exitInconclusive || again != out {
		t.Errorf("exit code %d; the kept trace reads:\n%s\nnot:\n%s", code, again, out)
	}
}

func TestDiagnoseRefuses(t *testing.T) {
	text := filepath.Join(t.TempDir(), "text")
	if err := os.WriteFile(text, []byte("no trace\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	gone := httptest.NewServer(nil)
	gone.Close()
	for _, c := range []struct {
		args []string
		code int
		want string
	}{
		{nil, exitUsage, "give one of --pid, --trace, --pprof and -- PROGRAM"},
		{[]string{"--trace", text, "--pprof", "http://127.0.0.1:6060"}, exitUsage, "give one of --pid, --trace, --pprof and -- PROGRAM"},
		{[]string{"--trace", text, "more"}, exitUsage, "more"},
		{[]string{"--trace", text, "--func", "("}, exitUsage, "--func"},
		{[]string{"--trace", text + ".gone"}, exitUsage, "no such file"},
		{[]string{"--trace", t.TempDir()}, exitUsage, "it is a folder"},
		{[]string{"--trace", text, "--keep", "x"}, exitUsage, "for recording"},
		{[]string{"--trace", text, "--seconds", "3"}, exitUsage, "for recording"},
		{[]string{"--trace", os.DevNull}, exitUsage, "it is no regular file"},
		{[]string{"--pprof", "localhost"}, exitUsage, "not an address such as"},
		{[]string{"--pprof", strings.TrimPrefix(gone.URL, "http://")}, exitError, "connection refused"},
		{[]string{"--pprof", gone.URL, "--seconds", "0"}, exitUsage, "--seconds 0: not 1 to 300"},
		{[]string{"--pprof", gone.URL, "--seconds", "301"}, exitUsage, "not 1 to 300"},
		{[]string{"--pprof", gone.URL, "--keep", filepath.Join(text, "x")}, exitUsage, "--keep"},
		{[]string{"--pprof", gone.URL, "--keep", t.TempDir()}, exitUsage, "it is a folder"},
		{[]string{"--pprof", gone.URL}, exitError, "connection refused"},
		{[]string{"--trace", text}, exitError, "not an execution trace"},
	} {
		code, out, errs := program(append([]string{"diagnose"}, c.args...)...)
		if code != c.code || !strings.Contains(errs, c.want) || out != "" {
			t.Errorf("diagnose %q: exit code %d, not %d with %q: %s%s", c.args, code, c.code, c.want, errs, out)
		}
	}
}
