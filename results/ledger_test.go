package results_test

import (
	"bytes"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"strings"
	"testing"

	"collatebench/results"
	"collatebench/results/resultstest"
	"collatebench/results/stats"
)

func ledgerPath(r *results.Run) string { return filepath.Join(r.Dir(), "samples.jsonl") }

func TestLedgerKeepsSamples(t *testing.T) {
	names := []string{resultstest.Collector32, resultstest.Request32}
	samples := resultstest.Rounds(t, names, 3)
	samples[1].Flags = []string{"steal 12% of the cores"}
	r := resultstest.Run(t, resultstest.Info(names...), samples)
	got, err := r.Samples()
	if err != nil || !reflect.DeepEqual(got, samples) {
		t.Errorf("%v: read back\n%+v, want\n%+v", err, got, samples)
	}
	if err := r.Close(); err != nil {
		t.Errorf("closed twice: %v", err)
	}
}

func TestAppendRefuses(t *testing.T) {
	r := resultstest.Run(t, resultstest.Info(resultstest.Request32), nil)
	bad := resultstest.Sample(t, resultstest.Request32, 1, 1, 50)
	bad.Detail.GOMAXPROCS = 7
	for name, s := range map[string]results.Sample{"not valid": bad, "another cell": resultstest.Sample(t, resultstest.Collector32, 1, 1, 50)} {
		if err := r.Append(s); err == nil {
			t.Errorf("%s: taken", name)
		}
	}
	if samples, err := r.Samples(); err != nil || len(samples) != 0 {
		t.Errorf("%d samples, %v", len(samples), err)
	}
}

func TestOneProcessAppends(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("there is no lock here")
	}
	r := resultstest.Run(t, resultstest.Info(resultstest.Request32), nil)
	if err := r.OpenLedger(); err != nil {
		t.Fatal(err)
	}
	second, err := results.Open(r.Dir())
	if err != nil {
		t.Fatal(err)
	}
	// The lock belongs to the open file, so it also excludes this process.
	if err := second.OpenLedger(); err == nil || !strings.Contains(err.Error(), "another process") {
		t.Errorf("opened a second time: %v", err)
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	if err := second.Append(resultstest.Sample(t, resultstest.Request32, 1, 1, 50)); err != nil {
		t.Error(err)
	}
	if err := second.Close(); err != nil {
		t.Error(err)
	}
}

func TestTornLineElsewhereIsAnError(t *testing.T) {
	r := resultstest.Run(t, resultstest.Info(resultstest.Request32), resultstest.Rounds(t, []string{resultstest.Request32}, 3))
	text, err := os.ReadFile(ledgerPath(r))
	if err != nil {
		t.Fatal(err)
	}
	lines := bytes.SplitAfter(text, []byte("\n"))
	torn := bytes.Join([][]byte{lines[0], lines[1][:20], []byte("\n"), lines[2]}, nil)
	for _, content := range [][]byte{torn, append([]byte("\n"), text...)} {
		if err := os.WriteFile(ledgerPath(r), content, 0o666); err != nil {
			t.Fatal(err)
		}
		_, readErr := r.Samples()
		for _, err := range []error{readErr, r.OpenLedger()} {
			if err == nil || !strings.Contains(err.Error(), "samples.jsonl:") {
				t.Errorf("%v; want an error that names file and line", err)
			}
		}
		if now, err := os.ReadFile(ledgerPath(r)); err != nil || !bytes.Equal(now, content) {
			t.Errorf("%v: a ledger with an error in it was changed", err)
		}
	}
}

// FuzzCut cuts a file of the run folder at any byte, as a crash may, and puts any bytes
// after the cut. Whole lines survive, and Append repairs the file.
func FuzzCut(f *testing.F) {
	names := []string{resultstest.Collector32, resultstest.Request32}
	samples := resultstest.Rounds(f, names, 2)
	made := resultstest.Run(f, resultstest.Info(names...), samples)
	ledger, err := os.ReadFile(ledgerPath(made))
	if err != nil {
		f.Fatal(err)
	}
	info, err := os.ReadFile(filepath.Join(made.Dir(), "run.json"))
	if err != nil {
		f.Fatal(err)
	}
	for _, at := range []int{0, 1, len(ledger) / 2, len(ledger) - 1, len(ledger), bytes.IndexByte(ledger, '\n'), bytes.IndexByte(ledger, '\n') + 1} {
		f.Add(uint(at), uint(len(info)), []byte{})
		f.Add(uint(at), uint(at), []byte{})
		f.Add(uint(at), uint(len(info)), []byte("\x00\x00\x00"))
		f.Add(uint(at), uint(len(info)), []byte("null\n{}\n"))
	}
	f.Fuzz(func(t *testing.T, ledgerCut, infoCut uint, garbage []byte) {
		dir := t.TempDir()
		cut := ledger[:ledgerCut%uint(len(ledger)+1)]
		whole := bytes.Count(cut, []byte("\n"))
		write := func(name string, content []byte) {
			if err := os.WriteFile(filepath.Join(dir, name), content, 0o666); err != nil {
				t.Fatal(err)
			}
		}
		write("run.json", info[:infoCut%uint(len(info)+1)])
		write("samples.jsonl", append(bytes.Clone(cut), garbage...))
		r, err := results.Open(dir)
		if err != nil {
			return // run.json is whole or not there: only damage cuts it
		}
		defer r.Close()
		got, err := r.Samples()
		if bytes.ContainsRune(garbage, '\n') {
			_, _ = stats.Summarise(r.Info(), got)
			_ = r.WriteBench()
			return // more than a torn last line
		}
		if err != nil || len(got) != whole || (whole > 0 && !reflect.DeepEqual(got, samples[:whole])) {
			t.Fatalf("%v: %d samples of %d whole lines", err, len(got), whole)
		}
		if err := r.Append(samples[0]); err != nil {
			t.Fatal(err)
		}
		got, err = r.Samples()
		if err != nil || len(got) != whole+1 || !reflect.DeepEqual(got[whole], samples[0]) {
			t.Fatalf("after appending: %v, %d samples, want %d", err, len(got), whole+1)
		}
		text, err := os.ReadFile(filepath.Join(dir, "samples.jsonl"))
		if err != nil || !bytes.HasPrefix(text, ledger[:bytes.LastIndexByte(cut, '\n')+1]) || text[len(text)-1] != '\n' {
			t.Fatalf("%v: the ledger is not whole lines again:\n%s", err, text)
		}
		again, err := results.Open(dir)
		if err != nil {
			t.Fatal(err)
		}
		if read, err := again.Samples(); err != nil || !reflect.DeepEqual(read, got) {
			t.Fatalf("another process reads %d samples, %v; want %d", len(read), err, len(got))
		}
	})
}

// TestEveryCut tries every cut of a ledger, not only those of a fuzzer.
func TestEveryCut(t *testing.T) {
	r := resultstest.Run(t, resultstest.Info(resultstest.Request32), resultstest.Rounds(t, []string{resultstest.Request32}, 2))
	ledger, err := os.ReadFile(ledgerPath(r))
	if err != nil {
		t.Fatal(err)
	}
	for at := range len(ledger) + 1 {
		if err := os.WriteFile(ledgerPath(r), ledger[:at], 0o666); err != nil {
			t.Fatal(err)
		}
		want := bytes.Count(ledger[:at], []byte("\n"))
		if got, err := r.Samples(); err != nil || len(got) != want {
			t.Fatalf("cut at byte %d: %v, %d samples, want %d", at, err, len(got), want)
		}
	}
}
