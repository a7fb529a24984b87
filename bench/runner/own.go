package runner

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"collatebench/bench"
	"collatebench/internal/allowance"
	"collatebench/internal/rusage"
	"collatebench/internal/spell"
	"collatebench/mockserver/behaviour"
	"collatebench/mockserver/recording"
	"collatebench/results"
	"collatebench/results/evidence"
	"collatebench/results/verdict"
)

// An Own is a person's own program as the client of an experiment. It stays as it is; what surrounds
// it is changed.
type Own struct {
	Args     []string          // program and arguments, with UpstreamMark in them
	Env      []string          // its environment, with that mark too
	Seconds  float64           // of a sample, from its first answer; a program that ends earlier ends it
	Pass     []string          // beginnings of paths that the upstream of the recording answers
	Replay   string            // recording that the upstream serves; "" for made payloads
	Digest   recording.Digest  // of Replay, as it was read: a resumed run refuses another one
	Upstream behaviour.Spec    // what the upstream does, unchanged
	Marks    map[string]string // what stands for other marks in arguments and environment, as {window}
	Vary     []Variation

	study *evidence.Program
	warms bool // its runtime compiles while it runs: it is measured once that is over
}

// UpstreamMark stands for the upstream's address in a program's arguments and environment.
const UpstreamMark = "{upstream}"

// A Variation is one change of the program's command line or environment.
type Variation struct {
	Name, Value string
	Args        []string          // appended
	Env         []string          // NAME=value, in place of what was there
	Marks       map[string]string // in place of those of the program as it is
}

// ownMemory bounds the bodies of a recording.
const ownMemory = "2GiB"

// WhyProgram runs a person's own program, and what surrounds it changed, in rounds: with an upstream
// that answers at once, with a slower one, on one core, and as it is varied. The verdict is in the
// run's ledger: evidence.Program makes it.
func WhyProgram(ctx context.Context, o Options, own Own) (*results.Run, error) {
	if err := rusage.Check(); err != nil {
		return nil, err
	}
	o.Profile, o.Precision = NoProfiles, 0
	x := &experiment{Options: o, own: &own, began: time.Now(), out: o.Out}
	x.Rounds = max(x.Rounds, 1)
	if err := x.planOwn(); err != nil {
		return nil, err
	}
	if x.out == "" {
		x.out = "results/runs"
		if source, err := findSource(ctx, o.Source); err == nil {
			x.source, x.out = source, filepath.Join(source, "results", "runs")
		}
	}
	defer x.close()
	if err := x.enter(ctx); err != nil {
		return nil, err
	}
	return x.begin(ctx, nil, x.measureOwn)
}

// ResumeProgram goes on with a run of WhyProgram that was stopped. The program's environment is that
// of this process, as the run's record has none: there are secrets in it. Of the options only Self,
// Guard, Progress, Notes and Budget count.
func ResumeProgram(ctx context.Context, run *results.Run, o Options) error {
	info := run.Info()
	refuse := func(err error) error { return &OptionError{"resume", info.ID, err} }
	study, err := evidence.ReadProgram(info)
	switch {
	case err != nil:
		return err
	case study == nil:
		return refuse(errors.New("not a run of a program of your own: one of why CELL plans as it goes, and is started anew; others go on with bench --resume"))
	case info.State == results.Complete:
		return refuse(errors.New("the run is complete"))
	}
	if changed := results.ThisMachine().Differences(info.Machine); len(changed) > 0 {
		return refuse(fmt.Errorf("the machine is another than before (%s): samples of two machines can't be mixed", strings.Join(changed, "; ")))
	}
	if err := sameRecording(study); err != nil {
		return refuse(err)
	}
	o.Rounds, o.Seed, o.Profile, o.Precision = info.Rounds, info.Seed, NoProfiles, 0
	x := &experiment{Options: o, own: resumedOwn(study), began: time.Now(), run: run}
	if x.cells, err = info.Parse(); err != nil {
		return err
	}
	x.own.Upstream = x.cells[0].Upstream
	defer x.close()
	if err := x.enter(ctx); err != nil {
		return err
	}
	if err := x.open(); err != nil {
		return refuse(err)
	}
	return x.carryOut(ctx, x.measureOwn)
}

// sameRecording refuses a recording that is not what the study began with.
func sameRecording(study *evidence.Program) error {
	if study.ReplayDigest == "" {
		return nil // none, or the run is older than its digest
	}
	r, err := recording.Open(study.Replay)
	if err == nil && r.Digest.String() != study.ReplayDigest {
		err = fmt.Errorf("the recording %s has changed since: its samples can't be mixed; start a new run", study.Replay)
	}
	return err
}

// resumedOwn is the program of a study.
func resumedOwn(study *evidence.Program) *Own {
	own := &Own{
		Args: study.Command, Env: os.Environ(), Seconds: study.Seconds, Replay: study.Replay, Pass: study.Pass, Marks: study.Marks,
		study: study, warms: study.Warm > 0,
	}
	for _, c := range study.Changes {
		if c.Kind == verdict.Varied {
			own.Vary = append(own.Vary, Variation{c.Varied, c.Value, c.Args, c.Env, c.Marks})
		}
	}
	return own
}

// planOwn makes the cells: the program as it is, and each intervention.
func (x *experiment) planOwn() error {
	base := bench.DefaultCell()
	base.Client, base.Upstream, base.Procs = bench.Own, x.own.Upstream, allowance.Here().Threads()
	x.cells = []bench.Cell{base}
	x.own.study = &evidence.Program{Command: x.own.Args, Cell: base.Name(), Seconds: x.own.Seconds, Replay: x.own.Replay, ReplayDigest: x.own.Digest.String(), Pass: x.own.Pass, Marks: x.own.Marks}
	add := x.addChange
	if c := base; c.Upstream != (behaviour.Spec{Faults: c.Upstream.Faults}) {
		c.Upstream = behaviour.Spec{Faults: c.Upstream.Faults}
		add(c, verdict.AtOnce, "an upstream that answers at once", "no delay, no queue, no limit")
	}
	slower := base
	if base.Upstream.Latency == (behaviour.Latency{}) {
		slower.Upstream.Latency = behaviour.Fixed(lateBy)
		add(slower, verdict.Slower, fmt.Sprintf("an upstream that takes %v longer", lateBy), "latency="+slower.Upstream.Latency.String())
	} else {
		slower.Upstream.Latency = base.Upstream.Latency.Times(2)
		add(slower, verdict.Slower, "an upstream twice as slow", "latency="+slower.Upstream.Latency.String())
	}
	if base.Procs > 1 && canHold {
		c := base
		c.Procs = 1
		add(c, verdict.OneCore, "one core", "its affinity")
	}
	for i, v := range x.own.Vary {
		c := base
		c.With = variationWord(v, i)
		if _, err := bench.ParseVariation(c.With); err != nil {
			return &OptionError{"vary", v.Name, err}
		}
		add(c, verdict.Varied, v.Name+" "+v.Value, v.Name+"="+v.Value)
		change := &x.own.study.Changes[len(x.own.study.Changes)-1]
		change.Varied, change.Value, change.Args, change.Env, change.Marks = v.Name, v.Value, v.Args, v.Env, v.Marks
	}
	return nil
}

// addChange adds an intervention, with the cell that it makes.
func (x *experiment) addChange(c bench.Cell, kind verdict.Around, name, change string) {
	if slices.Contains(x.cells, c) {
		return
	}
	base := x.cells[0].Name()
	x.cells = append(x.cells, c)
	x.own.study.Changes = append(x.own.study.Changes, evidence.Change{
		Kind: kind, Intervention: verdict.Intervention{Name: name, Change: change, Before: base, Cell: c.Name(), Aside: true},
	})
}

// secondsFor is how long a sample has to be for a program that is as fast as in tried: with an upstream
// that is a third as fast, its steady part must have twice the answers that make a rate. It is not
// more than mostSeconds: then the run ends, and says why.
func secondsFor(tried results.External, asked float64) float64 {
	rate := tried.Responses / max(tried.Seconds, 1e-9)
	need := 2 * leastOwn * 3 / max(rate, 1e-9) / (1 - rampShare - endShare)
	return max(asked, min(math.Ceil(need), mostSeconds))
}

const mostSeconds = 30

// planPaced adds the intervention whose rate follows from what the program asks for: an answer's body
// comes evenly over as long as the answer takes now. Small bodies have no pace.
func (x *experiment) planPaced(tried results.External) {
	body := tried.Bytes / max(tried.Responses, 1)
	if body < leastPaced {
		return
	}
	took := max(lateBy, time.Duration(tried.Service/max(tried.Responses, 1)*float64(time.Second)))
	rate := max(behaviour.Rate(body/took.Seconds())>>10<<10, 1<<10) // whole KiB
	paced := x.cells[0]
	if has := paced.Upstream.ConnBandwidth; has > 0 {
		rate = min(rate, has/2)
	}
	paced.Upstream.ConnBandwidth = rate
	x.addChange(paced, verdict.Paced, fmt.Sprintf("bodies that take %s longer", spell.Duration(body/float64(rate))), "connbandwidth="+rate.String())
}

// leastPaced, bytes: a smaller body is sent as a whole, whatever its pace.
const leastPaced = 16 << 10

// lateBy is how much later an upstream answers that answered at once: several times what a loopback
// and a body of some MB take.
const lateBy = 20 * time.Millisecond

// variationWord is how a variation is spelled in the cell's name: values may have any letters, names
// may not.
func variationWord(v Variation, i int) string {
	word := v.Name + ":" + v.Value
	if _, err := bench.ParseVariation(word); err == nil {
		return word
	}
	return fmt.Sprintf("%s:v%d.", v.Name, i+1) // its end keeps the number from being one of cores
}

// variation finds what a cell's program is varied by; the zero Variation if it is not.
func (o *Own) variation(c bench.Cell) Variation {
	for i, v := range o.Vary {
		if variationWord(v, i) == c.With {
			return v
		}
	}
	return Variation{}
}

// command returns a cell's arguments and environment, with the upstream's address in them.
func (o *Own) command(c bench.Cell, upstream string) (args, env []string) {
	v := o.variation(c)
	marks := []string{UpstreamMark, upstream}
	for mark, value := range o.Marks {
		if other, there := v.Marks[mark]; there {
			value = other
		}
		marks = append(marks, mark, value)
	}
	replace := strings.NewReplacer(marks...)
	for _, a := range slices.Concat(o.Args, v.Args) {
		args = append(args, replace.Replace(a))
	}
	for _, e := range slices.Concat(withoutNames(o.Env, v.Env), v.Env) {
		env = append(env, replace.Replace(e))
	}
	return args, env
}

// withoutNames leaves out the variables that others set.
func withoutNames(env, others []string) []string {
	return slices.DeleteFunc(slices.Clone(env), func(e string) bool {
		name, _, _ := strings.Cut(e, "=")
		return slices.ContainsFunc(others, func(o string) bool { return strings.HasPrefix(o, name+"=") })
	})
}

// measureOwn takes the rounds, until the plan or the budget ends.
func (x *experiment) measureOwn(ctx context.Context) error {
	if !x.own.study.Tried {
		x.doing("trying", "")
		if err := x.tryOwnOut(ctx); err != nil {
			return err
		}
	}
	x.began = time.Now()
	x.expect(x.Rounds * len(x.cells))
	samples, err := x.run.Samples()
	if err != nil {
		return err
	}
	x.done(countTaken(results.Rounds(x.run.Info(), samples)))
	for n := 1; n <= x.Rounds; n++ {
		took := time.Now()
		if err := x.round(ctx, n); err != nil {
			return err
		}
		if x.stopped != "" && n <= minOwnRounds {
			return &BudgetError{errors.New(x.stopped + fmt.Sprintf(": too short for %d rounds of %d samples; give it more, or fewer --seconds", minOwnRounds, len(x.cells)))}
		}
		if x.stopped != "" {
			return nil
		}
		if x.Budget > 0 && x.left() < time.Since(took) && n < x.Rounds {
			x.stopped = fmt.Sprintf("after %d pairs another would not fit --budget %v", n, x.Budget)
			if n < minOwnRounds {
				return &BudgetError{errors.New(x.stopped)}
			}
			return nil
		}
	}
	return nil
}

// compiling, cores that a runtime's own threads use at first: then it is measured when it is warm.
const compiling = .1

// tryOwnOut takes a sample that does not count: a program that does not work should end the run here,
// and not in its third round. It shows whether its runtime compiles while it runs, and how large the
// bodies are that it asks for.
func (x *experiment) tryOwnOut(ctx context.Context) error {
	s, err := x.takeOwn(ctx, x.cells[0], 1, 1)
	for few := (*fewError)(nil); errors.As(err, &few) && x.own.Seconds < mostSeconds; { // also of one that waits for seconds for each
		x.own.Seconds = min(3*x.own.Seconds, mostSeconds)
		x.own.study.Seconds = x.own.Seconds
		s, err = x.takeOwn(ctx, x.cells[0], 1, 1)
	}
	if err != nil {
		return err
	}
	if seen := s.External.Seen; seen != nil && seen.Helpers >= compiling {
		x.own.warms, x.own.study.Warm = true, warmTime.Seconds()
		x.note("its runtime uses %.2f cores for itself at first: each sample begins %v after the first answer\n", seen.Helpers, warmTime)
	}
	if longer := secondsFor(*s.External, x.own.Seconds); longer > x.own.Seconds {
		x.note("it gets %.1f answers/s: each sample takes %.0f s, for the slower ones to have enough of them\n", s.External.Responses/s.External.Seconds, longer)
		x.own.Seconds, x.own.study.Seconds = longer, longer
	}
	x.planPaced(*s.External)
	if err := x.upstreams.start(ctx, x); err != nil {
		return err
	}
	info := x.run.Info()
	info.Cells = cellNames(x.cells)
	x.own.study.Tried = true
	if err := x.recordStudy(&info); err != nil {
		return err
	}
	return x.run.SetInfo(info)
}

// minOwnRounds have an interval to speak of.
const minOwnRounds = 3
