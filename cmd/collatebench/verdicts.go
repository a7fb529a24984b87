package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/schollz/progressbar/v3"
	"github.com/spf13/cobra"

	"collatebench/bench/scenarios"
	"collatebench/internal/printable"
	"collatebench/results/report"
)

func verdictsCommand() *cobra.Command {
	o := scenarios.Options{Pairs: 4, Budget: 45 * time.Second, Seeds: []uint64{1, 2, 3}}
	var only string
	var asJSON bool
	c := &cobra.Command{
		Use:   "verdicts",
		Short: "Hold why and diagnose to scenarios whose cause is known",
		Long: `Runs labelled scenarios (cells for why, small programs for diagnose) and prints the
matrix of what was named against what is true: half an hour on two cores. It fails
where a wrong cause is named, a healthy client accused, or where more than one in
twenty has no verdict.`,
		Example: `  collatebench verdicts --small
  collatebench verdicts --seeds 1
  collatebench verdicts --only 'why .*queue'`,
		Args: arguments(cobra.NoArgs),
		RunE: func(c *cobra.Command, _ []string) error {
			if only != "" {
				re, err := regexp.Compile(only)
				if err != nil {
					return usageError{fmt.Errorf("--only %q: %w", only, err)}
				}
				o.Only = re
			}
			return runVerdicts(c, o, asJSON)
		},
	}
	fs := c.Flags()
	fs.SortFlags = false
	fs.Var(parsedFlag[[]uint64]{&o.Seeds, parseSeeds, formatSeeds, "list"}, "seeds", "each scenario is run with each")
	fs.BoolVar(&o.Small, "small", false, "a scenario a cause")
	fs.StringVar(&only, "only", "", "scenarios that match this `regexp`, by command and title")
	countFlag(fs, &o.Pairs, "pairs", "rounds of a cell with its interventions")
	durationFlag(fs, &o.Budget, "budget", "time for the samples of one cell")
	fs.StringVar(&o.Out, "out", "", "`folder` in which the runs are kept (default none)")
	fs.StringVar(&o.Source, "source", "", "`folder` of the collatebench module (default the enclosing one)")
	fs.BoolVar(&asJSON, "json", false, "print every verdict as JSON")
	return c
}

func runVerdicts(c *cobra.Command, o scenarios.Options, asJSON bool) error {
	exe, err := os.Executable()
	if err != nil {
		return err
	}
	o.Self = []string{exe, "mockserver"}
	o.Progress = scenarioProgress(c)
	o.Report = report.Write
	m, err := scenarios.Run(c.Context(), o)
	if len(m) == 0 && err == nil {
		return usageError{fmt.Errorf("--only %q matches no scenario", o.Only)}
	}
	switch {
	case asJSON && len(m) > 0:
		e := json.NewEncoder(c.OutOrStdout())
		e.SetIndent("", "  ")
		err = errors.Join(err, e.Encode(m))
	case len(m) > 0:
		m.Write(c.OutOrStdout())
	}
	if fault := m.Fault(); err == nil && fault != "" {
		err = errors.New(fault)
	}
	return err
}

// scenarioProgress shows a bar on a terminal, and elsewhere a line for each scenario.
func scenarioProgress(c *cobra.Command) func(done, of int, doing string) {
	f, ok := terminalOf(c.ErrOrStderr())
	if !ok {
		var pace pace
		return func(done, of int, doing string) {
			fmt.Fprintf(c.ErrOrStderr(), "%d/%d %s%s\n", done+1, of, doing, pace.left(done, of, 0))
		}
	}
	bar := progressbar.NewOptions(1, progressbar.OptionSetWriter(f), progressbar.OptionSetWidth(20),
		progressbar.OptionShowCount(), progressbar.OptionSetPredictTime(true), progressbar.OptionClearOnFinish())
	return func(done, of int, doing string) {
		bar.ChangeMax(of)
		bar.Describe(printable.String(doing))
		_ = bar.Set(done) // an error means that the terminal is gone
	}
}

func parseSeeds(s string) ([]uint64, error) {
	var out []uint64
	for f := range strings.SplitSeq(s, ",") {
		n, err := strconv.ParseUint(strings.TrimSpace(f), 10, 64)
		if err != nil {
			return nil, fmt.Errorf("%q is not a comma list of whole numbers such as 1,2,3", s)
		}
		out = append(out, n)
	}
	return out, nil
}

func formatSeeds(seeds []uint64) string {
	out := make([]string, len(seeds))
	for i, n := range seeds {
		out[i] = strconv.FormatUint(n, 10)
	}
	return strings.Join(out, ",")
}
