package results

import (
	"strings"

	"github.com/prometheus/procfs"
)

// describe sets the fields that /proc has.
func (m *Machine) describe() {
	proc, err := procfs.NewDefaultFS()
	if err != nil {
		return
	}
	if cpus, err := proc.CPUInfo(); err == nil && len(cpus) > 0 {
		m.CPU = oneLine(cpus[0].ModelName)
	}
	if stat, err := proc.Stat(); err == nil && len(stat.CPU) > 0 {
		m.Cores = len(stat.CPU) // the process may run on fewer
	}
	if mem, err := proc.Meminfo(); err == nil && mem.MemTotalBytes != nil {
		m.Memory = int64(*mem.MemTotalBytes)
	}
	if kernel, err := proc.SysctlStrings("kernel/osrelease"); err == nil {
		m.Kernel = strings.Join(kernel, " ")
	}
}
