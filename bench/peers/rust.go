package peers

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"

	"collatebench/internal/spell"
)

func buildRust(ctx context.Context, s site) ([]string, error) {
	err := s.execute(ctx, "cargo", "build", "--release", "--locked",
		"--manifest-path", filepath.Join("bench", "peers", "rust", "Cargo.toml"), "--target-dir", s.relative())
	return []string{filepath.Join(s.output, "release", "collatebench-rust")}, err
}

// missingForRust wants the linker that rustc calls, and cargo as new as the
// source says.
func missingForRust(ctx context.Context, s site) (string, error) {
	if wants := absent("cc"); wants != "" && runtime.GOOS != "windows" {
		return wants, nil
	}
	says, err := s.ask(ctx, "cargo", "--version")
	if failed := (*commandError)(nil); errors.As(err, &failed) { // rustup's, without a toolchain
		return "cargo does not work: " + cmp.Or(spell.FirstLine(failed.output), failed.reason()), nil
	} else if err != nil {
		return "", err
	}
	manifest, err := os.ReadFile(filepath.Join(s.source, "Cargo.toml"))
	if err != nil {
		return "", err
	}
	have, want := cargoVersion.FindStringSubmatch(says), rustVersion.FindStringSubmatch(string(manifest))
	if have != nil && want != nil && older(have, want) {
		return fmt.Sprintf("cargo is %s.%s, and it takes %s.%s or later", have[1], have[2], want[1], want[2]), nil
	}
	return "", nil
}

var (
	cargoVersion = regexp.MustCompile(`^cargo (\d+)\.(\d+)`)
	rustVersion  = regexp.MustCompile(`(?m)^rust-version = "(\d+)\.(\d+)`)
)

// older compares two versions, each a match with major and minor.
func older(a, b []string) bool {
	for i := 1; i <= 2; i++ {
		x, _ := strconv.Atoi(a[i]) // they are digits
		y, _ := strconv.Atoi(b[i])
		if x != y {
			return x < y
		}
	}
	return false
}
