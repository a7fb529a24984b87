package diagnose

import "golang.org/x/exp/trace"

// An activity is what a goroutine does in a stretch of time.
type activity uint8

const (
	executing  activity = iota // on a core, short system calls included
	starving                   // ready, without a core
	answering                  // waiting for the network
	dialling                   // waiting for a connection that is being made
	serving                    // waiting for a client of this process
	timing                     // waiting for a clock
	calling                    // in a system call of some length
	collecting                 // waiting for the runtime, such as its garbage collector
	unknown                    // what the trace does not show, or what is no longer kept
	activities
)

// A turn is one stretch in which a goroutine can run: from when something made it
// ready until it waits again. It points to the turn of whoever made it ready, so that
// from each turn a path leads back in time through all that had to happen before it.
type turn struct {
	from  trace.Time // when the wait before it began
	ready trace.Time // when that wait ended, or the goroutine was created
	start trace.Time // when it ran first; 0 until then
	end   trace.Time // when it ran last; 0 while it runs
	prev  turnID     // the waker's turn; the goroutine's own last one if no goroutine ended the wait
	id    trace.GoID
	site  int32    // where it waited, of turns.sites; 0 for a new goroutine, and after a preemption
	group int32    // of turns.groups; 0 if it is not known
	alone bool     // no goroutine ended that wait
	what  activity // in that wait, if so
}

// A turnID numbers turns in the order in which they begin; 0 is none.
type turnID uint64

// keptTurns bounds how many turns are kept: a wait is charged to what its waker did
// meanwhile, which is seldom more than some hundred turns ago. 8 MB.
const (
	keptTurns = 1 << 17
	chunk     = 1 << 12
)

// turns holds the latest ones. They have no pointers: with them the collector of this
// process took a tenth of the time of reading.
type turns struct {
	chunks [keptTurns / chunk]*[chunk]turn
	last   turnID
	sites  []*site
	groups []*group
}

func (t *turns) add(n turn) turnID {
	t.last++
	at := t.last % keptTurns
	c := t.chunks[at/chunk]
	if c == nil {
		c = new([chunk]turn)
		t.chunks[at/chunk] = c
	}
	c[at%chunk] = n
	return t.last
}

// get returns a turn, or nil if it is none or no longer kept.
func (t *turns) get(id turnID) *turn {
	if id == 0 || t.last-id >= keptTurns {
		return nil
	}
	at := id % keptTurns
	return &t.chunks[at/chunk][at%chunk]
}

// ofSite numbers a site.
func (t *turns) ofSite(s *site) int32 {
	if s.number == 0 {
		t.sites = append(t.sites, s)
		s.number = int32(len(t.sites))
	}
	return s.number
}

// ofGroup numbers a group.
func (t *turns) ofGroup(p *group) int32 {
	if p == nil {
		return 0
	}
	if p.number == 0 {
		t.groups = append(t.groups, p)
		p.number = int32(len(t.groups))
	}
	return p.number
}

func (t *turns) siteOf(n *turn) *site {
	if n.site == 0 {
		return nil
	}
	return t.sites[n.site-1]
}

func (t *turns) groupOf(n *turn) *group {
	if n.group == 0 {
		return nil
	}
	return t.groups[n.group-1]
}

// begin notes that the turn's goroutine runs. After a preemption the turn is another.
func (t *turns) begin(id turnID, now trace.Time) {
	if n := t.get(id); n != nil && n.start == 0 {
		n.start = now
	}
}

// stop notes that it no longer runs.
func (t *turns) stop(id turnID, now trace.Time) {
	if n := t.get(id); n != nil {
		n.end = now
	}
}

// maxHops bounds how far back one wait is followed. What is left then counts as unknown.
const maxHops = 64

// charge divides the time from since to until, on the path that leads to a turn. Where it
// leads into a library's goroutine, what that does counts for the place of the program's
// own that waited for it.
func (t *turns) charge(l *link, id turnID, since, until trace.Time) {
	var own *site
	for hops := 0; until > since; hops++ {
		n := t.get(id)
		if n == nil || hops == maxHops {
			l.charges[unknown] += until - since
			return
		}
		if n.start != 0 {
			until = l.charge(executing, nil, until, max(n.start, since))
		}
		until = l.charge(starving, nil, until, max(n.ready, since))
		if at := t.siteOf(n); at != nil && (at.own || own == nil) {
			own = at
		}
		if n.alone {
			until = l.charge(n.what, own, until, max(n.from, since))
		}
		id = n.prev
	}
}
