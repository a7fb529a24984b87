package evidence

import (
	"cmp"
	"encoding/json"
	"fmt"
	"math"
	"slices"

	"collatebench/bench"
	"collatebench/internal/spell"
	"collatebench/results"
	"collatebench/results/stats"
	"collatebench/results/verdict"
)

// A Why is what a run of `why` records beside what every run does: the cell, and the
// interventions on it as planned from the evidence.
type Why struct {
	Cell          string                 `json:"cell"`
	Interventions []verdict.Intervention `json:"interventions,omitempty"` // as planned: their gains are computed from the samples
}

// ReadWhy reads the interventions from a run's record; nil if it is not a run of why.
func ReadWhy(info results.Info) (*Why, error) {
	if info.Why == nil {
		return nil, nil
	}
	var w *Why
	if err := json.Unmarshal(info.Why, &w); err != nil {
		return nil, fmt.Errorf("run %s: its interventions: %w", info.ID, err)
	}
	return w, nil
}

// Record returns the value as [results.Info] keeps it.
func (w Why) Record() (json.RawMessage, error) { return json.Marshal(w) }

// Verdict returns the proven verdict of the run so far. A damaged record, such as one whose
// interventions form a circle, is an error.
func (w Why) Verdict(info results.Info, samples []results.Sample) (verdict.Verdict, error) {
	s, err := newStudy(w, info, samples)
	if err != nil {
		return verdict.Verdict{}, err
	}
	base, err := s.probes(w.Cell)
	if err != nil {
		return verdict.Verdict{}, err
	}
	chain, err := s.chain()
	if err != nil {
		return verdict.Verdict{}, err
	}
	asides, err := s.asides(chain)
	if err != nil {
		return verdict.Verdict{}, err
	}
	v := verdict.Prove(base, chain, asides)
	v.Subject = w.Cell
	v.Uncertain = append(v.Uncertain, s.doubts()...)
	return v, nil
}

// doubts says what happened to the run that makes its verdict less certain.
func (s *study) doubts() []string {
	var out []string
	if s.info.Stopped != "" {
		out = append(out, "the run ended before its plan: "+s.info.Stopped)
	}
	out = append(out, s.values.Doubts(s.info)...)
	flagged := 0
	for _, r := range s.values.Rounds {
		if r.Flagged {
			flagged++
		}
	}
	if flagged > 0 {
		out = append(out, fmt.Sprintf("in %d of %s something else used the machine", flagged, spell.Plural(len(s.values.Rounds), "round")))
	}
	return out
}

// Evidence returns a cell's evidence so far.
func (w Why) Evidence(cell string, info results.Info, samples []results.Sample) (verdict.Probes, error) {
	s, err := newStudy(w, info, samples)
	if err != nil {
		return verdict.Probes{}, err
	}
	return s.probes(cell)
}

// Deepest returns the cell at the end of the chain of causes so far, and the number of
// causes in that chain. It is for planning: it takes each gain by itself, because a run asks
// after each round, and a cause that looks proven too early costs some samples alone. The
// verdict is made of all rounds, and takes the gains together.
func (w Why) Deepest(info results.Info, samples []results.Sample) (cell string, proven int, err error) {
	s, err := newStudy(w, info, samples)
	if err != nil {
		return "", 0, err
	}
	s.planning = true
	chain, err := s.chain()
	if err != nil {
		return "", 0, err
	}
	cell = w.Cell
	for i, link := range chain {
		if link.Proven() {
			cell, proven = link.Cell, i+1
		}
	}
	return cell, proven, nil
}

// A study is a Why with its data.
type study struct {
	Why
	info     results.Info
	values   stats.Values
	planning bool // gains are taken each by itself
}

func newStudy(w Why, info results.Info, samples []results.Sample) (*study, error) {
	v, err := stats.NewValues(info, samples)
	if err != nil {
		return nil, err
	}
	return &study{Why: w, info: info, values: v}, nil
}

func (s *study) probes(cell string) (verdict.Probes, error) {
	c, err := bench.ParseCell(cell)
	if err != nil {
		return verdict.Probes{}, err
	}
	return Probes(s.values, c, s.info), nil
}

// chain follows the causes: from the interventions on a cell it chooses one, then goes on
// with those on top of it, as far as they prove their causes.
func (s *study) chain() ([]verdict.Link, error) {
	var out []verdict.Link
	promised := 1.0                                       // of all links so far
	for at := s.Cell; len(out) <= len(s.Interventions); { // only a damaged record has a circle
		here, err := s.probes(at)
		if err != nil {
			return nil, err
		}
		options, err := s.options(at, here)
		if err != nil || len(options) == 0 {
			return out, err
		}
		link := choose(options, verdict.Observe(here).Causes)
		promised *= link.Predicted
		link.Promised = promised
		out = append(out, link)
		if !link.Proven() {
			return out, nil
		}
		at = link.Cell
	}
	return nil, fmt.Errorf("run %s: its interventions stand on one another in a circle", s.info.ID)
}

// options returns the interventions on a cell that were measured, each as the next link.
// The best of them is chosen, so their gains are judged together. The links of a chain need
// no further correction: the next one is asked only if the one before it is proven.
func (s *study) options(at string, here verdict.Probes) ([]verdict.Link, error) {
	var out []verdict.Link
	var ratios []stats.Ratio
	for _, i := range s.Interventions {
		if i.Before != at || i.Aside {
			continue
		}
		r, err := s.ratio(i.Cell, i.Before)
		if err != nil {
			return nil, err
		}
		whole, err := s.ratio(i.Cell, s.Cell)
		if err != nil {
			return nil, err
		}
		if r.Rounds > 0 {
			i.Measured = toGain(r)
			out = append(out, verdict.Link{Intervention: i, Evidence: here, Whole: toGain(whole)})
			ratios = append(ratios, r)
		}
	}
	if s.planning {
		return out, nil
	}
	for i, j := range stats.Judge(ratios, 0) {
		r := ratios[i]
		r.Low, r.High = j.Low, j.High
		out[i].Measured = toGain(r)
	}
	return out, nil
}

// choose takes the next link. It prefers, in this order: a proven one; a fault to full
// cores, which end the chain; a cause that was observed to one that was only not ruled out;
// the cause that was observed first; the greatest gain.
func choose(options []verdict.Link, observed []verdict.Cause) verdict.Link {
	better := func(a, b verdict.Link) int {
		return cmp.Or(
			-compareBools(a.Proven(), b.Proven()),
			compareBools(a.Proven() && a.Cause.Healthy(), b.Proven() && b.Cause.Healthy()),
			-compareBools(slices.Contains(observed, a.Cause), slices.Contains(observed, b.Cause)),
			cmp.Compare(slices.Index(observed, a.Cause), slices.Index(observed, b.Cause)),
			-cmp.Compare(a.Measured.Mean, b.Measured.Mean),
		)
	}
	return slices.MinFunc(options, better)
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

// asides returns the measured interventions that are no link of the chain.
func (s *study) asides(chain []verdict.Link) ([]verdict.Intervention, error) {
	var out []verdict.Intervention
	for _, i := range s.Interventions {
		if slices.ContainsFunc(chain, func(l verdict.Link) bool { return l.Cell == i.Cell && l.Before == i.Before }) {
			continue
		}
		var err error
		if i.Measured, err = s.besideGain(i); err != nil {
			return nil, err
		}
		if i.Measured.Pairs > 0 {
			out = append(out, i)
		}
	}
	return out, nil
}

// besideGain is the gain of an intervention beside the chain. If it was one of the options
// for a link, it was judged with the others.
func (s *study) besideGain(i verdict.Intervention) (verdict.Gain, error) {
	if i.Aside {
		r, err := s.ratio(i.Cell, i.Before)
		return toGain(r), err
	}
	options, err := s.options(i.Before, verdict.Probes{})
	for _, o := range options {
		if o.Cell == i.Cell {
			return o.Measured, err
		}
	}
	return verdict.Gain{}, err
}

// ratio is the paired ratio of two cells' throughput; the zero Ratio if no round has both.
func (s *study) ratio(over, base string) (stats.Ratio, error) {
	o, b := s.values.PairedThroughputs(over, base)
	if len(o) == 0 {
		return stats.Ratio{}, nil
	}
	r, err := stats.NewRatio(o, b)
	if err != nil {
		return stats.Ratio{}, fmt.Errorf("%s over %s: %w", over, base, err)
	}
	return r, nil
}

// toGain converts a ratio for a verdict.
func toGain(r stats.Ratio) verdict.Gain {
	g := verdict.Gain{Mean: r.Mean, Low: r.Low, High: r.High, Pairs: r.Rounds}
	if math.IsInf(r.High, 0) {
		g.Low, g.High = 0, 0
	}
	return g
}
