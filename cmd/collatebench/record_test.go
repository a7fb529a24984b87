package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"collatebench/mockserver/recording"
)

// hello is an upstream.
func hello(t *testing.T) string {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, "hello "+r.URL.Path) }))
	t.Cleanup(s.Close)
	return s.URL
}

// TestRecordRefuses: each in one line that names the flag, its value, and what is allowed; no folder is made.
func TestRecordRefuses(t *testing.T) {
	out := filepath.Join(t.TempDir(), "out")
	full := t.TempDir()
	if err := os.WriteFile(filepath.Join(full, "mine"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		args []string
		says string
	}{
		"no upstream":       {[]string{}, "give --to URL"},
		"a host":            {[]string{"--to", "api.example.com"}, `--to "api.example.com": not a base URL`},
		"a query":           {[]string{"--to", "http://a/?x=1"}, `--to "http://a/?x=1": not a base URL`},
		"a password":        {[]string{"--to", "http://u:p@a/"}, "not a base URL"},
		"an argument":       {[]string{"--to", "http://a", "x"}, `unknown argument "x": a program goes after --`},
		"nobody asks":       {[]string{"--to", "http://a", "--", "true"}, "{upstream} stands neither in the program's arguments nor in the environment"},
		"nothing to start":  {[]string{"--to", "http://a", "--intercept"}, "--intercept: give the program after --"},
		"a path":            {[]string{"--to", "http://a/v1", "--intercept", "--", "true"}, "has a path, which --intercept has no use for"},
		"an address":        {[]string{"--to", "http://a", "--listen", "nowhere:1:2"}, `--listen "nowhere:1:2"`},
		"a full folder":     {[]string{"--to", "http://a", "--out", full}, "--out: " + full + ": not empty"},
		"seconds":           {[]string{"--to", "http://a", "--seconds", "-1"}, "--seconds -1: not 0 or more"},
		"a limit":           {[]string{"--to", "http://a", "--limit", "much"}, `"much"`},
		"no such a program": {[]string{"--to", "http://a", "--", "no-such-program", "{upstream}"}, "-- no-such-program: "},
	} {
		code, stdout, errs := program(append([]string{"record", "--out", out}, c.args...)...)
		if code != exitUsage || !strings.Contains(errs, c.says) || stdout != "" || strings.Count(errs, "\n") != 1 {
			t.Errorf("%s: exit code %d, %q, %q; want %q", name, code, stdout, errs, c.says)
		}
		if _, err := os.Stat(out); err == nil {
			t.Errorf("%s: the folder was made", name)
		}
	}
}

// TestRecordProgram: a program gets the recorder's address by arguments and environment, and its end is
// that of the recording.
func TestRecordProgram(t *testing.T) {
	starts(t)
	onLinux(t)
	needs(t, "curl")
	upstream := hello(t)
	out := filepath.Join(t.TempDir(), "out")
	t.Setenv("ENDPOINT", "{upstream}/env")
	code, stdout, errs := program("record", "--to", upstream, "--out", out, "--json", "--", "sh", "-c", `curl -sS "$0/arg" "$ENDPOINT"`, "{upstream}")
	if code != exitGood || !strings.Contains(errs, "hello /arg") || !strings.Contains(errs, "hello /env") {
		t.Fatalf("exit code %d: %s\n%s", code, errs, stdout)
	}
	var s recording.Summary
	if err := json.Unmarshal([]byte(stdout), &s); err != nil || s.Exchanges != 2 || s.Kept != 2 || s.AtOnce != 1 {
		t.Errorf("%+v, %v", s, err)
	}
	if r, err := recording.Open(out); err != nil || len(r.Exchanges) != 2 || r.Exchanges[0].URL.String() != upstream+"/arg" {
		t.Errorf("%+v, %v", r, err)
	}
}

// TestRecordIntercept: a program that knows nothing of it is recorded.
func TestRecordIntercept(t *testing.T) {
	starts(t)
	needs(t, "curl")
	upstream := hello(t)
	out := filepath.Join(t.TempDir(), "out")
	code, stdout, errs := program("record", "--to", upstream, "--out", out, "--intercept", "--", "curl", "-sS", upstream+"/fixed")
	if code != exitGood || !strings.Contains(errs, "hello /fixed") || !strings.Contains(stdout, "1 exchange, 12 B in") {
		t.Fatalf("exit code %d: %s\n%s", code, errs, stdout)
	}
}

// TestRecordInterceptUnasked: a program that passes by the proxy, or asks for another host, is told so.
func TestRecordInterceptUnasked(t *testing.T) {
	starts(t)
	needs(t, "curl")
	upstream, other := hello(t), hello(t)
	for _, c := range []struct {
		args []string
		says string
	}{
		{[]string{"--noproxy", "*", upstream + "/by"}, "no request came through the proxy: the program does not read HTTPS_PROXY"},
		{[]string{other + "/other"}, "through the proxy the program asked for " + strings.TrimPrefix(other, "http://") + ", and not for " + strings.TrimPrefix(upstream, "http://")},
	} {
		args := append([]string{"record", "--to", upstream, "--out", filepath.Join(t.TempDir(), "out"), "--intercept", "--", "curl", "-sS"}, c.args...)
		if code, stdout, errs := program(args...); code != exitGood || !strings.Contains(stdout, "nothing was asked") || !strings.Contains(errs, c.says) {
			t.Errorf("exit code %d: %s\n%s; want %q", code, errs, stdout, c.says)
		}
	}
}

// TestRecordEnds: a program's failure is told, and one that goes on is ended with what it started.
func TestRecordEnds(t *testing.T) {
	starts(t)
	onLinux(t)
	upstream := hello(t)
	code, stdout, errs := program("record", "--to", upstream, "--out", filepath.Join(t.TempDir(), "a"), "--", "sh", "-c", "exit 7 # {upstream}")
	if code != exitError || !strings.Contains(errs, "sh: exit status 7") || !strings.Contains(stdout, "nothing was asked") {
		t.Errorf("exit code %d: %s\n%s", code, errs, stdout)
	}
	mark := fmt.Sprintf("87%04d", os.Getpid()%10000)
	code, stdout, errs = program("record", "--to", upstream, "--out", filepath.Join(t.TempDir(), "b"), "--seconds", "1", "--", "sh", "-c", "sleep "+mark+" & wait # {upstream}")
	if code != exitGood || !strings.Contains(stdout, "nothing was asked") {
		t.Errorf("exit code %d: %s\n%s", code, errs, stdout)
	}
	if left, _ := exec.Command("pgrep", "-f", "sleep "+mark).Output(); len(left) > 0 { // no such process is an error
		t.Errorf("what it started goes on: %s", left)
	}
}

// TestRecordKilled: at whatever moment it is killed, what it has recorded opens.
func TestRecordKilled(t *testing.T) {
	starts(t)
	onLinux(t)
	large := strings.Repeat("0123456789abcdef", 20_000)
	upstream := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, r.URL.RawQuery, large) }))
	defer upstream.Close()
	for n := range 4 {
		out := filepath.Join(t.TempDir(), "out")
		recorder := exec.Command(os.Args[0], "record", "--to", upstream.URL, "--out", out)
		recorder.Env = append(os.Environ(), beProgram+"=1")
		said, err := recorder.StderrPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := recorder.Start(); err != nil {
			t.Fatal(err)
		}
		var address string
		if _, err := fmt.Fscan(said, &address); err != nil {
			t.Fatal(err)
		}
		stop, asked := make(chan struct{}), make(chan int)
		for k := range 4 {
			go func() {
				done := 0
				for {
					select {
					case <-stop:
						asked <- done
						return
					default:
					}
					resp, err := http.Get(fmt.Sprintf("%s/?id=%d-%d", address, k, done))
					if err != nil {
						continue // it is killed
					}
					resp.Body.Close()
					done++
				}
			}()
		}
		time.Sleep(time.Duration(100+37*n) * time.Millisecond)
		_ = recorder.Process.Kill()
		_ = recorder.Wait()
		close(stop)
		total := 0
		for range 4 {
			total += <-asked
		}
		r, err := recording.Open(out)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range r.Exchanges {
			if text, err := r.Body(e.Body); err != nil || e.Failed == "" && string(text) != e.URL.RawQuery+large {
				t.Errorf("%s: %d bytes, %v", e.URL, len(text), err)
			}
		}
		if len(r.Exchanges) < total/2 || total == 0 {
			t.Errorf("%d exchanges of %d", len(r.Exchanges), total)
		}
	}
}

// needs skips where a tool is missing.
func needs(t *testing.T, tool string) {
	t.Helper()
	if _, err := exec.LookPath(tool); err != nil {
		t.Skipf("SKIPPED: %s is not here", tool)
	}
}
