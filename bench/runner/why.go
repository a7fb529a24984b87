package runner

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"collatebench/bench"
	"collatebench/mockserver/payload"
	"collatebench/results"
	"collatebench/results/evidence"
	"collatebench/results/verdict"
)

const (
	baseRounds = 2 // of the cell alone, to plan from
	enoughOf   = 3 // pairs, to go on to what lies behind a cause
	maxDepth   = 3 // causes behind one another that are looked for

	// leastRounds of the cell alone are what two base rounds and three of the
	// cell with one intervention take.
	leastRounds = 8
)

// A BudgetError says that the budget of [Why] ended before anything could be said.
type BudgetError struct{ Err error }

func (e *BudgetError) Error() string { return e.Err.Error() }

// Unwrap returns what the budget was too short for.
func (e *BudgetError) Unwrap() error { return e.Err }

// Why runs one cell and its interventions as cells of one run: first the cell
// alone, then, planned from that evidence, the cell and its interventions in
// rounds; and when a cause is proven, interventions on what is left of it.
// Rounds are the pairs of each intervention, Budget is the time for all of
// them. The verdict is in the run's ledger: evidence.Why makes it.
func Why(ctx context.Context, o Options, c bench.Cell) (*results.Run, error) {
	o.Profile, o.Precision = NoProfiles, 0
	x, err := newExperiment(ctx, o, []payload.Codec{c.Codec}, func(o Options, bodies []results.BodyFile) ([]bench.Cell, error) {
		return planOne(o, bodies, c)
	})
	if err != nil {
		return nil, err
	}
	defer x.close()
	x.why = &evidence.Why{Cell: x.cells[0].Name()}
	return x.begin(ctx, func(info *results.Info) {
		info.Rounds += baseRounds
	}, x.investigate)
}

func planOne(o Options, bodies []results.BodyFile, c bench.Cell) ([]bench.Cell, error) {
	if c.Foreign() {
		return nil, &OptionError{Value: c.Name(), Err: errors.New("interventions change Go's client alone; collatebench peers judges others from outside")}
	}
	cells := []bench.Cell{c}
	if len(bodies) > 0 {
		var err error
		if cells, err = captured(cells, o); err != nil {
			return nil, err
		}
	}
	if err := possible(cells[0], o); err != nil {
		var refused *OptionError
		if errors.As(err, &refused) { // here it is part of a cell, no flag
			return nil, &OptionError{Value: cells[0].Name(), Err: fmt.Errorf("%s %s: %w", refused.Option, refused.Value, refused.Err)}
		}
		return nil, err
	}
	return cells, nil
}

// investigate is the measured pass of Why.
func (x *experiment) investigate(ctx context.Context) error {
	x.began = time.Now()              // the build is not of the budget
	x.expect(baseRounds + 4*x.Rounds) // a guess: three interventions
	looked := false                   // behind the first cause, with pairs enough to know it
	for n := 1; ; n++ {
		if n <= baseRounds {
			if err := x.calibrate(ctx); err != nil {
				return err
			}
		}
		// Where the evidence was no good, as on a machine that others used,
		// there is no plan yet: it may be better now.
		if n > baseRounds && n <= baseRounds+enoughOf && len(x.cells) == 1 {
			if err := x.planOn(ctx, x.why.Cell, n, 0); err != nil {
				return err
			}
		}
		took := time.Now()
		if err := x.round(ctx, n); err != nil {
			return err
		}
		if x.stopped != "" {
			return x.shortOf(n)
		}
		if n == 1 && x.Budget > 0 {
			if err := x.fitsBudget(); err != nil {
				return err
			}
		}
		if n <= baseRounds {
			continue
		}
		if x.Budget == 0 || x.left() > enoughOf*time.Since(took) {
			if err := x.behind(ctx, n); err != nil {
				return err
			}
			looked = looked || n-x.firstTry()+1 >= enoughOf
		}
		if x.investigated(n, time.Since(took)) {
			if !looked && x.stopped == "" && len(x.cells) > 1 {
				x.stopped = fmt.Sprintf("--budget %v left no time to look behind the first cause", x.Budget)
			}
			return nil
		}
	}
}

// fitsBudget refuses a cell whose samples are too long for the budget. It asks the sample
// that counts: those that were taken again say how busy the machine was.
func (x *experiment) fitsBudget() error {
	first, err := x.inForce(1)
	if err != nil {
		return err
	}
	sample := time.Duration(first.Samples[x.why.Cell].Seconds * float64(time.Second))
	if sample*leastRounds <= x.Budget {
		return nil
	}
	return &BudgetError{fmt.Errorf("a sample of this cell takes %v: --budget %v is too short for it and its interventions; %v would do, or fewer --ops",
		sample.Round(100*time.Millisecond), x.Budget, (sample * 2 * leastRounds).Round(time.Second))}
}

// firstTry is the round from which on there are interventions.
func (x *experiment) firstTry() int {
	first := 0
	for _, joined := range x.run.Info().Joined {
		if first == 0 || joined < first {
			first = joined
		}
	}
	return first
}

// shortOf is the end of a budget: a fault where nothing can be said yet.
func (x *experiment) shortOf(n int) error {
	if n <= baseRounds+1 {
		return &BudgetError{errors.New(x.stopped + ": too short for a cell and its interventions")}
	}
	return nil
}

// investigated says whether every intervention has its pairs, or another round
// would not fit the budget.
func (x *experiment) investigated(n int, took time.Duration) bool {
	if len(x.cells) == 1 {
		return n >= baseRounds+enoughOf
	}
	last := baseRounds
	for _, joined := range x.run.Info().Joined {
		last = max(last, joined-1)
	}
	// Of what lies behind the first cause half the pairs must do.
	goal := max(x.firstTry()+x.Rounds-1, last+max(enoughOf, (x.Rounds+1)/2))
	if n >= goal {
		return true
	}
	if x.Budget > 0 && x.left() < took {
		x.stopped = fmt.Sprintf("after %d pairs another would not fit --budget %v", n-x.firstTry()+1, x.Budget)
		return true
	}
	return false
}

// behind looks at what is left once a cause is proven, and plans on that.
func (x *experiment) behind(ctx context.Context, n int) error {
	info := x.run.Info()
	samples, err := x.run.Samples()
	if err != nil {
		return err
	}
	for _, joined := range info.Joined {
		if n-joined+1 < enoughOf {
			return nil
		}
	}
	cell, proven, err := x.why.Deepest(info, samples)
	planned := slices.ContainsFunc(x.why.Interventions, func(i verdict.Intervention) bool { return i.Before == cell })
	if err != nil || proven == 0 || proven >= maxDepth || planned || ends(x.why, cell) {
		return err
	}
	return x.planOn(ctx, cell, n+1, proven)
}

// ends says that nothing lies behind a cause: full cores are the end of
// mending, and where nothing was mended nothing new shows.
func ends(why *evidence.Why, cell string) bool {
	for _, i := range why.Interventions {
		if i.Cell == cell && (i.Flat || i.Cause.Healthy()) {
			return true
		}
	}
	return false
}

// planOn adds the interventions on a cell from its evidence, from round n on.
// At the first cell that is what was observed, and what could not be ruled
// out; behind a proven cause it is only what was observed.
func (x *experiment) planOn(ctx context.Context, name string, n, proven int) error {
	info := x.run.Info()
	samples, err := x.run.Samples()
	if err != nil {
		return err
	}
	e, err := x.why.Evidence(name, info, samples)
	if err != nil {
		return err
	}
	observed, suspects := append(verdict.Observe(e).Causes, verdict.Untold(e)...), verdict.Suspects(e)
	if proven > 0 {
		done := mended(*x.why, name)
		suspects = slices.DeleteFunc(slices.Clone(observed), func(c verdict.Cause) bool { return c.Healthy() || slices.Contains(done, c) })
		observed = suspects
	}
	cell, err := bench.ParseCell(name)
	if err != nil {
		return err
	}
	why := *x.why
	for _, i := range verdict.Interventions() {
		if i.Wanted(observed, suspects) && i.Possible(x.Upstream != "") && !(proven > 0 && i.Aside) {
			i.Predicted = i.PredictFrom(e)
			x.intervene(&why, i, cell)
		}
	}
	return x.join(ctx, why, n)
}

// intervene adds an intervention on a cell to the plan, if it changes anything
// that can be changed.
func (x *experiment) intervene(why *evidence.Why, i verdict.Intervention, cell bench.Cell) {
	next, made := apply(i.Edit, cell)
	if len(made) == 0 || possible(next, x.Options) != nil || tooLarge(next, x.run.Info().Machine.Allowed().Memory) {
		return
	}
	i.Change, i.OnTopOf = strings.Join(made, " "), changes(*why, cell.Name())
	i.Before, i.Cell = cell.Name(), next.Name()
	same := func(other verdict.Intervention) bool { return other.Cell == i.Cell && other.Before == i.Before }
	if slices.ContainsFunc(why.Interventions, same) {
		return // it is to prove a cause already: as an aside it would say the same
	}
	why.Interventions = append(why.Interventions, i)
	if !slices.Contains(x.cells, next) {
		x.cells = append(x.cells, next)
	}
}

// tooLarge refuses a window that can't be held in the memory that the run may use, in
// bytes, 0 if unknown: a body, and twice as much for what it decodes to and the garbage
// before.
func tooLarge(c bench.Cell, memory int64) bool {
	return memory > 0 && 3*int64(c.Window)*int64(c.Size) > memory/2
}

// join makes the plan's new cells part of the run from round n on: its record
// first, then the upstreams that they need.
func (x *experiment) join(ctx context.Context, why evidence.Why, n int) error {
	info := x.run.Info()
	joined := map[string]int{}
	maps.Copy(joined, info.Joined)
	for _, c := range x.cells[len(info.Cells):] {
		joined[c.Name()] = n
	}
	x.why, info.Joined, info.Cells = &why, joined, cellNames(x.cells)
	if err := x.recordStudy(&info); err != nil {
		return err
	}
	if err := x.run.SetInfo(info); err != nil {
		return err
	}
	return x.upstreams.start(ctx, x)
}

// behindIt lists the interventions that led to a cell, the last first.
func behindIt(why evidence.Why, cell string) []verdict.Intervention {
	var out []verdict.Intervention
	for _, i := range slices.Backward(why.Interventions) { // a later one may stand on an earlier one
		if i.Cell == cell && !i.Aside {
			out, cell = append(out, i), i.Before
		}
	}
	return out
}

// mended lists the causes whose interventions led to a cell.
func mended(why evidence.Why, cell string) []verdict.Cause {
	var out []verdict.Cause
	for _, i := range behindIt(why, cell) {
		out = append(out, i.Cause)
	}
	return out
}

// changes spells what was changed on the way to a cell.
func changes(why evidence.Why, cell string) string {
	var out []string
	for _, i := range slices.Backward(behindIt(why, cell)) {
		out = append(out, i.Change)
	}
	return strings.Join(out, " ")
}
