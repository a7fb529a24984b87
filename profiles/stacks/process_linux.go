package stacks

import (
	"context"
	"debug/buildinfo"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"

	"collatebench/internal/boundedfile"
)

// A process is one that is to be sampled.
type process struct {
	pid     int
	exe     string // path of its executable, as it sees it
	threads int
	base    uint64 // of the executable's first mapping, less its offset
}

// maxProc bounds what is read of a file of /proc.
const maxProc = 4 << 20

// openProcess returns false if there is no such process, or it is somebody else's.
func openProcess(pid int) (process, bool) {
	p := process{pid: pid}
	exe, err := os.Readlink(p.proc("exe"))
	if err != nil {
		return p, false
	}
	p.exe = strings.TrimSuffix(exe, " (deleted)")
	tasks, err := os.ReadDir(p.proc("task"))
	if err != nil || len(tasks) == 0 {
		return p, false
	}
	p.threads = len(tasks)
	p.base = p.mapped()
	return p, true
}

func (p process) proc(name string) string {
	return filepath.Join("/proc", strconv.Itoa(p.pid), name)
}

var mapping = regexp.MustCompile(`(?m)^([0-9a-f]+)-[0-9a-f]+ \S+ ([0-9a-f]+) \S+ \d+ +(.*)$`)

func (p process) mapped() uint64 {
	text, err := boundedfile.Read(p.proc("maps"), maxProc)
	if err != nil {
		return 0
	}
	for _, m := range mapping.FindAllStringSubmatch(string(text), 4) {
		low, err := strconv.ParseUint(m[1], 16, 64)
		offset, err2 := strconv.ParseUint(m[2], 16, 64)
		if err == nil && err2 == nil && strings.TrimSuffix(m[3], " (deleted)") == p.exe {
			return low - offset
		}
	}
	return 0
}

// program opens the executable, also of a process in another root, or if it was deleted.
func (p process) program(ctx context.Context) *program {
	return openProgram(ctx, p.proc("exe"), p.exe, p.base)
}

var python = regexp.MustCompile(`^(python|pypy)[0-9.]*$`)

func (p process) python() bool { return python.MatchString(baseName(p.exe)) }

// switched counts the switches between the processes' threads up to now.
func switched(processes []process) (n int64) {
	for _, p := range processes {
		tasks, err := os.ReadDir(p.proc("task"))
		if err != nil {
			continue
		}
		for _, t := range tasks {
			text, err := boundedfile.Read(p.proc(filepath.Join("task", t.Name(), "status")), maxProc)
			if err != nil {
				continue
			}
			for line := range strings.Lines(string(text)) {
				if name, value, ok := strings.Cut(line, ":"); ok && strings.HasSuffix(name, "ctxt_switches") {
					if k, err := strconv.ParseInt(strings.TrimSpace(value), 10, 64); err == nil {
						n += k
					}
				}
			}
		}
	}
	return n
}

// threadName is the name that a thread has now, or else the one given.
func threadName(pid, tid int, otherwise string) string {
	text, err := boundedfile.Read(process{pid: pid}.proc(filepath.Join("task", strconv.Itoa(tid), "comm")), maxProc)
	if err != nil {
		return otherwise
	}
	return strings.TrimSuffix(string(text), "\n")
}

// sysctl returns a setting of the kernel, "" if it can't be read.
func sysctl(name string) string {
	text, err := boundedfile.Read(filepath.Join("/proc/sys", strings.ReplaceAll(name, ".", "/")), 64)
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(text))
}

func isGo(file string) bool {
	_, err := buildinfo.ReadFile(file)
	return err == nil
}
