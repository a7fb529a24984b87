package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"collatebench/internal/spell"
	"collatebench/results"
)

func baselineCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "baseline",
		Short: "Keep a run under a name, small enough to commit, to compare others with",
		Long: `Keeps runs under names in results/baselines, each of them run.json and the ledger
of the samples that count, small enough to commit. Wherever a run is named to be
read, baseline:NAME names a baseline.`,
		Example: `  collatebench baseline save main
  collatebench baseline list
  collatebench baseline compare main
  collatebench compare baseline:main before`,
		Args: arguments(cobra.NoArgs),
		RunE: func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	c.AddCommand(baselineSaveCommand(), baselineListCommand(), baselineCompareCommand())
	return c
}

func baselineSaveCommand() *cobra.Command {
	var out string
	var force bool
	c := &cobra.Command{
		Use:   "save NAME [RUN]",
		Short: "Keep a run (default latest) under a name",
		Long: `Keeps the complete rounds of a run in results/baselines/NAME, without profiles and
the histograms of responses. RUN is an ID, a label, a path or latest, the default.
A baseline appears when it is whole; one of this name is replaced with --force alone.`,
		Example: `  collatebench baseline save main
  collatebench baseline save v1.2 before --force`,
		Args: arguments(cobra.RangeArgs(1, 2)),
		RunE: func(c *cobra.Command, args []string) error {
			if err := results.CheckBaseline(args[0]); err != nil {
				return usageError{err}
			}
			root, _, err := viewTarget(c.Context(), out, nil)
			if err != nil {
				return usageError{err}
			}
			run, err := findRun(c.Context(), "", out, runOrLatest(args))
			if err != nil {
				return usageError{fmt.Errorf("RUN %w", err)}
			}
			saved, err := results.SaveBaseline(root, args[0], run, force)
			if ref := (*results.RefError)(nil); errors.As(err, &ref) {
				return usageError{fmt.Errorf("RUN %w", err)}
			}
			if errors.Is(err, results.ErrBaselineExists) {
				return usageError{fmt.Errorf("%w; --force replaces it", err)}
			}
			if err != nil {
				return err
			}
			fmt.Fprintf(c.OutOrStdout(), "baseline %s: run %s, %s, in %s\n", args[0], run.Info().ID, spell.Plural(run.Info().CellCount(), "cell"), relativePath(saved.Dir()))
			return nil
		},
	}
	c.Flags().StringVar(&out, "out", "", baselinesOutUsage)
	c.Flags().BoolVar(&force, "force", false, "replace the baseline of this name")
	return c
}

const baselinesOutUsage = "`folder` of the runs (default results/runs in the module); the baselines are in baselines/ beside it"

// runOrLatest is the run that the second argument names.
func runOrLatest(args []string) string {
	if len(args) > 1 {
		return args[1]
	}
	return "latest"
}

func baselineListCommand() *cobra.Command {
	var out string
	var asJSON bool
	c := &cobra.Command{
		Use:     "list",
		Short:   "List the baselines",
		Example: "  collatebench baseline list\n  collatebench baseline list --json",
		Args:    arguments(cobra.NoArgs),
		RunE: func(c *cobra.Command, _ []string) error {
			root, _, err := viewTarget(c.Context(), out, nil)
			if err != nil {
				return usageError{err}
			}
			list, err := results.Baselines(root)
			if err != nil {
				return err
			}
			if asJSON {
				made, err := json.MarshalIndent(list, "", "  ")
				return write(c.OutOrStdout(), append(made, '\n'), err)
			}
			if len(list) == 0 {
				fmt.Fprintf(c.OutOrStdout(), "no baseline is in %s\n", relativePath(results.BaselinesFolder(root)))
				return nil
			}
			return writeBaselines(c.OutOrStdout(), list)
		},
	}
	c.Flags().StringVar(&out, "out", "", baselinesOutUsage)
	c.Flags().BoolVar(&asJSON, "json", false, "print the list as JSON")
	return c
}

func writeBaselines(w io.Writer, list []results.Baseline) error {
	t := tabwriter.NewWriter(w, 0, 0, 3, ' ', 0)
	fmt.Fprintln(t, "name\tcells\trounds\tsize\tstarted\tcommit\trun")
	for _, b := range list {
		if b.Broken != "" {
			fmt.Fprintf(t, "%s\tcannot be read: %s\n", b.Name, b.Broken)
			continue
		}
		commit := b.Commit
		if commit == "" {
			commit = "-"
		}
		fmt.Fprintf(t, "%s\t%d\t%d\t%s\t%s\t%s\t%s\n", b.Name, b.Cells, b.Rounds, spell.Bytes(float64(b.Bytes)), b.Started.Format("2006-01-02 15:04"), commit, b.Run)
	}
	return t.Flush()
}

// baselineCompareCommand is compare with a baseline as OLD, whatever flags compare has.
func baselineCompareCommand() *cobra.Command {
	c := compareCommand()
	compare := c.RunE
	c.Use = "compare NAME [RUN]"
	c.Short = "Compare a run (default latest) with a baseline: compare baseline:NAME RUN"
	c.Long = "Is compare baseline:NAME RUN, with all flags of compare. RUN is latest by default."
	c.Example = "  collatebench baseline compare main\n  collatebench baseline compare v1.2 after"
	c.Args = arguments(cobra.RangeArgs(1, 2))
	c.RunE = func(c *cobra.Command, args []string) error {
		if err := results.CheckBaseline(args[0]); err != nil {
			return usageError{err}
		}
		return compare(c, []string{results.BaselinePrefix + args[0], runOrLatest(args)})
	}
	return c
}
