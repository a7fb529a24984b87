package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"collatebench/internal/oneof"
	"collatebench/results"
	"collatebench/results/evidence"
	"collatebench/results/stats"
	"collatebench/results/text"
)

// errWorse ends a command with its own exit code; all has been printed.
var errWorse = errors.New("worse than the gate allows")

const (
	maxMargin = .99 // of --fail-over: a cell can't lose all
	maxAlpha  = .2  // of --alpha: beyond it a gate finds losses in noise
)

type compareFlags struct {
	out, format, only string
	asJSON, force     bool
	gate              stats.Gate
}

func compareCommand() *cobra.Command {
	f := compareFlags{gate: stats.Gate{Alpha: .01}}
	var versions versionFlags
	var ofVersions []string
	c := &cobra.Command{
		Use:   "compare OLD NEW | --ref REV [--ref REV] | --binary FILE --binary FILE",
		Short: "Say what changed between two runs, or run two versions and compare them",
		Long: `Compares two runs: what differs beside the code, then for each cell that both have
the throughput, the ratio with its interval, whether it changed beside the drift of
the other cells and whether its cause did, then a summary by placement and
benchstat's tables. A run is named by its ID, by its label, by its path, as latest
(the newest whole run of bench) or as baseline:NAME. Runs of other machines,
upstreams, bodies or programs are refused.

With --ref it builds the benchmark at a revision of git, and runs it beside the
working tree as it is, or beside a second revision; with --binary it runs two
compiled ones. Both versions take turns in one run, sample by sample in shuffled
rounds, so that what the machine does meanwhile falls on both; the old one is
sampled twice in each round, which shows the noise. Dimensions take comma lists.

--fail-over makes it a gate. It passes if each cell of OLD is shown to have lost no
more than that, and fails if one is shown to have lost more, with --alpha for the
error of the whole gate. Two runs at different times differ by what the machine did
between them, so a cell must have lost by its own ratio and beside the others. With
--ref the gate looks four times, at each quarter of --budget or of --rounds, spends
a share of --alpha each time, and ends the run as soon as it can tell.

Exit code 3 means that a cell lost more than --fail-over, 4 that the data can't tell;
what would settle it is printed. A cell of OLD that NEW has not measured, and an
--only that no cell is like, are errors. Exit code 5 means that --ref or --binary started no
run: others, or another run, use the machine.`,
		Example: `  collatebench compare before after
  collatebench compare 20261122-204100 latest --format markdown
  collatebench compare before after --fail-over 5%
  collatebench compare before after --fail-over 10% --alpha 5% --only window=32
  collatebench compare --ref main
  collatebench compare --ref main --fail-over 5% --placement collector,pool --budget 10m
  collatebench compare --ref v1.0 --ref main
  collatebench compare --binary old.test --binary new.test --rounds 12 --size 64KiB`,
		Args: func(c *cobra.Command, args []string) error {
			if versions.asked(c) {
				return nil
			}
			return arguments(cobra.ExactArgs(2))(c, args)
		},
		RunE: func(c *cobra.Command, args []string) error {
			if versions.asked(c) {
				return f.versions(c, args, &versions)
			}
			if err := versions.refuse(c, ofVersions); err != nil {
				return err
			}
			return f.compare(c, args)
		},
	}
	c.Flags().SortFlags = false
	c.Flags().StringVar(&f.out, "out", "", "`folder` of the runs (default results/runs in the module)")
	c.Flags().StringVar(&f.format, "format", "text", "text, markdown (for a comment on a change), json or csv")
	c.Flags().BoolVar(&f.asJSON, "json", false, "the same as --format json")
	c.Flags().BoolVar(&f.force, "force", false, "compare runs whose differences make that meaningless; with --ref and --binary, run though others use the machine, and mark the run")
	gateFlags(c.Flags(), &f.gate)
	c.Flags().StringVar(&f.only, "only", "", "let the gate of two runs see only the cells with these `values`, such as placement=pool/window=32")
	ofVersions = versions.define(c.Flags())
	return c
}

// check checks the flags before anything is done.
func (f *compareFlags) check(c *cobra.Command) error {
	given := c.Flags().Changed
	if f.asJSON {
		if given("format") && f.format != "json" {
			return fmt.Errorf("--format %q: --json asks for another one", f.format)
		}
		f.format = "json"
	}
	if _, err := oneof.Parse(f.format, []string{string(formText), string(formMarkdown), string(formJSON), string(formCSV)}); err != nil {
		return fmt.Errorf("--format: %w", err)
	}
	switch {
	case given("only") && !given("fail-over"):
		return errors.New("--only is for a gate, with --fail-over")
	case given("only") && f.only == "":
		return errors.New(`--only "": not the values of a cell, such as window=32`)
	}
	return checkGate(c)
}

func gateFlags(fs *pflag.FlagSet, to *stats.Gate) {
	percentFlag(fs, &to.Margin, "fail-over", maxMargin, "loss of throughput of a cell beyond which it fails, such as 5%")
	percentFlag(fs, &to.Alpha, "alpha", maxAlpha, "error rate of the whole gate")
}

// checkGate refuses values of the gate's flags that make no sense.
func checkGate(c *cobra.Command) error {
	if given := c.Flags().Changed; given("alpha") && !given("fail-over") {
		return errors.New("--alpha is for a gate, with --fail-over")
	}
	return nil
}

func (f *compareFlags) compare(c *cobra.Command, args []string) error {
	if err := f.check(c); err != nil {
		return usageError{err}
	}
	runs := make([]*results.Run, 2)
	for i, what := range []string{"OLD", "NEW"} {
		var err error
		if runs[i], err = findRun(c.Context(), "", f.out, args[i]); err != nil {
			return usageError{fmt.Errorf("%s %w", what, err)}
		}
	}
	compared, err := evidence.Compare(runs[0], runs[1])
	if err != nil {
		return err
	}
	if err := stats.Refused(compared.Differences); err != nil && !f.force {
		return fmt.Errorf("%w; --force compares the runs all the same", err)
	}
	if f.gate.Margin > 0 && sameRun(runs[0], runs[1]) {
		return usageError{fmt.Errorf("--fail-over: OLD %s and NEW %s are one run, which no gate can fail", args[0], args[1])}
	}
	if err := f.decide(&compared); err != nil {
		return err
	}
	if err := f.print(c.Context(), c.OutOrStdout(), compared, runs); err != nil {
		return err
	}
	if compared.Gate == nil {
		return nil
	}
	return exitOf(compared.Gate.Outcome)
}

// exitOf is how a gate's command ends.
func exitOf(o stats.Outcome) error {
	switch o {
	case stats.Worse:
		return errWorse
	case stats.NotWorse:
		return nil
	}
	return errInconclusive
}

// sameRun says that two references are of one run, or of a baseline that was kept of it.
func sameRun(a, b *results.Run) bool {
	x, err := os.Stat(a.Dir())
	y, other := os.Stat(b.Dir())
	kept := a.Info().Baseline != "" || b.Info().Baseline != ""
	return err == nil && other == nil && os.SameFile(x, y) || kept && a.Info().ID == b.Info().ID
}

// decide asks the gate, if there is one.
func (f *compareFlags) decide(c *evidence.Comparison) error {
	if f.gate.Margin == 0 {
		return nil
	}
	d, err := c.Versus.Gate(f.gate, f.only)
	if none := (*stats.NoCellError)(nil); errors.As(err, &none) {
		return usageError{fmt.Errorf("--only %q: %w", f.only, err)}
	}
	if err != nil {
		return err
	}
	c.Gate = &d
	return nil
}

func (f *compareFlags) print(ctx context.Context, w io.Writer, c evidence.Comparison, runs []*results.Run) error {
	switch form(f.format) {
	case formJSON:
		document, err := c.JSON()
		if err == nil {
			_, err = w.Write(document)
		}
		return err
	case formCSV:
		return text.CompareCSV(w, c)
	case formMarkdown:
		text.CompareMarkdown(w, c)
		return nil
	}
	return text.Compare(ctx, w, c, runs[0], runs[1])
}
