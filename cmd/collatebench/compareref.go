package main

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"collatebench/bench/runner"
	"collatebench/results"
	"collatebench/results/stats"
)

const (
	// versionsBudget is what people wait for, and what fits a job of CI.
	versionsBudget = 5 * time.Minute
	// versionsRounds bound a run that the budget does not: some 10 minutes of the smallest cells. With
	// less a gate on them would end long before its budget, and could not tell.
	versionsRounds = 1000
)

// versionFlags are what `compare` is asked for where it runs two versions itself.
type versionFlags struct {
	runner.Options
	runner.Versions
	shard string
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
	shardFlag(fs, &f.shard)
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
	if c.Flags().Changed("only") {
		return usageError{errors.New("--only is for two runs that are there; of --ref and --binary the dimensions say what is run, such as --placement pool")}
	}
	if err := f.check(c); err != nil {
		return usageError{err}
	}
	var err error
	if v.Shard, err = shardOf(c, v.shard, os.Getenv); err != nil {
		return usageError{err}
	}
	if v.Shard != nil && f.gate.Margin > 0 {
		return usageError{errors.New("--fail-over: a shard has only a part of the rounds; collatebench merge --fail-over decides on all")}
	}
	labelShard(&v.Options)
	v.Guard.Force = f.force
	gate, err := f.runGate(v)
	if err != nil {
		return err
	}
	run, err := v.run(c, args, f.out)
	return gate.finish(c, run, err, form(f.format), v.finish)
}

// runGate is the gate on the run, and the record of it; nil if none is asked for.
func (f *compareFlags) runGate(v *versionFlags) (*runGate, error) {
	if f.gate.Margin == 0 {
		return nil, nil
	}
	g := &runGate{sequence: stats.Sequence{Gate: f.gate}}
	v.Look = g.look
	var err error
	v.Versions.Gate, err = g.sequence.Record()
	return g, err
}

// run runs them. They are all that is compared.
func (f *versionFlags) run(c *cobra.Command, args []string, out string) (*results.Run, error) {
	if len(args) > 0 {
		return nil, usageError{fmt.Errorf("%s: an argument beside --ref or --binary, with which two versions are run and compared, and no runs that are there", strings.Join(args, " "))}
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
func (f *versionFlags) finish(c *cobra.Command, run *results.Run, err error, as form) error {
	if cant := (*runner.VersionError)(nil); errors.As(err, &cant) {
		return err // there is nothing to report, and nothing to go on with
	}
	return finish(c, run, err, as)
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
