package evidence

import (
	"cmp"
	"encoding/json"
	"fmt"
	"math"
	"slices"

	"collatebench/bench"
	"collatebench/results"
	"collatebench/results/stats"
	"collatebench/results/verdict"
)

// A Why is what a run of `why` was about: a cell, and the interventions on it
// as they were planned from the evidence.
type Why struct {
	Cell  string `json:"cell"`
	Tries []Try  `json:"interventions,omitempty"`
}

// A Try is one intervention: a cell that differs from another in what is named.
type Try struct {
	Name      string        `json:"name"`                // "decoding in parallel"
	Change    string        `json:"change"`              // "placement=pool"
	Cause     verdict.Cause `json:"cause"`               // whose proof it is
	Aside     bool          `json:"aside,omitempty"`     // it proves nothing by itself: it tells what no gain can come from
	Flat      bool          `json:"flat,omitempty"`      // the proof is that nothing changes
	OnTopOf   string        `json:"on_top_of,omitempty"` // the changes that Before has already
	Before    string        `json:"before"`              // the cell that it is an intervention on
	Cell      string        `json:"cell"`                // the cell with it
	Predicted float64       `json:"predicted,omitempty"` // gain over Before, from the evidence at the time of planning
}

// ReadWhy returns what a run's record says of the interventions in it; nil where
// it is no run of why.
func ReadWhy(info results.Info) (*Why, error) {
	if !info.Proves() {
		return nil, nil
	}
	var w *Why
	if err := json.Unmarshal(info.Why, &w); err != nil {
		return nil, fmt.Errorf("run %s: its interventions: %w", info.ID, err)
	}
	return w, nil
}

// Record is the value as a run's record has it.
func (w Why) Record() (json.RawMessage, error) { return json.Marshal(w) }

// Verdict gives the proven verdict of a run of `why`, from its ledger alone.
func (w Why) Verdict(info results.Info, samples []results.Sample) (verdict.Verdict, error) {
	s, err := newStudy(w, info, samples)
	if err != nil {
		return verdict.Verdict{}, err
	}
	base, err := s.client(w.Cell)
	if err != nil {
		return verdict.Verdict{}, err
	}
	steps, err := s.steps()
	if err != nil {
		return verdict.Verdict{}, err
	}
	asides, err := s.asides()
	if err != nil {
		return verdict.Verdict{}, err
	}
	v := verdict.Prove(base, steps, asides)
	v.Subject = w.Cell
	v.Uncertain = append(v.Uncertain, s.doubts()...)
	return v, nil
}

// doubts are what happened to the run.
func (s *study) doubts() []string {
	var out []string
	if s.info.Stopped != "" {
		out = append(out, "the run ended before its plan: "+s.info.Stopped)
	}
	flagged := 0
	for _, r := range s.values.Rounds {
		if r.Flagged {
			flagged++
		}
	}
	if flagged > 0 {
		out = append(out, fmt.Sprintf("in %d of %s something else used the machine", flagged, rounds(len(s.values.Rounds))))
	}
	return out
}

// Evidence is a cell's evidence so far.
func (w Why) Evidence(cell string, info results.Info, samples []results.Sample) (verdict.Client, error) {
	s, err := newStudy(w, info, samples)
	if err != nil {
		return verdict.Client{}, err
	}
	return s.client(cell)
}

// Deepest returns the cell at which the proven chain of causes ends so far,
// and how many causes lie behind it.
func (w Why) Deepest(info results.Info, samples []results.Sample) (cell string, proven int, err error) {
	s, err := newStudy(w, info, samples)
	if err != nil {
		return "", 0, err
	}
	steps, err := s.steps()
	if err != nil {
		return "", 0, err
	}
	cell = w.Cell
	for i, step := range steps {
		if step.Proven() {
			cell, proven = s.chosen[i].Cell, i+1
		}
	}
	return cell, proven, nil
}

// A study is a Why with its data.
type study struct {
	Why
	info   results.Info
	values stats.Values
	chosen []Try // the tries behind the steps
}

func newStudy(w Why, info results.Info, samples []results.Sample) (*study, error) {
	v, err := stats.NewValues(info, samples)
	if err != nil {
		return nil, err
	}
	return &study{Why: w, info: info, values: v}, nil
}

func (s *study) client(cell string) (verdict.Client, error) {
	c, err := bench.ParseCell(cell)
	if err != nil {
		return verdict.Client{}, err
	}
	return Client(s.values, c, s.info), nil
}

// steps follows the chain of causes: of the tries on a cell, the one that
// proves what was observed there, or else the one that gained most; then those
// made on top of it.
func (s *study) steps() ([]verdict.Step, error) {
	var out []verdict.Step
	s.chosen = nil
	whole := 1.0                                  // predicted of all steps so far
	for at := s.Cell; len(out) <= len(s.Tries); { // no run that was made has a cycle
		here, err := s.client(at)
		if err != nil {
			return nil, err
		}
		options, tries, err := s.options(at, here)
		if err != nil || len(options) == 0 {
			return out, err
		}
		i := choose(options, verdict.Observe(here).Causes)
		whole *= options[i].Intervention.Predicted
		options[i].Predicted = whole
		out, s.chosen = append(out, options[i]), append(s.chosen, tries[i])
		if !options[i].Proven() {
			return out, nil
		}
		at = tries[i].Cell
	}
	return nil, fmt.Errorf("run %s: its interventions stand on one another in a circle", s.info.ID)
}

// options are the tries on a cell that have pairs, as steps.
func (s *study) options(at string, here verdict.Client) (steps []verdict.Step, tries []Try, err error) {
	for _, t := range s.Tries {
		if t.Before != at || t.Aside {
			continue
		}
		step, err := s.gain(t.Cell, t.Before)
		if err != nil {
			return nil, nil, err
		}
		whole, err := s.gain(t.Cell, s.Cell)
		if err != nil {
			return nil, nil, err
		}
		if step.Pairs == 0 {
			continue
		}
		steps = append(steps, verdict.Step{
			Cause: t.Cause, Intervention: t.made(step), Whole: whole, Before: here, Flat: t.Flat,
		})
		tries = append(tries, t)
	}
	return steps, tries, nil
}

func (t Try) made(g verdict.Gain) verdict.Intervention {
	i := verdict.Intervention{Name: t.Name, Change: t.Change, OnTopOf: t.OnTopOf, Predicted: t.Predicted, Measured: g}
	if t.Cause != "" {
		i.Proves = []verdict.Cause{t.Cause}
	}
	return i
}

// choose takes the step to go on from: what is proven before what is not, a
// fault before full cores, which are the end, what was observed before what
// could only not be ruled out, and then what gained most.
func choose(steps []verdict.Step, observed []verdict.Cause) int {
	better := func(a, b verdict.Step) int {
		return cmp.Or(
			-compareBools(a.Proven(), b.Proven()),
			compareBools(a.Proven() && a.Cause == verdict.CPUSaturated, b.Proven() && b.Cause == verdict.CPUSaturated),
			-compareBools(slices.Contains(observed, a.Cause), slices.Contains(observed, b.Cause)),
			cmp.Compare(slices.Index(observed, a.Cause), slices.Index(observed, b.Cause)),
			-cmp.Compare(a.Intervention.Measured.Mean, b.Intervention.Measured.Mean),
		)
	}
	best := 0
	for i := range steps {
		if better(steps[i], steps[best]) < 0 {
			best = i
		}
	}
	return best
}

// compareBools puts false before true.
func compareBools(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
}

// asides are the interventions that are no step.
func (s *study) asides() ([]verdict.Intervention, error) {
	var out []verdict.Intervention
	for _, t := range s.Tries {
		if slices.ContainsFunc(s.chosen, func(c Try) bool { return c.Cell == t.Cell && c.Before == t.Before }) {
			continue
		}
		g, err := s.gain(t.Cell, t.Before)
		if err != nil {
			return nil, err
		}
		if g.Pairs > 0 {
			out = append(out, t.made(g))
		}
	}
	return out, nil
}

// gain is the paired ratio of two cells' throughput.
func (s *study) gain(over, base string) (verdict.Gain, error) {
	o, b := s.values.Paired(over, base)
	if len(o) == 0 {
		return verdict.Gain{}, nil
	}
	r, err := stats.NewRatio(o, b)
	if err != nil {
		return verdict.Gain{}, fmt.Errorf("%s over %s: %w", over, base, err)
	}
	return gain(r), nil
}

// gain is the ratio as a verdict has it.
func gain(r stats.Ratio) verdict.Gain {
	g := verdict.Gain{Mean: r.Mean, Low: r.Low, High: r.High, Pairs: r.Rounds}
	if math.IsInf(r.High, 0) {
		g.Low, g.High = 0, 0
	}
	return g
}

func rounds(n int) string {
	if n == 1 {
		return "1 round"
	}
	return fmt.Sprintf("%d rounds", n)
}
