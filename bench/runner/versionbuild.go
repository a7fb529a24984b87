package runner

import (
	"cmp"
	"context"
	"debug/buildinfo"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"collatebench/internal/scratch"
)

// build makes the program of each version. Both have paths of one length, since the length
// of its arguments moves a program's stack, and with it its speed.
func (v *versions) build(ctx context.Context, note func(string, ...any)) (err error) {
	if v.folder, err = scratch.New(""); err != nil {
		return err
	}
	for i, name := range []string{"old", "new"} {
		if err = v.make(ctx, i, filepath.Join(v.folder.Path, name, "bench.test"), note); err != nil {
			break
		}
	}
	if ctx.Err() != nil {
		err = ErrInterrupted
	}
	if err != nil {
		v.remove()
		return err
	}
	if a, b := v.all[0], v.all[1]; a.TestBinary == b.TestBinary {
		note("%s and %s are the same program: what differs between them is noise\n", a.Name, b.Name)
	} else if a.Go != b.Go {
		note("compiled by different versions of Go: %s by %s, %s by %s\n", a.Name, a.Go, b.Name, b.Go)
	}
	return nil
}

// make makes the program of one version.
func (v *versions) make(ctx context.Context, i int, to string, note func(string, ...any)) (err error) {
	at := &v.all[i]
	if err := os.Mkdir(filepath.Dir(to), 0o777); err != nil {
		return err
	}
	switch old := v.all[0]; {
	case at.Binary != "":
		// A copy: somebody may build it anew while the run takes its samples.
		if _, err = copyProgram(at.Binary, to); err != nil {
			return &OptionError{"binary", at.Binary, err}
		}
	case i == 1 && at.Ref != "" && at.Revision == old.Revision:
		if _, err = copyProgram(old.program.path, to); err != nil {
			return err
		}
	case at.Ref == "":
		note("compiling the working tree\n")
		if err = compileVersion(ctx, v.repo.dir, to); err != nil {
			return fmt.Errorf("the working tree: %w", err)
		}
	default:
		note("compiling %v\n", at)
		if err = v.compileRevision(ctx, at.Revision, to); err != nil {
			return &OptionError{"ref", at.Ref, fmt.Errorf("revision %s: %w", v.repo.short(ctx, at.Revision), err)}
		}
	}
	at.program = &Program{path: to}
	if at.program.hash, err = HashFile(to); err != nil {
		return err
	}
	at.TestBinary = at.program.hash
	if info, err := buildinfo.ReadFile(to); err == nil {
		at.Go = info.GoVersion
	}
	return nil
}

// compileRevision compiles the benchmark of a commit in a worktree that lives as long.
func (v *versions) compileRevision(ctx context.Context, commit, to string) error {
	module, remove, err := v.repo.checkOut(ctx, commit, v.folder)
	if err != nil {
		return err
	}
	defer remove()
	if _, err := os.Stat(filepath.Join(module, "bench")); err != nil {
		return errors.New("it has no benchmark: there is no folder bench beside go.mod")
	}
	return compileVersion(ctx, module, to)
}

// compileVersion compiles the benchmark so that the same files give the same bytes
// wherever they are: a run is resumed by their hash.
func compileVersion(ctx context.Context, module, to string) error {
	out, err := goTest(ctx, module, to, "-trimpath", "-buildvcs=false")
	if err != nil {
		return fmt.Errorf("its benchmark does not compile:\n%s", compilerSays(out, err))
	}
	if _, err := os.Stat(to); err != nil { // without test files go says so, and succeeds
		return errors.New("it has no benchmark: the folder bench has no tests")
	}
	return nil
}

// compilerSays are the first lines of what go prints, without the names of packages above
// them.
func compilerSays(out string, err error) string {
	const most = 5
	var lines []string
	for line := range strings.Lines(out) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "# ") && len(lines) < most {
			lines = append(lines, line)
		}
	}
	return cmp.Or(strings.Join(lines, "\n"), err.Error())
}

// remove deletes the programs.
func (v *versions) remove() {
	if v != nil {
		v.folder.Remove()
	}
}
