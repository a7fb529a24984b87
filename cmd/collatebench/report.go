package main

import (
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"collatebench/results/report"
)

func reportCommand() *cobra.Command {
	var out, png string
	var asJSON bool
	c := &cobra.Command{
		Use:   "report RUN",
		Short: "Make a run's report/ again, print its tables or its verdict, draw its pictures",
		Long: `Makes report/ again from what was measured: summary.json, verdict.json,
benchstat's tables, and report.html, a page to open from disk. With --png the
pictures of the page are written as files too, for a README or an issue.`,
		Example: `  collatebench report latest
  collatebench report before --json
  collatebench report latest --png pictures`,
		Args: arguments(cobra.ExactArgs(1)),
		RunE: func(c *cobra.Command, args []string) error {
			if c.Flags().Changed("png") && png == "" {
				return usageError{fmt.Errorf("--png %q: not the name of a folder", png)}
			}
			if f, err := os.Stat(png); png != "" && err == nil && !f.IsDir() {
				return usageError{fmt.Errorf("--png %q: not a folder", png)}
			}
			run, err := findRun(c.Context(), "", out, args[0])
			if err != nil {
				return usageError{fmt.Errorf("RUN %w", err)}
			}
			if err := printRun(c.Context(), c.OutOrStdout(), run, formOf(asJSON)); err != nil || png == "" {
				return err
			}
			files, err := report.WritePNG(run, png)
			for _, f := range files {
				fmt.Fprintf(c.ErrOrStderr(), "wrote %s\n", relativePath(f))
			}
			if err != nil {
				return fmt.Errorf("--png %q: %w", png, err)
			}
			return nil
		},
	}
	c.Flags().StringVar(&out, "out", "", "`folder` of the runs (default results/runs in the module)")
	c.Flags().BoolVar(&asJSON, "json", false, "print the summary as JSON, or of a run of why its verdict")
	c.Flags().StringVar(&png, "png", "", "write the pictures into this `folder` as PNG files too")
	return c
}
