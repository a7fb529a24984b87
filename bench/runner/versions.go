package runner

import (
	"cmp"
	"context"
	"debug/buildinfo"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"collatebench/bench"
	"collatebench/internal/bounded"
	"collatebench/internal/scratch"
	"collatebench/results"
)

// Versions says which two versions of the benchmark are compared.
type Versions struct {
	Refs     []string // revisions of git, the old one first; one alone is compared with the working tree
	Binaries []string // two compiled benchmarks in place of Refs, the old one first

	Gate json.RawMessage // what the run's record keeps of a gate on them ([results.Info.GatePlan]); nil for none
}

// worktreeName is the name of the working tree as a version.
const worktreeName = "worktree"

// versions are the two versions of a run.
type versions struct {
	all    [2]version // the old one first
	repo   repository
	folder *scratch.Folder // with the programs; nil before they are made
	gate   json.RawMessage // that the record of a new run keeps
}

type version struct {
	results.Version
	program *Program
}

// find resolves what was asked for, and builds nothing.
func (w Versions) find(ctx context.Context, source string) (*versions, error) {
	if len(w.Binaries) > 0 {
		return w.findBinaries(ctx)
	}
	if n := len(w.Refs); n < 1 || n > 2 {
		return nil, &OptionError{"ref", strings.Join(w.Refs, ","), errors.New("one revision, which is compared with the working tree, or two")}
	}
	source, err := findSource(ctx, source)
	if err != nil {
		return nil, err
	}
	v := &versions{repo: repository{source}}
	for i, ref := range w.Refs {
		commit, err := v.repo.resolve(ctx, ref)
		if err != nil {
			return nil, &OptionError{"ref", ref, err}
		}
		v.all[i].Version = results.Version{Name: v.repo.short(ctx, commit), Ref: ref, Revision: commit}
	}
	switch {
	case len(w.Refs) == 1:
		head, _ := v.repo.resolve(ctx, "HEAD") // it is for the record alone
		v.all[1].Version = results.Version{Name: worktreeName, Revision: head, Dirty: v.repo.dirty()}
	case v.all[0].Name == v.all[1].Name: // to see the noise
		v.all[1].Name += ".again"
	}
	return v, nil
}

func (w Versions) findBinaries(ctx context.Context) (*versions, error) {
	if len(w.Refs) > 0 {
		return nil, &OptionError{"ref", strings.Join(w.Refs, ","), errors.New("and --binary: one of the two says what is compared")}
	}
	if len(w.Binaries) != 2 {
		return nil, &OptionError{"binary", strings.Join(w.Binaries, ","), errors.New("two compiled benchmarks are compared: the old one and the new one")}
	}
	v := &versions{}
	for i, path := range w.Binaries {
		abs, err := findBinary(ctx, path)
		if err != nil {
			return nil, err
		}
		v.all[i].Version = results.Version{Name: string("ab"[i]), Binary: abs}
	}
	if a, b := binaryName(w.Binaries[0]), binaryName(w.Binaries[1]); a != b && a != "" && b != "" {
		v.all[0].Name, v.all[1].Name = a, b
	}
	return v, nil
}

// binaryName is a file's name, as far as a cell's name can have it; else "".
func binaryName(path string) string {
	name, err := bench.ParseRev(strings.TrimSuffix(filepath.Base(path), ".test"))
	if err != nil {
		return ""
	}
	return name
}

// findBinary returns the absolute path of a compiled benchmark.
func findBinary(ctx context.Context, path string) (string, error) {
	abs, err := filepath.Abs(path)
	if err == nil {
		err = checkBinary(ctx, abs)
	}
	if err != nil {
		return "", &OptionError{"binary", path, err}
	}
	return abs, nil
}

// checkBinary refuses what is no compiled benchmark of this module. It looks at what go
// has written into the program before it starts it: any other program would just run.
func checkBinary(ctx context.Context, path string) error {
	const how = "go test -c -o FILE ./bench makes one"
	info, err := buildinfo.ReadFile(path)
	if pathErr := (*os.PathError)(nil); errors.As(err, &pathErr) {
		return pathErr.Err
	}
	if err != nil {
		return errors.New("not a program that go has built: " + how)
	}
	if info.Path != "collatebench/bench.test" {
		return fmt.Errorf("it is %s, not the benchmark of collatebench: %s", cmp.Or(info.Path, "a program of another kind"), how)
	}
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	list, err := bounded.Output(exec.CommandContext(ctx, path, "-test.list=^BenchmarkCollate$"))
	if err != nil || strings.TrimSpace(list) != "BenchmarkCollate" {
		return fmt.Errorf("it has no BenchmarkCollate to run here: %s", how)
	}
	return nil
}

// built says that the versions are built from source; false where they are compiled
// already. A run of one version is built too.
func (v *versions) built() bool { return v == nil || v.all[0].Binary == "" }

// program returns that of a version; the old one where none is named.
func (v *versions) program(name string) *Program {
	if name == v.all[1].Name {
		return v.all[1].program
	}
	return v.all[0].program
}

// records are the versions as the run's record has them; none in a run of one.
func (v *versions) records() []results.Version {
	if v == nil {
		return nil
	}
	return []results.Version{v.all[0].Version, v.all[1].Version}
}

// changed says which version is another program than it was; "" if none is.
func (v *versions) changed(were []results.Version) string {
	for i, is := range v.records() {
		if is.TestBinary != were[i].TestBinary {
			return fmt.Sprintf("%s has changed since (test binary %.12s, was %.12s)", is.Name, is.TestBinary, were[i].TestBinary)
		}
	}
	return ""
}
