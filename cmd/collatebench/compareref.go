package main

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"collatebench/bench/runner"
	"collatebench/results"
	"collatebench/results/stats"
	"collatebench/results/text"
)

const (
	// versionsBudget is what people wait for, and what fits a job of CI.
	versionsBudget = 5 * time.Minute
	// versionsRounds bound a run that the budget does not.
	versionsRounds = maxRounds
)

// versionFlags are what `compare` is asked for where it runs two versions itself.
type versionFlags struct {
	runner.Options
	runner.Versions
}

// define makes the flags, and returns the names of those that have no effect on two runs
// that are there.
func (f *versionFlags) define(fs *pflag.FlagSet) (names []string) {
	before := map[string]bool{}
	fs.VisitAll(func(g *pflag.Flag) { before[g.Name] = true })
	fs.StringSliceVar(&f.Refs, "ref", nil, "a `revision` of git to run: the old one, beside the working tree as it is; given twice, old and new")
	fs.StringSliceVar(&f.Binaries, "binary", nil, "a compiled benchmark to run: a `file` of go test -c ./bench, given twice, old and new")
	matrixFlags(fs, &f.Matrix)
	fs.Lookup("window").Usage += "; of --ref and --binary the largest of these unless it is given"
	countFlag(fs, &f.Rounds, "rounds", fmt.Sprintf("samples of each cell and version at most (default as many as --budget has room for, at most %d)", versionsRounds))
	fs.Lookup("rounds").DefValue = ""
	opsFlag(fs, &f.Ops)
	durationFlag(fs, &f.Budget, "budget", fmt.Sprintf("stop in time for the whole run to take no longer, builds included (default %v; without --rounds)", versionsBudget))
	seedFlag(fs, &f.Seed, "seed of the order, the payloads and the upstream's choices")
	labelFlag(fs, &f.Label, "word that ends the run folder's name")
	waitFlag(fs, &f.Guard)
	fs.StringVar(&f.Source, "source", "", "`folder` of the collatebench module (default the enclosing one)")
	fs.VisitAll(func(g *pflag.Flag) {
		if !before[g.Name] {
			names = append(names, g.Name)
		}
	})
	return names
}

// asked says that two versions are to be run.
func (f *versionFlags) asked(c *cobra.Command) bool {
	return c.Flags().Changed("ref") || c.Flags().Changed("binary")
}

// versions runs two versions, with a gate if one is asked for.
func (f *compareFlags) versions(c *cobra.Command, args []string, v *versionFlags) error {
	if err := f.check(c); err != nil {
		return usageError{err}
	}
	if c.Flags().Changed("only") {
		return usageError{errors.New("--only is for two runs that are there; of --ref and --binary the dimensions say what is run")}
	}
	v.Guard.Force = f.force
	if f.format != "text" && f.format != "json" {
		return usageError{fmt.Errorf("--format %q: of --ref and --binary text or json; the run's own tables are there for others", f.format)}
	}
	gate := &stats.Sequence{Gate: f.gate}
	var decided *stats.Decision
	if f.gate.Margin > 0 {
		v.Look = func(run *results.Run) (string, error) {
			d, err := gate.Look(run, v.share(run))
			if err != nil || d == nil || d.Outcome == stats.Undecided {
				return "", err
			}
			decided = d
			return "the gate can tell", nil
		}
	}
	run, err := v.run(c, args, f.out)
	if run == nil || err != nil || f.gate.Margin == 0 {
		return v.finish(c, run, err, f.format == "json")
	}
	if decided == nil {
		if decided, err = gate.Look(run, 1); err != nil {
			return err
		}
	}
	if err := f.gated(c, run, *decided); err != nil {
		return err
	}
	return exitOf(decided.Outcome)
}

// gated prints a run's tables and the gate's decision.
func (f *compareFlags) gated(c *cobra.Command, run *results.Run, d stats.Decision) error {
	w := c.OutOrStdout()
	if f.format != "json" {
		if err := printRun(c.Context(), w, run, false); err != nil {
			return err
		}
		fmt.Fprintln(w)
		for _, line := range text.GateLines(d) {
			fmt.Fprintln(w, line)
		}
		return nil
	}
	if err := printRun(c.Context(), io.Discard, run, false); err != nil { // which makes the report
		return err
	}
	rows, err := stats.Versions(run)
	if err != nil {
		return err
	}
	return writeJSON(w, struct {
		Run      string             `json:"run"`
		Versions []stats.VersionRow `json:"versions"`
		Gate     stats.Decision     `json:"gate"`
	}{run.Info().ID, rows, d})
}

// share is how much of the run is done, by its time or its rounds.
func (f *versionFlags) share(run *results.Run) float64 {
	share := 0.0
	if f.Budget > 0 {
		share = time.Since(run.Info().Started).Seconds() / f.Budget.Seconds()
	}
	samples, err := run.Samples()
	if err != nil {
		return share // what reads it next says it
	}
	return max(share, float64(len(results.CompleteRounds(run.Info(), samples)))/float64(f.Rounds))
}

// run runs them. They are all that is compared.
func (f *versionFlags) run(c *cobra.Command, args []string, out string) (*results.Run, error) {
	if len(args) > 0 {
		return nil, usageError{fmt.Errorf("%q: with --ref or --binary two versions are run and compared, and no runs of before", args)}
	}
	if c.Flags().Changed("ref") && c.Flags().Changed("binary") {
		return nil, usageError{errors.New("--ref and --binary: one of the two says what is compared")}
	}
	switch rounds := c.Flags().Changed("rounds"); {
	case !rounds && !c.Flags().Changed("budget"):
		f.Rounds, f.Budget = versionsRounds, versionsBudget
	case !rounds:
		f.Rounds = versionsRounds
	}
	f.Out = out
	if err := prepare(c, &f.Options); err != nil {
		return nil, err
	}
	return runner.CompareVersions(c.Context(), f.Options, f.Versions)
}

// finish prints what the run has, and what stopped it.
func (f *versionFlags) finish(c *cobra.Command, run *results.Run, err error, asJSON bool) error {
	if cant := (*runner.VersionError)(nil); errors.As(err, &cant) {
		return err // there is nothing to report, and nothing to go on with
	}
	return finish(c, run, err, asJSON)
}

// refuse refuses the flags of a run where two runs that are there are compared.
func (f *versionFlags) refuse(c *cobra.Command, names []string) error {
	for _, name := range changedFlags(c) {
		if slices.Contains(names, name) {
			return usageError{fmt.Errorf("--%s has no effect on two runs that are there: it is for --ref and --binary", name)}
		}
	}
	return nil
}
