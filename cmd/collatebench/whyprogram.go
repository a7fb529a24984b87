package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"collatebench/bench/runner"
	"collatebench/mockserver/behaviour"
	"collatebench/mockserver/recording"
	"collatebench/results"
)

// ownFlags are those of a person's own program.
type ownFlags struct {
	vary    []string
	pass    []string
	resume  string
	seconds time.Duration
	show    bool
}

const (
	ownPairs  = 8
	ownBudget = 5 * time.Minute
)

func (f *ownFlags) add(fs *pflag.FlagSet) {
	fs.StringArrayVar(&f.vary, "vary", nil, "of a program: `NAME=V,V,...` puts each value in place of {NAME}, the first as it is; NAME='--flag {}':V,... appends it; env:NAME=V,... sets a variable. window and workers have a meaning")
	secondsFlag(fs, &f.seconds, "of a program: how long a sample lasts from its first answer (default 3s)")
	passFlag(fs, &f.pass)
	fs.StringVar(&f.resume, "resume", "", "go on with a stopped `run` of a program (its ID, label or path), in the environment that there is now")
	fs.BoolVar(&f.show, "show", false, "of a program: print the end of what it printed")
}

// ownOnly are the flags that only a program has, and cellOnly those that only a cell has.
var (
	ownOnly  = []string{"vary", "seconds", "pass", "show"}
	cellOnly = []string{"ops", "upstream", "body"}
)

// unused refuses flags that have no effect on a cell.
func (f *ownFlags) unused(c *cobra.Command) error {
	for _, name := range ownOnly {
		if c.Flags().Changed(name) {
			return fmt.Errorf("--%s: is for a program: collatebench why --%s ... -- PROGRAM ARGUMENTS", name, name)
		}
	}
	return nil
}

// goOnFlags are the flags that may be given with --resume.
var goOnFlags = []string{"resume", "wait", "force", "budget", "show", "out", "source", "json"}

// goOn resumes a run of a person's program.
func (f *ownFlags) goOn(c *cobra.Command, o runner.Options, asJSON bool) error {
	for _, name := range changedFlags(c) {
		if !slices.Contains(goOnFlags, name) {
			return usageError{fmt.Errorf("--%s has no effect with --resume: a run goes on as it began", name)}
		}
	}
	run, err := findRun(c.Context(), o.Source, o.Out, f.resume)
	if err != nil {
		return usageError{fmt.Errorf("--resume %w", err)}
	}
	if !c.Flags().Changed("budget") {
		o.Budget = ownBudget
	}
	if err := prepare(c, &o); err != nil {
		return err
	}
	err = runner.ResumeProgram(c.Context(), run, o)
	f.shown(c, run)
	return finishWhy(c, run, err, asJSON)
}

// why runs a person's program with what surrounds it changed.
func (f *ownFlags) why(c *cobra.Command, o runner.Options, knobs behaviour.Spec, program []string, asJSON bool) error {
	own, err := f.own(c, o.Replay, knobs, program)
	o.Replay = ""
	if err != nil {
		return usageError{err}
	}
	if !c.Flags().Changed("pairs") {
		o.Rounds = ownPairs
	}
	if !c.Flags().Changed("budget") {
		o.Budget = ownBudget
	}
	if o.Rounds < minPairs {
		return usageError{fmt.Errorf("--pairs \"%d\": fewer than %d have no interval to speak of", o.Rounds, minPairs)}
	}
	if err := prepare(c, &o); err != nil {
		return err
	}
	run, err := runner.WhyProgram(c.Context(), o, own)
	f.shown(c, run)
	return finishWhy(c, run, err, asJSON)
}

// shown prints what the programs printed, if that is asked for.
func (f *ownFlags) shown(c *cobra.Command, run *results.Run) {
	if !f.show || run == nil {
		return
	}
	if text, err := os.ReadFile(filepath.Join(run.Dir(), "log.txt")); err == nil {
		fmt.Fprint(c.ErrOrStderr(), string(text[max(0, len(text)-shownLog):]))
	}
}

// shownLog bytes of the programs' output are shown.
const shownLog = 8 << 10

func (f *ownFlags) own(c *cobra.Command, replay string, knobs behaviour.Spec, program []string) (runner.Own, error) {
	own := runner.Own{Args: program, Env: os.Environ(), Seconds: f.seconds.Seconds(), Upstream: knobs, Pass: f.pass}
	for _, name := range cellOnly {
		if c.Flags().Changed(name) {
			return own, fmt.Errorf("--%s: has no effect on a program of your own", name)
		}
	}
	if f.seconds == 0 {
		own.Seconds = 3
	}
	if own.Seconds < 1 || own.Seconds > 600 {
		return own, fmt.Errorf("--seconds %v: not 1s to 10m", f.seconds)
	}
	if _, err := exec.LookPath(program[0]); err != nil {
		return own, fmt.Errorf("-- %s: %w", program[0], err)
	}
	if replay != "" {
		r, err := recording.Open(replay)
		if err != nil {
			return own, fmt.Errorf("--replay %q: %w", replay, err)
		}
		own.Digest = r.Digest
		if own.Replay, err = filepath.Abs(replay); err != nil {
			return own, err
		}
		if !c.Flags().Changed("latency") {
			own.Upstream.Latency, err = behaviour.ParseLatency("recorded")
			if err != nil {
				return own, err
			}
		}
	} else if len(f.pass) > 0 {
		return own, fmt.Errorf("--pass %q: has an effect only with --replay", f.pass[0])
	} else if _, recorded := knobs.Latency.Recorded(); recorded {
		return own, fmt.Errorf("--latency %v: needs --replay", knobs.Latency)
	}
	if _, _, used := programFor(program, ""); !used {
		return own, errors.New("{upstream} stands neither in the program's arguments nor in the environment: it would not ask our upstream")
	}
	for _, text := range f.vary {
		if err := vary(&own, text); err != nil {
			return own, fmt.Errorf("--vary %q: %w", text, err)
		}
	}
	return own, nil
}

const varyAllowed = "not NAME=V,V for {NAME}, NAME='--flag {}':V,V, or env:NAME=V,V"

// vary reads one --vary.
func vary(own *runner.Own, text string) error {
	name, rest, ok := strings.Cut(text, "=")
	variable, isVariable := strings.CutPrefix(name, "env:")
	if !ok || rest == "" || strings.Trim(variable, "_-abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") != "" || variable == "" {
		return errors.New(varyAllowed)
	}
	if isVariable {
		for _, value := range strings.Split(rest, ",") {
			own.Vary = append(own.Vary, runner.Variation{Name: variable, Value: value, Env: []string{variable + "=" + value}})
		}
		return nil
	}
	if at := strings.LastIndex(rest, ":"); at >= 0 && strings.Contains(rest[:at], "{}") {
		for _, value := range strings.Split(rest[at+1:], ",") {
			own.Vary = append(own.Vary, runner.Variation{Name: name, Value: value, Args: strings.Fields(strings.ReplaceAll(rest[:at], "{}", value))})
		}
		return nil
	}
	mark := "{" + name + "}"
	if _, used := replaced(slices.Concat(own.Args, own.Env), mark, ""); !used {
		return fmt.Errorf("%s stands neither in the program's arguments nor in its environment; %s", mark, varyAllowed)
	}
	values := strings.Split(rest, ",")
	if len(values) < 2 {
		return errors.New("one value is what it is already: give it others")
	}
	if own.Marks == nil {
		own.Marks = map[string]string{}
	}
	own.Marks[mark] = values[0]
	for _, value := range values[1:] {
		own.Vary = append(own.Vary, runner.Variation{Name: name, Value: value, Marks: map[string]string{mark: value}})
	}
	return nil
}
