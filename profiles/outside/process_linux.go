package outside

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// A process is one of the tree.
type process struct {
	pid, parent int
	name        string
	state       byte
	flags       uint64
	faults      uint64 // major page faults, since it began
	began       uint64 // ticks since the machine did: another process of the same number began later

	young   bool          // it was born while its tree was watched, so that its threads ran from 0
	clock   time.Duration // its CPU time when it was last read
	clocked bool
	read    bool // its threads were
	threads map[int]*thread
	inodes  map[uint32]bool // of its sockets
	first   uint64          // faults when it was first seen
}

type thread struct {
	name        string
	run, waited time.Duration // when it was last read
	runs, waits time.Duration // since watching began
	alive       bool
}

func procOf(pid int) string { return "/proc/" + strconv.Itoa(pid) }

// readStat reads what /proc tells of a process.
func readStat(pid int) (*process, error) {
	b, err := os.ReadFile(procOf(pid) + "/stat")
	if err != nil {
		return nil, err
	}
	return parseStat(pid, b)
}

func parseStat(pid int, b []byte) (*process, error) {
	// The name may hold spaces and brackets: it ends at the last one.
	open, end := bytes.IndexByte(b, '('), bytes.LastIndexByte(b, ')')
	if open < 0 || end < open {
		return nil, fmt.Errorf("%s/stat: no name in it", procOf(pid))
	}
	fields := strings.Fields(string(b[end+1:]))
	if len(fields) < 20 {
		return nil, fmt.Errorf("%s/stat: %d fields", procOf(pid), len(fields))
	}
	p := &process{pid: pid, name: string(b[open+1 : end]), state: fields[0][0], threads: map[int]*thread{}, inodes: map[uint32]bool{}}
	var errs [4]error
	p.parent, errs[0] = strconv.Atoi(fields[1])
	p.flags, errs[1] = strconv.ParseUint(fields[6], 10, 64)
	p.faults, errs[2] = strconv.ParseUint(fields[9], 10, 64)
	p.began, errs[3] = strconv.ParseUint(fields[19], 10, 64)
	if err := errors.Join(errs[:]...); err != nil {
		return nil, fmt.Errorf("%s/stat: %w", procOf(pid), err)
	}
	p.first = p.faults
	return p, nil
}

// kernelThread is PF_KTHREAD.
const kernelThread = 0x00200000

// find returns a process, or an error that says why it can't be watched.
func find(pid int) (*process, error) {
	if pid == os.Getpid() {
		return nil, fmt.Errorf("process %d: %w", pid, ErrSelf)
	}
	p, err := readStat(pid)
	switch {
	case pid < 1 || errors.Is(err, fs.ErrNotExist) || errors.Is(err, unix.ESRCH):
		return nil, fmt.Errorf("process %d: %w", pid, ErrNoProcess)
	case err != nil:
		return nil, fmt.Errorf("process %d: %w", pid, err)
	case p.state == 'Z' || p.state == 'X':
		return nil, fmt.Errorf("process %d (%s): %w", pid, p.name, ErrZombie)
	case p.flags&kernelThread != 0:
		return nil, fmt.Errorf("process %d (%s): %w", pid, p.name, ErrKernel)
	}
	if of := leader(pid); of != pid {
		return nil, fmt.Errorf("process %d (%s): %w, %d", pid, p.name, ErrThread, of)
	}
	if _, err := os.ReadDir(procOf(pid) + "/fd"); errors.Is(err, fs.ErrPermission) {
		return nil, fmt.Errorf("process %d (%s): %w", pid, p.name, ErrNotAllowed)
	}
	return p, nil
}

// leader is the process that a thread belongs to.
func leader(pid int) int {
	b, err := os.ReadFile(procOf(pid) + "/status")
	if err != nil {
		return pid
	}
	for line := range strings.Lines(string(b)) {
		if value, found := strings.CutPrefix(line, "Tgid:"); found {
			if n, err := strconv.Atoi(strings.TrimSpace(value)); err == nil {
				return n
			}
		}
	}
	return pid
}

// executable is the name of a process's file; "" if that may not be read.
func executable(pid int) string {
	path, err := os.Readlink(procOf(pid) + "/exe")
	if err != nil {
		return ""
	}
	return filepath.Base(strings.TrimSuffix(path, " (deleted)"))
}

// cpuTime is the CPU time of all threads of a process up to now, also of those that run. Anybody
// may read another process's clock; its number is made of the process's.
func cpuTime(pid int) (time.Duration, error) {
	const processClock = 2 // CPUCLOCK_SCHED
	var t unix.Timespec
	if err := unix.ClockGettime(int32(^pid<<3|processClock), &t); err != nil {
		return 0, err
	}
	return time.Duration(t.Nano()), nil
}

// readThreads adds what the threads of a process ran and waited since they were last read.
func (p *process) readThreads(buffer []byte) error {
	tasks := procOf(p.pid) + "/task"
	entries, err := readNames(tasks)
	if err != nil {
		return err
	}
	for _, t := range p.threads {
		t.alive = false
	}
	for _, name := range entries {
		tid, err := strconv.Atoi(name)
		if err != nil {
			continue
		}
		run, waited, err := readSched(tasks+"/"+name+"/schedstat", buffer)
		if err != nil {
			continue // it ended meanwhile
		}
		t := p.threads[tid]
		if t == nil {
			comm, _ := os.ReadFile(tasks + "/" + name + "/comm")
			t = &thread{name: strings.TrimSuffix(string(comm), "\n")}
			if !p.young && !p.read { // it ran before; one that is new since ran from 0
				t.run, t.waited = run, waited
			}
			p.threads[tid] = t
		}
		t.alive = true
		t.runs += run - t.run
		t.waits += waited - t.waited
		t.run, t.waited = run, waited
	}
	p.read = true
	return nil
}

// readNames lists a folder without an order.
func readNames(dir string) ([]string, error) {
	f, err := os.Open(dir)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return f.Readdirnames(-1)
}

// readSched reads a thread's time on a core, and that of waiting for one. A kernel without it
// has zeros there.
func readSched(name string, buffer []byte) (run, waited time.Duration, err error) {
	text, err := readSmall(name, buffer)
	if err != nil {
		return 0, 0, err
	}
	first, rest, _ := bytes.Cut(text, []byte{' '})
	second, _, _ := bytes.Cut(rest, []byte{' '})
	a, err := strconv.ParseInt(string(first), 10, 64)
	b, wrong := strconv.ParseInt(string(second), 10, 64)
	return time.Duration(a), time.Duration(b), errors.Join(err, wrong)
}

// readSmall reads a file that fits into the buffer.
func readSmall(name string, buffer []byte) ([]byte, error) {
	fd, err := unix.Open(name, unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, err
	}
	n, err := unix.Read(fd, buffer)
	unix.Close(fd)
	if err != nil {
		return nil, err
	}
	return buffer[:n], nil
}

// readSockets lists the process's sockets by inode.
func (p *process) readSockets() error {
	dir := procOf(p.pid) + "/fd"
	entries, err := readNames(dir)
	if err != nil {
		return err
	}
	clear(p.inodes)
	for _, name := range entries {
		to, err := os.Readlink(dir + "/" + name)
		if err != nil {
			continue
		}
		inode, is := strings.CutPrefix(to, "socket:[")
		if !is {
			continue
		}
		if n, err := strconv.ParseUint(strings.TrimSuffix(inode, "]"), 10, 32); err == nil {
			p.inodes[uint32(n)] = true
		}
	}
	return nil
}

// readTree lists a process with what descends from it. One whose parent ended belongs to another
// then, and is no longer found.
func readTree(root int) []*process {
	first, err := readStat(root)
	if err != nil || first.state == 'Z' {
		return nil
	}
	out := []*process{first}
	var all map[int][]int
	for i := 0; i < len(out); i++ {
		pids, ok := childrenOf(out[i].pid)
		if !ok {
			if all == nil {
				all = everyChild()
			}
			pids = all[out[i].pid]
		}
		for _, pid := range pids {
			if pid == os.Getpid() { // which may have been started by what it watches
				continue
			}
			if p, err := readStat(pid); err == nil && p.state != 'Z' {
				out = append(out, p)
			}
		}
	}
	return out
}

// maxAsked bounds the threads that are asked for their children one by one.
const maxAsked = 64

// childrenOf asks each thread of a process for the processes that it started; false if the kernel
// does not tell, or there are many threads.
func childrenOf(pid int) ([]int, bool) {
	tasks := procOf(pid) + "/task"
	tids, err := readNames(tasks)
	if err != nil || len(tids) > maxAsked {
		return nil, false
	}
	var out []int
	for _, tid := range tids {
		text, err := os.ReadFile(tasks + "/" + tid + "/children")
		if err != nil {
			return nil, false
		}
		for field := range strings.FieldsSeq(string(text)) {
			if n, err := strconv.Atoi(field); err == nil {
				out = append(out, n)
			}
		}
	}
	return out, true
}

// everyChild lists the children of each process of the machine.
func everyChild() map[int][]int {
	out := map[int][]int{}
	names, err := readNames("/proc")
	if err != nil {
		return out
	}
	for _, name := range names {
		pid, err := strconv.Atoi(name)
		if err != nil {
			continue
		}
		if p, err := readStat(pid); err == nil {
			out[p.parent] = append(out[p.parent], pid)
		}
	}
	return out
}

// owned are the sockets of all.
func owned(tree map[int]*process) map[uint32]bool {
	out := map[uint32]bool{}
	for _, p := range tree {
		maps.Copy(out, p.inodes)
	}
	return out
}
