package scenarios

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"collatebench/bench"
	"collatebench/bench/runner"
	"collatebench/internal/bounded"
	"collatebench/internal/scratch"
	"collatebench/profiles/diagnose"
	"collatebench/results"
	"collatebench/results/evidence"
	"collatebench/results/verdict"
)

// Options say which scenarios to run. The zero value runs the plan of seed 1.
type Options struct {
	Seeds  []uint64       // each has its part of the plan; empty means 1
	Small  bool           // a scenario a cause and command
	Only   *regexp.Regexp // of the scenarios' commands and titles; nil means all
	Pairs  int            // of an intervention; 0 means 4
	Budget time.Duration  // of a cell; 0 means none
	Source string         // folder of the collatebench module; "" means the enclosing one
	Out    string         // folder in which the runs are kept; "" keeps none
	Self   []string       // command that starts our upstream

	// Answers is a file in which each answer is kept as it comes, and from which a run goes on
	// that was stopped; "" keeps none.
	Answers string

	// Report makes report/ of a run that is kept; nil leaves it out.
	Report func(context.Context, *results.Run, evidence.Reading) error

	// LeftOut is called with a line for each thing that is missing here, and for which scenarios
	// are left out; may be nil.
	LeftOut func(string)

	// Progress is called as each question is asked, with about how long the rest will take;
	// may be nil.
	Progress func(done, of int, left time.Duration, doing string)
}

// programSeconds is how long a program's trace is.
const programSeconds = 3

// Turns returns what [Run] would ask.
func Turns(ctx context.Context, o Options) ([]Turn, error) {
	source, err := runner.ModuleRoot(ctx, o.Source)
	if err != nil {
		return nil, err
	}
	all, err := All(source)
	if err != nil {
		return nil, err
	}
	if len(o.Seeds) == 0 {
		o.Seeds = []uint64{1}
	}
	return Plan(all, o.Seeds, o.Small, o.Only)
}

// Run gives each scenario of the plan to its command.
func Run(ctx context.Context, o Options) (Matrix, error) {
	t, err := newTrial(ctx, o)
	if err != nil {
		return nil, err
	}
	defer t.close()
	asked := 0
	took := newPace()
	return answers(t.plan, func(turn Turn, again bool) (Outcome, error) {
		doing := turn.key()
		if again {
			doing += ", again"
		} else {
			asked++
		}
		if o, ok := t.answers.find(turn, again); ok {
			took.add(turn.Command, o.Seconds)
			return o, nil
		}
		if t.Progress != nil {
			t.Progress(asked-1, len(t.plan), took.left(t.plan[asked-1:]), doing)
		}
		o, err := t.outcome(ctx, turn)
		if err != nil {
			return o, err
		}
		took.add(turn.Command, o.Seconds)
		return o, t.answers.keep(o, again)
	})
}

// A pace is how long the questions took, by command: a cell takes some five times as long as
// a program.
type pace map[Command]struct{ sum, n float64 }

// newPace begins with one that took as long as it does on two cores.
func newPace() pace {
	return pace{Why: {50, 1}, Diagnose: {12, 1}, Process: {8, 1}, WhyProgram: {75, 1}}
}

func (p pace) add(c Command, seconds float64) {
	t := p[c]
	t.sum, t.n = t.sum+seconds, t.n+1
	p[c] = t
}

// left is about how long these will take.
func (p pace) left(turns []Turn) time.Duration {
	var seconds float64
	for _, t := range turns {
		seconds += p[t.Command].sum / p[t.Command].n
	}
	return time.Duration(seconds * float64(time.Second))
}

// answers asks each question of a plan. A scenario that has no verdict is asked again,
// with another seed of its bytes, delays and order: on a shared machine one answer in
// some hundred is lost to whoever else used it. A wrong answer or an error is never
// asked again. Both answers stay, and rates are of the first. Once more are open than
// may be, the run has failed whatever comes, so that nothing is asked again.
func answers(plan []Turn, ask func(t Turn, again bool) (Outcome, error)) (Matrix, error) {
	var out Matrix
	for _, t := range plan {
		o, err := ask(t, false)
		if err != nil {
			return out, err
		}
		out = append(out, o)
		if o.Grade() != None || out.open() > allowed(len(plan)) {
			continue
		}
		t.Seed = second(t.Seed)
		if o, err = ask(t, true); err != nil {
			return out, err
		}
		o.Again = true
		out = append(out, o)
	}
	return out, nil
}

// outcome asks a command. Its own errors are part of the outcome.
func (t *trial) outcome(ctx context.Context, turn Turn) (Outcome, error) {
	began := time.Now()
	o := Outcome{Scenario: turn.Scenario, Command: turn.Command, Title: turn.Title(), Seed: turn.Seed, VariantOf: turn.VariantOf, Truth: turn.Causes}
	var err error
	o.Verdict, o.Function, err = t.ask(ctx, turn.Scenario, turn.Seed)
	if ctx.Err() != nil {
		return o, runner.ErrInterrupted
	}
	if err == nil && turn.Fixable && !t.Small && o.Verdict.PredictedGain > 0 {
		var gain verdict.Gain
		gain, err = t.mended(ctx, turn.Scenario, turn.Seed)
		o.Verdict.MeasuredGain = &gain
	}
	o.Seconds = time.Since(began).Seconds()
	return o.despite(err), nil
}

// despite returns the outcome of a question that ended in an error. A budget that was
// too short says what it needs, as any answer without a verdict does; all else is a
// failure of the tool.
func (o Outcome) despite(err error) Outcome {
	if err == nil {
		return o
	}
	o.Verdict = verdict.Verdict{Causes: []verdict.Cause{}}
	if budget := (*runner.BudgetError)(nil); errors.As(err, &budget) {
		o.Verdict.Sentence, o.Verdict.Missing = "no verdict: "+err.Error(), []string{err.Error()}
		return o
	}
	o.Failure = err.Error()
	return o
}

// A trial is what the scenarios of one run share.
type trial struct {
	Options
	plan    []Turn
	source  string            // the module's folder
	program *runner.Program   // nil where no scenario needs it
	folder  *scratch.Folder   // removed at the end
	built   map[string]string // by program
	answers *answersFile
	missing map[string]string // by language: what is missing to build its programs; "" if nothing is
}

func newTrial(ctx context.Context, o Options) (*trial, error) {
	if o.Pairs == 0 {
		o.Pairs = 4
	}
	t := &trial{Options: o, built: map[string]string{}, missing: map[string]string{}}
	var err error
	if t.source, err = runner.ModuleRoot(ctx, o.Source); err != nil {
		return nil, err
	}
	if t.plan, err = Turns(ctx, o); err != nil {
		return nil, err
	}
	build := ""
	if o.Answers != "" {
		exe, err := os.Executable()
		if err == nil {
			build, err = runner.HashFile(exe)
		}
		if err != nil {
			return nil, err
		}
	}
	if t.answers, err = openAnswers(o.Answers, manner{build, o.Pairs, o.Budget, o.Small}); err != nil {
		return nil, err
	}
	if err := t.leaveOut(ctx); err != nil { // after all that is refused at once: it builds programs
		t.close()
		return nil, err
	}
	if t.folder, err = scratch.New(""); err != nil {
		t.close()
		return nil, err
	}
	if t.Out == "" {
		t.Out = t.folder.Path
	}
	if slices.ContainsFunc(t.plan, func(s Turn) bool { return s.Command == Why }) {
		if t.program, err = runner.Compile(ctx, t.source); err != nil {
			t.close()
			return nil, err
		}
	}
	return t, nil
}

func (t *trial) close() {
	t.program.Remove()
	t.folder.Remove()
	_ = t.answers.close() // each line is written at once
}

// ask returns the command's verdict. A verdict on a trace may also name a function.
func (t *trial) ask(ctx context.Context, s Scenario, seed uint64) (v verdict.Verdict, function string, err error) {
	if s.Command == Why {
		v, err = t.why(ctx, s, seed)
		return v, "", err
	}
	if s.Command == Process {
		w, err := t.process(ctx, s, seed)
		return w.Verdict, "", err
	}
	if s.Command == WhyProgram {
		v, err := t.whyProgram(ctx, s, seed)
		return v, "", err
	}
	report, err := t.diagnose(ctx, s, seed)
	if report.Section != nil {
		function = report.Section.Function
	}
	return report.Verdict, function, err
}

func (t *trial) why(ctx context.Context, s Scenario, seed uint64) (verdict.Verdict, error) {
	c, err := bench.ReadCell(s.Cell)
	if err != nil {
		return verdict.Verdict{}, err
	}
	o := runner.Options{
		Rounds: t.Pairs, Budget: t.Budget, Seed: seed, Source: t.source, Program: t.program, Out: t.Out, Self: t.Self,
	}
	if s.Body > 0 {
		if o.Bodies, err = writeBodies(t.folder.Path, s.Body, seed); err != nil {
			return verdict.Verdict{}, err
		}
	}
	run, err := runner.Why(ctx, o, c)
	if err != nil {
		return verdict.Verdict{}, err
	}
	return t.proven(ctx, run)
}

// proven is the verdict of a run of why.
func (t *trial) proven(ctx context.Context, run *results.Run) (verdict.Verdict, error) {
	reading, err := evidence.Read(run)
	if err != nil {
		return verdict.Verdict{}, err
	}
	if t.Out != t.folder.Path && t.Report != nil {
		if err := t.Report(ctx, run, reading); err != nil {
			return verdict.Verdict{}, err
		}
	}
	return *reading.Proven, nil
}

// diagnose records a trace of the program and reads it.
func (t *trial) diagnose(ctx context.Context, s Scenario, seed uint64) (diagnose.Report, error) {
	program, err := t.build(ctx, s)
	if err != nil {
		return diagnose.Report{}, err
	}
	trace := filepath.Join(t.folder.Path, "trace.out")
	args := append([]string{"-trace=" + trace, "-seed=" + strconv.FormatUint(seed, 10), "-seconds=" + strconv.Itoa(programSeconds)}, s.Args...)
	if text, err := bounded.Combined(exec.CommandContext(ctx, program, args...)); err != nil {
		return diagnose.Report{}, fmt.Errorf("%w: %s", err, strings.TrimSpace(text))
	}
	f, err := os.Open(trace)
	if err != nil {
		return diagnose.Report{}, err
	}
	defer f.Close()
	return diagnose.Read(f, diagnose.Options{Subject: s.Title()})
}

func (t *trial) build(ctx context.Context, s Scenario) (string, error) {
	key := path.Join(s.Module, s.Name)
	if built, ok := t.built[key]; ok {
		return built, nil
	}
	out := filepath.Join(t.folder.Path, strings.ReplaceAll(key, "/", "-"))
	cmd := exec.CommandContext(ctx, "go", "build", "-o", out, "./"+Programs+"/"+s.Name)
	cmd.Dir = t.source
	if s.Module != "" {
		cmd = exec.CommandContext(ctx, "go", "build", "-o", out, "./"+s.Name)
		cmd.Dir = filepath.Join(t.source, s.Module)
	}
	if text, err := bounded.Combined(cmd); err != nil {
		return "", fmt.Errorf("build it: %w\n%s", err, text)
	}
	t.built[key] = out
	return out, nil
}
