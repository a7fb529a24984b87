package outside

import (
	"context"
	"errors"
	"fmt"
	"math"
	"net/netip"
	"os"
	"path/filepath"
	"time"

	"collatebench/internal/allowance"
)

// window is how long the cores in use are counted for, each time, to say how many are used at once.
// The kernel counts a running thread's time by its tick, mostly of 4 ms: less would show a thread
// as one core too many or too few. In more, two cores for a moment and then none look like one.
const window = 8 * time.Millisecond

// How often each other thing is looked at, at the most, and the share of a core that it may take. What
// takes long is looked at less often.
const (
	socketsEvery = 20 * time.Millisecond
	findEvery    = 250 * time.Millisecond // new sockets
	threadsEvery = 250 * time.Millisecond
	treeEvery    = 500 * time.Millisecond

	socketsShare = .004
	findShare    = .001
	threadsShare = .001
	treeShare    = .0005

	// budget, share of a core, of all together. At the start much is read at once: it may be
	// spent ahead.
	budget      = .008
	budgetAhead = 500 * time.Millisecond
)

// A Process is one that is watched, with what descends from it.
type Process struct {
	options   Options
	root      *process
	tree      map[int]*process
	diagnosis *diagnosis
	meter     allowance.Meter
	allowance allowance.Allowance
	buffer    []byte

	links     map[[48]byte]*link // by what finds it again: with a cookie that no other socket has
	live      []*link
	turn      int             // of readings of live
	closed    float64         // bytes that links which are gone received from what may be the upstream
	strangers map[uint32]bool // inodes of sockets that are nobody's of the tree
	listening map[uint16]bool
	detail    Detail
	finds     int                        // readings of all sockets
	crowd     map[netip.AddrPort]float64 // connections in these readings that are not followed

	began    time.Time
	times    []time.Duration // of the samples of connections, since began
	largest  int
	threads  int
	parallel []time.Duration
	ticks    []reading
	ticked   time.Time
	blocked  [blockings]float64
	blocks   int // readings of it
	lastPID  string
	ended    bool
	err      error
}

// A reading is how many cores were used until then, since the reading before.
type reading struct {
	at   time.Duration
	used time.Duration
}

// Open finds a process. Close must be called.
func Open(pid int, o Options) (*Process, error) {
	root, err := find(pid)
	if err != nil {
		return nil, err
	}
	d, detail, err := diagnosisOf(pid)
	if err != nil {
		return nil, fmt.Errorf("process %d (%s): %w", pid, root.name, err)
	}
	p := &Process{
		options: o, root: root, tree: map[int]*process{}, diagnosis: d, detail: detail,
		meter: allowance.MeterOf("/", pid), allowance: allowance.Of("/", pid), buffer: make([]byte, 256),
		links: map[[48]byte]*link{}, strangers: map[uint32]bool{}, listening: map[uint16]bool{}, crowd: map[netip.AddrPort]float64{},
	}
	p.readTree(time.Time{})
	p.findSockets(time.Time{})
	if errors.Is(p.err, errNoDiagnosis) { // then what /proc has will do
		p.Close()
		p.diagnosis, p.detail, p.err = nil, DetailQueues, nil
		p.findSockets(time.Time{})
	}
	if p.err != nil {
		p.Close()
		return nil, fmt.Errorf("process %d (%s): %w", pid, root.name, p.err)
	}
	return p, nil
}

// Close lets go of what Open took.
func (p *Process) Close() {
	if p.diagnosis != nil {
		p.diagnosis.close()
	}
}

// PIDs lists the processes of the tree now, the root first.
func (p *Process) PIDs() []int {
	p.lastPID = ""
	p.readTree(time.Time{})
	out := []int{p.root.pid}
	for pid := range p.tree {
		if pid != p.root.pid {
			out = append(out, pid)
		}
	}
	return out
}

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

// Watch watches until the interval is over, the process ends, or ctx is done.
func (p *Process) Watch(ctx context.Context) (Evidence, error) {
	p.began = time.Now()
	spent := ownTime()
	before := p.surroundings()
	errands := []*errand{
		{do: p.readTree, every: treeEvery, share: treeShare},
		{do: p.findSockets, every: findEvery, share: findShare},
		{do: p.readThreads, every: threadsEvery, share: threadsShare},
		{do: p.readSockets, every: socketsEvery, share: socketsShare},
	}
	end := p.began.Add(p.options.lasts())
	for now := p.began; now.Before(end) && !p.ended && p.err == nil && ctx.Err() == nil; now = time.Now() {
		p.readClocks(now)
		p.rest(window)
		now = time.Now()
		p.readClocks(now)
		next := end
		for _, e := range errands {
			e.run(now)
			if e.next.Before(next) {
				next = e.next
			}
		}
		p.rest(max(time.Until(next), p.overdrawn(ownTime()-spent)))
	}
	if p.err != nil {
		return Evidence{}, fmt.Errorf("process %d (%s): %w", p.root.pid, p.root.name, p.err)
	}
	lasted := time.Since(p.began)
	if p.ended && !p.ticked.IsZero() { // it was noticed later
		lasted = p.ticked.Sub(p.began)
	}
	if p.ended && (len(p.times) == 0 || lasted < 10*socketsEvery) {
		return Evidence{}, fmt.Errorf("process %d (%s): %w", p.root.pid, p.root.name, ErrEnded)
	}
	if !p.ended {
		p.readThreads(time.Time{})
	}
	e := p.evidence(lasted)
	e.Around = p.around(before, lasted)
	e.Cost = Cost{
		Cores:   float64(ownTime()-spent) / float64(lasted),
		Samples: len(p.times), Rate: float64(len(p.times)) / lasted.Seconds(), Ticks: float64(len(p.ticks)) / lasted.Seconds(),
	}
	return e, nil
}

// rest sleeps, not for so long that the end of the process or of ctx is noticed late. A sleep in
// the kernel would keep the runtime's monitor awake, and costs more.
func (p *Process) rest(d time.Duration) { time.Sleep(min(d, 100*time.Millisecond)) }

// overdrawn is how long to rest until what was spent is within the budget again. What the
// runtime needs to wake up is a half of it, and belongs to no errand.
func (p *Process) overdrawn(spent time.Duration) time.Duration {
	return time.Duration(float64(spent)/budget) - time.Since(p.began) - budgetAhead
}

// readTree finds the processes of the tree, if any was born on the machine since.
func (p *Process) readTree(time.Time) {
	now, err := readStat(p.root.pid)
	if err != nil || now.began != p.root.began || now.state == 'Z' {
		p.ended = true
		return
	}
	if old := p.tree[p.root.pid]; old != nil {
		old.name, old.faults = now.name, now.faults // it may have become another program
	}
	last := lastPID(p.buffer)
	if len(p.tree) > 0 && (p.options.Alone || last == p.lastPID && last != "") {
		return
	}
	p.lastPID = last
	found := []*process{now}
	if !p.options.Alone {
		found = readTree(p.root.pid)
	}
	there := map[int]bool{}
	for _, f := range found {
		there[f.pid] = true
		if old := p.tree[f.pid]; old != nil && old.began == f.began {
			old.name, old.faults = f.name, f.faults
			continue
		}
		f.young = len(p.tree) > 0 && !p.began.IsZero() && f.pid != p.root.pid
		p.tree[f.pid] = f
		_ = f.readSockets() // one that has just ended has none
		clear(p.strangers)  // they may be its
	}
	for pid, f := range p.tree {
		if !there[pid] {
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
	for i := len(text) - 1; i >= 0; i-- {
		if text[i] == ' ' {
			return string(text[i+1:])
		}
	}
	return ""
}

func (p *Process) readThreads(time.Time) {
	n := 0
	for _, f := range p.tree {
		if f.readThreads(p.buffer) == nil {
			n += len(f.threads)
		}
	}
	p.threads = max(p.threads, n)
	if counts, ok := readBlocked(p.tree, p.buffer); ok {
		p.blocks++
		for kind, n := range counts {
			p.blocked[kind] += float64(n)
		}
	}
}

// maxParallel bounds the numbers of cores that are told apart.
const maxParallel = 1 << 10

// readClocks adds how many cores the tree used since it was last asked.
func (p *Process) readClocks(now time.Time) {
	var used, late time.Duration
	for _, f := range p.tree {
		t, err := cpuTime(f.pid)
		if err != nil {
			p.ended = p.ended || f.pid == p.root.pid
			continue
		}
		switch {
		case f.clocked:
			used += t - f.clock
		case f.young: // since its birth, which is longer ago than the tick
			late += t
		}
		f.clock, f.clocked = t, true
	}
	if p.ended {
		return
	}
	since := now.Sub(p.ticked)
	first := p.ticked.IsZero()
	p.ticked = now
	if first || since <= 0 {
		return
	}
	p.ticks = append(p.ticks, reading{now.Sub(p.began), used + late})
	if since > 2*window { // too long to say what ran at the same time
		return
	}
	cores := min(max(int(math.Round(float64(used)/float64(since))), 0), maxParallel-1)
	for len(p.parallel) <= cores {
		p.parallel = append(p.parallel, 0)
	}
	p.parallel[cores] += since
}

// findSockets looks for connections of the tree that are new.
func (p *Process) findSockets(time.Time) {
	mine := owned(p.tree)
	looked := false
	p.err = p.sockets(func(s *socket) {
		if s.inode == 0 || p.strangers[s.inode] {
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
			p.strangers[s.inode] = true
		case s.listens:
			p.listening[s.local.Port()] = true
		case !p.listening[s.local.Port()]:
			p.found(s)
		}
	})
	p.finds++
}

// found follows a connection, or counts it.
func (p *Process) found(s *socket) {
	if p.links[s.id] != nil {
		return
	}
	if len(p.live) >= MaxTracked {
		p.crowd[s.remote]++
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
	p.err = p.ask(func(s *socket) {
		if l := p.links[s.id]; l != nil && s.received >= l.last.received {
			l.turn = p.turn
			if now.IsZero() {
				l.last = *s
				return
			}
			l.add(s, sample)
		}
	})
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

// surroundings are counters of what is around the process.
type surroundings struct {
	used   allowance.Used
	known  bool
	own    time.Duration
	memory time.Duration
	disk   time.Duration
}

func (p *Process) surroundings() surroundings {
	s := surroundings{memory: pressure("memory"), disk: pressure("io")}
	s.used, s.known = p.meter.Read()
	for pid := range p.tree {
		if t, err := cpuTime(pid); err == nil {
			s.own += t
		}
	}
	return s
}

func (p *Process) around(before surroundings, lasted time.Duration) Around {
	now := p.surroundings()
	a := Around{Cores: p.allowance.Cores, Quota: p.allowance.Quota, Known: before.known && now.known && !p.ended}
	a.MemoryPSI = float64(now.memory-before.memory) / float64(lasted)
	a.DiskPSI = float64(now.disk-before.disk) / float64(lasted)
	for _, f := range p.tree {
		a.Faults += float64(f.faults-f.first) / lasted.Seconds()
	}
	if !a.Known {
		return a
	}
	used := now.used.Since(before.used)
	own := (now.own - before.own).Seconds()
	a.Others = max(0, used.Cores+used.Steal-own) / lasted.Seconds()
	if !math.IsNaN(used.Group) {
		a.OthersQuota = max(0, used.Group-own) / lasted.Seconds()
	}
	if used.Periods > 0 {
		a.Throttled = used.Stopped / used.Periods
	}
	return a
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
