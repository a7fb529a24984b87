package onecore

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"collatebench/internal/proc"

	"golang.org/x/sys/unix"
)

// maxCores is how many an affinity can hold here.
const maxCores = 1024

// everyCore has all bits set. The kernel takes those that exist.
func everyCore() (set unix.CPUSet) {
	set.Fill()
	return set
}

// affinityOf reads the affinity of a thread; false if it has ended.
func affinityOf(tid int) (set unix.CPUSet, alive bool, err error) {
	switch err := unix.SchedGetaffinity(tid, &set); {
	case errors.Is(err, unix.ESRCH):
		return set, false, nil
	case errors.Is(err, unix.EINVAL):
		return set, false, fmt.Errorf("read the affinity of thread %d: a machine of more than %d cores: %w", tid, maxCores, err)
	case err != nil:
		return set, false, fmt.Errorf("read the affinity of thread %d: %w", tid, err)
	}
	return set, true, nil
}

// setAffinity sets the affinity of a thread; false if it has ended.
func setAffinity(tid int, set unix.CPUSet) (alive bool, err error) {
	switch err := unix.SchedSetaffinity(tid, &set); {
	case errors.Is(err, unix.ESRCH):
		return false, nil
	case errors.Is(err, unix.EPERM) || errors.Is(err, unix.EACCES):
		return false, fmt.Errorf("thread %d: %w", tid, ErrNotAllowed)
	case err != nil:
		return false, fmt.Errorf("set the affinity of thread %d: %w", tid, err)
	}
	return true, nil
}

// isWhole says that an affinity leaves out no core that the process could have: then it most
// likely never asked for one. The kernel keeps what a process asks for. If that is the list of
// today's cores, and its cpuset grows later, it does not get the new ones, as it had before.
func isWhole(pid int, set unix.CPUSet) bool {
	could, err := cpusetOf(pid)
	if err != nil {
		return false
	}
	for core := range maxCores {
		if could.IsSet(core) && !set.IsSet(core) {
			return false
		}
	}
	return true
}

// cpusetOf is the cores of a process's cpuset, and those of the machine where it can't be
// found: in a container its path may be another.
func cpusetOf(pid int) (unix.CPUSet, error) {
	path, err := os.ReadFile(proc.Dir(pid) + "/cpuset")
	at := strings.TrimSuffix(string(path), "\n")
	if err == nil && !strings.Contains(at, "/..") {
		for _, file := range []string{
			"/sys/fs/cgroup" + at + "/cpuset.cpus.effective",
			"/sys/fs/cgroup/unified" + at + "/cpuset.cpus.effective",
			"/sys/fs/cgroup/cpuset" + at + "/cpuset.effective_cpus",
		} {
			if b, err := os.ReadFile(file); err == nil {
				return parseCores(string(b))
			}
		}
	}
	b, err := os.ReadFile("/sys/devices/system/cpu/online")
	if err != nil {
		return unix.CPUSet{}, err
	}
	return parseCores(string(b))
}

// parseCores reads a list as the kernel writes it: 0-3,8.
func parseCores(list string) (set unix.CPUSet, err error) {
	for part := range strings.SplitSeq(strings.TrimSpace(list), ",") {
		first, last, isRange := strings.Cut(part, "-")
		if !isRange {
			last = first
		}
		from, err := strconv.Atoi(first)
		to, wrong := strconv.Atoi(last)
		if err := errors.Join(err, wrong); err != nil {
			return set, fmt.Errorf("cores %q: %w", list, err)
		}
		for core := from; core <= to && core < maxCores; core++ {
			set.Set(core)
		}
	}
	return set, nil
}

// loadOver is the time over which the load of the cores is taken.
const loadOver = 200 * time.Millisecond

// quietest returns the core of a set with the least load. Of several with hardly any
// difference it takes the one of the highest number: the first ones often have the interrupts.
func quietest(ctx context.Context, of unix.CPUSet) (int, error) {
	before := busy()
	select {
	case <-ctx.Done():
		return 0, context.Cause(ctx)
	case <-time.After(loadOver):
	}
	after := busy()
	const hardly = .05 // of a core
	best, least := -1, 2.0
	for core := maxCores - 1; core >= 0; core-- {
		if !of.IsSet(core) {
			continue
		}
		load := 1.0 // one of which nothing is known is none to prefer
		if _, known := after[core]; known {
			load = (after[core] - before[core]).Seconds() / loadOver.Seconds()
		}
		if best < 0 || load < least-hardly {
			best, least = core, load
		}
	}
	return best, nil
}

// busy is the time that each core was busy, with interrupts and what the host took from it.
func busy() map[int]time.Duration {
	const tick = 10 * time.Millisecond // all that /proc shows is in these, whatever the kernel's own
	b, _ := os.ReadFile("/proc/stat")  // without it all are alike
	out := map[int]time.Duration{}
	for line := range strings.Lines(string(b)) {
		fields := strings.Fields(line)
		if len(fields) < 5 {
			continue
		}
		name, is := strings.CutPrefix(fields[0], "cpu")
		core, err := strconv.Atoi(name)
		if !is || err != nil {
			continue
		}
		for i, field := range fields[1:min(len(fields), 9)] { // guests are in the time of users
			if n, err := strconv.Atoi(field); err == nil && i != 3 && i != 4 { // idle, and idle while it waits for a disk
				out[core] += time.Duration(n) * tick
			}
		}
	}
	return out
}
