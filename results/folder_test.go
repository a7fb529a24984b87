//go:build unix

package results_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"syscall"
	"testing"
	"time"

	"collatebench/internal/boundedfile"
	"collatebench/results"
	"collatebench/results/resultstest"
)

// soon fails the test if f does not return: to open a named pipe waits for its writer.
func soon(t *testing.T, f func()) {
	t.Helper()
	done := make(chan bool)
	go func() { defer close(done); f() }()
	select {
	case <-done:
	case <-time.After(20 * time.Second):
		t.Fatal("it waits for another process")
	}
}

// spoilers put something else in the place of a file, each with what an error says.
var spoilers = []struct {
	says  string
	spoil func(path string) error
}{
	{"1 TiB", func(path string) error { return errors.Join(os.WriteFile(path, nil, 0o666), os.Truncate(path, 1<<40)) }},
	{"a named pipe", func(path string) error { return syscall.Mkfifo(path, 0o666) }},
	{"a directory", func(path string) error { return os.Mkdir(path, 0o777) }},
	{"path escapes", func(path string) error { return os.Symlink("/dev/zero", path) }},
}

// TestSpoiltFiles: whatever is in the place of a run's file, one line names the run and
// the file at once.
func TestSpoiltFiles(t *testing.T) {
	for _, tt := range spoilers {
		r := resultstest.Run(t, resultstest.Info(resultstest.Request32), resultstest.Rounds(t, []string{resultstest.Request32}, 3))
		spoil := func(name string) {
			path := filepath.Join(r.Dir(), name)
			if err := errors.Join(os.Remove(path), tt.spoil(path)); err != nil {
				t.Fatal(err)
			}
		}
		check := func(name string, err error) {
			if err == nil || !strings.HasPrefix(err.Error(), "run "+r.Info().ID+": "+name+": ") || !strings.Contains(err.Error(), tt.says) ||
				strings.Contains(err.Error(), "\n") {
				t.Errorf("%s: %v; want the run, the file and %q", name, err, tt.says)
			}
		}
		soon(t, func() {
			spoil("samples.jsonl")
			_, err := r.Samples()
			check("samples.jsonl", err)
			_, err = r.Progress()
			check("samples.jsonl", err)
			check("samples.jsonl", r.OpenLedger())
			spoil("run.json")
			_, err = results.Open(r.Dir())
			check("run.json", err)
		})
	}
}

// TestSpoiltBench: what is in the place of bench.txt is replaced, and never read.
func TestSpoiltBench(t *testing.T) {
	for _, tt := range spoilers {
		if tt.says == "a directory" {
			continue // a rename can't replace it
		}
		r := resultstest.Run(t, resultstest.Info(resultstest.Request32), resultstest.Rounds(t, []string{resultstest.Request32}, 3))
		if err := tt.spoil(r.BenchPath()); err != nil {
			t.Fatal(err)
		}
		soon(t, func() {
			if err := r.WriteBench(); err != nil {
				t.Errorf("%s: %v", tt.says, err)
			}
			if text, err := r.ReadFile(results.BenchFile, results.MaxDerived); err != nil || !bytes.Contains(text, []byte("BenchmarkCollate/")) {
				t.Errorf("%s: %q, %v", tt.says, text, err)
			}
		})
	}
}

// TestDerivedStaysInside: a link in the place of report/ does not lead a file out.
func TestDerivedStaysInside(t *testing.T) {
	r := resultstest.Run(t, resultstest.Info(resultstest.Request32), nil)
	outside := t.TempDir()
	if err := os.Symlink(outside, r.ReportDir()); err != nil {
		t.Fatal(err)
	}
	if err := r.WriteDerived("x.txt", []byte("x")); err == nil {
		t.Error("written through a link")
	}
	if left, err := os.ReadDir(outside); err != nil || len(left) > 0 {
		t.Errorf("%v, %v", left, err)
	}
}

// TestLedgerBounds: a ledger is bounded in bytes, lines and flags, since few bytes can
// become a record of hundreds.
func TestLedgerBounds(t *testing.T) {
	for says, text := range map[string]string{
		"more than 131072 lines": strings.Repeat("{}\n", 1<<17+1),
		"101 flags":              `{"flags":[` + strings.Repeat(`"",`, 100) + `""]}` + "\n",
	} {
		r := resultstest.Run(t, resultstest.Info(resultstest.Request32), nil)
		if err := os.WriteFile(ledgerPath(r), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
		if _, err := r.Samples(); err == nil || !strings.Contains(err.Error(), says) || !strings.Contains(err.Error(), "samples.jsonl") {
			t.Errorf("%v, want %q", err, says)
		}
	}
	r := resultstest.Run(t, resultstest.Info(resultstest.Request32), nil)
	if err := os.Truncate(ledgerPath(r), results.MaxLedger+1); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Samples(); !errors.As(err, new(*boundedfile.TooLargeError)) {
		t.Error(err)
	}
}

// TestSamplesWhileOpen: while a run has its ledger open it does not read it again, and
// has what a later process will read.
func TestSamplesWhileOpen(t *testing.T) {
	r := resultstest.Run(t, resultstest.Info(resultstest.Request32), resultstest.Rounds(t, []string{resultstest.Request32}, 2))
	if err := r.Append(resultstest.Sample(t, resultstest.Request32, 3, 1, 50)); err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	before, err := r.Samples()
	if err != nil || len(before) != 3 {
		t.Fatalf("%d samples, %v", len(before), err)
	}
	other, err := results.Open(r.Dir())
	if err != nil {
		t.Fatal(err)
	}
	if read, err := other.Samples(); err != nil || !reflect.DeepEqual(read, before) {
		t.Errorf("%v: another process reads\n%v, this one has\n%v", err, read, before)
	}
	if err := r.Append(resultstest.Sample(t, resultstest.Request32, 4, 1, 50)); err != nil {
		t.Fatal(err)
	}
	_ = append(before, results.Sample{Cell: "not in the ledger"})
	if all, err := r.Samples(); err != nil || len(all) != 4 || all[3].Round != 4 {
		t.Errorf("%d samples, %v", len(all), err)
	}
	// Were the ledger read for each look, the file would be missing.
	if err := os.Rename(ledgerPath(r), ledgerPath(r)+".away"); err != nil {
		t.Fatal(err)
	}
	if all, err := r.Samples(); err != nil || len(all) != 4 {
		t.Errorf("%d samples, %v: the ledger is read again", len(all), err)
	}
}

func TestHas(t *testing.T) {
	r := resultstest.Run(t, resultstest.Info(resultstest.Request32), nil)
	root, id := filepath.Split(r.Dir())
	root = filepath.Clean(root)
	if err := errors.Join(r.Link(), os.Mkdir(filepath.Join(root, "empty"), 0o777), os.CopyFS(filepath.Join(root, ".hidden"), os.DirFS(r.Dir()))); err != nil {
		t.Fatal(err)
	}
	list, err := results.List(root)
	if err != nil || len(list) != 1 || !results.Has(root, id) {
		t.Errorf("%v, %v; Has(%q) = %v", list, err, id, results.Has(root, id))
	}
	for _, other := range []string{"", ".", "..", "latest", "empty", ".hidden", "none", id + "/", id + "/.", "x/../" + id, "../" + filepath.Base(root) + "/" + id, id + "\x00", r.Dir()} {
		if results.Has(root, other) {
			t.Errorf("it has %q", other)
		}
	}
}
