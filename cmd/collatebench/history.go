package main

import (
	"encoding/json"
	"fmt"

	"github.com/spf13/cobra"

	"collatebench/results/history"
	"collatebench/results/text"
)

func historyCommand() *cobra.Command {
	var out string
	var asJSON bool
	var pattern history.Pattern
	spelled := "" // the pattern
	c := &cobra.Command{
		Use:   "history",
		Short: "Show each cell over all runs, and the runs at which it changed",
		Long: `Shows the throughput of each cell over the runs of a folder, and the runs at which
it changed: where the values before and after differ more than in all but one in
a thousand of their random orders (E-divisive with means). A change takes some
runs to be seen: eight after the first eight, four after 20, three after 100.
Another kind of machine, version of Go or upstream is another table. Runs of why
and peers, and rounds that are not complete, do not count. view draws the same.`,
		Example: `  collatebench history
  collatebench history --cell placement=pool,request/window=32
  collatebench history --json`,
		Args: arguments(cobra.NoArgs),
		RunE: func(c *cobra.Command, _ []string) error {
			root, _, err := viewTarget(c.Context(), out, nil)
			if err != nil {
				return usageError{err}
			}
			records, err := history.ReadFolder(root)
			if err != nil {
				return err
			}
			h := history.Of(records, pattern)
			if len(h.Places) == 0 && len(history.New(records).Places) > 0 {
				return usageError{fmt.Errorf("--cell %q: no run in %s has such a cell", spelled, relativePath(root))}
			}
			if asJSON {
				made, err := json.MarshalIndent(h, "", "  ")
				return write(c.OutOrStdout(), append(made, '\n'), err)
			}
			if len(h.Places) == 0 {
				fmt.Fprintf(c.OutOrStdout(), "no run of a matrix with a complete round is in %s\n", relativePath(root))
			}
			text.WriteHistory(c.OutOrStdout(), h)
			return nil
		},
	}
	parse := func(s string) (string, error) {
		var err error
		pattern, err = history.ParsePattern(s)
		return s, err
	}
	c.Flags().Var(parsedFlag[string]{&spelled, parse, func(s string) string { return s }, "pattern"},
		"cell", "show the cells with these values alone, such as placement=pool,request/window=32")
	c.Flags().BoolVar(&asJSON, "json", false, "print every point and change as JSON")
	c.Flags().StringVar(&out, "out", "", "`folder` of the runs (default results/runs in the module)")
	return c
}
