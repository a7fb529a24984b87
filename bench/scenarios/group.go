package scenarios

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
)

// A group is a control group with a CPU quota.
type group struct{ dir string }

// period of a quota, µs.
const period = 100_000

// newGroup makes a group; quota is in cores. It takes root, or a part of the tree that was given
// to this user.
func newGroup(quota float64) (group, error) {
	for _, tree := range []struct{ root, file, text string }{
		{"/sys/fs/cgroup/cpu", "cpu.cfs_quota_us", strconv.Itoa(int(quota * period))},
		{"/sys/fs/cgroup", "cpu.max", fmt.Sprintf("%d %d", int(quota*period), period)},
	} {
		if _, err := os.Stat(filepath.Join(tree.root, "cgroup.procs")); err != nil {
			continue
		}
		dir, err := os.MkdirTemp(tree.root, "collatebench-")
		if err != nil {
			return group{}, fmt.Errorf("no control group can be made: %w", err)
		}
		g := group{dir}
		if err := os.WriteFile(filepath.Join(dir, tree.file), []byte(tree.text), 0o644); err != nil {
			_ = g.remove() // the first error says what is wrong
			return group{}, fmt.Errorf("no CPU quota can be set: %w", err)
		}
		return g, nil
	}
	return group{}, fmt.Errorf("no control groups are mounted")
}

// remove takes away the folder, whose files are the kernel's.
func (g group) remove() error { return os.Remove(g.dir) }

// startIn starts a program in a group of its own: it is moved there before its first
// instruction of its own, by a shell that then becomes the program.
func startIn(cmd *exec.Cmd, quota string) (group, error) {
	cores, err := strconv.ParseFloat(quota, 64)
	if err != nil {
		return group{}, fmt.Errorf("quota %q: %w", quota, err)
	}
	g, err := newGroup(cores)
	if err != nil {
		return group{}, err
	}
	cmd.Args = append([]string{"sh", "-c", `echo $$ > "$1" && shift && exec "$@"`, "sh", filepath.Join(g.dir, "cgroup.procs"), cmd.Path}, cmd.Args[1:]...)
	cmd.Path = "/bin/sh"
	if err := cmd.Start(); err != nil {
		_ = g.remove()
		return group{}, err
	}
	return g, nil
}
