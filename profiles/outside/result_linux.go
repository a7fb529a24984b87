package outside

import (
	"cmp"
	"maps"
	"net/netip"
	"slices"
	"time"
)

// evidence sums what was seen.
func (p *Process) evidence(lasted time.Duration) Evidence {
	e := Evidence{
		PID: p.root.pid, Command: p.root.name, Executable: executable(p.root.pid),
		Processes: p.largest, Seconds: lasted.Seconds(), Ended: p.ended, Count: p.threads, Sockets: p.detail,
		Parallel: p.shares(), Threads: []Thread{},
	}
	if root := p.tree[p.root.pid]; root != nil {
		e.Command = root.name
	}
	for _, f := range p.tree {
		for tid, t := range f.threads {
			n := Thread{f.pid, tid, t.name, float64(t.runs) / float64(lasted), float64(t.waits) / float64(lasted), isHelper(t.name)}
			e.Waiting += n.Waiting
			if n.Helper {
				e.Helpers += n.Cores
			}
			e.Threads = append(e.Threads, n)
		}
	}
	e.Cores = p.used() / lasted.Seconds()
	slices.SortFunc(e.Threads, func(a, b Thread) int {
		return cmp.Or(cmp.Compare(b.Cores, a.Cores), cmp.Compare(a.TID, b.TID))
	})
	e.Threads = e.Threads[:min(len(e.Threads), maxThreads)]
	if p.blocks > 0 {
		mean := func(b blocking) float64 { return p.blocked[b] / float64(p.blocks) }
		e.Blocked = Blocked{true, mean(inLock), mean(inRead), mean(inPoll), mean(inSleep), mean(inOther)}
	}
	links := slices.Collect(maps.Values(p.links))
	crowd := maps.Clone(p.crowd)
	for a := range crowd {
		crowd[a] /= float64(max(p.finds, 1))
	}
	all := peers(links, p.times, lasted, crowd)
	var address netip.AddrPort
	e.Upstream, address, e.Others = upstream(all, p.options)
	owed := 0.
	if s := all[address]; s != nil {
		owed = s.owed
	}
	e.Moments = moments(links, p.times, lasted, address, owed)
	p.fill(e.Moments, lasted)
	if len(links) == 0 {
		e.Sockets = DetailNone
	}
	e.UDP = p.udp()
	return e
}

// used is the CPU time of the ticks, s. It has that of threads that ended meanwhile.
func (p *Process) used() (seconds float64) {
	for _, t := range p.ticks {
		seconds += t.used.Seconds()
	}
	return seconds
}

// shares are those of the interval in which so many cores were used at once.
func (p *Process) shares() []float64 {
	var all time.Duration
	for _, d := range p.parallel {
		all += d
	}
	out := make([]float64, len(p.parallel))
	for n, d := range p.parallel {
		out[n] = float64(d) / float64(max(all, 1))
	}
	return out
}

// fill adds the cores that were used to the moments.
func (p *Process) fill(m []Moment, lasted time.Duration) {
	if len(m) == 0 {
		return
	}
	part := lasted.Seconds() / float64(len(m))
	from := 0.0
	for _, t := range p.ticks {
		to := t.at.Seconds()
		cores := t.used.Seconds() / max(to-from, 1e-9)
		for i := int(from / part); i < len(m) && float64(i)*part < to; i++ {
			m[i].Cores += cores * (min(to, float64(i+1)*part) - max(from, float64(i)*part)) / part
		}
		from = to
	}
}

// udp counts the tree's sockets of UDP.
func (p *Process) udp() (n int) {
	mine := owned(p.tree)
	for _, name := range []string{"udp", "udp6"} {
		_ = readTable(procOf(p.root.pid)+"/net/"+name, anyState, func(s *socket) { // a kernel without it has none
			if mine[s.inode] {
				n++
			}
		})
	}
	return n
}
