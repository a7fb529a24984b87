package runner

import (
	"cmp"
	"context"
	"debug/buildinfo"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
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
}

// worktreeName is the name of the working tree as a version.
const worktreeName = "worktree"

// versions are the two versions of a run.
type versions struct {
	all    [2]version // the old one first
	repo   repository
	folder *scratch.Folder // with the programs; nil before they are made
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
		abs, err := filepath.Abs(path)
		if err == nil {
			err = checkBinary(ctx, abs)
		}
		if err != nil {
			return nil, &OptionError{"binary", path, err}
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

// planVersions returns each cell of the matrix in both versions, and then an A/A control of
// the old one for each: noise differs from cell to cell.
func planVersions(o Options, bodies []results.BodyFile) ([]bench.Cell, error) {
	cells, err := matrixCells(o, bodies)
	if err != nil {
		return nil, err
	}
	var out, again []bench.Cell
	for _, c := range cells {
		for _, v := range o.versions.all {
			c.Rev = v.Name
			out = append(out, c)
		}
		c.Rev, c.AA = o.versions.all[0].Name, "b"
		again = append(again, c)
	}
	return slices.Concat(out, again), nil
}

// versionName returns the version of a cell for messages.
func (x *experiment) versionName(c bench.Cell) string {
	for _, v := range x.versions.all {
		if v.Name == c.Rev {
			return v.String()
		}
	}
	return c.Rev
}

// A VersionError says that a version can't run a cell of the run, as one from before the
// cell's dimension was there. Going on with the run would not help.
type VersionError struct {
	Version string // for people
	Cell    string // without its version
	Says    string // what its program says, a line
}

func (e *VersionError) Error() string {
	if strings.HasPrefix(e.Says, "cell ") {
		return fmt.Sprintf("version %s: %s", e.Version, e.Says)
	}
	return fmt.Sprintf("version %s: cell %q: %s", e.Version, e.Cell, e.Says)
}

// atLine is what package testing puts before a message.
var atLine = regexp.MustCompile(`^\S+_test\.go:[0-9]+: `)

// telling returns the first line that tells why a test binary failed; "" if none does.
func telling(output string) string {
	for line := range strings.Lines(output) {
		line = strings.TrimSpace(line)
		word, _, _ := strings.Cut(line, " ")
		if line != "" && !slices.Contains([]string{"---", "FAIL", "PASS", "goos:", "goarch:", "pkg:", "cpu:"}, word) {
			return atLine.ReplaceAllString(line, "")
		}
	}
	return ""
}
