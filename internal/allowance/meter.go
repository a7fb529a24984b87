package allowance

import (
	"math"
	"slices"
)

// A Meter tells how much of the allowance all processes used. The zero value, where
// there is no /proc, knows nothing.
type Meter struct {
	known   bool
	me      process
	cores   []int64
	limited group // with the quota; its dir is "" where none has one
	group   group // with the quota; its time is unknown if counted is false
	// counted means that the group that has the quota counts its CPU time. In version 1 the
	// two can be trees of their own, with a process in one group of the first and in
	// another of the second.
	counted bool
}

// A Used is CPU time in seconds since the machine began.
type Used struct {
	Cores float64 // by all processes, on the cores of the allowance
	Steal float64 // that the host took from these cores
	Idle  float64 // in which nothing ran on these cores
	Group float64 // by all processes of the group with the quota; NaN if that is not known
	// Periods of the quota, and how many of these ended with the group stopped; 0 without a quota.
	Periods, Stopped float64
}

// NewMeter returns the meter of this process's allowance. root is as in [Read].
func NewMeter(root string) Meter { return newMeter(self(root)) }

// MeterOf returns the meter of another process's allowance.
func MeterOf(root string, pid int) Meter { return newMeter(other(root, pid)) }

func newMeter(p process, err error) Meter {
	if err != nil {
		return Meter{}
	}
	m := Meter{known: true, me: p, cores: p.cores()}
	groups := p.groups()
	limited, found := tightest(groups)
	if !found {
		return m
	}
	m.limited = limited
	for _, g := range groups {
		if _, counts := g.used(); counts && g.version == limited.version && g.name == limited.name {
			m.group, m.counted = g, true
			break
		}
	}
	return m
}

// Known says whether the meter can tell anything.
func (m Meter) Known() bool { return m.known }

// Read takes a reading; false if there is none. Interrupts are left out: on loopback
// they are mostly the client's own packets, and no process is charged for them.
func (m Meter) Read() (Used, bool) {
	if !m.known {
		return Used{}, false
	}
	stat, err := m.me.fs.Stat()
	if err != nil {
		return Used{}, false
	}
	u := Used{Group: math.NaN()}
	for core, cpu := range stat.CPU {
		if len(m.cores) == 0 || slices.Contains(m.cores, core) {
			u.Cores += cpu.User + cpu.Nice + cpu.System
			u.Steal += cpu.Steal
			u.Idle += cpu.Idle + cpu.Iowait
		}
	}
	if m.counted {
		if used, counts := m.group.used(); counts {
			u.Group = used
		}
	}
	if m.limited.dir != "" {
		u.Periods, u.Stopped = m.limited.periods()
	}
	return u, true
}

// Since is the time between two readings.
func (u Used) Since(before Used) Used {
	return Used{u.Cores - before.Cores, u.Steal - before.Steal, u.Idle - before.Idle, u.Group - before.Group, u.Periods - before.Periods, u.Stopped - before.Stopped}
}

// Shares says whether a process draws on the same cores and on the same quota.
func (m Meter) Shares(pid int) (cores, quota bool) {
	proc, err := m.me.fs.Proc(pid)
	if !m.known || err != nil {
		return false, false
	}
	other := process{m.me.root, m.me.fs, proc}
	for _, core := range other.cores() {
		cores = cores || len(m.cores) == 0 || slices.Contains(m.cores, core)
	}
	limited, found := tightest(m.me.groups())
	if !found {
		return cores, false
	}
	return cores, slices.ContainsFunc(other.groups(), func(g group) bool { return g.dir == limited.dir })
}
