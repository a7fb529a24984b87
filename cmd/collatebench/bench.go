package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"collatebench/bench/runner"
	"collatebench/internal/wholefile"
	"collatebench/mockserver/behaviour"
	"collatebench/results"
	"collatebench/results/evidence"
	"collatebench/results/report"
	"collatebench/results/text"
)

const (
	defaultRounds = 6
	// maxRounds is the default of --rounds with --precision: 5% takes about 110 pairs
	// on a noisy machine.
	maxRounds = 120
)

func benchCommand() *cobra.Command {
	o := runner.Options{Rounds: defaultRounds}
	var resume, shard string
	var asJSON bool
	c := &cobra.Command{
		Use:   "bench",
		Short: "Run the matrix: measure, profile, and print the tables",
		Long: `Runs every cell of the matrix in rounds, each sample in a fresh process, then
profiles each cell, and leaves a run folder. Dimensions take comma lists; their
product is the matrix.

Exit code 5 means that no run was started: others use the machine, or another run is on it.
A run that is resumed has what is left of its --budget; without a whole round, five
minutes at least. One of compare --ref has its gate, and its exit codes.`,
		Example: `  collatebench bench
  collatebench bench --window 1,8,32,64 --placement all --codec json,sonic
  collatebench bench --size 8MiB --latency lognormal:10ms:80ms --label slow-tail
  collatebench bench --body page1.json,page2.json --budget 3m
  collatebench bench --replay api
  collatebench bench --precision 5% --placement collector,request --window 32
  collatebench bench --resume 20261122-204100`,
		Args: arguments(cobra.NoArgs),
		RunE: func(c *cobra.Command, _ []string) error {
			if !c.Flags().Changed("rounds") && o.Precision > 0 {
				o.Rounds = maxRounds
			}
			if c.Flags().Changed("resume") && resume == "" {
				return usageError{errors.New("--resume \"\": not the ID, label or path of a run")}
			}
			if err := checkReplay(c, o); err != nil {
				return usageError{err}
			}
			if resume == "" {
				var err error
				if o.Shard, err = shardOf(c, shard, os.Getenv); err != nil {
					return usageError{err}
				}
				return startBench(c, o, asJSON)
			}
			return resumeBench(c, o, resume, asJSON)
		},
	}
	fs := c.Flags()
	fs.SortFlags = false
	matrixFlags(fs, &o.Matrix)
	countFlag(fs, &o.Rounds, "rounds", "samples of each cell; with --precision at most so many (then 120)")
	opsFlag(fs, &o.Ops)
	percentFlag(fs, &o.Precision, "precision", 1, "stop once every paired ratio is known this well, such as 10%")
	durationFlag(fs, &o.Budget, "budget", "stop in time for the whole run to take no longer, such as 3m")
	seedFlag(fs, &o.Seed, "seed of the order, the payloads and the upstream's choices")
	labelFlag(fs, &o.Label, "word that ends the run folder's name")
	fs.StringVar(&o.Upstream, "upstream", "", "base `URL` of an upstream that runs elsewhere")
	fs.StringSliceVar(&o.Bodies, "body", nil, "captured responses to serve in place of made ones: `file`[,file]")
	replayFlag(fs, &o.Replay)
	profileFlag(fs, &o.Profile)
	durationFlag(fs, &o.ProfileCPU, "profile-cpu", fmt.Sprintf("CPU time that each CPU profile covers, 100 samples a second (default %v)", runner.ProfiledCPU))
	guardFlags(fs, &o.Guard)
	shardFlag(fs, &shard)
	fs.StringVar(&resume, "resume", "", "go on with a stopped `run` (its ID, label or path)")
	fs.StringVar(&o.Out, "out", "", "`folder` of the runs (default results/runs in the module)")
	fs.StringVar(&o.Source, "source", "", "`folder` of the collatebench module (default the enclosing one)")
	fs.StringVar(&o.Binary, "binary", "", "compiled benchmark to run: a `file` of go test -c ./bench (default it is compiled)")
	fs.BoolVar(&asJSON, "json", false, "print the summary as JSON")
	return c
}

// profileFlag takes also what it took before there was a choice.
func profileFlag(fs *pflag.FlagSet, to *runner.Profiling) {
	*to = runner.LargestProfiles
	parse := func(s string) (runner.Profiling, error) {
		switch s {
		case "largest", "true":
			return runner.LargestProfiles, nil
		case "all":
			return runner.AllProfiles, nil
		case "none", "false":
			return runner.NoProfiles, nil
		}
		return "", fmt.Errorf("%q is not largest, all or none", s)
	}
	format := func(p runner.Profiling) string { return cmp.Or(string(p), "none") }
	fs.Var(parsedFlag[runner.Profiling]{to, parse, format, "cells"}, "profile",
		"take two profiled passes after the measured one: of the largest window of each placement (largest), of all cells (all), or none")
}

func replayFlag(fs *pflag.FlagSet, to *string) {
	fs.StringVar(to, "replay", "", "serve the responses of a recording in place of made ones: its `folder`, or a file in HAR")
}

// checkReplay refuses an empty one, which would be none.
func checkReplay(c *cobra.Command, o runner.Options) error {
	if c.Flags().Changed("replay") && o.Replay == "" {
		return errors.New("--replay \"\": not the folder of a recording, or a file in HAR")
	}
	return nil
}

func startBench(c *cobra.Command, o runner.Options, asJSON bool) error {
	if err := prepare(c, &o); err != nil {
		return err
	}
	labelShard(&o)
	run, err := runner.Start(c.Context(), o)
	return finish(c, run, err, formOf(asJSON))
}

// resumeFlags are the flags that may be given with --resume.
var resumeFlags = []string{"resume", "wait", "force", "out", "source", "binary", "json"}

func resumeBench(c *cobra.Command, o runner.Options, ref string, asJSON bool) error {
	for _, d := range changedFlags(c) {
		if !slices.Contains(resumeFlags, d) {
			return usageError{fmt.Errorf("--%s has no effect with --resume: a run goes on as it began", d)}
		}
	}
	run, err := findRun(c.Context(), o.Source, o.Out, ref)
	if err != nil {
		return usageError{fmt.Errorf("--resume %w", err)}
	}
	if run.Info().Baseline != "" {
		return usageError{fmt.Errorf("--resume %q: it is a baseline, to which nothing is added", ref)}
	}
	if o.Budget, err = runner.BudgetLeft(run); err != nil { // as the progress shows it
		return err
	}
	if err := prepare(c, &o); err != nil {
		return err
	}
	gate, err := resumedGate(run)
	if err != nil {
		return err
	}
	if gate != nil {
		o.Look = gate.look
	}
	err = runner.Resume(c.Context(), run, o)
	return gate.finish(c, run, err, formOf(asJSON), finish)
}

// prepare sets the options that come from this process, and checks the upstream's flags.
func prepare(c *cobra.Command, o *runner.Options) error {
	exe, err := os.Executable()
	if err != nil {
		return err
	}
	o.Self = []string{exe, "mockserver"}
	setGuard(&o.Guard)
	o.Notes = c.ErrOrStderr()
	if f, ok := terminalOf(o.Notes); ok {
		o.Progress = newBar(f)
	} else {
		o.Progress = newLines(o.Notes, o.Budget)
	}
	if o.Upstream == "" {
		return nil
	}
	for _, k := range behaviour.Knobs() {
		if c.Flags().Changed(k.Name) {
			return usageError{fmt.Errorf("--%s %q: has no effect on the upstream at --upstream %s, which is not ours", k.Name, o.Matrix.Get(k.Name), o.Upstream)}
		}
	}
	return nil
}

// finish writes and prints the report of what the run has. The error of a stopped run says
// how to go on.
func finish(c *cobra.Command, run *results.Run, err error, as form) error {
	if option := (*runner.OptionError)(nil); errors.As(err, &option) {
		return usageError{err}
	}
	if run == nil {
		return err
	}
	// An interrupted run gets a report too, but for one whose folder takes no more files.
	ctx := context.WithoutCancel(c.Context())
	if !wholefile.Full(err) {
		err = errors.Join(err, printRun(ctx, c.OutOrStdout(), run, as))
	}
	if err == nil {
		return nil
	}
	err = fmt.Errorf("%w\nwhat was measured is in %s (log.txt tells more)", err, relativePath(run.Dir()))
	if !run.Info().ComparesClients() { // a run of peers can't be resumed
		err = fmt.Errorf("%w\ngo on with: make bench RESUME=%s (collatebench bench --resume %[2]s)", err, refTo(c, run))
	}
	return err
}

// A form is how a command prints what it found.
type form string

const (
	formText     form = "text"
	formJSON     form = "json"
	formMarkdown form = "markdown" // of a comparison
	formCSV      form = "csv"      // of a comparison
)

func formOf(json bool) form {
	if json {
		return formJSON
	}
	return formText
}

// refTo names a run so that a later command finds it, wherever --out has put it.
func refTo(c *cobra.Command, run *results.Run) string {
	if c.Flags().Changed("out") {
		return relativePath(run.Dir())
	}
	return run.Info().ID
}

// printRun makes report/ and prints the tables, or the proven verdict of a run of why.
func printRun(ctx context.Context, out io.Writer, run *results.Run, as form) error {
	r, err := evidence.Read(run)
	if err != nil {
		return err
	}
	if r.Proven != nil {
		err = printProven(out, run, r, as)
	} else {
		err = printTables(out, run, r, as)
	}
	return errors.Join(err, report.Write(ctx, run, r))
}

func printTables(out io.Writer, run *results.Run, r evidence.Reading, as form) error {
	switch as {
	case formJSON:
		summary, err := r.SummaryJSON()
		return write(out, summary, err)
	case formMarkdown:
		text.VersionsMarkdown(out, r)
		return nil
	case formCSV:
		return text.VersionsCSV(out, r)
	}
	text.Write(out, r)
	fmt.Fprintf(out, "\nrun folder: %s\nreport: %s\n", relativePath(run.Dir()), relativePath(filepath.Join(run.ReportDir(), results.ReportFile)))
	return nil
}

func printProven(out io.Writer, run *results.Run, r evidence.Reading, as form) error {
	if as == formJSON {
		verdict, err := r.VerdictJSON()
		return write(out, verdict, err)
	}
	fmt.Fprintf(out, "%s\nrun folder: %s\n\n", r.Proven.Subject, relativePath(run.Dir()))
	text.WriteVerdict(out, *r.Proven)
	return nil
}

// write writes made, unless err says that making it failed.
func write(w io.Writer, made []byte, err error) error {
	if err == nil {
		_, err = w.Write(made)
	}
	return err
}

// findRun finds a run in the folder out, or else in the module's.
func findRun(ctx context.Context, source, out, ref string) (*results.Run, error) {
	if out == "" {
		var err error
		if out, err = runner.RunsFolder(ctx, source); err != nil {
			out = filepath.Join("results", "runs") // outside the module ref may still be a path
		}
	}
	return results.Find(out, ref)
}

func changedFlags(c *cobra.Command) []string {
	var out []string
	c.Flags().Visit(func(f *pflag.Flag) { out = append(out, f.Name) })
	return out
}

// relativePath makes a path below the working directory relative to it.
func relativePath(path string) string {
	if wd, err := os.Getwd(); err == nil {
		if rel, err := filepath.Rel(wd, path); err == nil && !strings.HasPrefix(rel, "..") {
			return rel
		}
	}
	return path
}
