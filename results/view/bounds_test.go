//go:build unix

package view_test

import (
	"bytes"
	"compress/gzip"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"collatebench/profiles"
	"collatebench/results"
)

// sparse makes a file of a terabyte that takes no room on the disk.
func sparse(path string) error {
	return errors.Join(os.WriteFile(path, nil, 0o666), os.Truncate(path, 1<<40))
}

// soonGot gets pages from a server that must not wait for anybody.
func soonGot(t *testing.T, s *httptest.Server, path string) page {
	t.Helper()
	got := make(chan page, 1)
	go func() { got <- get(t, s, path) }()
	select {
	case p := <-got:
		return p
	case <-time.After(30 * time.Second):
		t.Fatalf("%s hangs", path)
		return page{}
	}
}

// TestOversizedRuns: a run with a file that is too large, or that is none, is one bad
// row, which names the file, its size and the bound. The others are shown as ever.
func TestOversizedRuns(t *testing.T) {
	for name, tt := range map[string]struct {
		spoil func(path string) error
		says  string // "" if the row is as ever
	}{
		"run.json":            {sparse, "run.json: it has 1 TiB; at most 16 MiB are read"},
		"samples.jsonl":       {sparse, "samples.jsonl: it has 1 TiB; at most 128 MiB are read"},
		"report/verdict.json": {sparse, ""}, // verdicts are made anew
		"report":              {func(path string) error { return syscall.Mkfifo(path, 0o666) }, ""},
		"profiles":            {func(path string) error { return syscall.Mkfifo(path, 0o666) }, ""},
		"log.txt":             {sparse, ""},
	} {
		root := t.TempDir()
		good, bad := newRun(t, root, newInfo(t, "good", 0), 3), newRun(t, root, newInfo(t, "bad", 1), 3)
		path := filepath.Join(bad.Dir(), name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o777), os.RemoveAll(path), tt.spoil(path)); err != nil {
			t.Fatal(err)
		}
		s := serve(t, root)
		list := soonGot(t, s, "/")
		list.has(t, good.Info().ID, bad.Info().ID, "collector: serialised", tt.says)
		if broken := strings.Contains(list.body, "are read"); broken != (tt.says != "") {
			t.Errorf("%s: a row is broken: %v", name, broken)
		}
		for _, page := range []string{"", "profiles/", "pprof/all/cpu/", "files/profiles/cpu.pb.gz"} {
			soonGot(t, s, "/runs/"+bad.Info().ID+"/"+page)
		}
		soonGot(t, s, "/compare?old="+good.Info().ID+"&new="+bad.Info().ID)
		soonGot(t, s, "/runs/"+good.Info().ID+"/").has(t, good.Info().ID)
	}
}

// TestManyPlanned: a run may not ask for more samples than can be counted.
func TestManyPlanned(t *testing.T) {
	root := t.TempDir()
	r := newRun(t, root, newInfo(t, "many", 0), 3)
	setInfo(t, r, func(i *results.Info) { i.Rounds = 10_001 })
	get(t, serve(t, root), "/").has(t, "10001 rounds of 4 cells; up to 10000 rounds and 2000000 samples can be shown")
}

// bomb is gzip of so many zeros.
func bomb(t *testing.T, n int) []byte {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	for range n >> 20 {
		if _, err := z.Write(make([]byte, 1<<20)); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestHostileProfiles: profiles that would take gigabytes, or wait for a named pipe, are
// refused or shown at once, and hold up no other.
func TestHostileProfiles(t *testing.T) {
	root := t.TempDir()
	r := profiledRun(t, root, "first", 0)
	pipe := filepath.Join(t.TempDir(), "pipe.go")
	if err := syscall.Mkfifo(pipe, 0o666); err != nil {
		t.Fatal(err)
	}
	cells := folders(t, r)
	path := func(i int) string { return filepath.Join(r.Dir(), "profiles", cells[i], profiles.CPU.File()) }
	piped, err := profiles.Read(path(0))
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range piped.Mapping {
		m.File = pipe
	}
	for _, f := range piped.Function {
		f.Filename = pipe
	}
	err = errors.Join(profiles.Write(path(1), piped), os.WriteFile(path(2), bomb(t, 64<<20), 0o666), sparse(path(3)))
	if err != nil {
		t.Fatal(err)
	}
	s := serve(t, root)
	for i, says := range map[int]string{2: "cpu.pb.gz: its 6", 3: "cpu.pb.gz: it has 1 TiB; at most 16 MiB are read"} {
		soonGot(t, s, mountPath(r, cells[i], profiles.CPU)+"flamegraph").refused(t, http.StatusUnprocessableEntity, says)
	}
	soonGot(t, s, mountPath(r, cells[2], profiles.CPU)+"flamegraph").refused(t, http.StatusUnprocessableEntity, "are more than 32 MiB when they are inflated")
	var wg sync.WaitGroup
	for _, page := range []string{"flamegraph", "source?f=.", "top", "disasm?f=.", "peek?f=mark"} {
		wg.Go(func() { soonGot(t, s, mountPath(r, cells[1], profiles.CPU)+page) })
		wg.Go(func() {
			soonGot(t, s, mountPath(r, cells[0], profiles.CPU)+"flamegraph").has(t, mark(r.Info().ID, cells[0], profiles.CPU))
		})
	}
	wg.Wait()
}

// TestSlowReader: a browser that does not read its answer holds up no other.
func TestSlowReader(t *testing.T) {
	root := t.TempDir()
	r := profiledRun(t, root, "first", 0)
	s := serve(t, root)
	address := strings.TrimPrefix(s.URL, "http://")
	for range 100 {
		c, err := net.Dial("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		if _, err := c.Write([]byte("GET /runs/" + r.Info().ID + "/ HTTP/1.1\r\nHost: " + address + "\r\n\r\n")); err != nil {
			t.Fatal(err)
		}
	}
	soonGot(t, s, mountPath(r, "all", profiles.CPU)+"flamegraph").has(t, mark(r.Info().ID, "all", profiles.CPU))
}
