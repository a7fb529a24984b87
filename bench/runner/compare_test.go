package runner_test

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"collatebench/bench"
	"collatebench/bench/runner"
	"collatebench/results"
	"collatebench/results/stats"
)

// copyModule copies the files of this module, changed and untracked ones too, into a
// repository of the test's own with one commit.
func copyModule(t *testing.T) (dir string) {
	t.Helper()
	root, err := runner.ModuleRoot(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	for name, value := range map[string]string{"GIT_CONFIG_GLOBAL": os.DevNull, "GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@example.com", "GIT_COMMITTER_NAME": "a", "GIT_COMMITTER_EMAIL": "a@example.com"} {
		t.Setenv(name, value)
	}
	dir = t.TempDir()
	for _, part := range []string{"go.mod", "go.sum", "module.go", "bench", "internal", "mockserver", "profiles"} { // what the benchmark is made of
		from, err := os.Stat(filepath.Join(root, part))
		if err != nil {
			t.Fatal(err)
		}
		if !from.IsDir() {
			text, err := os.ReadFile(filepath.Join(root, part))
			if err != nil {
				t.Fatal(err)
			}
			write(t, filepath.Join(dir, part), string(text))
			continue
		}
		if err := os.CopyFS(filepath.Join(dir, part), os.DirFS(filepath.Join(root, part))); err != nil {
			t.Fatal(err)
		}
	}
	git(t, dir, "init", "--quiet")
	commitAll(t, dir, "as it is")
	return dir
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
}

func git(t *testing.T, dir string, args ...string) string {
	t.Helper()
	cmd := exec.Command("git", args...)
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("git %q: %v\n%s", args, err, out)
	}
	return string(out)
}

func commitAll(t *testing.T, dir, message string) {
	t.Helper()
	git(t, dir, "add", "--all")
	git(t, dir, "commit", "--quiet", "-m", message)
}

// edit replaces text in a file of the module.
func edit(t *testing.T, path, old, new string) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil || !strings.Contains(string(text), old) {
		t.Fatalf("%s has no %q: %v", path, old, err)
	}
	write(t, path, strings.Replace(string(text), old, new, 1))
}

// TestCompareRevisions builds a commit and one whose client spins for each response. The run
// is interrupted and resumed with programs that are built again, and it has pairs that show
// the spin, beside controls that do not.
func TestCompareRevisions(t *testing.T) {
	o := tiny(t, 4)
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("SKIPPED: no git here")
	}
	dir := copyModule(t)
	edit(t, filepath.Join(dir, "bench", "item.go"), "func (c *collation[T]) check(it *item[T]) error {\n",
		"func (c *collation[T]) check(it *item[T]) error {\n\tfor begin := time.Now(); time.Since(begin) < 10*time.Millisecond; {\n\t}\n")
	commitAll(t, dir, "spin")
	o.Source, o.Program = dir, nil
	if err := o.Matrix.Set("placement", "collector"); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	o.Progress = interrupt(cancel, "round 2/4")
	run, err := runner.CompareVersions(ctx, o, runner.Versions{Refs: []string{"HEAD~1", "HEAD"}})
	if !errors.Is(err, runner.ErrInterrupted) || run == nil {
		t.Fatalf("got %v", err)
	}
	noChildren(t)
	before := samplesOf(t, run)
	if err := runner.Resume(t.Context(), run, runner.Options{Source: dir, Self: o.Self}); err != nil {
		t.Fatal(err)
	}
	noChildren(t)
	if after := samplesOf(t, run); len(before) == 0 || !slices.EqualFunc(after[:len(before)], before, func(a, b results.Sample) bool { return a.Line == b.Line }) {
		t.Errorf("%d samples from before the interruption, and not all are there", len(before))
	}
	rows, err := stats.Versions(run)
	if err != nil || len(rows) != 1 {
		t.Fatalf("%+v, %v", rows, err)
	}
	if r := rows[0]; r.Ratio.Rounds != 4 || r.AA == nil || r.AA.Rounds != 4 || r.Ratio.Mean > .5 {
		t.Errorf("with a spin of 10 ms for each response of less than 1 ms: %+v, A/A %+v", r.Ratio, r.AA)
	}
	checkVersions(t, run, dir)
	if list := git(t, dir, "worktree", "list"); strings.Count(list, "\n") != 1 {
		t.Errorf("worktrees are left:\n%s", list)
	}
	text, err := os.ReadFile(run.BenchPath())
	if err != nil || strings.Count(string(text), "\nrev: ") < 2 || strings.Contains(string(text), "/rev=") {
		t.Errorf("%v, bench.txt:\n%s", err, text)
	}

	// Another program under the same name: its samples are of something else.
	info := run.Info()
	info.State, info.Versions = results.Stopped, slices.Clone(info.Versions)
	info.Versions[1].TestBinary = "0123"
	if err := run.SetInfo(info); err != nil {
		t.Fatal(err)
	}
	if err := runner.Resume(t.Context(), run, runner.Options{Source: dir, Self: o.Self}); err == nil || !strings.Contains(err.Error(), info.Versions[1].Name+" has changed") {
		t.Errorf("got %v", err)
	}

	edit(t, filepath.Join(dir, "bench", "item.go"), "func (c *collation[T]) check(", "func (c *collation[T]) undone(")
	out := filepath.Join(t.TempDir(), "runs")
	o.Out, o.Progress = out, nil
	run, err = runner.CompareVersions(t.Context(), o, runner.Versions{Refs: []string{"HEAD"}})
	if run != nil || err == nil || !strings.HasPrefix(err.Error(), "the working tree: its benchmark does not compile:\nbench/item.go:") {
		t.Errorf("got %v", err)
	}
	commitAll(t, dir, "broken")
	git(t, dir, "rm", "-r", "--quiet", "--cached", "bench")
	git(t, dir, "commit", "--quiet", "-m", "without a benchmark")
	for ref, says := range map[string]string{"HEAD~1": "its benchmark does not compile:\nbench/item.go:", "HEAD": "it has no benchmark"} {
		bad := (*runner.OptionError)(nil)
		run, err := runner.CompareVersions(t.Context(), o, runner.Versions{Refs: []string{ref, "HEAD~3"}})
		if run != nil || !errors.As(err, &bad) || bad.Option != "ref" || bad.Value != ref || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: got %v; want %q", ref, err, says)
		}
	}
	if _, err := os.Stat(out); err == nil {
		t.Error("a run was made of what does not compile")
	}
	if list := git(t, dir, "worktree", "list"); strings.Count(list, "\n") != 1 {
		t.Errorf("worktrees are left:\n%s", list)
	}
}

func checkVersions(t *testing.T, run *results.Run, dir string) {
	t.Helper()
	info := run.Info()
	v := info.Versions
	if info.State != results.Complete || len(v) != 2 || v[0].TestBinary == v[1].TestBinary {
		t.Fatalf("%s, %+v", info.State, v)
	}
	for i, ref := range []string{"HEAD~1", "HEAD"} {
		if v[i].Ref != ref || v[i].Revision != strings.TrimSpace(git(t, dir, "rev-parse", ref)) || !strings.HasPrefix(v[i].Revision, v[i].Name) || v[i].Dirty {
			t.Errorf("%+v", v[i])
		}
	}
	if _, err := os.Lstat(filepath.Join(filepath.Dir(run.Dir()), "latest")); err == nil {
		t.Error("it is the latest run, which is of a matrix with profiles")
	}
}

// TestCompareBinaries: two compiled benchmarks need no source. One program twice shows the
// noise, until whoever looks at it has seen enough; a cell that a version can't run ends it.
func TestCompareBinaries(t *testing.T) {
	o := tiny(t, 9)
	o.Look = func(run *results.Run) (string, error) { // as a gate that has seen enough
		if rows, err := stats.Versions(run); err != nil || len(rows) != 2 || rows[0].Ratio.Rounds < 2 {
			return "", err
		}
		return "seen enough", nil
	}
	program := filepath.Join(t.TempDir(), "bench.test")
	cmd := exec.Command("go", "test", "-c", "-o", program, "collatebench/bench")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	o.Program, o.Source = nil, t.TempDir()
	var notes strings.Builder
	o.Notes = &notes
	run, err := runner.CompareVersions(t.Context(), o, runner.Versions{Binaries: []string{program, program}})
	if err != nil {
		t.Fatal(err)
	}
	info := run.Info()
	if v := info.Versions; v[0].Name != "a" || v[1].Name != "b" || v[0].Binary != program || v[0].TestBinary != v[1].TestBinary || v[0].Revision != "" {
		t.Errorf("%+v", v)
	}
	if !strings.Contains(notes.String(), "a and b are the same program") {
		t.Errorf("it says %q", notes.String())
	}
	if rows, err := stats.Versions(run); err != nil || rows[0].Ratio.Rounds != 2 || info.Stopped != "seen enough" || info.State != results.Complete {
		t.Errorf("%+v, %v; ended: %s", rows, err, info.Stopped)
	}
	if len(info.Cells) != 2*3 || len(samplesOf(t, run)) < 2*len(info.Cells) || info.Profiled {
		t.Errorf("%d samples of %q", len(samplesOf(t, run)), info.Cells)
	}
	for name, ops := range info.CellOps {
		c, err := bench.ParseCell(name)
		if err != nil {
			t.Fatal(err)
		}
		for other, n := range info.CellOps {
			if d, _ := bench.ParseCell(other); d.Versionless() == c.Versionless() && n != ops {
				t.Errorf("%d ops of %s, %d of %s", ops, name, n, other)
			}
		}
	}
	if err := o.Matrix.Set("faults", "500:100%"); err != nil {
		t.Fatal(err)
	}
	_, err = runner.CompareVersions(t.Context(), o, runner.Versions{Binaries: []string{program, program}})
	if cant := (*runner.VersionError)(nil); !errors.As(err, &cant) || !strings.HasPrefix(cant.Version, "a ") || !strings.Contains(cant.Says, "500 Internal Server Error") {
		t.Errorf("got %v", err)
	}
	noChildren(t)
}

// TestVersionsAreRefused in one line, before anything is built.
func TestVersionsAreRefused(t *testing.T) {
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	text := filepath.Join(t.TempDir(), "text")
	write(t, text, "#!/bin/sh\ntouch "+text+".ran\n")
	if err := os.Chmod(text, 0o777); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		which  runner.Versions
		option string
		says   string
	}{
		{runner.Versions{}, "ref", "one revision"},
		{runner.Versions{Refs: []string{"a", "b", "c"}}, "ref", "one revision"},
		{runner.Versions{Refs: []string{"no such revision"}}, "ref", "no such revision"},
		{runner.Versions{Refs: []string{"HEAD"}, Binaries: []string{exe, exe}}, "ref", "--binary"},
		{runner.Versions{Binaries: []string{exe}}, "binary", "two compiled"},
		{runner.Versions{Binaries: []string{exe, exe}}, "binary", "not the benchmark of collatebench"},
		{runner.Versions{Binaries: []string{text, text}}, "binary", "not a program that go has built"},
		{runner.Versions{Binaries: []string{text + ".none", text}}, "binary", "no such file"},
	} {
		run, err := runner.CompareVersions(t.Context(), runner.Options{Out: t.TempDir()}, c.which)
		refused := (*runner.OptionError)(nil)
		if run != nil || !errors.As(err, &refused) || refused.Option != c.option || !strings.Contains(err.Error(), c.says) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%+v: %v; want %q of --%s", c.which, err, c.says, c.option)
		}
	}
	if _, err := os.Stat(text + ".ran"); err == nil {
		t.Error("a program that is no benchmark was started")
	}
}
