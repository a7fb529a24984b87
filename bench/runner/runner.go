// Package runner carries out an experiment: it compiles the benchmark, starts
// the upstreams, takes each sample in a fresh process, rounds outside and
// cells inside in shuffled order, and keeps the run's ledger. It does not know
// what the figures mean; of a sample it judges only what came from outside.
package runner

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"collatebench/bench"
	"collatebench/internal/spell"
	"collatebench/results"
	"collatebench/results/evidence"
	"collatebench/results/stats"
)

// Options say what to run. The zero value runs the default matrix once.
type Options struct {
	Matrix    bench.Matrix
	Rounds    int           // 0 means 1
	Ops       int           // ops of a sample, after the untimed one; 0 means 1
	Precision float64       // stop once every paired ratio is known this well, as 0.1; 0 never
	Budget    time.Duration // of the whole run, profiled passes included; 0 means none
	Seed      uint64        // of the order, and of the upstreams' payloads and choices
	Label     string
	Profile   bool // take the profiled passes too

	Program  *Program // the compiled benchmark; nil compiles it
	Source   string   // folder of the collatebench module; "" means the enclosing one
	Out      string   // folder of the runs; "" means results/runs in the module
	Upstream string   // base URL of an upstream elsewhere; "" starts our own
	Bodies   []string // files that our upstream serves as captured payloads
	Self     []string // command that starts our upstream; the flags are appended

	Progress func(Progress) // called as each step begins and ends; may be nil
	Notes    io.Writer      // for a line on what is going on; nil for silence
}

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

// begin makes the run's folder, with the study that makes its record another than
// a matrix's, and carries the experiment out in it. More, where it is not nil,
// changes the record before it is written.
func (x *experiment) begin(ctx context.Context, more func(*results.Info), measure func(context.Context) error) (*results.Run, error) {
	info := x.describe()
	if more != nil {
		more(&info)
	}
	if err := x.recordStudy(&info); err != nil {
		return nil, err
	}
	var err error
	if x.run, err = results.Create(x.out, info); err != nil {
		return nil, &OptionError{"out", x.out, err}
	}
	if err := x.open(); err != nil {
		return x.run, err
	}
	return x.run, x.carryOut(ctx, measure)
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

// recordStudy puts into a run's record what it is a study of, as it stands.
func (x *experiment) recordStudy(info *results.Info) (err error) {
	if x.why != nil {
		info.Why, err = x.why.Record()
	}
	if x.clients != nil && err == nil {
		info.Peers, err = x.clients.Record()
	}
	return err
}

// remembered takes from a run's record what was asked for at its start.
func remembered(o Options, info results.Info) (Options, error) {
	o.Matrix = bench.Matrix{}
	for name, list := range info.Matrix {
		if err := o.Matrix.Set(name, list); err != nil {
			return o, err
		}
	}
	o.Rounds, o.Ops, o.Precision, o.Budget = info.Rounds, info.Ops, info.Precision, 0
	o.Seed, o.Profile, o.Upstream = info.Seed, info.Profiled, info.Upstream
	o.Bodies = nil
	for _, b := range info.Bodies {
		o.Bodies = append(o.Bodies, b.Path)
	}
	return o, nil
}

// An experiment is a run under way.
type experiment struct {
	Options
	cells     []bench.Cell // A/A controls included
	bodies    []results.BodyFile
	source    string
	out       string
	binary    *Program
	scratch   string // where samples work: a folder of this run's own, as runs may share the program
	upstreams upstreams
	machine   machine
	run       *results.Run
	why       *evidence.Why   // of a run of why: the interventions so far; else nil
	clients   *evidence.Peers // of a run of peers; else nil
	log       *os.File
	at        Progress
	began     time.Time
	stopped   string // why the measured pass ended; "" as planned
}

// A planner gives the cells that a run begins with.
type planner func(Options, []results.BodyFile) ([]bench.Cell, error)

// newExperiment checks all that can be checked before anything is written.
func newExperiment(ctx context.Context, o Options, plan planner) (*experiment, error) {
	x := &experiment{Options: o, began: time.Now()}
	x.Rounds, x.Ops = max(x.Rounds, 1), max(x.Ops, 1)
	var err error
	if x.bodies, err = describeBodies(o.Bodies); err != nil {
		return nil, err
	}
	if x.cells, err = plan(o, x.bodies); err != nil {
		return nil, err
	}
	if o.Upstream != "" && len(o.Bodies) > 0 {
		return nil, &OptionError{"body", o.Bodies[0], errors.New("has no effect on the upstream at --upstream, which is not ours: give it the files, and --payload captured here")}
	}
	if o.Upstream != "" {
		if err := checkElsewhere(ctx, o.Upstream); err != nil {
			return nil, &OptionError{"upstream", o.Upstream, err}
		}
	}
	if x.source, err = findSource(ctx, o.Source); err != nil {
		return nil, err
	}
	x.out = o.Out
	if x.out == "" {
		x.out = filepath.Join(x.source, "results", "runs")
	}
	if x.binary = o.Program; x.binary == nil {
		x.note("compiling the benchmark\n")
		if x.binary, err = compile(ctx, x.source); err != nil {
			return nil, err
		}
	}
	if x.scratch, err = os.MkdirTemp(filepath.Dir(x.binary.path), "run-"); err != nil {
		x.close()
		return nil, err
	}
	return x, nil
}

func (x *experiment) describe() results.Info {
	return results.Info{
		Label: x.Label, State: results.Running, Started: x.began,
		Command: os.Args, Machine: results.ThisMachine(),
		Go: runtime.Version(), Commit: commit(x.source),
		Matrix: x.Matrix.Changed(), Cells: names(x.cells),
		Rounds: x.Rounds, Ops: x.Ops, Precision: x.Precision, Budget: x.Budget,
		Seed: x.Seed, Profiled: x.Profile, Upstream: x.Upstream,
		Bodies: x.bodies, TestBinary: x.binary.hash,
	}
}

// carryOut starts the upstreams of an open run, takes what is missing of both
// passes, and leaves the folder consistent however it ends.
func (x *experiment) carryOut(ctx context.Context, measure func(context.Context) error) error {
	err := x.upstreams.start(ctx, x)
	if err == nil {
		err = x.noteLocalUpstream()
	}
	if err == nil {
		err = measure(ctx)
	}
	if err == nil && x.Profile && x.overBudget() == "" {
		err = x.profile(ctx)
	}
	x.at.Ended = true
	x.tell()
	if ctx.Err() != nil {
		err = ErrInterrupted
	}
	return errors.Join(err, x.finish(err))
}

// noteLocalUpstream records that an upstream elsewhere shares this machine's cores.
func (x *experiment) noteLocalUpstream() error {
	info := x.run.Info()
	if x.upstreams.local == 0 || info.LocalUpstream {
		return nil
	}
	info.LocalUpstream = true
	return x.run.SetInfo(info)
}

func (x *experiment) open() error {
	log, err := os.OpenFile(filepath.Join(x.run.Dir(), "log.txt"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o666)
	if err != nil {
		return err
	}
	x.log = log
	x.machine = thisMachine()
	info := x.run.Info()
	info.State, info.Stopped = results.Running, ""
	if err := x.run.OpenLedger(); err != nil {
		return err // another process has it: the run is not ours to touch
	}
	return x.run.SetInfo(info)
}

// finish writes what is derived from the ledger and the run's end.
func (x *experiment) finish(cause error) error {
	samples, err := x.run.Samples()
	if err != nil {
		return err
	}
	info := x.run.Info()
	info.Ended, info.State, info.Stopped = time.Now(), results.Complete, x.stopped
	if cause != nil {
		info.State, info.Stopped = results.Stopped, strings.TrimSuffix(spell.FirstLine(cause.Error()), "; its last lines:")
	}
	if s, err := stats.Summarise(info, samples); err == nil {
		if info.NoiseFloor, err = s.NoiseFloor.Record(); err != nil {
			return err
		}
	}
	err = errors.Join(x.run.SetInfo(info), x.run.WriteBench())
	if cause == nil && x.why == nil && x.clients == nil { // latest is of a matrix, with its profiles
		err = errors.Join(err, x.run.Link())
	}
	return errors.Join(err, x.run.Close())
}

// close ends every process that the experiment started.
func (x *experiment) close() {
	x.upstreams.stop()
	os.RemoveAll(x.scratch)
	if x.Program == nil {
		x.binary.Remove()
	}
	if x.log != nil {
		x.log.Close()
	}
}

func (x *experiment) note(format string, args ...any) {
	if x.Notes != nil {
		fmt.Fprintf(x.Notes, format, args...)
	}
}
