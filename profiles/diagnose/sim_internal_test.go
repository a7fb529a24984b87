package diagnose

import (
	"container/heap"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"golang.org/x/exp/trace"
)

// A sim runs a program of a few lines on cores that only pass time, and hands its events
// to an analysis as a trace would. Nothing in it depends on this machine: a program and
// its mended form can be compared exactly, on any number of cores.
//
// Its goroutines are real ones of which one runs at a time.
type sim struct {
	tb     testing.TB
	each   func(*trace.Event)
	random *rand.Rand
	now    time.Duration
	timers timers
	ready  []*proc
	idle   int
	procs  map[trace.GoID]*proc
	last   trace.GoID
	turn   chan struct{} // back to the loop
	synced time.Duration
	done   int // what the program counts
	ends   bool
}

// A proc is a goroutine of a sim.
type proc struct {
	*sim
	id    trace.GoID
	stack []string // functions, the leaf first, each with file:line
	run   chan struct{}
	state trace.GoState
}

type timer struct {
	at    time.Duration
	order int
	do    func()
}

type timers struct {
	list []timer
	made int
}

func (t timers) Len() int { return len(t.list) }
func (t timers) Less(i, j int) bool {
	a, b := t.list[i], t.list[j]
	return a.at < b.at || a.at == b.at && a.order < b.order
}
func (t timers) Swap(i, j int) { t.list[i], t.list[j] = t.list[j], t.list[i] }
func (t *timers) Push(x any)   { t.list = append(t.list, x.(timer)) }
func (t *timers) Pop() any {
	x := t.list[len(t.list)-1]
	t.list = t.list[:len(t.list)-1]
	return x
}

// simulate runs a program for an interval, after a third of it as warm-up, and returns what
// the analysis found and how much the program did in the interval.
func simulate(tb testing.TB, cores int, lasts time.Duration, seed uint64, program func(*proc)) (*analysis, float64) {
	tb.Helper()
	a := newAnalysis(Options{})
	s := &sim{
		tb: tb, random: rand.New(rand.NewPCG(seed, 1)), idle: cores, procs: map[trace.GoID]*proc{}, turn: make(chan struct{}),
		each: func(*trace.Event) {},
	}
	defer s.stop()
	s.start(nil, "main.main", program)
	s.until(lasts / 3)
	s.done = 0
	s.each = a.event
	s.metric(cores)
	for id := trace.GoID(1); id <= s.last; id++ { // the states in which a trace finds them
		if p := s.procs[id]; p != nil {
			s.event(nil, trace.MakeGoStateTransition(p.id, trace.GoUndetermined, p.state))
		}
	}
	s.until(s.now + lasts)
	a.now = trace.Time(s.now)
	return a, float64(s.done) / lasts.Seconds()
}

func (s *sim) until(end time.Duration) {
	for {
		for len(s.ready) > 0 && s.idle > 0 {
			p := s.ready[0]
			s.ready = s.ready[1:]
			s.idle--
			p.to(trace.GoRunning, nil, "", nil)
			s.resume(p)
		}
		if s.timers.Len() == 0 || s.timers.list[0].at > end {
			s.now = end
			return
		}
		t := heap.Pop(&s.timers).(timer)
		s.now = t.at
		t.do()
		if s.now-s.synced > time.Second {
			s.synced = s.now
		}
	}
}

// resume lets a goroutine go on until it waits or passes time.
func (s *sim) resume(p *proc) {
	p.run <- struct{}{}
	<-s.turn
}

func (s *sim) stop() {
	s.ends = true
	s.each = func(*trace.Event) {}
	for _, p := range s.procs {
		close(p.run)
		<-s.turn
	}
}

type ended struct{}

// pause hands the turn back, and returns when the goroutine is resumed.
func (p *proc) pause() {
	p.turn <- struct{}{}
	if _, ok := <-p.run; !ok {
		panic(ended{})
	}
}

func (s *sim) after(d time.Duration, do func()) {
	s.timers.made++
	heap.Push(&s.timers, timer{s.now + d, s.timers.made, do})
}

// start creates a goroutine that begins in a function.
func (s *sim) start(by *proc, function string, f func(*proc)) *proc {
	s.last++
	p := &proc{sim: s, id: s.last, stack: []string{function}, run: make(chan struct{}), state: trace.GoNotExist}
	s.procs[p.id] = p
	go func() {
		defer func() {
			if r := recover(); r != nil && r != (ended{}) {
				panic(r)
			}
			s.turn <- struct{}{}
		}()
		if _, ok := <-p.run; !ok {
			panic(ended{})
		}
		f(p)
		p.to(trace.GoNotExist, p, "", nil)
		s.idle++
		delete(s.procs, p.id)
	}()
	p.to(trace.GoRunnable, by, "", nil)
	s.ready = append(s.ready, p)
	return p
}

func (p *proc) start(function string, f func(*proc)) *proc { return p.sim.start(p, function, f) }

// in calls f as if from a function, which a stack then shows.
func (p *proc) in(function string, f func()) {
	p.stack = append([]string{function}, p.stack...)
	f()
	p.stack = p.stack[1:]
}

// slice is how long a goroutine may run while others are ready.
const slice = 10 * time.Millisecond

// exec uses a core.
func (p *proc) exec(d time.Duration) {
	for d > 0 {
		now := min(d, slice)
		p.after(now, func() { p.resume(p) })
		p.pause()
		d -= now
		p.sample(now)
		if d > 0 && len(p.ready) > 0 {
			p.to(trace.GoRunnable, p, "preempted", p.stack)
			p.idle++
			p.ready = append(p.ready, p)
			p.pause()
		}
	}
}

// sample gives the CPU samples of a time on a core: one for each samplePeriod, by chance.
func (p *proc) sample(d time.Duration) {
	for n := float64(d) / samplePeriod; n > 0; n-- {
		if p.random.Float64() < n {
			e, err := trace.MakeEvent(trace.EventConfig[trace.StackSample]{
				Kind: trace.EventStackSample, Time: trace.Time(p.now), Goroutine: p.id, Stack: stackOf(p.stack), Details: trace.StackSample{},
			})
			p.send(e, err)
		}
	}
}

// wait waits for a reason until something wakes the goroutine.
func (p *proc) wait(reason string, frames ...string) {
	p.to(trace.GoWaiting, p, reason, append(frames, p.stack...))
	p.idle++
	p.pause()
}

// wake ends a wait; nobody does where by is nil.
func (s *sim) wake(by, p *proc) {
	p.to(trace.GoRunnable, by, "", nil)
	s.ready = append(s.ready, p)
}

func (p *proc) network(d time.Duration) { p.asleep(d, "network", "internal/poll.(*FD).Read") }
func (p *proc) sleep(d time.Duration)   { p.asleep(d, "sleep", "time.Sleep") }

func (p *proc) asleep(d time.Duration, reason, in string) {
	p.after(d, func() { p.sim.wake(nil, p) })
	p.wait(reason, in)
}

// call makes a system call that gives its core up.
func (p *proc) call(d time.Duration) {
	p.to(trace.GoSyscall, p, "", append([]string{"syscall.write"}, p.stack...))
	p.idle++
	p.after(d, func() { p.sim.wake(nil, p) })
	p.pause()
}

// A semaphore has permits; with one it is a lock.
type semaphore struct {
	free    int
	waiting []*proc
	reason  string
	in      string // function in which one waits
}

func lock() *semaphore { return &semaphore{free: 1, reason: "sync", in: "sync.(*Mutex).Lock"} }

func permits(n int) *semaphore {
	return &semaphore{free: n, reason: "chan send", in: "runtime.chansend1"}
}

func (m *semaphore) acquire(p *proc) {
	if m.free > 0 {
		m.free--
		return
	}
	m.waiting = append(m.waiting, p)
	p.wait(m.reason, m.in)
}

func (m *semaphore) release(p *proc) {
	if len(m.waiting) == 0 {
		m.free++
		return
	}
	next := m.waiting[0]
	m.waiting = m.waiting[1:]
	p.wake(p, next)
}

// A channel hands values over; with room for some.
type channel struct {
	room      int
	values    int
	receivers []*proc
	senders   []*proc
}

func (c *channel) send(p *proc) {
	switch {
	case len(c.receivers) > 0:
		next := c.receivers[0]
		c.receivers = c.receivers[1:]
		p.wake(p, next)
	case c.values < c.room:
		c.values++
	default:
		c.senders = append(c.senders, p)
		p.wait("chan send", "runtime.chansend1")
	}
}

func (c *channel) receive(p *proc) {
	switch {
	case len(c.senders) > 0:
		next := c.senders[0]
		c.senders = c.senders[1:]
		p.wake(p, next)
	case c.values > 0:
		c.values--
	default:
		c.receivers = append(c.receivers, p)
		p.wait("chan receive", "runtime.chanrecv1")
	}
}

func (p *proc) to(state trace.GoState, by *proc, reason string, stack []string) {
	t := trace.MakeGoStateTransition(p.id, p.state, state)
	t.Reason = reason
	if stack != nil {
		t.Stack = stackOf(stack)
	} else if p.state == trace.GoNotExist {
		t.Stack = stackOf(p.stack)
	}
	p.state = state
	p.event(by, t)
}

func (s *sim) event(by *proc, t trace.StateTransition) {
	c := trace.EventConfig[trace.StateTransition]{
		Kind: trace.EventStateTransition, Time: trace.Time(s.now), Goroutine: trace.NoGoroutine, Details: t,
	}
	if by != nil {
		c.Goroutine, c.Stack = by.id, stackOf(by.stack)
		if by.id == t.Resource.Goroutine() {
			c.Stack = t.Stack
		}
	}
	e, err := trace.MakeEvent(c)
	s.send(e, err)
}

func (s *sim) metric(procs int) {
	e, err := trace.MakeEvent(trace.EventConfig[trace.Metric]{
		Kind: trace.EventMetric, Time: trace.Time(s.now), Goroutine: trace.NoGoroutine,
		Details: trace.Metric{Name: "/sched/gomaxprocs:threads", Value: trace.Uint64Value(uint64(procs))},
	})
	s.send(e, err)
}

func (s *sim) send(e trace.Event, err error) {
	if err != nil {
		panic(err)
	}
	s.each(&e)
}

// stackOf makes a stack of functions. Each has its own line of a file named after its package.
func stackOf(functions []string) trace.Stack {
	frames := make([]trace.StackFrame, len(functions))
	for i, f := range functions {
		line := uint64(1)
		for _, r := range f {
			line = (line*31 + uint64(r)) % 997
		}
		pkg, _, _ := strings.Cut(f[strings.LastIndex(f, "/")+1:], ".")
		file := "/app/" + pkg + "/" + pkg + ".go"
		switch {
		case strings.HasPrefix(f, "golang.org/"), strings.HasPrefix(f, "google.golang.org/"):
			file = "/root/go/pkg/mod/" + f[:strings.LastIndex(f, "/")] + "@v1.0.0/" + pkg + ".go"
		case strings.HasPrefix(f, "runtime."), strings.HasPrefix(f, "runtime/"), strings.HasPrefix(f, "sync."), strings.HasPrefix(f, "time."),
			strings.HasPrefix(f, "internal/"), strings.HasPrefix(f, "syscall."):
			file = "/go/src/" + f[:strings.LastIndex(f, "/")+1] + pkg + "/" + pkg + ".go"
		}
		frames[i] = trace.StackFrame{PC: 1 + line, Func: f, File: file, Line: line}
	}
	return trace.MakeStack(frames)
}
