package runner

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"collatebench/internal/scratch"
)

// newRepository makes a repository with two commits of below/file, the second of them
// changed and with a file beside it, and returns the folder below.
func newRepository(t *testing.T) repository {
	t.Helper()
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("SKIPPED: no git here")
	}
	for name, value := range map[string]string{"GIT_CONFIG_GLOBAL": os.DevNull, "GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@example.com", "GIT_COMMITTER_NAME": "a", "GIT_COMMITTER_EMAIL": "a@example.com"} {
		t.Setenv(name, value)
	}
	top := t.TempDir()
	r := repository{filepath.Join(top, "below")}
	if err := os.Mkdir(r.dir, 0o777); err != nil {
		t.Fatal(err)
	}
	mustGit(t, r, "init", "--quiet", top)
	for _, text := range []string{"first", "second"} {
		writeFile(t, filepath.Join(r.dir, "file"), text)
		mustGit(t, r, "add", ".")
		mustGit(t, r, "commit", "--quiet", "-m", text)
	}
	writeFile(t, filepath.Join(r.dir, "file"), "changed")
	writeFile(t, filepath.Join(r.dir, "beside"), "untracked")
	return r
}

func mustGit(t *testing.T, r repository, args ...string) string {
	t.Helper()
	out, err := r.git(t.Context(), args...)
	if err != nil {
		t.Fatalf("git %q: %v", args, err)
	}
	return out
}

func writeFile(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o777); err != nil {
		t.Fatal(err)
	}
}

func readFile(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// state is all of the user's that must stay as it was.
func (r repository) state(t *testing.T) string {
	t.Helper()
	top := filepath.Dir(r.dir)
	return strings.Join([]string{
		readFile(t, filepath.Join(top, ".git", "index")), readFile(t, filepath.Join(r.dir, "file")), readFile(t, filepath.Join(r.dir, "beside")),
		mustGit(t, r, "symbolic-ref", "HEAD"), mustGit(t, r, "for-each-ref"), mustGit(t, r, "worktree", "list", "--porcelain"),
		mustGit(t, r, "reflog"), mustGit(t, r, "config", "--list", "--local"),
	}, "\n")
}

func TestCheckOut(t *testing.T) {
	r := newRepository(t)
	hook := filepath.Join(filepath.Dir(r.dir), ".git", "hooks", "post-checkout")
	ran := filepath.Join(t.TempDir(), "ran")
	writeFile(t, hook, "#!/bin/sh\ntouch "+ran+"\n")
	before := r.state(t)
	first, err := r.resolve(t.Context(), "HEAD~1")
	if err != nil || len(first) != 40 {
		t.Fatalf("%q, %v", first, err)
	}
	// As in a hook of git: its variables are of the repository that it is run for.
	t.Setenv("GIT_DIR", filepath.Join(t.TempDir(), "none"))
	t.Setenv("GIT_INDEX_FILE", filepath.Join(filepath.Dir(r.dir), ".git", "index"))
	folder, err := scratch.New(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer folder.Remove()
	dir, remove, err := r.checkOut(t.Context(), first, folder)
	if err != nil {
		t.Fatal(err)
	}
	if got := readFile(t, filepath.Join(dir, "file")); got != "first" {
		t.Errorf("it has %q", got)
	}
	if !strings.Contains(dir, fmt.Sprintf("-pid%d", os.Getpid())) || !strings.HasPrefix(dir, folder.Path) {
		t.Errorf("it is at %s", dir)
	}
	remove()
	remove() // again, which does nothing
	if _, err := os.Stat(ran); err == nil {
		t.Error("a hook of the repository was run")
	}
	if _, err := os.Stat(filepath.Dir(dir)); err == nil {
		t.Errorf("%s is left", dir)
	}
	if after := r.state(t); after != before {
		t.Errorf("the user's repository was\n%q\nand is\n%q", before, after)
	}
}

// TestCheckOutFails leaves nothing either: not of a commit that is not there, and not where
// it is interrupted.
func TestCheckOutFails(t *testing.T) {
	r := newRepository(t)
	before := r.state(t)
	folder, err := scratch.New(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer folder.Remove()
	if _, _, err := r.checkOut(t.Context(), strings.Repeat("1", 40), folder); err == nil || strings.Contains(err.Error(), "\n") {
		t.Errorf("got %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := r.checkOut(ctx, mustGit(t, r, "rev-parse", "HEAD"), folder); err == nil {
		t.Error("it went on")
	}
	if after := r.state(t); after != before {
		t.Errorf("the user's repository was\n%q\nand is\n%q", before, after)
	}
}

func TestResolve(t *testing.T) {
	r := newRepository(t)
	for ref, says := range map[string]string{"": "not a revision", "-x": "not a revision", "nonesuch": "has no such revision", "HEAD:file": "has no such revision"} {
		if commit, err := r.resolve(t.Context(), ref); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%q: %s, %v; want %q", ref, commit, err, says)
		}
	}
	if _, err := (repository{t.TempDir()}).resolve(t.Context(), "HEAD"); err == nil || !strings.Contains(err.Error(), "no git repository") {
		t.Errorf("got %v", err)
	}
	shallow := repository{filepath.Join(t.TempDir(), "clone")}
	mustGit(t, r, "clone", "--quiet", "--depth=1", "file://"+filepath.Dir(r.dir), shallow.dir)
	if _, err := shallow.resolve(t.Context(), "HEAD~1"); err == nil || !strings.Contains(err.Error(), "shallow clone") {
		t.Errorf("got %v", err)
	}
}

// heldTree, in the environment of this test binary, is where TestHoldATree makes a worktree
// and holds it until it is killed.
const heldTree = "COLLATEBENCH_TEST_TREE_OF"

// TestHoldATree is the process that TestSweepTrees kills.
func TestHoldATree(t *testing.T) {
	of := os.Getenv(heldTree)
	if of == "" {
		t.Skip("it is a part of TestSweepTrees")
	}
	folder, err := scratch.New("")
	if err != nil {
		t.Fatal(err)
	}
	dir, _, err := repository{of}.checkOut(t.Context(), "HEAD", folder)
	if err != nil {
		t.Fatal(err)
	}
	fmt.Println("tree:", dir)
	_, _ = io.Copy(io.Discard, os.Stdin)
}

// holdTree starts a process that has a worktree, in a temporary folder of its own.
func holdTree(t *testing.T, r repository) (dir string, kill func()) {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^TestHoldATree$")
	cmd.Env = append(os.Environ(), heldTree+"="+r.dir, "TMPDIR="+t.TempDir())
	if _, err := cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	kill = func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	}
	t.Cleanup(kill)
	for lines := bufio.NewScanner(out); lines.Scan(); {
		if dir, ok := strings.CutPrefix(lines.Text(), "tree: "); ok {
			return dir, kill
		}
	}
	t.Fatal("it made no worktree")
	return "", nil
}

// TestSweepTrees: what killed processes left goes, also where git was still at it; what
// a living one has stays, and so does a worktree of the user's that is not there.
func TestSweepTrees(t *testing.T) {
	r := newRepository(t)
	users := filepath.Join(t.TempDir(), "users")
	mustGit(t, r, "worktree", "add", "--quiet", "--detach", users, "HEAD")
	if err := os.RemoveAll(users); err != nil { // as on a disk that is not plugged in
		t.Fatal(err)
	}
	before := r.state(t)
	dead, kill := holdTree(t, r)
	unfinished, killToo := holdTree(t, r)
	living, end := holdTree(t, r)
	locked := filepath.Join(filepath.Dir(r.dir), ".git", "worktrees", filepath.Base(filepath.Dir(unfinished)), "locked")
	writeFile(t, locked, "initializing")
	kill()
	killToo()
	r.sweepTrees(t.Context())
	list := mustGit(t, r, "worktree", "list")
	for path, want := range map[string]bool{dead: false, unfinished: false, living: true} {
		if _, err := os.Stat(path); (err == nil) != want {
			t.Errorf("%s is there: %v, want %v", path, err == nil, want)
		}
		if got := strings.Contains(list, filepath.Base(filepath.Dir(path))); got != want {
			t.Errorf("git has %s: %v, want %v", path, got, want)
		}
	}
	end()
	r.sweepTrees(t.Context())
	if after := r.state(t); after != before {
		t.Errorf("the user's repository was\n%q\nand is\n%q", before, after)
	}
}
