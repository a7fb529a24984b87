//go:build linux || darwin

package wholefile_test

import (
	"errors"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"collatebench/internal/filelimit"
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
	_ = filelimit.While(10, func() error { _, err := f.Write(make([]byte, 20)); return err })
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
