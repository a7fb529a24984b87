package main

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"collatebench/results"
)

// A commandOutput collects what a command writes while it runs.
type commandOutput struct {
	mu   sync.Mutex
	text bytes.Buffer
	line chan struct{} // closed at the first whole line
	once sync.Once
}

func (s *commandOutput) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	n, err := s.text.Write(p)
	if bytes.IndexByte(p, '\n') >= 0 {
		s.once.Do(func() { close(s.line) })
	}
	return n, err
}

func (s *commandOutput) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.String()
}

// startView runs `view` until end is called; end returns its error. url is the address that it
// printed.
func startView(t *testing.T, args ...string) (url string, out, errs *commandOutput, end func() error) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	out, errs = &commandOutput{line: make(chan struct{})}, &commandOutput{line: make(chan struct{})}
	root := rootCommand()
	root.SetArgs(append([]string{"view"}, args...))
	root.SetOut(out)
	root.SetErr(errs)
	done := make(chan error, 1)
	go func() { done <- root.ExecuteContext(ctx) }()
	end = func() error { cancel(); return <-done }
	select {
	case <-out.line:
	case err := <-done:
		cancel()
		t.Fatal(err)
	}
	for line := range strings.Lines(out.String()) {
		if strings.HasPrefix(line, "http://") {
			url, _, _ = strings.Cut(line, " ")
		}
	}
	return url, out, errs, end
}

func makeRun(t *testing.T, root, label string) *results.Run {
	t.Helper()
	run, err := results.Create(root, results.Info{
		Label: label, State: results.Running, Started: time.Date(2026, 11, 22, 20, 41, 0, 0, time.UTC), Rounds: 1,
		Cells: []string{"codec=json/placement=collector/window=4/size=16KiB-2"},
	})
	if err != nil {
		t.Fatal(err)
	}
	return run
}

func fetch(t *testing.T, url string) string {
	t.Helper()
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	resp, err := client.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		t.Errorf("%s: status %d, %v", url, resp.StatusCode, err)
	}
	return string(body)
}

// TestView: it prints an address of this machine for the list, or for the report of the run
// that was named, and ends without an error.
func TestView(t *testing.T) {
	out := filepath.Join(t.TempDir(), "runs")
	url, _, _, end := startView(t, "--out", out)
	if page := fetch(t, url); !strings.HasPrefix(url, "http://127.0.0.1:") || !strings.Contains(page, "make bench") {
		t.Errorf("%s shows\n%s", url, page)
	}
	run := makeRun(t, out, "first")
	if page := fetch(t, url); !strings.Contains(page, run.Info().ID) {
		t.Errorf("%s has no new run:\n%s", url, page)
	}
	if err := end(); err != nil {
		t.Error(err)
	}
	for _, args := range [][]string{{"first", "--out", out}, {run.Dir()}, {run.Info().ID, "--out", out, "--addr", "localhost:0"}} {
		url, _, errs, end := startView(t, args...)
		if page := fetch(t, url); !strings.HasSuffix(url, "/runs/"+run.Info().ID+"/") || !strings.Contains(page, run.Info().ID) {
			t.Errorf("%v: %s shows\n%s", args, url, page)
		}
		if err := end(); err != nil || errs.String() != "" {
			t.Errorf("%v: %v, %s", args, err, errs)
		}
	}
}

// TestViewOpen: it gives the address to the system, and goes on if that fails.
func TestViewOpen(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("the opener of another system is no script")
	}
	bin, opened := t.TempDir(), filepath.Join(t.TempDir(), "opened")
	t.Setenv("PATH", bin)
	_, _, errs, end := startView(t, "--out", t.TempDir(), "--open")
	<-errs.line
	if said := errs.String(); !strings.HasPrefix(said, "no browser was opened: ") || strings.Count(said, "\n") != 1 {
		t.Errorf("without an opener it says %q", said)
	}
	if err := end(); err != nil {
		t.Error(err)
	}
	// An opener that fails later also gives one line.
	script := "#!/bin/sh\necho \"$1\" >" + opened + "\nexit 3\n"
	if err := os.WriteFile(filepath.Join(bin, "xdg-open"), []byte(script), 0o777); err != nil {
		t.Fatal(err)
	}
	url, _, errs, end := startView(t, "--out", t.TempDir(), "--open")
	<-errs.line
	if said := errs.String(); said != "no browser was opened: xdg-open: exit status 3\n" {
		t.Errorf("it says %q", said)
	}
	if text, err := os.ReadFile(opened); err != nil || string(text) != url+"\n" {
		t.Errorf("the opener was given %q, %v; want %s", text, err, url)
	}
	if err := end(); err != nil {
		t.Error(err)
	}
}
