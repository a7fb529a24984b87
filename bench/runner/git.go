package runner

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"collatebench/internal/bounded"
	"collatebench/internal/scratch"
	"collatebench/internal/spell"
)

// A repository is the user's git repository, around a folder of it. Nothing here changes
// its files, its index or its branches.
type repository struct{ dir string }

// git runs a command of git, and returns what it prints. Its error is the first line of
// what git says.
func (r repository) git(ctx context.Context, args ...string) (string, error) {
	// A hook that comes with the files is not ours to run.
	cmd := exec.CommandContext(ctx, "git", append([]string{"-c", "core.hooksPath=" + os.DevNull}, args...)...)
	cmd.Dir, cmd.Env = r.dir, gitEnviron()
	out, err := bounded.Output(cmd)
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) && len(exit.Stderr) > 0 {
		err = errors.New(spell.FirstLine(string(exit.Stderr)))
	}
	return strings.TrimSpace(out), err
}

// gitEnviron leaves out what names a repository or an index: git sets these for its hooks,
// and a worktree made in one would be of that index. Without optional locks git status
// does not write the index anew.
func gitEnviron() []string {
	own := []string{"GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_COMMON_DIR", "GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES"}
	env := slices.DeleteFunc(os.Environ(), func(v string) bool {
		name, _, _ := strings.Cut(v, "=")
		return slices.Contains(own, name)
	})
	return append(env, "GIT_OPTIONAL_LOCKS=0")
}

// dirty says that files differ from HEAD, or that git does not tell.
func (r repository) dirty() bool {
	changed, err := r.git(context.Background(), "status", "--porcelain")
	return err != nil || changed != ""
}

// resolve returns the commit that a revision names.
func (r repository) resolve(ctx context.Context, ref string) (commit string, err error) {
	if ref == "" || strings.HasPrefix(ref, "-") {
		return "", errors.New("not a revision of git, such as main, v1.2 or HEAD~3")
	}
	if _, err := exec.LookPath("git"); err != nil {
		return "", err
	}
	if _, err := r.git(ctx, "rev-parse", "--git-dir"); err != nil {
		return "", fmt.Errorf("no git repository is around %s: %w", r.dir, err)
	}
	if commit, err = r.git(ctx, "rev-parse", "--verify", "--quiet", ref+"^{commit}"); err == nil {
		return commit, nil
	}
	reason := "the repository around " + r.dir + " has no such revision"
	if shallow, err := r.git(ctx, "rev-parse", "--is-shallow-repository"); err == nil && shallow == "true" {
		reason += "; it is a shallow clone: git fetch --unshallow brings the rest, in CI a checkout of depth 0"
	}
	return "", errors.New(reason)
}

// short is the commit's abbreviation.
func (r repository) short(ctx context.Context, commit string) string {
	if name, err := r.git(ctx, "rev-parse", "--short", commit); err == nil {
		return name
	}
	return fmt.Sprintf("%.7s", commit)
}

// treePrefix begins the names of our worktrees. What follows is the commit and the process
// that owns it, for whoever finds one; what decides is the lock of the folder around it.
const treePrefix = "collatebench-tree-"

// checkOut makes a worktree of a commit in a scratch folder, and returns the folder there
// that corresponds to the repository's dir. remove undoes it, however far it has come.
func (r repository) checkOut(ctx context.Context, commit string, in *scratch.Folder) (dir string, remove func(), err error) {
	r.sweepTrees(ctx)
	tree := filepath.Join(in.Path, fmt.Sprintf("%s%.12s-pid%d", treePrefix, commit, os.Getpid()))
	remove = func() { r.removeTree(tree) }
	below, err := r.git(ctx, "rev-parse", "--show-prefix")
	if err == nil {
		if _, err = r.git(ctx, "worktree", "add", "--quiet", "--detach", tree, commit); err != nil {
			err = fmt.Errorf("check it out into %s: %w", tree, err) // git says which file, and not where
		}
	}
	if err != nil {
		remove()
		return "", nil, err
	}
	return filepath.Join(tree, filepath.FromSlash(below)), remove, nil
}

// removeTree removes a worktree's files and what the repository knows of it. The files go
// first: git refuses a worktree that is not whole. Forced twice, it also forgets one that
// is locked, as it is while git makes it; git worktree prune would leave that one, and
// take away those of the user that are on a disk which is not there at the moment.
func (r repository) removeTree(tree string) {
	_ = os.RemoveAll(tree)                                                               // what is left the next sweep will try again
	_, _ = r.git(context.Background(), "worktree", "remove", "--force", "--force", tree) // of none it complains
}

// sweepTrees removes what killed processes have left of their worktrees.
func (r repository) sweepTrees(ctx context.Context) {
	list, err := r.git(ctx, "worktree", "list", "--porcelain")
	if err != nil {
		return
	}
	for line := range strings.Lines(list) {
		tree, ok := strings.CutPrefix(strings.TrimSpace(line), "worktree ")
		if !ok || !strings.HasPrefix(filepath.Base(tree), treePrefix) {
			continue
		}
		folder := filepath.Dir(tree)
		scratch.Sweep(filepath.Dir(folder)) // it may be in the temporary folder of another user's setting
		if _, err := os.Lstat(folder); errors.Is(err, os.ErrNotExist) {
			r.removeTree(tree)
		}
	}
}
