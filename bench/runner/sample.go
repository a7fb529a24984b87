package runner

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	"collatebench/bench"
	"collatebench/results"
)

// sampleTimeout ends a sample that hangs; the longest op of a sane cell is
// far below.
const sampleTimeout = 20 * time.Minute

// sample measures one cell in a fresh process.
func (x *experiment) sample(ctx context.Context, c bench.Cell, round, attempt int) (results.Sample, error) {
	detail := filepath.Join(filepath.Dir(x.binary.path), "detail.json")
	var args []string
	if !c.Foreign() {
		args = append(args, "-detail="+detail)
	}
	p := x.process(c, x.opsOf(c), args...)
	upstream := x.upstreams.pid(c.Upstream)
	look, err := x.externalSampler(ctx, p)
	if err != nil {
		return results.Sample{}, err
	}
	before := x.machine.read(upstream)
	if err := p.run(ctx); err != nil {
		return results.Sample{}, err
	}
	after := x.machine.read(upstream)
	s := results.Sample{
		Cell: c.Name(), Round: round, Attempt: attempt,
		Line: p.line(), Started: p.started, Seconds: p.wall.Seconds(),
		MaxRSS: peakMemory(p.cmd),
	}
	if err = p.checkClient(); err == nil && !c.Foreign() {
		if s.Detail, err = bench.ReadDetail(detail); err != nil {
			err = fmt.Errorf("cell %q: the sample left no detail: %w", s.Cell, err)
		}
	}
	client := p.cmd.ProcessState.UserTime() + p.cmd.ProcessState.SystemTime()
	if err == nil && look != nil {
		s.External, err = look.conclude(ctx, p.started.Add(p.wall), client)
		client = max(client, look.group())
	}
	if err == nil && s.External != nil {
		err = x.checkWork(c, *s.External)
	}
	if err != nil {
		return s, err
	}
	x.machine.judge(&s, after.since(before), client, p.wall)
	return s, s.Validate()
}

// A process is one run of the test binary on one cell.
type process struct {
	cell     bench.Cell
	cmd      *exec.Cmd
	upstream *upstream
	output   strings.Builder
	started  time.Time
	wall     time.Duration
	beside   func(pid int, ended <-chan struct{}) // runs meanwhile; may be nil
}

// line is the benchmark line that it printed.
func (p *process) line() string { return renamed(benchmarkLine(p.output.String()), p.cell) }

// process prepares the command; its output goes to the log as well.
func (x *experiment) process(c bench.Cell, ops int, args ...string) *process {
	url, u := x.upstreams.of(c.Upstream)
	p := &process{cell: c, upstream: u}
	command := []string{
		x.binary.path, "-test.run=^$", "-test.bench=^BenchmarkCollate$",
		"-test.benchtime=" + strconv.Itoa(ops) + "x", "-test.timeout=" + sampleTimeout.String(),
		"-cell=" + c.Name(), "-upstream=" + url, "-tethered",
	}
	if c.Foreign() {
		command = x.foreignArgs(c, url, ops)
	}
	p.cmd = exec.Command(command[0], append(command[1:], args...)...)
	p.cmd.Env = environment(c.Procs)
	p.cmd.Dir = filepath.Dir(x.binary.path)
	p.cmd.Stdout = io.MultiWriter(&p.output, x.log)
	p.cmd.Stderr = p.cmd.Stdout
	p.cmd.WaitDelay = leftBehind
	detach(p.cmd)
	return p
}

// run runs the process to its end, or kills it when ctx or its upstream ends.
func (p *process) run(ctx context.Context) error {
	tether, err := p.cmd.StdinPipe() // held open: its closing ends the process
	if err != nil {
		return err
	}
	defer tether.Close()
	p.started = time.Now()
	if err := p.cmd.Start(); err != nil {
		return fmt.Errorf("cell %q: start the sample: %w", p.cell.Name(), err)
	}
	defer p.watched()()
	ended := make(chan error, 1)
	go func() { ended <- p.cmd.Wait() }()
	select {
	case err = <-ended:
		p.wall = time.Since(p.started)
		if p.cell.Foreign() {
			endGroup(p.cmd) // it may have left children behind
		}
	case <-ctx.Done():
		endGroup(p.cmd)
		<-ended
		return context.Cause(ctx)
	case <-p.upstream.gone():
		endGroup(p.cmd)
		err = <-ended
	case <-time.After(sampleTimeout + time.Minute): // Go's client ends itself before
		endGroup(p.cmd)
		<-ended
		err = fmt.Errorf("nothing: it was ended after %v", sampleTimeout+time.Minute)
	}
	return p.explain(err)
}

// watched starts what runs beside the process, and returns what ends it.
func (p *process) watched() (end func()) {
	if p.beside == nil {
		return func() {}
	}
	ended := make(chan struct{})
	var running sync.WaitGroup
	running.Go(func() { p.beside(p.cmd.Process.Pid, ended) })
	return func() {
		close(ended)
		running.Wait()
	}
}

// explain names what made a sample fail: a client whose upstream has died
// only knows that the connection broke.
func (p *process) explain(err error) error {
	if err == nil {
		return nil
	}
	if errors.Is(err, exec.ErrWaitDelay) {
		return fmt.Errorf("cell %q: the client has ended, and a child of it has not", p.cell.Name())
	}
	select {
	case <-p.upstream.gone():
		return fmt.Errorf("cell %q: %w", p.cell.Name(), p.upstream.obituary())
	case <-time.After(time.Second):
		return fmt.Errorf("cell %q: the sample ended with %w; its last lines:\n%s", p.cell.Name(), err, tail(p.output.String(), 20))
	}
}

// gone is closed when the upstream has ended; never where it is not ours.
func (u *upstream) gone() <-chan struct{} {
	if u == nil {
		return nil
	}
	return u.ended
}

// benchmarkLine finds the line of the result. The testing package prints the
// name first and the figures later, with whatever was logged between.
func benchmarkLine(output string) string {
	for line := range strings.SplitSeq(output, "\n") {
		if strings.HasPrefix(line, "BenchmarkCollate/") && strings.Contains(line, "ns/op") {
			return strings.Join(strings.Fields(line), " ")
		}
	}
	return ""
}
