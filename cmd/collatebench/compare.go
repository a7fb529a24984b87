package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"collatebench/results"
	"collatebench/results/text"
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
			return text.Compare(c.Context(), c.OutOrStdout(), runs[0], runs[1])
		},
	}
	c.Flags().StringVar(&out, "out", "", "`folder` of the runs (default results/runs in the module)")
	return c
}
