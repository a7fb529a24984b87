package allowance

import (
	"path/filepath"

	"github.com/prometheus/procfs"
)

// A process is one whose files below proc are read.
type process struct {
	root string
	fs   procfs.FS
	proc procfs.Proc
}

// self is the process that reads; an error where there is no /proc.
func self(root string) (process, error) {
	fs, err := procfs.NewFS(filepath.Join(root, "proc"))
	if err != nil {
		return process{}, err
	}
	p, err := fs.Self()
	return process{root, fs, p}, err
}

// other is another process; an error if there is none of that number.
func other(root string, pid int) (process, error) {
	fs, err := procfs.NewFS(filepath.Join(root, "proc"))
	if err != nil {
		return process{}, err
	}
	p, err := fs.Proc(pid)
	return process{root, fs, p}, err
}

// cores lists the numbers of the cores that it may run on; none if that is not known.
func (p process) cores() []int64 {
	status, err := p.proc.NewStatus()
	if err != nil {
		return nil
	}
	var out []int64
	for _, n := range status.CpusAllowedList {
		out = append(out, int64(n))
	}
	return out
}

// memory is the machine's, in bytes; 0 if it is not known.
func (p process) memory() int64 {
	m, err := p.fs.Meminfo()
	if err != nil || m.MemTotalBytes == nil {
		return 0
	}
	return int64(*m.MemTotalBytes)
}
