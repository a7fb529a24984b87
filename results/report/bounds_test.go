//go:build unix

package report_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"collatebench/bench"
	"collatebench/profiles"
	"collatebench/results"
	"collatebench/results/report"
)

// TestOddFiles: a trace that is none, or too large, costs its own timeline; tables that
// are none are an error. Neither waits for a named pipe.
func TestOddFiles(t *testing.T) {
	cells := matrix(t, map[string]string{"window": "8", "procs": "2", "placement": "collector,request"})
	run := newRun(t, results.Info{Cells: cells, Profiled: true}, samples(t, cells, 2))
	path := func(name string) string {
		c, err := bench.ParseCell(name)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.MkdirAll(run.ProfileDir(c), 0o777); err != nil {
			t.Fatal(err)
		}
		return filepath.Join(run.ProfileDir(c), profiles.Trace.File())
	}
	tables := filepath.Join(run.ReportDir(), results.BenchstatText)
	err := errors.Join(syscall.Mkfifo(path(cells[0]), 0o666), os.WriteFile(path(cells[1]), nil, 0o666), os.Truncate(path(cells[1]), 1<<40), os.MkdirAll(run.ReportDir(), 0o777))
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan bool)
	go func() {
		defer close(done)
		if page, err := report.HTML(run, nil); err != nil || !strings.Contains(string(page), "trace.out: not a regular file: it is a named pipe") ||
			!strings.Contains(string(page), "trace.out: it has 1 TiB; at most 32 MiB are read") {
			t.Errorf("%v: the page does not say what is wrong with the traces", err)
		}
		if err := syscall.Mkfifo(tables, 0o666); err != nil {
			t.Error(err)
		}
		if _, err := report.HTML(run, nil); err == nil || !strings.Contains(err.Error(), "benchstat.txt: not a regular file") {
			t.Errorf("tables that are a pipe: %v", err)
		}
	}()
	select {
	case <-done:
	case <-time.After(30 * time.Second):
		t.Fatal("it waits for another process")
	}
}
