// Package runner carries out an experiment: it compiles the benchmark, starts
// the upstreams, takes each sample in a fresh process, rounds outside and
// cells inside in shuffled order, and keeps the run's ledger. It does not know
// what the figures mean; of a sample it judges only what came from outside.
package runner

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"collatebench/results"
)

// ErrInterrupted is the cause of a run that ended before its plan did, because
// its context ended.
var ErrInterrupted = errors.New("interrupted")

// Start makes a run folder and carries the experiment out in it. Whenever a
// folder was made the run is returned, with the error if there is one.
func Start(ctx context.Context, o Options) (*results.Run, error) {
	x, err := newExperiment(ctx, o, plan)
	if err != nil {
		return nil, err
	}
	defer x.close()
	return x.begin(ctx, nil, x.measure)
}

// Resume goes on with a run that was stopped. What is on its ledger is not
// taken again; of the options only Source, Self, Progress and Notes count.
func Resume(ctx context.Context, run *results.Run, o Options) error {
	info := run.Info()
	if info.Proves() {
		return &OptionError{"resume", info.ID, errors.New("a run of why plans as it goes: start it anew")}
	}
	if info.ComparesClients() {
		return &OptionError{"resume", info.ID, errors.New("a run of peers is short, and its clients may have changed: start it anew")}
	}
	if info.State == results.Complete {
		return &OptionError{"resume", info.ID, errors.New("the run is complete")}
	}
	o, err := remembered(o, info)
	if err != nil {
		return fmt.Errorf("resume %s: %w", info.ID, err)
	}
	x, err := newExperiment(ctx, o, plan)
	if err != nil {
		return err
	}
	defer x.close()
	if x.binary.hash != info.TestBinary {
		return fmt.Errorf("resume %s: the benchmark has changed since (test binary %.12s, was %.12s): its samples can't be mixed; start a new run",
			info.ID, x.binary.hash, info.TestBinary)
	}
	if !slices.Equal(x.bodies, info.Bodies) {
		return &OptionError{"resume", info.ID, errors.New("a captured body has changed since: its samples can't be mixed; start a new run")}
	}
	x.run = run
	if err := x.open(); err != nil {
		return &OptionError{"resume", info.ID, err}
	}
	return x.carryOut(ctx, x.measure)
}
