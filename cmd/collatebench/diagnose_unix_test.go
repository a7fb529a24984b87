//go:build unix

package main

import (
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// TestDiagnosePipe: a pipe that nobody writes to is not waited for.
func TestDiagnosePipe(t *testing.T) {
	path := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Skip(err)
	}
	code, out, errs := program("diagnose", "--trace", path)
	if code != exitUsage || !strings.Contains(errs, path+": it is no regular file; --trace - reads a pipe") || out != "" {
		t.Errorf("exit code %d: %s%s", code, errs, out)
	}
}
