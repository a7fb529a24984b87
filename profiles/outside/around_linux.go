package outside

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"collatebench/internal/allowance"
	"collatebench/internal/proc"
)

// A Mark is a moment from which on [Process.Since] tells what was around the process.
type Mark struct {
	at     time.Time
	used   allowance.Used
	known  bool
	own    time.Duration
	memory time.Duration
	disk   time.Duration
	faults uint64
	opens  uint64
}

// Mark notes a moment.
func (p *Process) Mark() Mark {
	p.count()
	m := Mark{at: time.Now(), own: p.spent, memory: pressure("memory"), disk: pressure("io"), opens: opens(p.root.Number)}
	m.used, m.known = p.meter.Read()
	for _, f := range p.tree {
		m.faults += f.Faults - f.first
	}
	return m
}

// Since tells what was around the process since a moment.
func (p *Process) Since(before Mark) Around {
	now := p.Mark()
	lasted := max(now.at.Sub(before.at), 1)
	a := Around{Cores: p.allowance.Cores, Quota: p.allowance.Quota, Known: before.known && now.known && !p.ended}
	a.MemoryPSI = float64(now.memory-before.memory) / float64(lasted)
	a.DiskPSI = float64(now.disk-before.disk) / float64(lasted)
	a.Faults = float64(now.faults-before.faults) / lasted.Seconds()
	a.Opens = float64(now.opens-min(before.opens, now.opens)) / lasted.Seconds()
	if !a.Known {
		return a
	}
	used := now.used.Since(before.used)
	own := (now.own - before.own).Seconds()
	a.Others = max(0, used.Cores+used.Steal-own) / lasted.Seconds()
	a.Idle = used.Idle / lasted.Seconds()
	if !math.IsNaN(used.Group) {
		a.OthersQuota = max(0, used.Group-own) / lasted.Seconds()
	}
	if used.Periods > 0 {
		a.Throttled = used.Stopped / used.Periods
	}
	return a
}

// opens is how many connections were made in a process's network namespace; 0 if that is not known.
func opens(pid int) uint64 {
	b, err := os.ReadFile(proc.Dir(pid) + "/net/snmp")
	if err != nil {
		return 0
	}
	var names []string
	for line := range strings.Lines(string(b)) {
		fields := strings.Fields(line)
		if len(fields) == 0 || fields[0] != "Tcp:" {
			continue
		}
		if i := slices.Index(names, "ActiveOpens"); i >= 0 && i < len(fields) {
			n, _ := strconv.ParseUint(fields[i], 10, 64) // 0 is unknown
			return n
		}
		names = fields
	}
	return 0
}

// pressure is how long some process has waited for memory or the disk; 0 where the kernel does
// not say.
func pressure(what string) time.Duration {
	b, err := os.ReadFile(filepath.Join("/proc/pressure", what))
	if err != nil {
		return 0
	}
	var us int64
	if _, err := fmt.Sscanf(string(b), "some avg10=%f avg60=%f avg300=%f total=%d", new(float64), new(float64), new(float64), &us); err != nil {
		return 0
	}
	return time.Duration(us) * time.Microsecond
}
