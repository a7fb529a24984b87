package outside

import (
	"os"
	"strconv"
	"strings"
	"time"

	"collatebench/internal/proc"
)

// PIDs lists the processes of the tree now, the root first.
func (p *Process) PIDs() []int {
	p.lastPID = ""
	p.readTree(time.Time{})
	out := []int{p.root.Number}
	for pid, f := range p.tree {
		if pid != p.root.Number && f.there {
			out = append(out, pid)
		}
	}
	return out
}

// readTree finds the processes of the tree, if any was born on the machine since.
func (p *Process) readTree(time.Time) {
	now, err := proc.Read(p.root.Number)
	if err != nil || now.ID != p.root.ID || now.Ended() {
		p.ended = true
		return
	}
	last := lastPID(p.buffer)
	if len(p.tree) > 0 && last == p.lastPID && last != "" {
		return
	}
	p.lastPID = last
	found := []proc.Stat{now}
	if !p.options.Alone {
		found = below(now)
	}
	for _, f := range p.tree {
		f.there = false
	}
	for _, s := range found {
		f := p.tree[s.Number]
		if f == nil || f.ID != s.ID {
			f = newProcess(s)
			f.young = len(p.tree) > 0 && !p.began.IsZero()
			p.tree[s.Number] = f
			_ = f.readSockets() // one that has just ended has none
			clear(p.strangers)  // they may be its
		}
		f.Stat, f.there = s, true // it may have become another program
	}
	for _, f := range p.tree {
		if !f.there {
			clear(f.inodes)
		}
	}
	p.largest = max(p.largest, len(found))
}

// lastPID is the number of the process or thread that was born last on the machine; "" if that
// is not known.
func lastPID(buffer []byte) string {
	text, err := readSmall("/proc/loadavg", buffer)
	if err != nil {
		return ""
	}
	fields := strings.Fields(string(text))
	return fields[len(fields)-1]
}

// below lists a process and what descends from it. One whose parent ended belongs to another
// then, and is no longer found.
func below(root proc.Stat) []proc.Stat {
	out := []proc.Stat{root}
	var all map[int][]int
	for i := 0; i < len(out); i++ {
		pids, ok := childrenOf(out[i].Number)
		if !ok {
			if all == nil {
				all = everyChild()
			}
			pids = all[out[i].Number]
		}
		for _, pid := range pids {
			if pid == os.Getpid() { // which may have been started by what it watches
				continue
			}
			if s, err := proc.Read(pid); err == nil && !s.Ended() {
				out = append(out, s)
			}
		}
	}
	return out
}

// maxAsked bounds the threads that are asked for their children one by one.
const maxAsked = 64

// childrenOf asks each thread of a process for the processes that it started; false if the kernel
// does not tell, or there are many threads.
func childrenOf(pid int) ([]int, bool) {
	tids, err := proc.Threads(pid)
	if err != nil || len(tids) > maxAsked {
		return nil, false
	}
	var out []int
	for _, tid := range tids {
		text, err := os.ReadFile(proc.Dir(pid) + "/task/" + strconv.Itoa(tid) + "/children")
		if err != nil {
			return nil, false
		}
		for field := range strings.FieldsSeq(string(text)) {
			if n, err := strconv.Atoi(field); err == nil {
				out = append(out, n)
			}
		}
	}
	return out, true
}

// everyChild lists the children of each process of the machine.
func everyChild() map[int][]int {
	out := map[int][]int{}
	pids, err := proc.Numbers("/proc")
	if err != nil {
		return out
	}
	for _, pid := range pids {
		if s, err := proc.Read(pid); err == nil {
			out[s.Parent] = append(out[s.Parent], pid)
		}
	}
	return out
}
