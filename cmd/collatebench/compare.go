package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"collatebench/results"
	"collatebench/results/text"
)

func compareCommand() *cobra.Command {
	var out string
	var versions versionFlags
	var ofVersions []string
	c := &cobra.Command{
		Use:   "compare OLD NEW | --ref REV [--ref REV] | --binary FILE --binary FILE",
		Short: "Show benchstat's tables of two runs, or run two versions and compare them",
		Long: `Shows benchstat's tables of two runs, a column each. A run is named by its ID, by
its label, by its path, or as latest.

With --ref it builds the benchmark at a revision of git, and runs it beside the
working tree as it is, or beside a second revision; with --binary it runs two
compiled ones. Both versions take turns in one run, sample by sample in shuffled
rounds, so that what the machine does meanwhile falls on both; the old one is
sampled twice in each round, which shows the noise. Dimensions take comma lists.`,
		Example: `  collatebench compare before after
  collatebench compare 20261122-204100 latest
  collatebench compare --ref main
  collatebench compare --ref v1.0 --ref main --placement collector,pool --budget 10m
  collatebench compare --binary old.test --binary new.test --rounds 12 --size 64KiB`,
		Args: func(c *cobra.Command, args []string) error {
			if versions.asked(c) {
				return nil
			}
			return arguments(cobra.ExactArgs(2))(c, args)
		},
		RunE: func(c *cobra.Command, args []string) error {
			if versions.asked(c) {
				return versions.run(c, args, out)
			}
			if err := versions.refuse(c, ofVersions); err != nil {
				return err
			}
			runs := make([]*results.Run, 2)
			for i, what := range []string{"OLD", "NEW"} {
				var err error
				if runs[i], err = findRun(c.Context(), "", out, args[i]); err != nil {
					return usageError{fmt.Errorf("%s %w", what, err)}
				}
			}
			return text.Compare(c.Context(), c.OutOrStdout(), runs[0], runs[1])
		},
	}
	c.Flags().SortFlags = false
	c.Flags().StringVar(&out, "out", "", "`folder` of the runs (default results/runs in the module)")
	ofVersions = versions.define(c.Flags())
	return c
}
