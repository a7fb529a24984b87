//go:build !unix

package rusage_test

import (
	"runtime"
	"strings"
	"testing"

	"collatebench/internal/rusage"
)

func TestCheckRefusesThisSystem(t *testing.T) {
	err := rusage.Check()
	if err == nil || !strings.Contains(err.Error(), runtime.GOOS) || strings.Contains(err.Error(), "\n") {
		t.Errorf("got %v; want one line that names %s", err, runtime.GOOS)
	}
}
