package runner

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"collatebench/internal/spell"
)

// A Program is the compiled benchmark, in a folder of its own.
type Program struct {
	Source string // the folder of the module that it was compiled from
	path   string
	hash   string // SHA-256: samples of two programs are never mixed
}

// Compile builds the benchmark from the collatebench module around dir, or
// around the working directory, for runs that share it.
func Compile(ctx context.Context, dir string) (*Program, error) {
	source, err := findSource(ctx, dir)
	if err != nil {
		return nil, err
	}
	return compile(ctx, source)
}

// Remove deletes it.
func (p *Program) Remove() {
	if p != nil {
		os.RemoveAll(filepath.Dir(p.path))
	}
}

// findSource returns the folder of the collatebench module around dir, or
// around the working directory.
func findSource(ctx context.Context, dir string) (string, error) {
	cmd := exec.CommandContext(ctx, "go", "list", "-m", "-f", "{{.Path}}\t{{.Dir}}")
	cmd.Dir = dir
	out, err := cmd.Output()
	if path, root, ok := strings.Cut(strings.TrimSpace(string(out)), "\t"); err == nil && ok && path == "collatebench" {
		return root, nil
	}
	where := dir
	if where == "" {
		where, _ = os.Getwd() // for the message alone
	}
	if _, missing := exec.LookPath("go"); missing != nil {
		return "", fmt.Errorf("compile the benchmark: %w", missing)
	}
	return "", &OptionError{"source", where, errors.New("no collatebench module around it: the benchmark is compiled from its source; go there, or name it by --source DIR")}
}

// compile builds the test binary of the bench package.
func compile(ctx context.Context, source string) (*Program, error) {
	dir, err := os.MkdirTemp("", "collatebench-")
	if err != nil {
		return nil, err
	}
	b := &Program{Source: source, path: filepath.Join(dir, "bench.test")}
	cmd := exec.CommandContext(ctx, "go", "test", "-c", "-o", b.path, "./bench")
	cmd.Dir = source
	if out, err := cmd.CombinedOutput(); err != nil {
		b.Remove()
		return nil, fmt.Errorf("compile the benchmark in %s: %w\n%s", source, err, spell.Excerpt(string(out), 20))
	}
	if b.hash, err = hashFile(b.path); err != nil {
		b.Remove()
		return nil, err
	}
	return b, nil
}

func hashFile(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", err
	}
	return fmt.Sprintf("%x", h.Sum(nil)), nil
}

// commit is the source's commit, marked when files differ from it; "" where
// git does not say.
func commit(source string) string {
	head, err := exec.Command("git", "-C", source, "rev-parse", "--short=12", "HEAD").Output()
	if err != nil {
		return ""
	}
	id := strings.TrimSpace(string(head))
	if changed, err := exec.Command("git", "-C", source, "status", "--porcelain").Output(); err != nil || len(changed) > 0 {
		id += "+dirty"
	}
	return id
}

// ModuleRoot returns the folder of the collatebench module around dir, or
// around the working directory.
func ModuleRoot(ctx context.Context, dir string) (string, error) { return findSource(ctx, dir) }

// RunsFolder returns where runs are kept by default: in the module around dir.
func RunsFolder(ctx context.Context, dir string) (string, error) {
	source, err := findSource(ctx, dir)
	return filepath.Join(source, "results", "runs"), err
}
