//go:build unix

package profiles

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/pprof/profile"
	"google.golang.org/protobuf/encoding/protowire"
)

// message appends a field of bytes.
func message(to []byte, number protowire.Number, field []byte) []byte {
	return protowire.AppendBytes(protowire.AppendTag(to, number, protowire.BytesType), field)
}

// encode makes a profile whose samples have one type, with a name for a function.
func encode(name string) []byte {
	b := message(nil, 1, []byte{8, 1, 16, 1})
	b = message(b, 6, nil)
	b = message(b, 6, []byte("cpu"))
	return message(b, 6, []byte(name))
}

// repeat appends a field n times.
func repeat(to []byte, number protowire.Number, field []byte, n int) []byte {
	return append(to, bytes.Repeat(message(nil, number, field), n)...)
}

func pack(t *testing.T, text io.Reader) []byte {
	t.Helper()
	var b bytes.Buffer
	z, err := gzip.NewWriterLevel(&b, gzip.BestSpeed)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(z, text); err != nil || z.Close() != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// zeros has no end.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

// hostile are profiles of a few MB or less that would take GB, each with what the error
// says.
func hostile(t *testing.T) map[string][]byte {
	inlined := repeat([]byte{8, 1}, 4, []byte{8, 1, 16, 1}, 1000)
	stacks := message(message(encode("f"), 5, []byte{8, 1, 16, 2}), 4, inlined)
	stacks = repeat(stacks, 2, append(message(nil, 1, bytes.Repeat([]byte{1}, 1000)), 16, 1), 10)
	return map[string][]byte{
		"are more than 32 MiB when they are inflated": pack(t, io.LimitReader(zeros{}, 300<<20)),
		"bytes once it is parsed; at most 134217728":  pack(t, bytes.NewReader(repeat(encode("f"), 2, []byte{16, 1}, 700_000))),
		"frames; at most 2000000":                     pack(t, bytes.NewReader(stacks)),
		"characters in names":                         pack(t, bytes.NewReader(message(encode(strings.Repeat("a.", 20_000)), 5, []byte{8, 1, 16, 2}))),
	}
}

// TestParseBounds: a profile that would take too much memory is refused before it does.
func TestParseBounds(t *testing.T) {
	for says, data := range hostile(t) {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := Parse(data)
		runtime.ReadMemStats(&after)
		if err == nil || !strings.Contains(err.Error(), says) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%v, want %q", err, says)
		}
		if took := after.TotalAlloc - before.TotalAlloc; took > 6*maxInflated {
			t.Errorf("%d bytes, for which it took %d MB: %v", len(data), took>>20, err)
		}
	}
}

// TestParsedSize: the estimate is not below what the parser allocates, for the shapes of
// which it allocates most.
func TestParsedSize(t *testing.T) {
	const n = 100_000
	for name, text := range map[string][]byte{
		"samples":    repeat(encode("f"), 2, []byte{16, 1}, n),
		"labels":     repeat(encode("f"), 2, []byte{16, 1, 26, 4, 8, 1, 16, 1}, n),
		"num labels": repeat(encode("f"), 2, []byte{16, 1, 26, 6, 8, 1, 24, 1, 32, 1}, n),
		"locations":  repeat(encode("f"), 2, append(message(nil, 1, bytes.Repeat([]byte{0}, 1000)), 16, 1), n/100),
		"values":     repeat(encode("f"), 2, message(nil, 2, bytes.Repeat([]byte{1}, 1000)), n/100),
		"functions":  repeat(encode("f"), 5, []byte{8, 1}, n),
		"lines":      message(encode("f"), 4, repeat([]byte{8, 1}, 4, nil, n)),
		"strings":    repeat(encode("f"), 6, nil, n),
		"comments":   message(encode("f"), 13, make([]byte, n)),
		"mappings":   repeat(encode("f"), 3, nil, n),
	} {
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		p, err := profile.ParseUncompressed(text)
		runtime.GC()
		runtime.ReadMemStats(&after)
		live := int64(after.HeapAlloc) - int64(before.HeapAlloc)
		runtime.KeepAlive(p)
		if estimate := parsedSize(text); live > estimate+1<<20 {
			t.Errorf("%s: %d kB are live, %d kB were estimated (%v)", name, live>>10, estimate>>10, err)
		}
	}
}

// TestRealProfileIsFarBelow: the bounds leave room for real profiles.
func TestRealProfileIsFarBelow(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "cell")
	c, err := Start(dir, PassMemory)
	if err != nil {
		t.Fatal(err)
	}
	<-c.Full()
	if err := c.Stop(); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(filepath.Join(dir, Heap.File()))
	if err != nil {
		t.Fatal(err)
	}
	p, err := Parse(data)
	if err != nil || PageBytes(p) > maxParsed/16 {
		t.Errorf("%v, %d bytes a page", err, PageBytes(p))
	}
}

// tiny is a profile of one function in one file, of an executable.
func tiny(file, executable, buildID string) *profile.Profile {
	m := &profile.Mapping{ID: 1, Start: 1, Limit: 100, File: executable, BuildID: buildID, HasFunctions: true}
	f := &profile.Function{ID: 1, Name: "main.tiny", Filename: file}
	l := &profile.Location{ID: 1, Mapping: m, Address: 2, Line: []profile.Line{{Function: f, Line: 1}}}
	return &profile.Profile{
		SampleType: []*profile.ValueType{{Type: "cpu", Unit: "nanoseconds"}}, Mapping: []*profile.Mapping{m}, Function: []*profile.Function{f},
		Location: []*profile.Location{l}, Sample: []*profile.Sample{{Location: []*profile.Location{l}, Value: []int64{1}}},
	}
}

// pages gets every page of a profile, and fails the test if one waits for another
// process.
func pages(t *testing.T, p *profile.Profile, o UIOptions) map[string]string {
	t.Helper()
	out := map[string]string{}
	done := make(chan error)
	go func() {
		h, err := Handler(p, o)
		if err == nil {
			for _, page := range []string{"flamegraph", "top", "peek", "source", "disasm", "download"} {
				w := httptest.NewRecorder()
				h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/"+page+"?f=tiny", nil))
				out[page] = w.Body.String()
			}
		}
		done <- err
	}()
	select {
	case err := <-done:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(30 * time.Second):
		t.Fatal("it waits for another process")
	}
	return out
}

// TestNamedPipes: no page opens a pipe, or any other file that is no regular one, that
// a profile names, as its executable or as its source, in whatever spelling.
func TestNamedPipes(t *testing.T) {
	wd := filepath.Join(t.TempDir(), "module")
	pipe := filepath.Join(wd, "pipe.go")
	if err := errors.Join(os.MkdirAll(filepath.Join(wd, "deep"), 0o777), syscall.Mkfifo(pipe, 0o666), os.Symlink("/dev/zero", filepath.Join(wd, "zero.go"))); err != nil {
		t.Fatal(err)
	}
	t.Chdir(wd)
	t.Setenv("PPROF_BINARY_PATH", wd)
	for _, name := range []string{
		pipe, "pipe.go", "./pipe.go", "/proc/self/cwd/pipe.go", "/proc/self/cwd/./pipe.go", "/proc/self/cwd//proc/self/cwd/pipe.go", "/elsewhere/module/pipe.go",
		"deep/../pipe.go", filepath.Join(wd, "zero.go"), "module/pipe.go", "/x/module/../module/pipe.go", "/dev/zero",
	} {
		pages(t, tiny(name, name, ""), UIOptions{})
		pages(t, tiny("x.go", name, "*"), UIOptions{Base: tiny(name, name, "..")})
	}
	pages(t, tiny("x.go", "x", ""), UIOptions{Executable: pipe})
}

// TestRestrict: pprof finds the executable that the caller names, and no other.
func TestRestrict(t *testing.T) {
	p := tiny("x.go", "/somewhere/profiled", "ab12")
	p.Mapping = append(p.Mapping, &profile.Mapping{ID: 2, File: "/bin/sh", BuildID: "cd34"}, &profile.Mapping{ID: 3, File: "/bin/sh", BuildID: "../*"})
	all := fetcher{mainSource: p}
	files := func() string {
		var out []string
		for _, m := range p.Mapping {
			out = append(out, m.File+" "+m.BuildID)
		}
		return strings.Join(out, ", ")
	}
	if restrict(all, "/own", "") || files() != "/somewhere/profiled ab12, /bin/sh cd34, /bin/sh " {
		t.Errorf("without an executable: %s", files())
	}
	if !restrict(all, "/own", "ab12") || files() != "/own ab12,  ,  " {
		t.Errorf("with it: %s", files())
	}
}

// TestSourceNames: of a profile's files, those that can be read as source stay.
func TestSourceNames(t *testing.T) {
	wd := t.TempDir()
	large := filepath.Join(wd, "large.go")
	if err := errors.Join(os.WriteFile(large, nil, 0o666), os.Truncate(large, maxSource+1), os.WriteFile(filepath.Join(wd, "own.go"), nil, 0o666)); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		filepath.Join(wd, "own.go"): filepath.Join(wd, "own.go"), "own.go": "own.go", "/gone/away.go": "/gone/away.go", "example.com/m/x.s": "example.com/m/x.s",
		"../x.cc": "../x.cc", "./x.c": "x.c", "": "", large: "", "large.go": "", "/etc/passwd": "", "/proc/self/cwd/own.go": "own.go",
	} {
		if got := plainName(name, wd); got != want {
			t.Errorf("%q becomes %q, want %q", name, got, want)
		}
	}
}

// TestReadOdd: what is no regular file, or too large, is refused by its size.
func TestReadOdd(t *testing.T) {
	dir := t.TempDir()
	at := func(name string) string { return filepath.Join(dir, name) }
	if err := errors.Join(syscall.Mkfifo(at("pipe"), 0o666), os.WriteFile(at("sparse"), nil, 0o666), os.Truncate(at("sparse"), 1<<40)); err != nil {
		t.Fatal(err)
	}
	for name, says := range map[string]string{"pipe": "a named pipe", "sparse": "it has 1 TiB; at most 16 MiB are read"} {
		_, err := Read(at(name))
		if want := fmt.Sprintf("read profile %s: ", at(name)); err == nil || !strings.HasPrefix(err.Error(), want) || !strings.Contains(err.Error(), says) || strings.Count(err.Error(), at(name)) != 1 {
			t.Errorf("%v, want %q", err, says)
		}
	}
	bomb := pack(t, io.LimitReader(zeros{}, 64<<20))
	if err := os.WriteFile(at("bomb"), bomb, 0o666); err != nil {
		t.Fatal(err)
	}
	if _, err := Merge([]Source{{"cell", at("bomb")}}); err == nil || !strings.Contains(err.Error(), at("bomb")) || !strings.Contains(err.Error(), "32 MiB") {
		t.Errorf("merged: %v", err)
	}
}
