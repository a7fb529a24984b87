package scenarios

import (
	"context"
	"fmt"
	"os"
	"os/exec"
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

// Options say which scenarios to run. The zero value runs all of them once.
type Options struct {
	Seeds  []uint64       // each scenario is run with each; empty means 1
	Small  bool           // a scenario a cause
	Only   *regexp.Regexp // of the scenarios' titles; nil means all
	Pairs  int            // of an intervention; 0 means 4
	Budget time.Duration  // of a cell; 0 means none
	Source string         // folder of the collatebench module; "" means the enclosing one
	Out    string         // folder in which the runs are kept; "" keeps none
	Self   []string       // command that starts our upstream

	// Report makes report/ of a run that is kept; nil leaves it out.
	Report func(context.Context, *results.Run) error

	Progress func(done, of int, doing string) // called as each scenario begins; may be nil
}

// programSeconds is how long a program's trace is.
const programSeconds = 2

// Run gives each scenario to its command.
func Run(ctx context.Context, o Options) (Matrix, error) {
	t, err := newTrial(ctx, o)
	if err != nil {
		return nil, err
	}
	defer t.close()
	var out Matrix
	for _, seed := range t.Seeds {
		for _, s := range t.scenarios {
			if t.Progress != nil {
				t.Progress(len(out), len(t.Seeds)*len(t.scenarios), fmt.Sprintf("%s %s", s.Command, s.Title()))
			}
			began := time.Now()
			v, function, err := t.ask(ctx, s, seed)
			if ctx.Err() != nil {
				return out, runner.ErrInterrupted
			}
			if err != nil { // counted as no verdict: the others can still be right
				v = verdict.Verdict{Causes: []verdict.Cause{}, Sentence: "error: " + err.Error(), Missing: []string{err.Error()}}
			}
			out = append(out, Outcome{
				Scenario: s, Command: s.Command, Title: s.Title(), Seed: seed, Truth: s.Causes,
				Verdict: v, Function: function, Seconds: time.Since(began).Seconds(),
			})
		}
	}
	return out, nil
}

// A trial is what the scenarios of one run share.
type trial struct {
	Options
	scenarios []Scenario
	source    string            // the module's folder
	program   *runner.Program   // nil where no scenario needs it
	folder    *scratch.Folder   // removed at the end
	built     map[string]string // by program
}

func newTrial(ctx context.Context, o Options) (*trial, error) {
	if len(o.Seeds) == 0 {
		o.Seeds = []uint64{1}
	}
	if o.Pairs == 0 {
		o.Pairs = 4
	}
	t := &trial{Options: o, built: map[string]string{}}
	var err error
	if t.source, err = runner.ModuleRoot(ctx, o.Source); err != nil {
		return nil, err
	}
	if t.folder, err = scratch.New(""); err != nil {
		t.close()
		return nil, err
	}
	if t.Out == "" {
		t.Out = t.folder.Path
	}
	all, err := All(t.source)
	if err != nil {
		t.close()
		return nil, err
	}
	for _, s := range all {
		if (s.Small || !o.Small) && (o.Only == nil || o.Only.MatchString(string(s.Command)+" "+s.Title())) {
			t.scenarios = append(t.scenarios, s)
		}
	}
	if slices.ContainsFunc(t.scenarios, func(s Scenario) bool { return s.Command == Why }) {
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
}

// ask returns the command's verdict. A verdict on a trace may also name a function.
func (t *trial) ask(ctx context.Context, s Scenario, seed uint64) (v verdict.Verdict, function string, err error) {
	if s.Command == Why {
		v, err = t.why(ctx, s, seed)
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
	run, err := runner.Why(ctx, runner.Options{
		Rounds: t.Pairs, Budget: t.Budget, Seed: seed, Source: t.source, Program: t.program, Out: t.Out, Self: t.Self,
	}, c)
	if err != nil {
		return verdict.Verdict{}, err
	}
	if t.Out != t.folder.Path && t.Report != nil {
		if err := t.Report(ctx, run); err != nil {
			return verdict.Verdict{}, err
		}
	}
	reading, err := evidence.Read(run)
	if err != nil {
		return verdict.Verdict{}, err
	}
	return *reading.Proven, nil
}

// diagnose records a trace of the program and reads it.
func (t *trial) diagnose(ctx context.Context, s Scenario, seed uint64) (diagnose.Report, error) {
	path, err := t.build(ctx, s.Name)
	if err != nil {
		return diagnose.Report{}, err
	}
	trace := filepath.Join(t.folder.Path, "trace.out")
	args := append([]string{"-trace=" + trace, "-seed=" + strconv.FormatUint(seed, 10), "-seconds=" + strconv.Itoa(programSeconds)}, s.Args...)
	if text, err := bounded.Combined(exec.CommandContext(ctx, path, args...)); err != nil {
		return diagnose.Report{}, fmt.Errorf("%w: %s", err, strings.TrimSpace(text))
	}
	f, err := os.Open(trace)
	if err != nil {
		return diagnose.Report{}, err
	}
	defer f.Close()
	return diagnose.Read(f, diagnose.Options{Subject: s.Title()})
}

func (t *trial) build(ctx context.Context, name string) (string, error) {
	if path, ok := t.built[name]; ok {
		return path, nil
	}
	path := filepath.Join(t.folder.Path, name)
	cmd := exec.CommandContext(ctx, "go", "build", "-o", path, "./"+Programs+"/"+name)
	cmd.Dir = t.source
	if text, err := bounded.Combined(cmd); err != nil {
		return "", fmt.Errorf("build it: %w\n%s", err, text)
	}
	t.built[name] = path
	return path, nil
}
