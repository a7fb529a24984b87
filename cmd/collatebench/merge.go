package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"collatebench/results"
	"collatebench/results/stats"
)

func mergeCommand() *cobra.Command {
	var out, label string
	var asJSON bool
	c := &cobra.Command{
		Use:   "merge RUN...",
		Short: "Make one run of the shards that several machines took",
		Long: `Makes one run folder of the shards of one plan (bench --shard), the same whatever
their order. RUN is an ID, a label or a path, or a folder of runs, which stands for
all shards in it. Shards of two plans, benchmarks or sets of bodies are refused.

Ratios are taken within the rounds, each of which is of one machine, and then for
each machine; the interval is of how the machines differ. What shards and rounds
are missing is told, and the run is then marked as stopped.`,
		Example: `  collatebench bench --shard 1/2 --label one
  collatebench bench --shard 2/2 --label two
  collatebench merge one two
  collatebench merge /results --out merged --label nightly`,
		Args: arguments(cobra.MinimumNArgs(1)),
		RunE: func(c *cobra.Command, args []string) error {
			root, _, err := viewTarget(c.Context(), out, nil)
			if err != nil {
				return usageError{err}
			}
			var shards []*results.Run
			for _, ref := range args {
				found, err := shardsIn(c, out, ref)
				if err != nil {
					return err
				}
				shards = append(shards, found...)
			}
			run, err := mergeShards(root, label, shards)
			if ref := (*results.RefError)(nil); errors.As(err, &ref) {
				return usageError{fmt.Errorf("RUN %w", err)}
			}
			if err != nil {
				return err
			}
			return printRun(c.Context(), c.OutOrStdout(), run, formOf(asJSON))
		},
	}
	fs := c.Flags()
	fs.SortFlags = false
	fs.StringVar(&out, "out", "", "`folder` of the runs, in which the new one is made (default results/runs in the module)")
	labelFlag(fs, &label, "word that ends the run folder's name")
	label = "merged"
	fs.Lookup("label").DefValue = label
	fs.BoolVar(&asJSON, "json", false, "print the summary as JSON")
	return c
}

// mergeShards makes the run, with the files that are derived from its ledger.
func mergeShards(root, label string, shards []*results.Run) (*results.Run, error) {
	run, err := results.Merge(root, label, shards)
	if err != nil {
		return nil, err
	}
	samples, err := run.Samples()
	if err != nil {
		return nil, err
	}
	info := run.Info()
	s, err := stats.Summarise(info, samples)
	if err != nil {
		return nil, err
	}
	if info.NoiseFloor, err = s.NoiseFloor.Record(); err != nil {
		return nil, err
	}
	if err := errors.Join(run.SetInfo(info), run.WriteBench()); err != nil {
		return nil, err
	}
	if info.State == results.Complete && !info.ComparesVersions() {
		err = run.Link()
	}
	return run, err
}
