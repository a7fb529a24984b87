package onecore

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// An id is a process or a thread. A later one of the same number began later.
type id struct {
	Number int
	Began  uint64 // in ticks of the kernel, since the machine did
}

// A stat is what /proc tells of a process or a thread.
type stat struct {
	id
	state                           byte
	parent, group, session, threads int
}

// ended: a process whose first thread alone has ended is listed as a zombie, and runs on.
func (s stat) ended() bool { return (s.state == 'Z' || s.state == 'X') && s.threads <= 1 }

func procOf(pid int) string { return "/proc/" + strconv.Itoa(pid) }

// readStat reads the stat of a process or of a thread, which has a folder there though it is
// not listed.
func readStat(pid int) (stat, error) {
	b, err := os.ReadFile(procOf(pid) + "/stat")
	if err != nil {
		return stat{}, err
	}
	// The name may hold spaces and brackets: it ends at the last one.
	fields := strings.Fields(string(b[bytes.LastIndexByte(b, ')')+1:]))
	if len(fields) < 20 {
		return stat{}, fmt.Errorf("%s/stat: %d fields after the name", procOf(pid), len(fields))
	}
	s := stat{id: id{Number: pid}, state: fields[0][0]}
	for i, to := range map[int]*int{1: &s.parent, 2: &s.group, 3: &s.session, 17: &s.threads} {
		if *to, err = strconv.Atoi(fields[i]); err != nil {
			return stat{}, fmt.Errorf("%s/stat: %w", procOf(pid), err)
		}
	}
	if s.Began, err = strconv.ParseUint(fields[19], 10, 64); err != nil {
		return stat{}, fmt.Errorf("%s/stat: %w", procOf(pid), err)
	}
	return s, nil
}

// gone says that what was read from /proc is of something that has ended. Other errors are
// not its end: a process out of descriptors can read nothing, and must not take that for
// nothing to do.
func gone(err error) bool { return errors.Is(err, fs.ErrNotExist) || errors.Is(err, unix.ESRCH) }

// readAll reads all processes that have not ended, by number. Those of others may be hidden:
// these could not be held either.
func readAll() (map[int]stat, error) {
	pids, err := numbers("/proc")
	if err != nil {
		return nil, err
	}
	all := make(map[int]stat, len(pids))
	for _, pid := range pids {
		s, err := readStat(pid)
		if err != nil && !gone(err) && !errors.Is(err, fs.ErrPermission) {
			return nil, err
		}
		if err == nil && !s.ended() {
			all[pid] = s
		}
	}
	return all, nil
}

// threadsOf lists the threads of a process; none if it has ended.
func threadsOf(pid int) ([]int, error) {
	tids, err := numbers(procOf(pid) + "/task")
	if gone(err) {
		return nil, nil
	}
	return tids, err
}

// numbers are the entries of a folder that are numbers.
func numbers(dir string) ([]int, error) {
	d, err := os.Open(dir)
	if err != nil {
		return nil, err
	}
	defer d.Close()
	names, err := d.Readdirnames(-1)
	var out []int
	for _, name := range names {
		if n, wrong := strconv.Atoi(name); wrong == nil {
			out = append(out, n)
		}
	}
	return out, err
}

// above lists the ancestors of a process, its parent first.
func above(pid int) (out []int) {
	for {
		s, err := readStat(pid)
		if err != nil || s.parent == 0 || slices.Contains(out, s.parent) {
			return out
		}
		out = append(out, s.parent)
		pid = s.parent
	}
}

// reapersOf lists those ancestors of a process to which orphans below it may come: to the init
// of a container, to that of the machine, or to one that asked for them, which leads a
// session that the process is not in (systemd --user). Not to the script or the shell that
// started it.
func reapersOf(root stat) (out []int) {
	for _, pid := range above(root.Number) {
		if s, err := readStat(pid); err == nil && (s.session != root.session || isInit(pid)) {
			out = append(out, pid)
		}
	}
	return out
}

// isInit says that a process has the number 1 in the innermost namespace that it is in.
func isInit(pid int) bool {
	b, _ := os.ReadFile(procOf(pid) + "/status") // it may have ended just now
	_, after, _ := strings.Cut(string(b), "\nNSpid:")
	line, _, _ := strings.Cut(after, "\n")
	numbers := strings.Fields(line)
	return pid == 1 || len(numbers) > 0 && numbers[len(numbers)-1] == "1"
}

// below lists a process and what descends from it.
func below(root int, all map[int]stat) []int {
	children := map[int][]int{}
	for pid, s := range all {
		children[s.parent] = append(children[s.parent], pid)
	}
	out := []int{root}
	for i := 0; i < len(out); i++ {
		out = append(out, children[out[i]]...)
	}
	return out
}

// cgroupOf is the control groups of a process, as one text.
func cgroupOf(pid int) string {
	b, _ := os.ReadFile(procOf(pid) + "/cgroup") // a kernel without any has no such file
	return string(b)
}
