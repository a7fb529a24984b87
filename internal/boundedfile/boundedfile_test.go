//go:build unix

package boundedfile_test

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"collatebench/internal/boundedfile"
)

const most = 1 << 10

// soon fails the test if f does not return: to open a named pipe waits for its writer.
func soon(t *testing.T, f func()) {
	t.Helper()
	done := make(chan bool)
	go func() { defer close(done); f() }()
	select {
	case <-done:
	case <-time.After(10 * time.Second):
		t.Fatal("it waits for another process")
	}
}

// folder has something of each kind, by name.
func folder(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	outside := filepath.Join(t.TempDir(), "secret")
	l, err := net.Listen("unix", filepath.Join(dir, "socket"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	err = errors.Join(
		os.WriteFile(outside, []byte("of nobody's concern"), 0o666),
		os.WriteFile(filepath.Join(dir, "whole"), make([]byte, most), 0o666),
		os.WriteFile(filepath.Join(dir, "larger"), make([]byte, most+1), 0o666),
		os.WriteFile(filepath.Join(dir, "sparse"), nil, 0o666),
		os.Truncate(filepath.Join(dir, "sparse"), 1<<40),
		os.Mkdir(filepath.Join(dir, "folder"), 0o777),
		syscall.Mkfifo(filepath.Join(dir, "pipe"), 0o666),
		os.Symlink("/dev/zero", filepath.Join(dir, "zero")),
		os.Symlink("pipe", filepath.Join(dir, "link-pipe")),
		os.Symlink("whole", filepath.Join(dir, "link")),
		os.Symlink(outside, filepath.Join(dir, "out")),
	)
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// TestRead: whatever the name is of, an answer comes at once, and never more than the
// bound.
func TestRead(t *testing.T) {
	dir := folder(t)
	for _, tt := range []struct{ name, below, byPath string }{ // errors; "" for none
		{"whole", "", ""},
		{"link", "", ""},
		{"larger", "larger: it has 1.0 KiB (1025 bytes); at most 1 KiB are read", "at most 1 KiB"},
		{"sparse", "sparse: it has 1 TiB; at most 1 KiB are read", "1 TiB"},
		{"folder", "folder: not a regular file: it is a directory", "a directory"},
		{"pipe", "pipe: not a regular file: it is a named pipe", "a named pipe"},
		{"link-pipe", "link-pipe: not a regular file: it is a named pipe", "a named pipe"},
		{"socket", "socket: not a regular file: it is a socket", "a socket"},
		{"zero", "path escapes from parent", "a device"},
		{"out", "path escapes from parent", ""},
		{"none", "no such file", "no such file"},
		{"../" + filepath.Base(dir) + "/whole", "path escapes from parent", ""},
	} {
		soon(t, func() {
			for want, read := range map[*string]func() ([]byte, error){
				&tt.below:  func() ([]byte, error) { return boundedfile.ReadBelow(dir, tt.name, most) },
				&tt.byPath: func() ([]byte, error) { return boundedfile.Read(filepath.Join(dir, tt.name), most) },
			} {
				text, err := read()
				switch {
				case err == nil && (*want != "" || len(text) > most):
					t.Errorf("%s: %d bytes, want the error %q", tt.name, len(text), *want)
				case err != nil && (*want == "" || !strings.Contains(err.Error(), *want) || text != nil):
					t.Errorf("%s: %v, want %q", tt.name, err, *want)
				}
			}
		})
	}
}

// TestErrors: callers can tell the errors from each other.
func TestErrors(t *testing.T) {
	dir := folder(t)
	var large *boundedfile.TooLargeError
	if _, err := boundedfile.ReadBelow(dir, "larger", most); !errors.As(err, &large) || *large != (boundedfile.TooLargeError{Name: "larger", Size: most + 1, Most: most}) {
		t.Error(err)
	}
	var odd *boundedfile.IrregularError
	if _, err := boundedfile.ReadBelow(dir, "pipe", most); !errors.As(err, &odd) || odd.Mode&fs.ModeNamedPipe == 0 {
		t.Error(err)
	}
	if _, err := boundedfile.ReadBelow(filepath.Join(dir, "none"), "whole", most); !errors.Is(err, fs.ErrNotExist) {
		t.Error(err)
	}
}

// TestReadUnsized: a file of /proc says that it is empty.
func TestReadUnsized(t *testing.T) {
	const path = "/proc/self/mountinfo"
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Skip("SKIPPED: ", err)
	}
	if text, err := boundedfile.Read(path, 1<<20); err != nil || len(text) != len(whole) {
		t.Errorf("%d bytes of %d: %v", len(text), len(whole), err)
	}
	if _, err := boundedfile.Read(path, 10); err == nil {
		t.Error("more was read than the bound")
	}
}

// TestFolders: what is no folder is refused at once, and a folder lists so many names.
func TestFolders(t *testing.T) {
	dir := folder(t)
	soon(t, func() {
		for _, name := range []string{"pipe", "whole", "none"} {
			if _, err := boundedfile.OpenRoot(filepath.Join(dir, name)); err == nil {
				t.Errorf("%s was opened as a folder", name)
			}
		}
		root, err := boundedfile.OpenRoot(dir)
		if err != nil {
			t.Fatal(err)
		}
		defer root.Close()
		for _, name := range []string{"pipe", "whole", "none", "out", "../" + filepath.Base(dir)} {
			if _, err := boundedfile.ReadDirIn(root, name, 10); err == nil {
				t.Errorf("%s was listed", name)
			}
		}
		for most, want := range map[int]int{1: 1, 3: 3, 100: 10} {
			if got, err := boundedfile.ReadDirIn(root, ".", most); err != nil || len(got) != want {
				t.Errorf("%d entries, %v; want %d", len(got), err, want)
			}
		}
		if none, err := boundedfile.ReadDirIn(root, "folder", 10); err != nil || len(none) != 0 {
			t.Errorf("%v, %v", none, err)
		}
	})
}

func TestOpenToAppend(t *testing.T) {
	dir := folder(t)
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	f, err := boundedfile.OpenFileIn(root, "whole", most, os.O_RDWR|os.O_APPEND)
	if err != nil {
		t.Fatal(err)
	}
	_, err = f.WriteString("more")
	if err = errors.Join(err, f.Close()); err != nil {
		t.Error(err)
	}
	soon(t, func() {
		for _, name := range []string{"pipe", "out", "none"} {
			if f, err := boundedfile.OpenFileIn(root, name, most, os.O_RDWR|os.O_APPEND); err == nil {
				t.Errorf("%s was opened: %v", name, f.Close())
			}
		}
	})
}

func TestInflate(t *testing.T) {
	pack := func(n int) []byte {
		var b bytes.Buffer
		z := gzip.NewWriter(&b)
		if _, err := io.CopyN(z, zeros{}, int64(n)); err != nil || z.Close() != nil {
			t.Fatal(err)
		}
		return b.Bytes()
	}
	if got, err := boundedfile.Inflate(pack(most), most); err != nil || len(got) != most {
		t.Errorf("%d bytes, %v", len(got), err)
	}
	if got, err := boundedfile.Inflate([]byte("plain"), most); err != nil || string(got) != "plain" {
		t.Errorf("%q, %v", got, err)
	}
	var much *boundedfile.InflatedError
	for name, data := range map[string][]byte{
		"one more": pack(most + 1), "a bomb": pack(100 << 20), "members": bytes.Repeat(pack(most), 2), "plain": make([]byte, most+1),
	} {
		if got, err := boundedfile.Inflate(data, most); !errors.As(err, &much) || got != nil || !strings.Contains(err.Error(), "more than 1 KiB") {
			t.Errorf("%s: %d bytes, %v", name, len(got), err)
		}
	}
	for _, cut := range []int{3, 20} {
		if _, err := boundedfile.Inflate(pack(most)[:cut], most); !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("cut after %d bytes: %v", cut, err)
		}
	}
}

// zeros has no end.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }
