package main

import (
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"collatebench/bench/runner"
	"collatebench/results"
	"collatebench/results/stats"
)

func mergeCommand() *cobra.Command {
	var out, label string
	var wait time.Duration
	var asJSON bool
	gate := stats.Gate{Alpha: .01}
	c := &cobra.Command{
		Use:   "merge RUN...",
		Short: "Make one run of the shards that several machines took",
		Long: `Makes one run folder of the shards of one plan (bench --shard), the same whatever
their order. RUN is an ID, a label or a path, or a folder of runs, which stands for
all shards in it. Shards of two plans, benchmarks or sets of bodies are refused.

Ratios are taken within the rounds, each of which is of one machine, and then for
each machine; the interval is of how the machines differ. What shards and rounds
are missing is told, and the run is then marked as stopped. --wait waits for them:
the Job that merges can be started with the others.

--fail-over makes a gate of the shards of compare --ref: exit code 3 means that a cell
lost more, 4 that the data can't tell, or that a shard is missing.`,
		Example: `  collatebench bench --shard 1/2 --label one
  collatebench bench --shard 2/2 --label two
  collatebench merge one two
  collatebench merge left right --fail-over 5%
  collatebench merge /results --out merged --label nightly --wait 2h`,
		Args: arguments(cobra.MinimumNArgs(1)),
		RunE: func(c *cobra.Command, args []string) error {
			if err := checkGate(c); err != nil {
				return usageError{err}
			}
			root, _, err := viewTarget(c.Context(), out, nil)
			if err != nil {
				return usageError{err}
			}
			shards, err := wholeShards(c, out, args, wait)
			if err != nil {
				return err
			}
			if gate.Margin > 0 && !shards[0].Info().ComparesVersions() {
				return usageError{errors.New("--fail-over: these are shards of one version; a gate is on those of compare --ref or --binary")}
			}
			run, err := mergeShards(root, label, shards)
			if ref := (*results.RefError)(nil); errors.As(err, &ref) {
				return usageError{fmt.Errorf("RUN %w", err)}
			}
			if err != nil {
				return err
			}
			if gate.Margin == 0 {
				return printRun(c.Context(), c.OutOrStdout(), run, formOf(asJSON))
			}
			g := &runGate{sequence: stats.Sequence{Gate: gate}, lacks: run.Info().Stopped}
			return g.finish(c, run, nil, formOf(asJSON), finish)
		},
	}
	fs := c.Flags()
	fs.SortFlags = false
	fs.StringVar(&out, "out", "", "`folder` of the runs, in which the new one is made (default results/runs in the module)")
	labelFlag(fs, &label, "word that ends the run folder's name")
	label = "merged"
	fs.Lookup("label").DefValue = label
	durationFlag(fs, &wait, "wait", "wait so long for shards that are missing or not whole yet, such as 2h")
	gateFlags(fs, &gate)
	fs.BoolVar(&asJSON, "json", false, "print the summary as JSON")
	return c
}

// waitStep is how often those who wait for shards look.
const waitStep = 2 * time.Second

// wholeShards are the shards that the references name; with a wait, all of their plan, once they
// are whole.
func wholeShards(c *cobra.Command, out string, refs []string, wait time.Duration) ([]*results.Run, error) {
	before := ""
	for began := time.Now(); ; {
		shards, err := allShards(c, out, refs)
		if wait == 0 {
			return shards, err
		}
		lacks := ""
		if err != nil {
			lacks = err.Error() // none is there yet
		} else if lacks = results.Lacking(shards); lacks == "" {
			return shards, nil
		}
		if time.Since(began) > wait {
			return nil, fmt.Errorf("after --wait %v: %s", wait, lacks)
		}
		if lacks != before {
			fmt.Fprintf(c.ErrOrStderr(), "waiting: %s\n", lacks)
			before = lacks
		}
		select {
		case <-c.Context().Done():
			return nil, runner.ErrInterrupted
		case <-time.After(waitStep):
		}
	}
}

func allShards(c *cobra.Command, out string, refs []string) ([]*results.Run, error) {
	var all []*results.Run
	for _, ref := range refs {
		found, err := shardsIn(c, out, ref)
		if err != nil {
			return nil, err
		}
		all = append(all, found...)
	}
	return all, nil
}

// mergeShards makes the run. It notes no noise floor: whoever reads a run without one makes it.
func mergeShards(root, label string, shards []*results.Run) (*results.Run, error) {
	run, err := results.Merge(root, label, shards)
	if err != nil {
		return nil, err
	}
	if info := run.Info(); info.State == results.Complete && !info.ComparesVersions() {
		err = run.Link()
	}
	return run, err
}
