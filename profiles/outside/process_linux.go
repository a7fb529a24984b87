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

	"collatebench/internal/proc"
)

// A process is one of the tree.
type process struct {
	proc.Stat
	there   bool          // in the tree when it was last looked at; another may have its number since
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

func newProcess(s proc.Stat) *process {
	return &process{Stat: s, threads: map[int]*thread{}, inodes: map[uint32]bool{}, first: s.Faults}
}

// find returns a process, or an error that says why it can't be watched.
func find(pid int) (*process, error) {
	if pid == os.Getpid() {
		return nil, fmt.Errorf("process %d: %w", pid, ErrSelf)
	}
	s, err := proc.Read(pid)
	switch {
	case pid < 1 || proc.Gone(err):
		return nil, fmt.Errorf("process %d: %w", pid, ErrNoProcess)
	case err != nil:
		return nil, fmt.Errorf("process %d: %w", pid, err)
	case s.Ended():
		return nil, fmt.Errorf("process %d (%s): %w", pid, s.Name, ErrZombie)
	case s.Kernel:
		return nil, fmt.Errorf("process %d (%s): %w", pid, s.Name, ErrKernel)
	}
	if of := leader(pid); of != pid {
		return nil, fmt.Errorf("process %d (%s): %w, %d", pid, s.Name, ErrThread, of)
	}
	if _, err := os.ReadDir(proc.Dir(pid) + "/fd"); errors.Is(err, fs.ErrPermission) {
		return nil, fmt.Errorf("process %d (%s): %w", pid, s.Name, ErrNotAllowed)
	}
	return newProcess(s), nil
}

// leader is the process that a thread belongs to.
func leader(pid int) int {
	b, err := os.ReadFile(proc.Dir(pid) + "/status")
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
	path, err := os.Readlink(proc.Dir(pid) + "/exe")
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
	tids, err := proc.Threads(p.Number)
	if err != nil {
		return err
	}
	for _, t := range p.threads {
		t.alive = false
	}
	for _, tid := range tids {
		dir := proc.Dir(p.Number) + "/task/" + strconv.Itoa(tid)
		run, waited, err := readSched(dir+"/schedstat", buffer)
		if err != nil {
			continue // it ended meanwhile
		}
		t := p.threads[tid]
		if t == nil {
			comm, _ := os.ReadFile(dir + "/comm")
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
	dir := proc.Dir(p.Number) + "/fd"
	fds, err := proc.Numbers(dir)
	if err != nil {
		return err
	}
	clear(p.inodes)
	for _, fd := range fds {
		to, err := os.Readlink(dir + "/" + strconv.Itoa(fd))
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

// owned are the sockets of all.
func owned(tree map[int]*process) map[uint32]bool {
	out := map[uint32]bool{}
	for _, p := range tree {
		maps.Copy(out, p.inodes)
	}
	return out
}
