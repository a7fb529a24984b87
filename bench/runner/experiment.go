package runner

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"collatebench/bench"
	"collatebench/internal/rusage"
	"collatebench/internal/scratch"
	"collatebench/internal/spell"
	"collatebench/internal/turn"
	"collatebench/internal/wholefile"
	"collatebench/mockserver/payload"
	"collatebench/results"
	"collatebench/results/evidence"
	"collatebench/results/stats"
)

// An experiment is a run under way.
type experiment struct {
	Options
	cells     []bench.Cell // A/A controls included
	bodies    []results.BodyFile
	files     []string // with the bodies, absolute
	source    string
	out       string
	binary    *Program
	replayed  *scratch.Folder // with the bodies of a recording; nil without
	scratch   string          // the working folder of the samples, this run's own: runs may share the program
	upstreams upstreams
	machine   machine
	host      results.Host // that takes the rounds of a shard
	run       *results.Run
	why       *evidence.Why   // of a run of why: the interventions so far; else nil
	clients   *evidence.Peers // of a run of peers; else nil
	own       *Own            // of a run with a person's own program; else nil
	outset    *results.Outset // what there was on the machine; nil if nobody looked
	turn      *turn.Turn      // on the machine; nil without
	log       *os.File
	at        Progress
	began     time.Time
	stopped   string // why the measured pass ended; "" as planned
}

// A planner gives the cells that a run begins with.
type planner func(Options, []results.BodyFile) ([]bench.Cell, error)

// newExperiment checks all that can be checked before anything is written. The bodies
// of a recording are those that the codecs decode; without any, those of which it has
// most.
func newExperiment(ctx context.Context, o Options, codecs []payload.Codec, plan planner) (_ *experiment, err error) {
	if err := rusage.Check(); err != nil {
		return nil, err
	}
	x := &experiment{Options: o, began: time.Now(), host: results.ThisHost()}
	x.Rounds = max(x.Rounds, 1)
	if x.Shard != nil && x.Shard.Index > 1 {
		x.Profile = NoProfiles // those of the first shard are enough, and the merged run has them
	}
	defer func() {
		if err != nil {
			x.replayed.Remove()
			x.turn.End()
		}
	}()
	if err := x.findBodies(codecs); err != nil {
		return nil, err
	}
	o = x.Options
	if x.cells, err = plan(o, x.bodies); err != nil {
		return nil, err
	}
	if o.Upstream != "" && len(o.Bodies) > 0 {
		return nil, &OptionError{"body", o.Bodies[0], errors.New("has no effect on the upstream at --upstream, which is not ours: give it the files, and --payload captured here")}
	}
	if o.Upstream != "" {
		if err := x.awaitElsewhere(ctx); err != nil {
			return nil, err
		}
	}
	if x.Replay != "" {
		x.note("serving %s, one after the other\n", spell.Plural(len(x.bodies), "recorded response"))
	}
	if o.Binary != "" {
		if x.Binary, err = findBinary(ctx, o.Binary); err != nil {
			return nil, err
		}
	}
	// What is compiled already, with a place for its run, needs no source.
	if x.source, err = findSource(ctx, o.Source); err != nil && (o.versions.built() && o.Binary == "" || o.Out == "") {
		return nil, err
	}
	x.out = o.Out
	if x.out == "" {
		x.out = filepath.Join(x.source, "results", "runs")
	}
	if err := x.enter(ctx); err != nil { // before a build, which keeps the machine busy itself
		return nil, err
	}
	if err := x.build(ctx); err != nil {
		return nil, err
	}
	if x.scratch, err = os.MkdirTemp(filepath.Dir(x.binary.path), "run-"); err != nil {
		x.close()
		return nil, err
	}
	return x, nil
}

// build compiles the benchmark, or each version of it.
func (x *experiment) build(ctx context.Context) (err error) {
	switch {
	case x.versions != nil:
		if err = x.versions.build(ctx, x.note); err == nil {
			x.binary = x.versions.all[0].program
		}
	case x.Program != nil:
		x.binary = x.Program
	case x.Binary != "":
		x.binary, err = copied(x.Binary)
	default:
		x.note("compiling the benchmark\n")
		x.binary, err = compile(ctx, x.source)
	}
	return err
}

// programOf returns the program that samples a cell.
func (x *experiment) programOf(c bench.Cell) *Program {
	if x.versions != nil {
		return x.versions.program(c.Rev)
	}
	return x.binary
}

// findBodies finds the captured bodies, if there are any.
func (x *experiment) findBodies(codecs []payload.Codec) error {
	var names []string
	var err error
	if x.Replay != "" {
		if names, err = x.replay(codecs); err != nil {
			return err
		}
	}
	if x.bodies, err = describeBodies(x.Bodies); err != nil {
		return err
	}
	for _, b := range x.bodies {
		x.files = append(x.files, b.Path)
	}
	for i, name := range names {
		x.bodies[i].Path = name
	}
	return nil
}

// begin makes the run's folder and carries the experiment out in it. more changes
// the run's record before it is written; it may be nil.
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

func (x *experiment) describe() results.Info {
	hash := ""
	if x.binary != nil {
		hash = x.binary.hash
	}
	var gate json.RawMessage
	if x.versions != nil {
		gate = x.versions.gate
	}
	return results.Info{
		Label: x.Label, State: results.Running, Started: x.began,
		Command: os.Args, Machine: results.ThisMachine(),
		Go: runtime.Version(), Commit: commit(x.source),
		Matrix: x.Matrix.Changed(), Cells: cellNames(x.cells),
		Rounds: x.Rounds, Ops: x.Ops, Precision: x.Precision, Budget: x.Budget,
		Seed: x.Seed, Profiled: x.Profile != NoProfiles, ProfiledAll: x.Profile == AllProfiles, ProfileCPU: x.ProfileCPU.Seconds(), Upstream: x.Upstream,
		Bodies: x.bodies, Replay: x.Replay, TestBinary: hash, Versions: x.versions.records(), GatePlan: gate, Shard: x.Shard,
	}
}

// recordStudy writes the study of why or of peers into the run's record, as far as
// it has come.
func (x *experiment) recordStudy(info *results.Info) (err error) {
	if x.why != nil {
		info.Why, err = x.why.Record()
	}
	if x.own != nil {
		info.Program, err = x.own.study.Record()
	}
	if x.clients != nil && err == nil {
		info.Peers, err = x.clients.Record()
	}
	return err
}

// carryOut starts the upstreams of an open run and takes what both passes lack.
// However it ends, it leaves the folder consistent.
func (x *experiment) carryOut(ctx context.Context, measure func(context.Context) error) error {
	err := x.upstreams.start(ctx, x)
	if err == nil {
		err = x.noteLocalUpstream()
	}
	if err == nil {
		err = measure(ctx)
	}
	if err == nil && x.Profile != NoProfiles && x.overBudget() == "" {
		err = x.profile(ctx)
	}
	x.at.Ended = true
	x.tell()
	if ctx.Err() != nil {
		err = ErrInterrupted
	}
	ended := x.finish(err)
	if wholefile.Full(err) && wholefile.Full(ended) {
		return err // one file that can't be written tells of all
	}
	return errors.Join(err, ended)
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
	info.State, info.Stopped, info.Gate = results.Running, "", nil // a gate has decided on what was there before
	x.entered(&info)
	if x.Shard != nil {
		info.Enter(x.host)
	}
	if err := x.run.OpenLedger(); err != nil {
		return err // another process has it, so this one must not change the run
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
	if err = x.run.SetInfo(info); !wholefile.Full(err) {
		err = errors.Join(err, x.run.WriteBench())
	}
	if cause == nil && err == nil && x.why == nil && x.clients == nil && x.own == nil && x.versions == nil && x.Shard == nil { // latest is of a matrix, with its profiles
		err = x.run.Link()
	}
	return errors.Join(err, x.run.Close())
}

// close ends every process that the experiment started.
func (x *experiment) close() {
	x.upstreams.stop()
	os.RemoveAll(x.scratch)
	x.replayed.Remove()
	x.versions.remove()
	if x.Program == nil && x.versions == nil {
		x.binary.Remove()
	}
	if x.log != nil {
		x.log.Close()
	}
	x.turn.End()
}

func (x *experiment) note(format string, args ...any) {
	if x.Notes != nil {
		fmt.Fprintf(x.Notes, format, args...)
	}
}
