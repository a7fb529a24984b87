package main

import (
	"errors"
	"time"

	"github.com/spf13/cobra"

	"collatebench/results"
	"collatebench/results/stats"
)

// A runGate is the gate on a run of two versions, from its first start to its decision. nil is
// none.
type runGate struct {
	sequence stats.Sequence
	since    time.Time     // that this process measures; zero for the start of the run
	before   time.Duration // that was measured until then
	decided  *stats.Decision
	lacks    string // what the run has not of its plan, so that the gate can't pass; "" for nothing
}

// resumedGate is the gate of a run that is resumed, with the looks that it has had; nil if the
// run was started without one.
func resumedGate(run *results.Run) (*runGate, error) {
	sequence, err := stats.ReadSequence(run.Info())
	if sequence == nil || err != nil {
		return nil, err
	}
	samples, err := run.Samples()
	if err != nil {
		return nil, err
	}
	g := &runGate{sequence: *sequence, since: time.Now()}
	for _, s := range samples {
		g.before += time.Duration(s.Seconds * float64(time.Second))
	}
	return g, nil
}

// look is [runner.Options.Look]. How far the gate has looked goes into the run's record: a run
// that is resumed must not spend the same alpha twice.
func (g *runGate) look(run *results.Run) (stop string, err error) {
	d, err := g.sequence.Look(run, g.share(run))
	if err != nil || d == nil {
		return "", err
	}
	g.decided = d
	info := run.Info()
	if info.GatePlan, err = g.sequence.Record(); err == nil {
		err = run.SetInfo(info)
	}
	if err != nil || d.Outcome == stats.Undecided {
		return "", err
	}
	return "the gate can tell", nil
}

// share is how much of the run is done, by its time or its rounds.
func (g *runGate) share(run *results.Run) float64 {
	info, share := run.Info(), 0.0
	if info.Budget > 0 {
		since := g.since
		if since.IsZero() {
			since = info.Started
		}
		share = (g.before + time.Since(since)).Seconds() / info.Budget.Seconds()
	}
	samples, err := run.Samples()
	if err != nil {
		return share // what reads it next says it
	}
	return max(share, float64(len(results.CompleteRounds(info, samples)))/float64(info.Rounds))
}

// finish decides on a run that has come to its end, and prints it by print, which has the error of
// a run that has not.
func (g *runGate) finish(c *cobra.Command, run *results.Run, err error, as form, print func(*cobra.Command, *results.Run, error, form) error) error {
	if g == nil || run == nil || err != nil {
		return print(c, run, err, as)
	}
	decided, err := g.last(run)
	if err != nil {
		return err
	}
	whole := decided.WithoutParts(g.lacks)
	info := run.Info()
	if info.Gate, err = whole.Record(); err != nil {
		return err
	}
	if err := run.SetInfo(info); err != nil {
		return err
	}
	if err := print(c, run, nil, as); err != nil {
		return err
	}
	return exitOf(whole.Outcome)
}

// last is what the gate decides at the end of a run. One that its budget ended may have had its
// last look already.
func (g *runGate) last(run *results.Run) (*stats.Decision, error) {
	if g.decided != nil && g.decided.Outcome != stats.Undecided {
		return g.decided, nil
	}
	d, err := g.sequence.Look(run, 1)
	if d == nil && err == nil {
		d = g.decided
	}
	if d == nil && err == nil {
		err = errors.New("the gate had its last look before the run was stopped: start the run anew")
	}
	return d, err
}
