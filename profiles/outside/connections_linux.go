package outside

import "time"

// Read is how many bytes the process has read of what may be the upstream since Open, as far as
// its connections were seen. What lies in the kernel's queues does not count: they fill while the
// process is slow, and empty when it is fast again.
func (p *Process) Read() (float64, error) {
	p.findSockets(time.Time{})
	p.readSockets(time.Time{})
	if p.err != nil {
		return 0, p.err
	}
	sum := p.closed
	for _, l := range p.live {
		sum += p.countable(l)
	}
	return sum, nil
}

func (p *Process) countable(l *link) float64 {
	if !p.options.chosen(l.remote) {
		return 0
	}
	return float64(l.last.received-l.base.received) - float64(l.last.unread) + float64(l.base.unread)
}

// findSockets looks for connections of the tree that are new.
func (p *Process) findSockets(time.Time) {
	mine := owned(p.tree)
	looked := false
	p.fail(p.sockets(func(s *socket) {
		if s.inode == 0 || p.strangers[s.inode] > 1 {
			return
		}
		if !mine[s.inode] && !looked { // whose it is, the descriptors tell
			looked = true
			for _, f := range p.tree {
				_ = f.readSockets() // a process that has ended has none
			}
			mine = owned(p.tree)
		}
		switch {
		case !mine[s.inode]:
			p.strangers[s.inode]++ // once is not enough: it may have been made after the descriptors were listed
		case s.listens:
			p.listening[s.local.Port()] = true
		case !p.listening[s.local.Port()]:
			p.found(s)
		}
	}))
	p.finds++
}

// found counts a connection, and follows it if there are not too many.
func (p *Process) found(s *socket) {
	p.crowd[s.remote]++
	if p.links[s.id] != nil || len(p.live) >= MaxTracked {
		return
	}
	l := newLink(s, len(p.times), p.finds > 0)
	p.links[s.id] = l
	p.live = append(p.live, l)
}

// readSockets takes a sample of the connections that are followed.
func (p *Process) readSockets(now time.Time) {
	if p.finds == 0 {
		return
	}
	sample := len(p.times)
	if !now.IsZero() {
		p.times = append(p.times, now.Sub(p.began))
	}
	p.turn++
	p.fail(p.ask(func(s *socket) {
		if l := p.links[s.id]; l != nil && s.received >= l.last.received {
			l.turn = p.turn
			if now.IsZero() {
				l.last = *s
				return
			}
			l.add(s, sample)
		}
	}))
	kept := p.live[:0]
	for _, l := range p.live {
		if l.turn == p.turn {
			kept = append(kept, l)
			continue
		}
		p.closed += p.countable(l)
	}
	p.live = kept
}

// fail keeps the first error.
func (p *Process) fail(err error) {
	if p.err == nil {
		p.err = err
	}
}
