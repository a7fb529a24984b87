// Package runner carries out an experiment, and leaves a run folder with its samples:
//
//	out, err := os.MkdirTemp("", "runs-")
//	if err != nil {
//		log.Fatal(err)
//	}
//	defer os.RemoveAll(out)
//	o := runner.Options{Out: out, Self: []string{os.Args[0], "mockserver"}} // this program can be the upstream
//	for name, list := range map[string]string{"placement": "collector,request", "window": "4", "size": "16KiB", "procs": "1"} {
//		if err := o.Matrix.Set(name, list); err != nil {
//			log.Fatal(err)
//		}
//	}
//	run, err := runner.Start(context.Background(), o)
//	if err != nil {
//		log.Fatal(err)
//	}
//	fmt.Println("The run is", run.Info().State)
//	for _, cell := range run.Info().Cells {
//		fmt.Println(cell)
//	}
//
// It compiles the benchmark and starts the upstreams. It takes each sample in a
// fresh process: round after round, and in a round the cells in shuffled order. It
// keeps the ledger of the run, and resumes a run that was stopped.
//
// It does not know what the figures mean. It judges a sample only by what came from
// outside: who else used the cores.
package runner

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"collatebench/results"
)

// ErrInterrupted is the cause of a run that ended before its plan did, because
// its context ended.
var ErrInterrupted = errors.New("interrupted")

// Start makes a run folder and carries the experiment out in it. It returns the
// run whenever it has made the folder, also with an error. If a run of the shard that the options
// name is in the folder, of the same plan and label, it goes on with that, on whatever machine it was
// begun; one that is complete it returns as it is.
func Start(ctx context.Context, o Options) (*results.Run, error) {
	codecs, err := o.codecs()
	if err != nil {
		return nil, err
	}
	x, err := newExperiment(ctx, o, codecs, plan)
	if err != nil {
		return nil, err
	}
	defer x.close()
	return x.start(ctx, x.measure)
}

// start makes the run, or goes on with the shard that is there.
func (x *experiment) start(ctx context.Context, measure func(context.Context) error) (*results.Run, error) {
	if x.Shard == nil {
		return x.begin(ctx, nil, measure)
	}
	begun, err := x.begun()
	if err != nil {
		return nil, err
	}
	if begun == nil {
		return x.begin(ctx, nil, measure)
	}
	if begun.Info().State == results.Complete {
		x.note("shard %v is complete: run %s\n", x.Shard, begun.Info().ID)
		return begun, nil
	}
	x.note("shard %v goes on: run %s\n", x.Shard, begun.Info().ID)
	if err := x.goOn(begun); err != nil {
		return nil, err
	}
	x.run = begun
	if err := x.open(); err != nil {
		return nil, err
	}
	if err := x.recordBudget(); err != nil {
		return nil, err
	}
	return x.run, x.carryOut(ctx, measure)
}

// begun is the run of this shard and plan that is in the folder, the newest one; nil without one.
func (x *experiment) begun() (*results.Run, error) {
	ids, err := results.List(x.out)
	if err != nil {
		return nil, err
	}
	plan := x.describe()
	for _, id := range ids {
		run, err := results.Open(filepath.Join(x.out, id))
		if err != nil {
			continue // another one's, and broken: it is no shard of this plan
		}
		info := run.Info()
		if info.Shard != nil && *info.Shard == *x.Shard && info.Label == x.Label && len(plan.PlanDifferences(info)) == 0 {
			return run, nil
		}
	}
	return nil, nil
}

// Resume goes on with a run that was stopped. What is on its ledger is not taken
// again. Of the options only Program, Binary, Source, Self, Guard, Look, Progress and Notes count.
func Resume(ctx context.Context, run *results.Run, o Options) error {
	info := run.Info()
	if info.Program != nil {
		return &OptionError{"resume", info.ID, fmt.Errorf("a run of a program: go on with collatebench why --resume %s", info.ID)}
	}
	if info.Proves() {
		return &OptionError{"resume", info.ID, errors.New("a run of why plans as it goes: start it anew")}
	}
	if info.ComparesClients() {
		return &OptionError{"resume", info.ID, errors.New("a run of peers is short, and its clients may have changed: start it anew")}
	}
	if info.State == results.Complete {
		return &OptionError{"resume", info.ID, errors.New("the run is complete")}
	}
	if info.IsMerged() {
		return &OptionError{"resume", info.ID, errors.New("it was merged: resume its shards, and merge them again")}
	}
	// A shard may go on elsewhere: each of its rounds is of one machine.
	if changed := results.ThisMachine().Differences(info.Machine); len(changed) > 0 && info.Shard == nil {
		return &OptionError{"resume", info.ID, fmt.Errorf("the machine is another than before (%s): samples of two machines can't be mixed; resume it where it began, or start a new run",
			strings.Join(changed, "; "))}
	}
	o, err := remembered(o, info)
	if err != nil {
		return fmt.Errorf("resume %s: %w", info.ID, err)
	}
	codecs, err := o.codecs()
	if err != nil {
		return fmt.Errorf("resume %s: %w", info.ID, err)
	}
	o.Budget = info.Budget
	if err := o.goOn(run); err != nil {
		return err
	}
	if info.ComparesVersions() {
		if o, err = rememberedVersions(ctx, o, run); err != nil {
			return err
		}
	}
	x, err := newExperiment(ctx, o, codecs, o.planner())
	if err != nil {
		return err
	}
	defer x.close()
	if changed := x.versions.changed(info.Versions); changed != "" {
		return fmt.Errorf("resume %s: %s: its samples can't be mixed; start a new run", info.ID, changed)
	}
	if x.binary.hash != info.TestBinary {
		return fmt.Errorf("resume %s: the benchmark has changed since (test binary %.12s, was %.12s): its samples can't be mixed; start a new run",
			info.ID, x.binary.hash, info.TestBinary)
	}
	if !slices.Equal(x.bodies, info.Bodies) {
		return &OptionError{"resume", info.ID, errors.New("a captured body has changed since: its samples can't be mixed; start a new run")}
	}
	if !slices.Equal(cellNames(x.cells), info.Cells) {
		return &OptionError{"resume", info.ID, errors.New("its matrix has other cells here and now: start a new run")}
	}
	x.run = run
	if err := x.open(); err != nil {
		return &OptionError{"resume", info.ID, err}
	}
	if err := x.recordBudget(); err != nil {
		return err
	}
	return x.carryOut(ctx, x.measured())
}
