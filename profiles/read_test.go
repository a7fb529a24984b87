package profiles_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"collatebench/profiles"
)

func TestReadErrors(t *testing.T) {
	cpuDir := captureCPU(t, spinAlpha)
	whole, err := os.ReadFile(filepath.Join(cpuDir, profiles.CPU.File()))
	if err != nil {
		t.Fatal(err)
	}
	write := func(name, data string) string {
		path := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(path, []byte(data), 0o666); err != nil {
			t.Fatal(err)
		}
		return path
	}
	for _, tt := range []struct{ path, want string }{
		{filepath.Join(cpuDir, "none.pb.gz"), "no such file"},
		{cpuDir, "is a directory"},
		{write("empty", ""), "empty"},
		{write("text", "goos: linux\nBenchmarkCollate 1 2 ns/op\n"), "unrecognized profile format"},
		{write("cut.pb.gz", string(whole[:len(whole)/2])), "unexpected EOF"},
		{filepath.Join(cpuDir, profiles.Trace.File()), "execution trace"},
	} {
		_, err := profiles.Read(tt.path)
		if err == nil || !strings.HasPrefix(err.Error(), "read profile "+tt.path+": ") || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("Read(%s): %v, want the file named and %q", tt.path, err, tt.want)
			continue
		}
		if strings.Contains(err.Error(), "\n") || strings.Count(err.Error(), tt.path) != 1 {
			t.Errorf("Read(%s): not one line that names the file once: %v", tt.path, err)
		}
	}
}

// TestReadMissing: callers tell a profile that was never taken from a bad one.
func TestReadMissing(t *testing.T) {
	if _, err := profiles.Read(filepath.Join(t.TempDir(), "none")); !errors.Is(err, fs.ErrNotExist) {
		t.Error(err)
	}
}

func TestWriteError(t *testing.T) {
	p := read(t, captureCPU(t, spinAlpha), profiles.CPU)
	path := filepath.Join(t.TempDir(), "none", "cpu.pb.gz")
	if err := profiles.Write(path, p); err == nil || !strings.HasPrefix(err.Error(), "write profile: ") {
		t.Errorf("Write into no folder: %v", err)
	}
}
