package runner

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"syscall"
	"time"

	"collatebench/bench"
	"collatebench/internal/procgroup"
	"collatebench/internal/rusage"
	"collatebench/internal/spell"
	"collatebench/profiles/outside"
	"collatebench/results"
)

const (
	settle      = time.Second           // from holding a warm process to one core to the sample
	ownPoll     = 25 * time.Millisecond // between looks at the upstream's figures
	warmTime    = 6 * time.Second       // a JVM under load has compiled what matters
	ownFirst    = 30 * time.Second      // a program has until its first answer
	ownPeace    = 2 * time.Second       // from SIGTERM to SIGKILL
	ownFails    = 3                     // samples in a row that fail end the run
	mostMissing = .05                   // share of the requests that a recording may lack: more would be another program
	leastOwn    = 10                    // answers in the steady part: fewer are no rate
	rampShare   = .2                    // of the time from the first answer to the last, at its beginning, which does not count
	endShare    = .05                   // the same at its end
)

// ownSample takes a sample of a person's program. One that fails is tried again, and so is one
// that was killed, or whose upstream was.
func (x *experiment) ownSample(ctx context.Context, c bench.Cell, round, attempt int) (results.Sample, error) {
	for n := 1; ; n++ {
		s, err := x.takeOwn(ctx, c, round, attempt)
		if exit := (*exec.ExitError)(nil); err == nil || n == ownFails || !errors.As(err, &exit) {
			return s, err
		}
		fmt.Fprintf(x.log, "round %d: %v\n", round, err)
	}
}

func (x *experiment) takeOwn(ctx context.Context, c bench.Cell, round, attempt int) (s results.Sample, err error) {
	err = x.again(ctx, func() error {
		s, err = x.tryOwn(ctx, c, round, attempt)
		return err
	})
	return s, err
}

func (x *experiment) tryOwn(ctx context.Context, c bench.Cell, round, attempt int) (results.Sample, error) {
	p := x.ownProcess(c)
	upstream := x.upstreams.pid(c.Upstream)
	before := x.machine.read(upstream)
	series, seen, err := p.collect(ctx, x)
	if err != nil {
		return results.Sample{}, err
	}
	after := x.machine.read(upstream)
	s := results.Sample{
		Cell: c.Name(), Round: round, Attempt: attempt, Started: p.started, Seconds: p.wall.Seconds(), MaxRSS: rusage.MaxRSS(p.cmd.ProcessState),
	}
	if s.External, err = series.steady(p.warm); err != nil {
		return s, fmt.Errorf("cell %q: %w", s.Cell, err)
	}
	s.External.Seen = seen
	if seen != nil {
		s.External.CPU, s.External.CPUOver = seen.Cores*s.External.Seconds, s.External.Seconds
	}
	s.Line = ownLine(c, *s.External)
	clientCPU := max(p.cmd.ProcessState.UserTime()+p.cmd.ProcessState.SystemTime(), time.Duration(series.cpu()*float64(time.Second)))
	x.machine.judge(&s, after.since(before), clientCPU, p.wall, c.Procs)
	p.vigil.note(&s)
	return s, s.Validate()
}

// ownLine is a sample as a benchmark line: an op is an answer.
func ownLine(c bench.Cell, e results.External) string {
	return fmt.Sprintf("BenchmarkCollate/%s %.0f %.0f ns/op %.4g MB/s %.4g cpus %.6g %s",
		c.Benchmark(), e.Responses, e.Seconds/e.Responses*1e9, max(e.Bytes/e.Seconds/1e6, 1e-6), max(e.CPU/max(e.CPUOver, 1e-9), 1e-6),
		e.Responses/e.Seconds, results.AnswerRate)
}

func (x *experiment) ownProcess(c bench.Cell) *ownProcess {
	url, u := x.upstreams.of(c.Upstream)
	args, env := x.own.command(c, url)
	p := &ownProcess{process: process{cell: c, upstream: u, served: x.upstreams.pid(c.Upstream), output: newOutput(x.log)}, seconds: x.own.Seconds}
	if x.own.warms {
		p.warm = warmTime
	}
	p.cmd = exec.Command(args[0], args[1:]...)
	p.cmd.Env = env
	p.cmd.Stdout, p.cmd.Stderr = &p.output, &p.output
	p.cmd.WaitDelay = outputDelay
	procgroup.Lead(p.cmd)
	return p
}

// An ownProcess is a person's program at work.
type ownProcess struct {
	process
	seconds float64
	warm    time.Duration // from its first answer on, before the sample begins
}

// onOne says that the process is to be held to one core.
func (p *ownProcess) onOne() bool { return p.cell.Procs == 1 && canHold }

// collect runs the program until it ends, or its time is over, and reads the upstream's figures
// meanwhile.
func (p *ownProcess) collect(ctx context.Context, x *experiment) (*series, *outside.Evidence, error) {
	r := &series{machine: x.machine, url: p.upstream.Control}
	if err := r.look(ctx, 0); err != nil {
		return nil, nil, err
	}
	guard := procgroup.NewGuard()
	defer guard.Release()
	p.started = time.Now()
	start := p.cmd.Start
	if p.onOne() && p.warm == 0 {
		start = func() error { return startOnOne(p.cmd) }
	}
	if err := start(); err != nil {
		return nil, nil, fmt.Errorf("start %s: %w", p.cmd.Path, err)
	}
	guard.Watch(p.cmd)
	ended := make(chan error, 1)
	go func() { ended <- p.cmd.Wait() }()
	p.vigil = keepVigil(p.cmd.Process.Pid, p.served)
	err := p.follow(ctx, r, ended)
	p.wall = time.Since(p.started)
	p.vigil.end()
	procgroup.End(p.cmd) // what it left behind
	_ = p.output.close()
	if err != nil {
		return nil, nil, err
	}
	return r, r.evidence(), nil
}

// follow looks at the upstream until the program has ended, of itself or ended by us.
func (p *ownProcess) follow(ctx context.Context, r *series, ended <-chan error) error {
	tick := time.NewTicker(ownPoll)
	defer tick.Stop()
	for {
		select {
		case err := <-ended:
			if killed(err) {
				return &killedError{p.cmd.Path}
			}
			if err != nil && !errors.Is(err, exec.ErrWaitDelay) {
				return fmt.Errorf("%s ended with %w; its last lines:\n%s", p.cmd.Path, err, spell.Excerpt(p.kept.String(), 20))
			}
			return r.look(ctx, p.cmd.Process.Pid)
		case <-ctx.Done():
			p.end(ended)
			return context.Cause(ctx)
		case <-p.upstream.Ended():
			p.end(ended)
			return p.upstream.Exit()
		case <-tick.C:
		}
		if err := r.look(ctx, p.cmd.Process.Pid); err != nil {
			p.end(ended)
			return err
		}
		first, answered := r.firstAnswer()
		began := first.Add(p.warm)
		if in := time.Until(began); answered && p.warm > 0 && p.onOne() && in > 0 && in < settle { // a thread that is made later has its maker's affinity
			holdToOne(r.machine.group(p.cmd.Process.Pid))
		}
		switch {
		case !answered && time.Since(p.started) > ownFirst:
			p.end(ended)
			return fmt.Errorf("%s: no answer was asked for in %v; its last lines:\n%s", p.cmd.Path, ownFirst, spell.Excerpt(p.kept.String(), 20))
		case answered && time.Since(began).Seconds() > p.seconds*rampShare:
			r.watch(ctx, p.cmd.Process.Pid)
			if time.Since(began).Seconds() >= p.seconds {
				r.stopWatching() // of a process that has ended the kernel tells no threads any more
				p.end(ended)
				return nil
			}
		}
	}
}

// end ends the program and what it has started: first by asking.
func (p *ownProcess) end(ended <-chan error) {
	_ = syscall.Kill(-p.cmd.Process.Pid, syscall.SIGTERM) // it may have ended just now
	select {
	case <-ended:
	case <-time.After(ownPeace):
		procgroup.End(p.cmd)
		<-ended
	}
}

// A series is what the upstream told while a program ran.
type series struct {
	machine machine
	url     string
	looks   []ownLook
	watched chan *outside.Evidence
	stop    context.CancelFunc // ends watching
	found   *outside.Evidence
}

// An ownLook is the upstream's sums at a moment.
type ownLook struct {
	at  time.Time
	sum struct {
		Requests float64  `json:"requests"`
		Bytes    float64  `json:"bytes"`
		InFlight float64  `json:"in_flight_seconds"`
		Service  float64  `json:"service_seconds"`
		Queue    float64  `json:"queue_seconds"`
		CPU      float64  `json:"cpu_seconds"`
		Rwnd     *float64 `json:"rwnd_limited_seconds"` // nil where the kernel does not tell it
		Replay   struct {
			Missing float64 `json:"missing"`
		} `json:"replay"`
	}
	group float64 // CPU seconds of the program's process group
}

// look reads the upstream's figures; what the program used is read a few times a second.
func (r *series) look(ctx context.Context, pid int) error {
	l := ownLook{}
	if err := getJSON(ctx, r.url, "/v1/stats", &l.sum); err != nil {
		return err
	}
	l.at = time.Now()
	if n := len(r.looks); n > 0 {
		l.group = r.looks[n-1].group
		if pid > 0 && n%8 == 0 {
			l.group = max(l.group, r.machine.groupCPU(pid))
		}
	}
	r.looks = append(r.looks, l)
	return nil
}

// firstAnswer is when the first answer had been given.
func (r *series) firstAnswer() (time.Time, bool) {
	for _, l := range r.looks {
		if l.sum.Requests > r.looks[0].sum.Requests {
			return l.at, true
		}
	}
	return time.Time{}, false
}

// watch begins to watch the process, once.
func (r *series) watch(ctx context.Context, pid int) {
	if r.watched != nil {
		return
	}
	ctx, r.stop = context.WithCancel(ctx)
	r.watched = make(chan *outside.Evidence, 1)
	go func() { r.watched <- seen(ctx, pid) }()
}

func (r *series) stopWatching() {
	if r.stop != nil {
		r.stop()
		r.found, r.stop = <-r.watched, nil
	}
}

// evidence is what was seen of the process; nil if it was not.
func (r *series) evidence() *outside.Evidence {
	r.stopWatching()
	return r.found
}

// cpu is the CPU time of the program's group, as far as it was seen.
func (r *series) cpu() float64 { return r.looks[len(r.looks)-1].group }

// A fewError says that there were too few answers for a rate.
type fewError struct{ answers, seconds float64 }

func (e *fewError) Error() string {
	return fmt.Sprintf("%.0f answers in the steady part of a sample, of %s: at least %d are needed, which more --seconds, or a longer job, would give",
		e.answers, spell.Duration(e.seconds), leastOwn)
}

// steady are the figures of the part between the ramp and the end: cut by shares of the time from
// the first answer to the last, in the same way whatever was changed.
func (r *series) steady(warm time.Duration) (*results.External, error) {
	first, answered := r.firstAnswer()
	if !answered {
		return nil, errors.New("no request of it reached the upstream")
	}
	first = first.Add(warm)
	last := first
	for i, l := range r.looks[1:] {
		if l.sum.Requests > r.looks[i].sum.Requests {
			last = l.at
		}
	}
	span := last.Sub(first)
	from, to := first.Add(time.Duration(float64(span)*rampShare)), last.Add(-time.Duration(float64(span)*endShare))
	a, b := r.looks[0], r.looks[0]
	for _, l := range r.looks {
		if a == r.looks[0] && !l.at.Before(from) {
			a = l
		}
		if !l.at.After(to) {
			b = l
		}
	}
	n, seconds := b.sum.Requests-a.sum.Requests, b.at.Sub(a.at).Seconds()
	if n < leastOwn || seconds <= 0 {
		return nil, &fewError{max(n, 0), max(seconds, 0)}
	}
	if missing := b.sum.Replay.Missing - a.sum.Replay.Missing; missing > mostMissing*n {
		return nil, fmt.Errorf("%.0f of %.0f requests are not in the recording, and were answered with 404: record what the program asks for now", missing, n)
	}
	e := &results.External{
		Seconds: seconds, CPU: max(0, b.group-a.group), CPUOver: seconds, Upstream: b.sum.CPU - a.sum.CPU,
		Responses: n, Bytes: b.sum.Bytes - a.sum.Bytes, Queue: new(b.sum.Queue - a.sum.Queue), Service: b.sum.Service - a.sum.Service, InFlight: new(b.sum.InFlight - a.sum.InFlight),
	}
	if a.sum.Rwnd != nil && b.sum.Rwnd != nil {
		e.RwndLimited = new(*b.sum.Rwnd - *a.sum.Rwnd)
	}
	return e, nil
}
