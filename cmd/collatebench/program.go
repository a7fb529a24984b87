package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"time"

	"collatebench/bench/runner"
	"collatebench/internal/procgroup"
)

// A launched is a person's own program, started without a shell in a process group of its own, which ends
// whole.
type launched struct {
	cmd  *exec.Cmd
	over chan struct{} // closed once it has ended
	err  error         // how
	// guard ends it when we are killed.
	guard *procgroup.Guard
}

// startProgram starts a program. What it prints goes to out: standard output is ours.
func startProgram(args, env []string, in io.Reader, out io.Writer) (*launched, error) {
	p := &launched{cmd: exec.Command(args[0], args[1:]...), over: make(chan struct{})}
	p.cmd.Stdin, p.cmd.Stdout, p.cmd.Stderr, p.cmd.Env = in, out, out, env
	p.cmd.WaitDelay = outputDelay
	procgroup.Lead(p.cmd)
	p.guard = procgroup.NewGuard()
	if err := p.cmd.Start(); err != nil {
		p.guard.Release()
		return nil, usageError{fmt.Errorf("-- %s: %w", args[0], err)}
	}
	p.guard.Watch(p.cmd)
	go func() {
		p.err = p.cmd.Wait()
		if errors.Is(p.err, exec.ErrWaitDelay) { // a child of it has our pipe
			p.err = nil
		}
		close(p.over)
	}()
	return p, nil
}

// outputDelay is how long what a program started may hold its output open after its end.
const outputDelay = 2 * time.Second

// end kills what is left of the program and of what it started.
func (p *launched) end() {
	procgroup.End(p.cmd)
	<-p.over
	p.guard.Release()
}

// wait waits for the program's end; when ctx ends it is killed.
func (p *launched) wait(ctx context.Context) error {
	select {
	case <-p.over:
	case <-ctx.Done():
		p.end()
		return context.Cause(ctx)
	}
	p.end() // what it left behind
	return p.err
}

// replaced puts a value in place of a mark; used is false if there is none.
func replaced(texts []string, mark, value string) (out []string, used bool) {
	for _, t := range texts {
		used = used || strings.Contains(t, mark)
		out = append(out, strings.ReplaceAll(t, mark, value))
	}
	return out, used
}

// programFor returns a program's arguments and environment with the upstream's address in them.
func programFor(program []string, address string) (args, env []string, used bool) {
	args, inArgs := replaced(program, runner.UpstreamMark, address)
	env, inEnv := replaced(os.Environ(), runner.UpstreamMark, address)
	return args, env, inArgs || inEnv
}
