package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/schollz/progressbar/v3"
	"github.com/spf13/cobra"

	"collatebench/bench/runner"
	"collatebench/bench/scenarios"
	"collatebench/internal/printable"
	"collatebench/internal/spell"
	"collatebench/internal/wholefile"
	"collatebench/results/report"
)

func verdictsCommand() *cobra.Command {
	v := verdictsRun{Options: scenarios.Options{Pairs: 4, Budget: 3 * time.Minute, Seeds: []uint64{1, 2, 3}}}
	c := &cobra.Command{
		Use:   "verdicts",
		Short: "Hold why and diagnose to scenarios whose cause is known",
		Long: `Runs labelled scenarios (cells for why, small programs for diagnose, clients in
several languages for diagnose --pid and why --) and prints the
matrix of what was named against what is true, and how far each predicted gain was
off: three and a half hours on two cores for three seeds. A seed runs some scenarios as they
stand, and of the others variants that it draws; --plan lists them.

It fails where the tool itself failed, a wrong cause is named, a healthy client is
accused, a cause of a command is never named, or where more than one scenario in
twenty has no verdict. A scenario without a verdict is asked again with another seed;
both answers are shown, and the first one counts.`,
		Example: `  collatebench verdicts --small
  collatebench verdicts --seeds 1 --plan
  collatebench verdicts --seeds 4,5,6 --answers verdicts.jsonl
  collatebench verdicts --only 'why .*queue'`,
		Args: arguments(cobra.NoArgs),
		RunE: func(c *cobra.Command, _ []string) error { return v.run(c) },
	}
	fs := c.Flags()
	fs.SortFlags = false
	fs.Var(parsedFlag[[]uint64]{&v.Seeds, parseSeeds, formatSeeds, "list"}, "seeds", "each runs its part of the plan")
	fs.BoolVar(&v.Small, "small", false, "a scenario a cause and command, as it stands")
	fs.StringVar(&v.only, "only", "", "scenarios that match this `regexp`, by command and title")
	fs.BoolVar(&v.plan, "plan", false, "list the scenarios, and run none")
	countFlag(fs, &v.Pairs, "pairs", "rounds of a cell with its interventions")
	durationFlag(fs, &v.Budget, "budget", "time for the samples of one cell")
	fs.StringVar(&v.Out, "out", "", "`folder` in which the runs are kept (default none)")
	fs.StringVar(&v.Answers, "answers", "", "`file` in which each answer is kept as it comes; a stopped run goes on from it")
	fs.StringVar(&v.Source, "source", "", "`folder` of the collatebench module (default the enclosing one)")
	guardFlags(fs, &v.guard)
	fs.BoolVar(&v.asJSON, "json", false, "print every verdict and predicted gain as JSON")
	fs.StringSliceVar(&v.markdown, "markdown", nil, "write the outcome into the blocks of this `file`[,file] too, as in bench/scenarios/README.md")
	return c
}

// A verdictsRun is what the flags ask for.
type verdictsRun struct {
	scenarios.Options
	guard        runner.Guard
	only         string
	plan, asJSON bool
	markdown     []string // files
}

func (v verdictsRun) run(c *cobra.Command) error {
	if err := v.check(); err != nil {
		return usageError{err}
	}
	if v.only != "" {
		v.Only = regexp.MustCompile(v.only) // checked
	}
	turns, err := scenarios.Turns(c.Context(), v.Options)
	switch {
	case err != nil:
		return err
	case len(turns) == 0:
		return usageError{fmt.Errorf("--only %q matches no scenario", v.only)}
	case v.plan:
		return printPlan(c.OutOrStdout(), turns)
	}
	exe, err := os.Executable()
	if err != nil {
		return err
	}
	setGuard(&v.guard)
	end, err := v.guard.Hold(c.Context(), c.ErrOrStderr())
	if err != nil {
		return err
	}
	defer end()
	v.Self = []string{exe, "mockserver"}
	v.Progress = scenarioProgress(c)
	v.Report = report.Write
	v.LeftOut = func(line string) { fmt.Fprintln(c.ErrOrStderr(), line) }
	m, err := scenarios.Run(c.Context(), v.Options)
	if answers := (*scenarios.AnswersError)(nil); errors.As(err, &answers) {
		return usageError{fmt.Errorf("--answers %w", err)}
	}
	if len(m) > 0 {
		err = errors.Join(err, v.print(c.OutOrStdout(), m))
	}
	if err == nil { // a part of a run is no outcome
		err = v.fill(m)
	}
	if fault := m.Fault(); err == nil && fault != "" {
		err = errors.New(fault)
	}
	return err
}

// check refuses before the run what would fail after it.
func (v verdictsRun) check() error {
	if _, err := regexp.Compile(v.only); err != nil {
		return fmt.Errorf("--only %q: %w", v.only, err)
	}
	for _, path := range v.markdown {
		if v.Small || v.only != "" {
			return fmt.Errorf("--markdown %q: what it has is of a whole run, without --small and --only", path)
		}
		text, err := os.ReadFile(path)
		if err == nil {
			err = scenarios.HasBlock(string(text))
		}
		if err != nil {
			return fmt.Errorf("--markdown %q: %w", path, err)
		}
	}
	return nil
}

// print writes the matrix, or all of it as JSON.
func (v verdictsRun) print(w io.Writer, m scenarios.Matrix) error {
	if !v.asJSON {
		m.Write(w)
		return nil
	}
	return writeJSON(w, m.Report())
}

// fill writes the outcome into the Markdown files.
func (v verdictsRun) fill(m scenarios.Matrix) error {
	for _, path := range v.markdown {
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		filled, err := m.Markdown(string(text), scenarios.ThisSetting())
		if err == nil {
			err = wholefile.Write(path, []byte(filled))
		}
		if err != nil {
			return fmt.Errorf("--markdown %q: %w", path, err)
		}
	}
	return nil
}

// printPlan lists the questions of a run, a line each.
func printPlan(w io.Writer, turns []scenarios.Turn) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, turn := range turns {
		as := "as it stands"
		if turn.VariantOf != "" {
			as = "drawn"
		}
		fmt.Fprintf(t, "seed %d\t%s\t%s\t%s\t%s\n", turn.Seed, as, turn.Command, strings.Join(spell.Strings(turn.Causes), " + "), turn.Title())
	}
	return t.Flush()
}

// scenarioProgress shows a bar on a terminal, and elsewhere a line for each scenario.
func scenarioProgress(c *cobra.Command) func(done, of int, left time.Duration, doing string) {
	about := func(left time.Duration) string { return fmt.Sprintf(", about %v left", left.Round(time.Minute)) }
	f, ok := terminalOf(c.ErrOrStderr())
	if !ok {
		return func(done, of int, left time.Duration, doing string) {
			fmt.Fprintf(c.ErrOrStderr(), "%d/%d %s%s\n", done+1, of, doing, about(left))
		}
	}
	bar := progressbar.NewOptions(1, progressbar.OptionSetWriter(f), progressbar.OptionSetWidth(20),
		progressbar.OptionShowCount(), progressbar.OptionSetPredictTime(false), progressbar.OptionClearOnFinish())
	return func(done, of int, left time.Duration, doing string) {
		bar.ChangeMax(of)
		bar.Describe(printable.String(doing) + about(left))
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
