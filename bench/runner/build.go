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
	"slices"
	"strings"
	"time"

	"github.com/gofrs/flock"

	"collatebench/internal/bounded"
	"collatebench/internal/scratch"
	"collatebench/internal/spell"
	"collatebench/internal/wholefile"
)

// A Program is the compiled benchmark, in a folder of its own.
type Program struct {
	path   string
	folder *scratch.Folder
	hash   string // SHA-256: samples of two programs are never mixed
}

// Compile builds the benchmark from the collatebench module around dir, or around
// the working directory. Runs can share it, also at the same time.
func Compile(ctx context.Context, dir string) (*Program, error) {
	source, err := findSource(ctx, dir)
	if err != nil {
		return nil, err
	}
	return compile(ctx, source)
}

// Remove deletes the program.
func (p *Program) Remove() {
	if p != nil {
		p.folder.Remove()
	}
}

// findSource returns the folder of the collatebench module around dir, or
// around the working directory.
func findSource(ctx context.Context, dir string) (string, error) {
	cmd := exec.CommandContext(ctx, "go", "list", "-m", "-f", "{{.Path}}\t{{.Dir}}")
	cmd.Dir = dir
	out, err := bounded.Output(cmd)
	if path, root, ok := strings.Cut(strings.TrimSpace(out), "\t"); err == nil && ok && path == "collatebench" {
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

// compile builds the test binary of the bench package. go links nothing if the
// output is there already and up to date, so the last benchmark is copied there
// first. That saves most runs seconds.
func compile(ctx context.Context, source string) (*Program, error) {
	folder, err := scratch.New("")
	if err != nil {
		return nil, err
	}
	b := &Program{path: filepath.Join(folder.Path, "bench.test"), folder: folder}
	last := filepath.Join(source, ".build", "bench.test")
	before, _ := copyProgram(last, b.path) // without it go links
	if out, err := goTest(ctx, source, b.path); err != nil {
		b.Remove()
		if line := diskLine(out); line != "" {
			return nil, fmt.Errorf("compile the benchmark in %s: %s", source, line)
		}
		return nil, fmt.Errorf("compile the benchmark in %s: %w\n%s", source, err, spell.Excerpt(out, 20))
	}
	if b.hash, err = HashFile(b.path); err != nil {
		b.Remove()
		return nil, err
	}
	if b.hash != before {
		keep(b.path, last)
	}
	return b, nil
}

// copied is a copy of a compiled benchmark: somebody may build it anew while the run takes its
// samples.
func copied(path string) (*Program, error) {
	folder, err := scratch.New("")
	if err != nil {
		return nil, err
	}
	b := &Program{path: filepath.Join(folder.Path, "bench.test"), folder: folder}
	if _, err := copyProgram(path, b.path); err != nil {
		b.Remove()
		return nil, &OptionError{"binary", path, err}
	}
	if b.hash, err = HashFile(b.path); err != nil {
		b.Remove()
		return nil, err
	}
	return b, nil
}

// goTest has go compile the benchmark of a module. Its work folder is beside the program, in
// our scratch folder: go removes it also when it is interrupted, but not while it still reads
// the packages.
func goTest(ctx context.Context, source, to string, flags ...string) (output string, err error) {
	cmd := exec.CommandContext(ctx, "go", slices.Concat([]string{"test", "-c", "-o", to}, flags, []string{"./bench"})...)
	cmd.Dir = source
	cmd.Env = append(cmd.Environ(), "GOTMPDIR="+filepath.Dir(to))
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 10 * time.Second
	defer tie(cmd)()
	return bounded.Combined(cmd)
}

// copyProgram copies a program and returns its hash.
func copyProgram(from, to string) (hash string, err error) {
	in, err := os.Open(from)
	if err != nil {
		return "", err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o777)
	if err != nil {
		return "", err
	}
	h := sha256.New()
	_, err = io.Copy(io.MultiWriter(out, h), in)
	if err = errors.Join(err, out.Close()); err != nil {
		os.Remove(to) // go would take half a program for a whole one
		return "", err
	}
	return fmt.Sprintf("%x", h.Sum(nil)), nil
}

// keep copies the program to where the next run looks for it. If it can't, as in a
// read-only module, the next run links again.
func keep(program, last string) {
	in, err := os.Open(program)
	if err != nil {
		return
	}
	defer in.Close()
	if err := os.MkdirAll(filepath.Dir(last), 0o777); err != nil {
		return
	}
	lock := flock.New(last + ".lock")
	defer lock.Close()
	if held, err := lock.TryLock(); err != nil || !held {
		return // another run keeps it, just as well
	}
	wholefile.Sweep(last) // a killed run leaves a copy of 40 MB
	out, err := wholefile.Create(last)
	if err != nil {
		return
	}
	if _, err := io.Copy(out, in); err != nil {
		out.Discard()
		return
	}
	_ = out.Commit()
}

// HashFile returns the SHA-256 of a file's content, in hexadecimal.
func HashFile(path string) (string, error) {
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
	r := repository{source}
	id, err := r.git(context.Background(), "rev-parse", "--short=12", "HEAD")
	if err != nil {
		return ""
	}
	if r.dirty() {
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
