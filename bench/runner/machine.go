package runner

import (
	"fmt"
	"math"
	"time"

	"github.com/prometheus/procfs"

	"collatebench/internal/allowance"
	"collatebench/internal/rusage"
	"collatebench/results"
)

// A sample is flagged if others took more than these shares of what the process may use
// while it ran. A quiet machine seldom reaches them: a tick of /proc/stat is 10 ms, which
// is a percent of a sample of half a second on two cores, and the kernel's own threads
// take as much.
const (
	maxSteal  = .05
	maxOthers = .10
)

// A machine tells who used what this process may use. The zero value, where there is no
// /proc, tells nothing and flags nothing.
type machine struct {
	fs    procfs.FS
	known bool
	may   allowance.Allowance
	meter allowance.Meter
}

func thisMachine() machine {
	meter := allowance.NewMeter("/")
	fs, err := procfs.NewDefaultFS()
	return machine{fs, err == nil && meter.Known(), allowance.Here(), meter}
}

// usage is CPU time in seconds since the machine and the processes began.
type usage struct {
	allowance.Used
	upstream, runner float64
	// Whether the upstream draws on the same cores, and on the same quota.
	upstreamOnCores, upstreamInGroup bool
}

func (u usage) since(before usage) usage {
	u.Used, u.upstream, u.runner = u.Used.Since(before.Used), u.upstream-before.upstream, u.runner-before.runner
	return u
}

// read takes a reading. upstream is a process; 0 if it is none of this machine's.
func (m machine) read(upstream int) usage {
	used, there := m.meter.Read()
	if !there {
		return usage{}
	}
	u := usage{Used: used, upstream: m.processCPU(upstream), runner: rusage.SelfCPU().Seconds()}
	if upstream > 0 {
		u.upstreamOnCores, u.upstreamInGroup = m.meter.Shares(upstream)
	}
	return u
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

// judge notes in a sample who used the cores while it ran, and flags it if others used too
// much of them. It does not look at the result. procs is the client's GOMAXPROCS.
func (m machine) judge(s *results.Sample, spent usage, clientCPU, wall time.Duration, procs int) {
	s.ClientCPU, s.UpstreamCPU = clientCPU.Seconds(), spent.upstream
	if !m.known {
		return
	}
	t := takenOf(m.may, spent, clientCPU.Seconds(), wall.Seconds())
	s.Steal, s.OthersCPU = spent.Steal, new(t.others*wall.Seconds())
	if spent.Periods > 0 {
		s.Throttled = spent.Stopped / spent.Periods
	}
	s.Flags = append(s.Flags, t.flags(m.may, procs)...)
}

// flagged says what disturbed a process; nothing where that is not known.
func (m machine) flagged(spent usage, clientCPU, wall time.Duration, procs int) []string {
	if !m.known {
		return nil
	}
	return takenOf(m.may, spent, clientCPU.Seconds(), wall.Seconds()).flags(m.may, procs)
}

// disturbed says what disturbed a process, from outside and by standing still.
func (m machine) disturbed(p *process, spent usage, clientCPU time.Duration) []string {
	return append(m.flagged(spent, clientCPU, p.wall, p.cell.Procs), p.vigil.flags()...)
}

// A taken is what was taken of an allowance while a client ran, in cores.
type taken struct {
	steal, others, upstream float64
}

// takenOf charges what was used to who used it. Others in the same control group use up
// the quota, and others on the same cores the cores; what is left is the lesser of both. On
// a machine with many more cores than the quota, others outside the group take nothing.
func takenOf(may allowance.Allowance, spent usage, client, wall float64) taken {
	wall = max(wall, 1e-9)
	ours := client + spent.runner
	onCores, inGroup := spent.Cores-ours, spent.Group-ours
	upstream := 0.0
	if spent.upstreamOnCores {
		onCores -= spent.upstream
		upstream = spent.upstream
	}
	if spent.upstreamInGroup {
		inGroup -= spent.upstream
	}
	if math.IsNaN(inGroup) {
		inGroup = 0 // the group does not count its time: the quota is then taken to be ours alone
	}
	left := may.Less(max(0, onCores)/wall, max(0, inGroup)/wall)
	return taken{steal: spent.Steal / wall, others: may.CPUs() - left, upstream: upstream / wall}
}

// shares are what was taken of what a client with that many threads wants. Others on cores
// that it could not have used do not disturb it, unless they are many: then caches, memory
// and the clock of the cores are no longer its own.
func (t taken) shares(may allowance.Allowance, procs int) (steal, others float64) {
	all := may.CPUs()
	wanted := min(float64(procs), all)
	others = t.others / all
	if all-t.others < wanted+t.upstream {
		others = t.others / wanted
	}
	return t.steal / float64(max(may.Cores, 1)), others
}

// flags says what disturbed a client with that many threads.
func (t taken) flags(may allowance.Allowance, procs int) []string {
	steal, others := t.shares(may, procs)
	var out []string
	for _, f := range []struct {
		what         string
		share, limit float64
	}{
		{"steal", steal, maxSteal},
		{"other processes", others, maxOthers},
	} {
		if f.share > f.limit {
			out = append(out, fmt.Sprintf("%s took %.0f%% of the cores", f.what, 100*f.share))
		}
	}
	return out
}
