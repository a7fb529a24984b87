package runner

import (
	"fmt"
	"runtime"
	"time"

	"github.com/prometheus/procfs"

	"collatebench/internal/rusage"
	"collatebench/results"
)

// A sample is flagged if others took more than these shares of the machine's
// cores while it ran. A quiet machine seldom reaches them: a tick of /proc/stat
// is 10 ms, which is a percent of a sample of half a second on two cores, and
// the kernel's own threads take as much.
const (
	maxSteal  = .05
	maxOthers = .10
)

// A machine tells who used its cores. The zero value, where there is no /proc,
// tells nothing and flags nothing.
type machine struct {
	fs    procfs.FS
	known bool
}

func thisMachine() machine {
	fs, err := procfs.NewDefaultFS()
	return machine{fs, err == nil && runtime.GOOS == "linux"}
}

// usage is CPU time in seconds since the machine and the processes began.
type usage struct {
	busy, steal, upstream, runner float64
}

func (u usage) since(before usage) usage {
	return usage{u.busy - before.busy, u.steal - before.steal, u.upstream - before.upstream, u.runner - before.runner}
}

// read takes a reading. Interrupts are left out of busy: on loopback they are
// mostly our own packets, and no process is charged for them.
func (m machine) read(upstream int) usage {
	if !m.known {
		return usage{}
	}
	stat, err := m.fs.Stat()
	if err != nil {
		return usage{}
	}
	cpu := stat.CPUTotal
	return usage{
		busy: cpu.User + cpu.Nice + cpu.System, steal: cpu.Steal,
		upstream: m.processCPU(upstream), runner: rusage.SelfCPU().Seconds(),
	}
}

// processCPU is 0 for a pid of 0, which is none of this machine's.
func (m machine) processCPU(pid int) float64 {
	p, err := m.fs.Proc(pid)
	if err != nil {
		return 0
	}
	stat, err := p.Stat()
	if err != nil {
		return 0
	}
	return stat.CPUTime()
}

// judge notes in a sample who used the cores while it ran, and flags it if
// others used too much of them. It does not look at the result.
func (m machine) judge(s *results.Sample, spent usage, clientCPU, wall time.Duration) {
	s.ClientCPU, s.UpstreamCPU, s.Steal = clientCPU.Seconds(), spent.upstream, spent.steal
	s.OthersCPU = max(0, spent.busy-clientCPU.Seconds()-spent.upstream-spent.runner)
	if !m.known {
		return
	}
	capacity := wall.Seconds() * float64(runtime.NumCPU())
	for _, f := range []struct {
		what  string
		share float64
		limit float64
	}{
		{"steal", s.Steal / capacity, maxSteal},
		{"other processes", s.OthersCPU / capacity, maxOthers},
	} {
		if f.share > f.limit {
			s.Flags = append(s.Flags, fmt.Sprintf("%s took %.0f%% of the cores", f.what, 100*f.share))
		}
	}
}
