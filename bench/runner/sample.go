package runner

import (
	"context"
	"fmt"
	"io"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
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
	p := x.process(c, x.Ops, "-detail="+detail)
	upstream := x.fleet.pid(c.Upstream)
	before := x.machine.read(upstream)
	if err := p.run(ctx); err != nil {
		return results.Sample{}, err
	}
	after := x.machine.read(upstream)
	s := results.Sample{
		Cell: c.Name(), Round: round, Attempt: attempt,
		Line: benchmarkLine(p.output.String()), Started: p.started, Seconds: p.wall.Seconds(),
		MaxRSS: peakMemory(p.cmd),
	}
	var err error
	if s.Detail, err = bench.ReadDetail(detail); err != nil {
		return s, fmt.Errorf("cell %q: the sample left no detail: %w", s.Cell, err)
	}
	client := p.cmd.ProcessState.UserTime() + p.cmd.ProcessState.SystemTime()
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
}

// process prepares the command; its output goes to the log as well.
func (x *experiment) process(c bench.Cell, ops int, args ...string) *process {
	url, u := x.fleet.of(c.Upstream)
	p := &process{cell: c, upstream: u}
	p.cmd = exec.Command(x.binary.path, append([]string{
		"-test.run=^$", "-test.bench=^BenchmarkCollate$",
		"-test.benchtime=" + strconv.Itoa(ops) + "x", "-test.timeout=" + sampleTimeout.String(),
		"-cell=" + c.Name(), "-upstream=" + url, "-tethered",
	}, args...)...)
	p.cmd.Env = environment(c.Procs)
	p.cmd.Dir = filepath.Dir(x.binary.path)
	p.cmd.Stdout = io.MultiWriter(&p.output, x.log)
	p.cmd.Stderr = p.cmd.Stdout
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
	ended := make(chan error, 1)
	go func() { ended <- p.cmd.Wait() }()
	select {
	case err = <-ended:
		p.wall = time.Since(p.started)
	case <-ctx.Done():
		_ = p.cmd.Process.Kill()
		<-ended
		return context.Cause(ctx)
	case <-p.upstream.gone():
		_ = p.cmd.Process.Kill()
		err = <-ended
	}
	return p.explain(err)
}

// explain names what made a sample fail: a client whose upstream has died
// only knows that the connection broke.
func (p *process) explain(err error) error {
	if err == nil {
		return nil
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
