package runner

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync"
	"time"

	"collatebench/bench"
	"collatebench/internal/child"
	"collatebench/internal/procgroup"
	"collatebench/internal/rusage"
	"collatebench/internal/spell"
	"collatebench/results"
)

// sampleTimeout ends a sample that hangs. It is far above the longest op of a
// sensible cell.
const sampleTimeout = 20 * time.Minute

// sample measures one cell in a fresh process.
func (x *experiment) sample(ctx context.Context, c bench.Cell, round, attempt int) (results.Sample, error) {
	detail := filepath.Join(x.scratch, "detail.json")
	var args []string
	if !c.Foreign() {
		args = append(args, "-detail="+detail)
	}
	p := x.process(c, x.opsOf(c), args...)
	upstream := x.upstreams.pid(c.Upstream)
	sampler, err := x.externalSampler(ctx, p)
	if err != nil {
		return results.Sample{}, err
	}
	before := x.machine.read(upstream)
	if err := p.execute(ctx); err != nil {
		return results.Sample{}, err
	}
	after := x.machine.read(upstream)
	s := results.Sample{
		Cell: c.Name(), Round: round, Attempt: attempt,
		Line: p.line(), Started: p.started, Seconds: p.wall.Seconds(),
		MaxRSS: rusage.MaxRSS(p.cmd.ProcessState),
	}
	if err = p.checkClient(); err == nil && !c.Foreign() {
		if s.Detail, err = bench.ReadDetail(detail); err != nil {
			err = fmt.Errorf("cell %q: the sample left no detail: %w", s.Cell, err)
		}
	}
	clientCPU := p.cmd.ProcessState.UserTime() + p.cmd.ProcessState.SystemTime()
	if err == nil && sampler != nil {
		if s.External, err = sampler.conclude(ctx, p.started.Add(p.wall), clientCPU); err != nil {
			return s, fmt.Errorf("cell %q: %w", s.Cell, err)
		}
		clientCPU = max(clientCPU, sampler.group())
	}
	if err == nil && s.External != nil {
		err = x.checkWork(c, *s.External)
	}
	if err != nil {
		return s, err
	}
	x.machine.judge(&s, after.since(before), clientCPU, p.wall, c.Procs)
	p.vigil.note(&s)
	return s, s.Validate()
}

// A process is a client at work on one cell.
type process struct {
	cell     bench.Cell
	cmd      *exec.Cmd
	upstream *child.Child
	served   int    // pid of the upstream; 0 if it is none of this machine's
	vigil    *vigil // kept while it ran; nil before
	output
	started time.Time
	wall    time.Duration
	watch   func(pid int, ended <-chan struct{}) // called beside it; may be nil
}

// line is the benchmark line that it printed.
func (p *process) line() string { return renamed(p.benchmark, p.cell) }

// process prepares the command; its output goes to the log as well.
func (x *experiment) process(c bench.Cell, ops int, args ...string) *process {
	url, u := x.upstreams.of(c.Upstream)
	p := &process{cell: c, upstream: u, served: x.upstreams.pid(c.Upstream), output: newOutput(x.log)}
	command := []string{
		x.programOf(c).path, "-test.run=^$", "-test.bench=^BenchmarkCollate$",
		"-test.benchtime=" + strconv.Itoa(ops) + "x", "-test.timeout=" + sampleTimeout.String(),
		"-cell=" + askedOf(c), "-upstream=" + url, "-tethered",
	}
	if c.Foreign() {
		command = x.foreignArgs(c, url, ops)
	}
	p.cmd = exec.Command(command[0], append(command[1:], args...)...)
	p.cmd.Env = child.Environ(c.Procs)
	p.cmd.Dir = x.scratch
	p.cmd.Stdout, p.cmd.Stderr = &p.output, &p.output
	p.cmd.WaitDelay = outputDelay
	procgroup.Lead(p.cmd)
	return p
}

// askedOf is the cell as our own client is asked for it. A version is not told that it is one,
// nor that its sample is a control: one from before these words runs too, and the arguments
// of all samples that are compared are the same.
func askedOf(c bench.Cell) string {
	if c.Rev != "" {
		c = c.Versionless()
	}
	return c.Benchmark()
}

// execute runs the process to its end, or kills it when ctx or its upstream ends.
func (p *process) execute(ctx context.Context) error {
	err := p.run(ctx)
	return cmp.Or(err, p.output.close())
}

func (p *process) run(ctx context.Context) error {
	tether, err := p.cmd.StdinPipe() // the process ends when this is closed
	if err != nil {
		return err
	}
	defer tether.Close()
	p.started = time.Now()
	if err := p.cmd.Start(); err != nil {
		return fmt.Errorf("cell %q: start the sample: %w", p.cell.Name(), err)
	}
	defer p.startWatch()()
	p.vigil = keepVigil(p.cmd.Process.Pid, p.served)
	defer p.vigil.end()
	ended := make(chan error, 1)
	go func() { ended <- p.cmd.Wait() }()
	select {
	case err = <-ended:
		p.wall = time.Since(p.started)
		if p.cell.Foreign() {
			procgroup.End(p.cmd) // it may have left children behind
		}
	case <-ctx.Done():
		procgroup.End(p.cmd)
		<-ended
		return context.Cause(ctx)
	case <-p.upstream.Ended():
		procgroup.End(p.cmd)
		err = <-ended
	case <-time.After(sampleTimeout + time.Minute): // Go's client ends itself before
		procgroup.End(p.cmd)
		<-ended
		err = fmt.Errorf("nothing: it was ended after %v", sampleTimeout+time.Minute)
	}
	return p.explain(err)
}

// startWatch calls watch, if there is one, and returns what ends it.
func (p *process) startWatch() (end func()) {
	if p.watch == nil {
		return func() {}
	}
	ended := make(chan struct{})
	var running sync.WaitGroup
	running.Go(func() { p.watch(p.cmd.Process.Pid, ended) })
	return func() {
		close(ended)
		running.Wait()
	}
}

// explain finds why a sample failed. A client whose upstream has died knows
// only that the connection broke.
func (p *process) explain(err error) error {
	if err == nil {
		return nil
	}
	if errors.Is(err, exec.ErrWaitDelay) {
		return fmt.Errorf("cell %q: the client has ended, and a child of it has not", p.cell.Name())
	}
	select {
	case <-p.upstream.Ended():
		return fmt.Errorf("cell %q: %w", p.cell.Name(), p.upstream.Exit())
	default:
	}
	if killed(err) {
		return &killedError{fmt.Sprintf("cell %q: the sample", p.cell.Name())}
	}
	if line := diskLine(p.kept.String()); line != "" {
		return fmt.Errorf("cell %q: %s", p.cell.Name(), line)
	}
	select {
	case <-p.upstream.Ended():
		return fmt.Errorf("cell %q: %w", p.cell.Name(), p.upstream.Exit())
	case <-time.After(time.Second):
		return fmt.Errorf("cell %q: the sample ended with %w; its last lines:\n%s", p.cell.Name(), err, spell.Excerpt(p.kept.String(), 20))
	}
}
