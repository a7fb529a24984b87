package outside

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"time"

	"collatebench/internal/allowance"
)

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
	options    Options
	root       *process
	tree       map[int]*process
	executable string // of the root, when it was found; it may have ended since
	diagnosis  *diagnosis
	meter      allowance.Meter
	allowance  allowance.Allowance
	buffer     []byte

	links     map[[48]byte]*link // by what finds it again: with a cookie that no other socket has
	live      []*link
	turn      int            // of readings of live
	closed    float64        // bytes that links which are gone received from what may be the upstream
	strangers map[uint32]int // how often a socket was seen that was nobody's of the tree, by inode
	listening map[uint16]bool
	detail    Detail
	finds     int                        // readings of all sockets
	crowd     map[netip.AddrPort]float64 // connections in these readings, by the peer

	began    time.Time
	times    []time.Duration // of the samples of connections, since began
	largest  int
	threads  int
	parallel []time.Duration
	ticks    []reading
	ticked   time.Time
	spent    time.Duration // CPU time of the tree, as far as it was counted
	blocked  [blockings]float64
	blocks   int // readings of it
	lastPID  string
	ended    bool
	err      error
}

// Open finds a process. Close must be called.
func Open(pid int, o Options) (*Process, error) {
	root, err := find(pid)
	if err != nil {
		return nil, err
	}
	d, detail, err := diagnosisOf(pid)
	if err != nil {
		return nil, fmt.Errorf("process %d (%s): %w", pid, root.Name, err)
	}
	p := &Process{
		options: o, root: root, executable: executable(pid), tree: map[int]*process{}, diagnosis: d, detail: detail,
		meter: allowance.MeterOf("/", pid), allowance: allowance.Of("/", pid), buffer: make([]byte, 256),
		links: map[[48]byte]*link{}, strangers: map[uint32]int{}, listening: map[uint16]bool{}, crowd: map[netip.AddrPort]float64{},
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
		return nil, fmt.Errorf("process %d (%s): %w", pid, root.Name, p.err)
	}
	return p, nil
}

// Close lets go of what Open took.
func (p *Process) Close() {
	if p.diagnosis != nil {
		p.diagnosis.close()
	}
}

// Watch watches until the interval is over, the process ends, or ctx is done.
func (p *Process) Watch(ctx context.Context) (Evidence, error) {
	p.began = time.Now()
	own := ownTime()
	before := p.Mark()
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
		p.rest(max(time.Until(next), p.overdrawn(ownTime()-own)))
	}
	if p.err != nil {
		return Evidence{}, fmt.Errorf("process %d (%s): %w", p.root.Number, p.root.Name, p.err)
	}
	lasted := time.Since(p.began)
	if p.ended && !p.ticked.IsZero() { // it was noticed later
		lasted = p.ticked.Sub(p.began)
	}
	if p.ended && (len(p.times) == 0 || lasted < 10*socketsEvery) {
		return Evidence{}, fmt.Errorf("process %d (%s): %w", p.root.Number, p.root.Name, ErrEnded)
	}
	if !p.ended {
		p.readThreads(time.Time{})
		p.readClocks(time.Now())
	}
	e := p.evidence(lasted)
	e.Around = p.Since(before)
	e.Cost = Cost{
		Cores:   float64(ownTime()-own) / float64(lasted),
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
