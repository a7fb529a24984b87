package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"collatebench/results"
)

func compareCommand() *cobra.Command {
	var out string
	c := &cobra.Command{
		Use:   "compare OLD NEW",
		Short: "Show benchstat's tables of two runs",
		Long: `Shows benchstat's tables of two runs, a column each. A run is named by its ID, by
its label, by its path, or as latest.`,
		Example: `  collatebench compare before after
  collatebench compare 20261122-204100 latest`,
		Args: arguments(cobra.ExactArgs(2)),
		RunE: func(c *cobra.Command, args []string) error {
			runs := make([]*results.Run, 2)
			for i, what := range []string{"OLD", "NEW"} {
				var err error
				if runs[i], err = findRun(c.Context(), "", out, args[i]); err != nil {
					return usageError{fmt.Errorf("%s %w", what, err)}
				}
			}
			return results.Compare(c.Context(), c.OutOrStdout(), runs[0], runs[1])
		},
	}
	c.Flags().StringVar(&out, "out", "", "`folder` of the runs (default results/runs in the module)")
	return c
}

func reportCommand() *cobra.Command {
	var out string
	var asJSON bool
	c := &cobra.Command{
		Use:     "report RUN",
		Short:   "Make a run's report/ again and print its tables or its verdict",
		Example: "  collatebench report latest\n  collatebench report before --json",
		Args:    arguments(cobra.ExactArgs(1)),
		RunE: func(c *cobra.Command, args []string) error {
			run, err := findRun(c.Context(), "", out, args[0])
			if err != nil {
				return usageError{fmt.Errorf("RUN %w", err)}
			}
			return report(c.Context(), c.OutOrStdout(), run, asJSON)
		},
	}
	c.Flags().StringVar(&out, "out", "", "`folder` of the runs (default results/runs in the module)")
	c.Flags().BoolVar(&asJSON, "json", false, "print the summary as JSON, or of a run of why its verdict")
	return c
}
