package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"collatebench/bench"
	"collatebench/bench/runner"
	"collatebench/mockserver/behaviour"
	"collatebench/results"
	"collatebench/results/evidence"
)

const (
	defaultPairs     = 8
	minPairs         = 3
	defaultWhyBudget = 75 * time.Second
)

func whyCommand() *cobra.Command {
	o := runner.Options{Rounds: defaultPairs, Budget: defaultWhyBudget}
	var asJSON bool
	var knobs behaviour.Spec
	var own ownFlags
	c := &cobra.Command{
		Use:   "why CELL | -- PROGRAM ARGUMENTS",
		Short: "Say which cause holds a cell or a program of yours back, and prove it",
		Long: `Runs one cell, plans interventions from what it sees (decoding in parallel or left
out, bytes from memory, a larger window, a higher GOGC, limits lifted one at a
time), runs those in rounds with the cell, and ends with a verdict: the cause, the
gain that mending it was predicted to give, and the gain that it gave. CELL names
dimensions in any order; what it leaves out is at its default.

With a program after -- it is the client, in whatever language and unchanged; what
surrounds it is changed: an upstream that answers at once, a slower one, bodies that
come slower, one core, and what --vary says. {upstream} in its arguments and environment becomes the
address of our upstream, or of a recording (--replay, see collatebench record).
Each sample starts it anew, and ends it after --seconds.

Exit code 4 means that no verdict could be proven, 5 that others, or another run, use the machine.`,
		Example: `  collatebench why placement=collector/window=32
  collatebench why placement=request/codec=sonic/size=4MiB --queue 4
  collatebench why placement=pool/window=8 --upstream http://10.0.0.7:8080
  collatebench why placement=collector/virtual-cores=16 --json
  collatebench why --latency 10ms -- ./my-client '{upstream}/v1/payload?size=1MiB'
  collatebench why --replay api -- ./my-client --endpoint {upstream}
  collatebench why --replay api --vary window=8,16,32 -- ./my-client --concurrency {window} {upstream}
  collatebench why --replay api --pass /login -- ./my-client --endpoint {upstream}
  collatebench why --resume 20261122-204100-why
  collatebench why --replay api --vary env:TOKIO_WORKER_THREADS=1,2 -- ./my-client {upstream}`,
		Args: arguments(cellOrProgram),
		RunE: func(c *cobra.Command, args []string) error {
			if own.resume != "" {
				return own.goOn(c, o, asJSON)
			}
			if c.ArgsLenAtDash() == 0 {
				return own.why(c, o, knobs, args, asJSON)
			}
			if err := own.unused(c); err != nil {
				return usageError{err}
			}
			cell, err := readCell(c, args[0], len(o.Bodies) > 0 || o.Replay != "")
			if err == nil {
				err = checkReplay(c, o)
			}
			if err == nil && o.Rounds < minPairs {
				err = fmt.Errorf("--pairs \"%d\": fewer than %d have no interval to speak of", o.Rounds, minPairs)
			}
			if err != nil {
				return usageError{err}
			}
			if err := prepare(c, &o); err != nil {
				return err
			}
			run, err := runner.Why(c.Context(), o, cell)
			return finishWhy(c, run, err, asJSON)
		},
	}
	fs := c.Flags()
	fs.SortFlags = false
	for _, k := range behaviour.Knobs() {
		fs.Var(parsedFlag[string]{new(string), func(s string) (string, error) { return s, k.Set(&knobs, s) }, func(s string) string { return s }, "value"}, k.Name, k.Usage+": "+k.Allowed)
	}
	countFlag(fs, &o.Rounds, "pairs", "rounds of the cell with its interventions")
	opsFlag(fs, &o.Ops)
	durationFlag(fs, &o.Budget, "budget", "time for all samples, the build excluded")
	seedFlag(fs, &o.Seed, "seed of the order, the payloads and the upstream's choices")
	labelFlag(fs, &o.Label, "word that ends the run folder's name")
	fs.StringVar(&o.Upstream, "upstream", "", "base `URL` of an upstream that runs elsewhere")
	fs.StringSliceVar(&o.Bodies, "body", nil, "captured responses to serve in place of made ones: `file`[,file]")
	replayFlag(fs, &o.Replay)
	guardFlags(fs, &o.Guard)
	fs.StringVar(&o.Out, "out", "", "`folder` of the runs (default results/runs in the module)")
	fs.StringVar(&o.Source, "source", "", "`folder` of the collatebench module (default the enclosing one)")
	own.add(fs)
	fs.BoolVar(&asJSON, "json", false, "print verdict.json")
	return c
}

// cellOrProgram allows one cell, or a program after --.
func cellOrProgram(c *cobra.Command, args []string) error {
	switch dash := c.ArgsLenAtDash(); {
	case c.Flags().Changed("resume"):
		if len(args) > 0 {
			return fmt.Errorf("%q has no effect with --resume: a run goes on as it began", args)
		}
		return nil
	case dash == 0 && len(args) > 0:
		return nil
	case dash >= 0:
		return fmt.Errorf("a cell or a program after --, not %q", args)
	}
	return cobra.ExactArgs(1)(c, args)
}

// readCell parses the cell and applies the upstream's flags to it.
func readCell(c *cobra.Command, text string, captured bool) (bench.Cell, error) {
	cell, err := bench.ReadCell(text)
	if err != nil {
		return cell, err
	}
	if captured && strings.Contains(text, "size=") {
		return cell, fmt.Errorf("cell %q: size has no effect with --body or --replay: the size is that of the responses", text)
	}
	elsewhere := c.Flag("upstream").Value.String()
	for _, k := range behaviour.Knobs() {
		if elsewhere != "" && (c.Flags().Changed(k.Name) || strings.Contains("/"+text, "/"+k.Name+"=")) {
			return cell, fmt.Errorf("%s has no effect on the upstream at --upstream %q, which is not ours", k.Name, elsewhere)
		}
	}
	for _, name := range changedFlags(c) {
		if !isKnob(name) {
			continue
		}
		if strings.Contains("/"+text, "/"+name+"=") {
			return cell, fmt.Errorf("--%s %q: the cell %q says it too", name, c.Flag(name).Value, text)
		}
		if cell, err = cell.Change(name + "=" + c.Flag(name).Value.String()); err != nil {
			return cell, fmt.Errorf("--%w", err)
		}
	}
	return cell, nil
}

func isKnob(name string) bool {
	for _, k := range behaviour.Knobs() {
		if k.Name == name {
			return true
		}
	}
	return false
}

// finishWhy prints the verdict of what the run has. No cause is errInconclusive.
func finishWhy(c *cobra.Command, run *results.Run, err error, asJSON bool) error {
	if option := (*runner.OptionError)(nil); errors.As(err, &option) {
		return usageError{err}
	}
	if err != nil {
		if run != nil {
			err = fmt.Errorf("%w\nwhat was measured is in %s (log.txt tells more)", err, relativePath(run.Dir()))
			if info := run.Info(); info.Program != nil && info.State != results.Complete {
				err = fmt.Errorf("%w\ngo on with: collatebench why --resume %s", err, refTo(c, run))
			}
		}
		return err
	}
	if err := printRun(context.WithoutCancel(c.Context()), c.OutOrStdout(), run, formOf(asJSON)); err != nil {
		return err
	}
	r, err := evidence.Read(run)
	if err == nil && len(r.Proven.Causes) == 0 {
		return errInconclusive
	}
	return err
}
