package onecore

import (
	"errors"
	"io/fs"
	"os"
	"slices"
	"strings"

	"collatebench/internal/proc"
)

// readAll reads all processes that have not ended, by number. Those of others may be hidden:
// these could not be held either.
func readAll() (map[int]proc.Stat, error) {
	pids, err := proc.Numbers("/proc")
	if err != nil {
		return nil, err
	}
	all := make(map[int]proc.Stat, len(pids))
	for _, pid := range pids {
		s, err := proc.Read(pid)
		if err != nil && !proc.Gone(err) && !errors.Is(err, fs.ErrPermission) {
			return nil, err
		}
		if err == nil && !s.Ended() {
			all[pid] = s
		}
	}
	return all, nil
}

// above lists the ancestors of a process, its parent first.
func above(pid int) (out []int) {
	for {
		s, err := proc.Read(pid)
		if err != nil || s.Parent == 0 || slices.Contains(out, s.Parent) {
			return out
		}
		out = append(out, s.Parent)
		pid = s.Parent
	}
}

// reapersOf lists those ancestors of a process to which orphans below it may come: to the init
// of a container, to that of the machine, or to one that asked for them, which leads a
// session that the process is not in (systemd --user). Not to the script or the shell that
// started it.
func reapersOf(root proc.Stat) (out []int) {
	for _, pid := range above(root.Number) {
		if s, err := proc.Read(pid); err == nil && (s.Session != root.Session || isInit(pid)) {
			out = append(out, pid)
		}
	}
	return out
}

// isInit says that a process has the number 1 in the innermost namespace that it is in.
func isInit(pid int) bool {
	b, _ := os.ReadFile(proc.Dir(pid) + "/status") // it may have ended just now
	_, after, _ := strings.Cut(string(b), "\nNSpid:")
	line, _, _ := strings.Cut(after, "\n")
	numbers := strings.Fields(line)
	return pid == 1 || len(numbers) > 0 && numbers[len(numbers)-1] == "1"
}

// below lists a process and what descends from it.
func below(root int, all map[int]proc.Stat) []int {
	children := map[int][]int{}
	for pid, s := range all {
		children[s.Parent] = append(children[s.Parent], pid)
	}
	out := []int{root}
	for i := 0; i < len(out); i++ {
		out = append(out, children[out[i]]...)
	}
	return out
}

// cgroupOf is the control groups of a process, as one text.
func cgroupOf(pid int) string {
	b, _ := os.ReadFile(proc.Dir(pid) + "/cgroup") // a kernel without any has no such file
	return string(b)
}
