// Package allowance tells what a process may use of its machine, mostly this one, and what
// others take of just that:
//
//	container := allowance.Allowance{Cores: 64, Quota: 1.5} // 64 cores, and the CPU time of 1.5
//	fmt.Println(container.CPUs(), container.Threads())
//	fmt.Println(container.Less(30, .5)) // others use 30 cores, and half a core of the quota
//
// The machine's cores are not what a process may use: a control group may grant less CPU
// time, and an affinity fewer cores. The package does not know what is run or measured.
package allowance

import (
	"math"
	"runtime"
	"slices"
	"sync"
)

// An Allowance is what a process may use.
type Allowance struct {
	// Cores that the process may run on: the machine's, less those that its affinity
	// or its cpuset excludes.
	Cores int `json:"cores"`
	// Quota is the CPU time of its control group, seconds a second; 0 if it has none. All
	// processes of the group share it.
	Quota float64 `json:"cpu_quota,omitempty"`
	// Memory in bytes: the machine's, or the limit of its control group; 0 if unknown.
	Memory int64 `json:"memory_bytes,omitempty"`
}

// CPUs is the CPU time that the process may use, seconds a second: its cores, or the
// quota if that is less. It may be a fraction.
func (a Allowance) CPUs() float64 {
	if a.Quota > 0 {
		return min(a.Quota, float64(a.Cores))
	}
	return float64(a.Cores)
}

// Threads is the number of threads that can use it all, at least 1. It differs from
// Go's default GOMAXPROCS, which is 2 for any quota below that: a second thread on one
// core's time makes a serial client look as if a core were idle.
func (a Allowance) Threads() int { return max(1, int(math.Ceil(a.CPUs()-1e-9))) }

// Less returns the share of the allowance that is left, in cores, where others use
// onCores of the same cores and inGroup of the same quota. It is not negative.
func (a Allowance) Less(onCores, inGroup float64) float64 {
	left := float64(a.Cores) - onCores
	if a.Quota > 0 {
		left = min(left, a.Quota-inGroup)
	}
	return max(0, left)
}

// Here is the allowance of this process, read once: what was read at the start is what
// a run records.
var Here = sync.OnceValue(func() Allowance { return Read("/") })

// Read reads the allowance of this process from the files below root: "/", or a folder
// with proc and sys in a test. Where there is no /proc, only the cores are known.
func Read(root string) Allowance { return read(self(root)) }

// Of reads the allowance of another process. If it can't be read it is that of the machine.
func Of(root string, pid int) Allowance { return read(other(root, pid)) }

func read(p process, err error) Allowance {
	a := Allowance{Cores: runtime.NumCPU()}
	if err != nil {
		return a
	}
	if n := len(p.cores()); n > 0 {
		a.Cores = n
	}
	a.Memory = p.memory()
	for _, g := range p.groups() {
		if quota := g.quota(); quota > 0 && (a.Quota == 0 || quota < a.Quota) {
			a.Quota = quota
		}
		if limit := g.memory(); limit > 0 && (a.Memory == 0 || limit < a.Memory) {
			a.Memory = limit
		}
	}
	return a
}

// tightest is the group with the least quota; false if no group has one.
func tightest(groups []group) (group, bool) {
	limited := slices.DeleteFunc(slices.Clone(groups), func(g group) bool { return g.quota() == 0 })
	if len(limited) == 0 {
		return group{}, false
	}
	return slices.MinFunc(limited, func(a, b group) int {
		if a.quota() < b.quota() {
			return -1
		}
		return 1
	}), true
}
