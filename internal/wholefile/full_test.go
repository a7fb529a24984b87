//go:build linux || darwin

package wholefile_test

import (
	"errors"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"collatebench/internal/wholefile"
)

// TestFirstErrorStays: a writer that does not look at errors, as the runtime's
// profilers are, leaves no file that lacks its middle.
func TestFirstErrorStays(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a")
	f, err := wholefile.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	full(t, func() { _, _ = f.Write(make([]byte, 20)) })
	if _, err := f.Write([]byte("the rest")); err != nil {
		t.Fatal(err)
	}
	if err := f.Commit(); !errors.Is(err, syscall.EFBIG) || !strings.Contains(err.Error(), " "+path+":") || !wholefile.Full(err) {
		t.Errorf("Commit: %v", err)
	}
	holds(t, filepath.Dir(path))
	if err := wholefile.Write(filepath.Join(path, "b"), nil); err == nil || wholefile.Full(err) {
		t.Errorf("%v is of a folder that takes no files", err)
	}
}

// full has files of this process end after 10 bytes while do runs.
func full(t *testing.T, do func()) {
	t.Helper()
	signal.Ignore(syscall.SIGXFSZ)
	defer signal.Reset(syscall.SIGXFSZ)
	var was syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &was); err != nil {
		t.Fatal(err)
	}
	small := was
	small.Cur = 10
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &small); err != nil {
		t.Fatal(err)
	}
	do()
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &was); err != nil {
		t.Fatal(err)
	}
}
