package outside

import (
	"cmp"
	"maps"
	"net/netip"
	"slices"
	"time"

	"collatebench/internal/proc"
)

// evidence sums what was seen.
func (p *Process) evidence(lasted time.Duration) Evidence {
	e := Evidence{
		PID: p.root.Number, Command: p.root.Name, Executable: cmp.Or(executable(p.root.Number), p.executable),
		Processes: p.largest, Seconds: lasted.Seconds(), Ended: p.ended, Count: p.threads, Sockets: p.detail,
		Parallel: p.shares(), Threads: []Thread{},
	}
	if root := p.tree[p.root.Number]; root != nil {
		e.Command = root.Name
	}
	for _, f := range p.tree {
		for tid, t := range f.threads {
			n := Thread{f.Number, tid, t.name, float64(t.runs) / float64(lasted), float64(t.waits) / float64(lasted), isHelper(t.name)}
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

// udp counts the tree's sockets of UDP.
func (p *Process) udp() (n int) {
	mine := owned(p.tree)
	for _, name := range []string{"udp", "udp6"} {
		_ = readTable(proc.Dir(p.root.Number)+"/net/"+name, anyState, func(s *socket) { // a kernel without it has none
			if mine[s.inode] {
				n++
			}
		})
	}
	return n
}
