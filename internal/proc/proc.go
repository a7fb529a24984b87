// Package proc reads what Linux's /proc tells of one process or thread.
//
//	s, err := proc.Read(os.Getpid())
//	if err != nil {
//		log.Fatal(err)
//	}
//	threads, err := proc.Threads(s.Number)
//	if err != nil {
//		log.Fatal(err)
//	}
//	fmt.Println(s.Parent == os.Getppid(), s.Ended(), len(threads) > 0)
//
// procfs, which reads the machine's files elsewhere here, scans this one with package fmt: too
// slow for who looks at thousands of threads while something else is measured.
package proc

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strconv"
	"strings"
	"syscall"
)

// An ID is a process or a thread. A later one of the same number began later.
type ID struct {
	Number int
	Began  uint64 // in ticks of the kernel, since the machine did
}

// A Stat is what /proc tells of a process or a thread.
type Stat struct {
	ID
	Name                            string // as the kernel keeps it, cut at 15 bytes
	State                           byte   // R, S, D, Z, ...
	Parent, Group, Session, Threads int
	Kernel                          bool   // it is a thread of the kernel
	Faults                          uint64 // major page faults since it began
}

// Ended says that nothing of a process runs any more. One whose first thread alone has ended
// is listed as a zombie, and runs on.
func (s Stat) Ended() bool { return (s.State == 'Z' || s.State == 'X') && s.Threads <= 1 }

// Dir is the folder of a process, or of a thread: that has one too, though it is not listed.
func Dir(pid int) string { return "/proc/" + strconv.Itoa(pid) }

// Gone says that what was read from /proc is of something that has ended. Other errors are
// not its end: a process out of descriptors can read nothing, and must not take that for
// nothing to do.
func Gone(err error) bool { return errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ESRCH) }

// Read reads the stat of a process or of a thread.
func Read(pid int) (Stat, error) {
	b, err := os.ReadFile(Dir(pid) + "/stat")
	if err != nil {
		return Stat{}, err
	}
	return Parse(pid, b)
}

// kernelThread is PF_KTHREAD.
const kernelThread = 0x00200000

// Parse reads the text of a stat.
func Parse(pid int, b []byte) (Stat, error) {
	// The name may hold spaces and brackets: it ends at the last one.
	open, end := bytes.IndexByte(b, '('), bytes.LastIndexByte(b, ')')
	if open < 0 || end < open {
		return Stat{}, fmt.Errorf("%s/stat: no name in it", Dir(pid))
	}
	fields := strings.Fields(string(b[end+1:]))
	if len(fields) < 20 {
		return Stat{}, fmt.Errorf("%s/stat: %d fields after the name", Dir(pid), len(fields))
	}
	s := Stat{ID: ID{Number: pid}, Name: string(b[open+1 : end]), State: fields[0][0]}
	var flags uint64
	var errs []error
	for i, to := range map[int]*int{1: &s.Parent, 2: &s.Group, 3: &s.Session, 17: &s.Threads} {
		n, err := strconv.Atoi(fields[i])
		*to, errs = n, append(errs, err)
	}
	for i, to := range map[int]*uint64{6: &flags, 9: &s.Faults, 19: &s.Began} {
		n, err := strconv.ParseUint(fields[i], 10, 64)
		*to, errs = n, append(errs, err)
	}
	if err := errors.Join(errs...); err != nil {
		return Stat{}, fmt.Errorf("%s/stat: %w", Dir(pid), err)
	}
	s.Kernel = flags&kernelThread != 0
	return s, nil
}

// Threads lists the threads of a process; none if it has ended.
func Threads(pid int) ([]int, error) {
	tids, err := Numbers(Dir(pid) + "/task")
	if Gone(err) {
		return nil, nil
	}
	return tids, err
}

// Numbers lists the entries of a folder that are numbers, without an order.
func Numbers(dir string) ([]int, error) {
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
