package results

import (
	"fmt"
	"runtime"
	"strings"

	"collatebench/internal/allowance"
	"collatebench/internal/spell"
)

// A Machine is the machine that a run ran on, and what the run could use of it.
type Machine struct {
	OS     string `json:"os"`
	Arch   string `json:"arch"`
	CPU    string `json:"cpu,omitempty"` // model
	Cores  int    `json:"cores"`
	Memory int64  `json:"memory_bytes,omitempty"`
	Kernel string `json:"kernel,omitempty"`
	// Allowance is what the run's processes could use, together; nil in the record of a run
	// that did not read it.
	Allowance *allowance.Allowance `json:"allowance,omitempty"`
}

// Allowed is what the run's processes could use: all of the machine if nothing else is
// recorded.
func (m Machine) Allowed() allowance.Allowance {
	if m.Allowance != nil {
		return *m.Allowance
	}
	return allowance.Allowance{Cores: m.Cores, Memory: m.Memory}
}

// Usable spells the cores that the run could use: "2 cores", "4 of 64 cores", "the CPU time
// of 1.5 of 64 cores"; "" if they are not recorded.
func (m Machine) Usable() string {
	a := m.Allowed()
	switch {
	case a.Cores < 1:
		return ""
	case a.CPUs() < float64(a.Cores):
		return fmt.Sprintf("the CPU time of %s of %s", spell.Amount(a.CPUs()), spell.Plural(max(m.Cores, a.Cores), "core"))
	case a.Cores < m.Cores:
		return fmt.Sprintf("%d of %s", a.Cores, spell.Plural(m.Cores, "core"))
	}
	return spell.Plural(a.Cores, "core")
}

// ThisMachine describes the machine of this process. Unknown fields stay empty: without
// /proc those are the CPU's model, the memory and the kernel.
func ThisMachine() Machine {
	m := Machine{OS: runtime.GOOS, Arch: runtime.GOARCH, Cores: runtime.NumCPU(), Allowance: new(allowance.Here())}
	m.describe()
	return m
}

// oneLine puts a text on one line, with single spaces.
func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }
