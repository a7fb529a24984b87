package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"time"

	"github.com/spf13/cobra"

	"collatebench/internal/spell"
	"collatebench/internal/wholefile"
	"collatebench/profiles/onecore"
	"collatebench/profiles/outside"
	"collatebench/profiles/stacks"
	"collatebench/results/evidence"
	"collatebench/results/report"
	"collatebench/results/text"
)

// processFlags are those of a running process.
type processFlags struct {
	pid         int
	children    bool
	port        int
	peer        string
	window      int
	after       time.Duration
	prove       bool
	stacks      bool
	addressPeer netip.Addr
}

func (f *processFlags) add(c *cobra.Command) {
	c.Flags().IntVar(&f.pid, "pid", 0, "`number` of a running process, in any language, to watch from outside")
	c.Flags().BoolVar(&f.children, "children", true, "with what descends from the process: a process tree is one client")
	c.Flags().IntVar(&f.port, "port", 0, "the upstream's `port`, where the process has several peers")
	c.Flags().StringVar(&f.peer, "peer", "", "the upstream's `address`, as 10.1.2.3 or 10.1.2.3:8080")
	c.Flags().IntVar(&f.window, "window", 0, "how many `requests` are meant to be in flight, if you know: it tells a pool from a window")
	c.Flags().DurationVar(&f.after, "after", time.Second, "how long a program that is started (-- PROGRAM) runs before it is watched")
	c.Flags().BoolVar(&f.prove, "prove", false, "hold the process to one core for some seconds and compare: it slows the program meanwhile")
	c.Flags().BoolVar(&f.stacks, "stacks", true, "name the function that takes the time, with perf or py-spy where they are")
}

// processOnly are the flags that only watching has.
var processOnly = []string{"children", "port", "peer", "window", "after", "prove", "stacks"}

// check checks the flags of watching a process; it does not look at the process.
func (f *processFlags) check(c *cobra.Command, program []string) error {
	switch {
	case c.Flags().Changed("pid") && f.pid < 1:
		return fmt.Errorf("--pid %d: a process's number is 1 or more", f.pid)
	case f.port < 0 || f.port > 65535:
		return fmt.Errorf("--port %d: not 1 to 65535", f.port)
	case f.window < 0:
		return fmt.Errorf("--window %d: not 1 or more", f.window)
	case f.after < 0 || f.after > 10*time.Minute:
		return fmt.Errorf("--after %v: not 0 to 10m", f.after)
	case c.Flags().Changed("after") && len(program) == 0:
		return errors.New("--after is for a program that is started: collatebench diagnose --after 3s -- PROGRAM ARGUMENTS")
	}
	if f.peer == "" {
		return nil
	}
	if both, err := netip.ParseAddrPort(f.peer); err == nil {
		if f.port != 0 && f.port != int(both.Port()) {
			return fmt.Errorf("--peer %s and --port %d: two ports", f.peer, f.port)
		}
		f.addressPeer, f.port = both.Addr().Unmap(), int(both.Port())
		return nil
	}
	a, err := netip.ParseAddr(f.peer)
	if err != nil {
		return fmt.Errorf("--peer %q: no address such as 10.1.2.3, ::1 or 10.1.2.3:8080; a host's name has many", f.peer)
	}
	f.addressPeer = a.Unmap()
	return nil
}

// process watches a process, or a program that it starts, and prints what it is.
func (f diagnoseFlags) process(c *cobra.Command, program []string) error {
	if len(program) > 0 {
		end, err := f.start(c, program)
		if err != nil {
			return err
		}
		defer end()
	}
	o := outside.Options{Seconds: float64(f.seconds), Alone: !f.watch.children, Port: uint16(f.watch.port), Peer: f.watch.addressPeer}
	p, err := outside.Open(f.watch.pid, o)
	if err != nil {
		return processError(f.watch.pid, err)
	}
	defer p.Close()
	fmt.Fprintf(c.ErrOrStderr(), "watching process %d for %d s (Ctrl-C ends it earlier) ...\n", f.watch.pid, f.seconds)
	e, err := p.Watch(c.Context())
	if err != nil {
		return err
	}
	w := evidence.Watched{Evidence: e}
	w.Judge(f.watch.window)
	if f.watch.stacks && w.UsesCores() && !e.Ended && c.Context().Err() == nil {
		if err := f.sample(c, p, &w); err != nil {
			return err
		}
		w.Judge(f.watch.window)
	}
	if f.watch.prove && c.Context().Err() == nil {
		if err := f.hold(c, p, &w); err != nil {
			return err
		}
		w.Judge(f.watch.window)
	}
	if err := f.printWatched(c.OutOrStdout(), w); err != nil {
		return err
	}
	if err := f.writeWatched(c.ErrOrStderr(), w); err != nil {
		return err
	}
	if len(w.Verdict.Causes) == 0 {
		return errInconclusive
	}
	return nil
}

// sample adds where the CPU time goes. A process that ends meanwhile leaves what was seen before.
func (f diagnoseFlags) sample(c *cobra.Command, p *outside.Process, w *evidence.Watched) error {
	fmt.Fprintln(c.ErrOrStderr(), "sampling stacks ...")
	s, err := stacks.Take(c.Context(), stacks.Options{PIDs: p.PIDs()})
	if err != nil && c.Context().Err() == nil {
		return err
	}
	w.Stacks = evidence.NewStacks(s)
	return nil
}

// hold adds what the process gets done on one core and on all.
func (f diagnoseFlags) hold(c *cobra.Command, p *outside.Process, w *evidence.Watched) error {
	fmt.Fprintf(c.ErrOrStderr(), "holding process %d to one core and letting it go again, in pairs; this slows it ...\n", f.watch.pid)
	before := p.Mark()
	result, err := onecore.Compare(c.Context(), onecore.Subject{PID: f.watch.pid, Tree: p.PIDs, Done: p.Read}, onecore.Options{
		Progress: func(pair, of int) { fmt.Fprintf(c.ErrOrStderr(), "pair %d of %d\n", pair, of) },
	})
	if err != nil && (c.Context().Err() != nil || len(result.Pairs) == 0) {
		return err
	}
	if err != nil {
		fmt.Fprintln(c.ErrOrStderr(), "collatebench:", err)
	}
	if n := len(result.Apart); n > 0 {
		fmt.Fprintf(c.ErrOrStderr(), "%s had an affinity of their own meanwhile, and were not held: the ratio is too low\n", spell.Plural(n, "thread"))
	}
	w.Held = evidence.NewHeld(result.Pairs, p.Since(before))
	return nil
}

// writeWatched writes what --html asks for.
func (f diagnoseFlags) writeWatched(said io.Writer, w evidence.Watched) error {
	if f.html == "" {
		return nil
	}
	page, err := report.Watched(w, nil)
	if err == nil {
		err = wholefile.Write(f.html, page)
	}
	if err != nil {
		return fmt.Errorf("--html %s: %w", f.html, err)
	}
	fmt.Fprintln(said, "written:", f.html)
	return nil
}

// processError makes a usage error of a number that names no process which can be watched.
func processError(pid int, err error) error {
	for _, usage := range []error{outside.ErrNoProcess, outside.ErrZombie, outside.ErrSelf, outside.ErrKernel, outside.ErrThread, outside.ErrNotAllowed} {
		if errors.Is(err, usage) {
			return usageError{fmt.Errorf("--pid %d: %w", pid, err)}
		}
	}
	return err
}

// start starts a program, and lets it run for a while before it is watched. What it prints goes
// to where errors go: standard output is the verdict's.
func (f *diagnoseFlags) start(c *cobra.Command, program []string) (end func(), err error) {
	p, err := startProgram(program, nil, c.InOrStdin(), c.ErrOrStderr())
	if err != nil {
		return nil, err
	}
	f.watch.pid = p.cmd.Process.Pid
	fmt.Fprintf(c.ErrOrStderr(), "started %s as process %d\n", program[0], f.watch.pid)
	select {
	case <-p.over:
		err := p.err
		if err == nil {
			err = errors.New("it ended")
		}
		return nil, fmt.Errorf("%s: %w before it was watched: it must run for %v and then %d s (--after, --seconds)", program[0], err, f.watch.after, f.seconds)
	case <-c.Context().Done():
		p.end()
		return nil, context.Canceled
	case <-time.After(f.watch.after):
		return p.end, nil
	}
}

func (f diagnoseFlags) printWatched(w io.Writer, r evidence.Watched) error {
	if !f.asJSON {
		text.WriteWatched(w, r)
		return nil
	}
	return writeJSON(w, r)
}
