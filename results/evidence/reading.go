package evidence

import (
	"encoding/json"

	"collatebench/bench"
	"collatebench/results"
	"collatebench/results/stats"
	"collatebench/results/verdict"
)

// A Reading is a run's numbers with the verdicts beside them.
type Reading struct {
	Info     results.Info
	Summary  stats.Summary
	Observed []Observed       // one for each placement; none in a run of why, or if no round is complete
	Why      *Why             // the interventions of a run of why, else nil
	Proven   *verdict.Verdict // the verdict of a run of why, else nil
	Peers    *Peers           // the clients of a run of peers, else nil
	Program  *Program         // a person's own program of a run of why, else nil
}

// Read makes the reading of a run from its record and its ledger.
func Read(run *results.Run) (Reading, error) {
	samples, err := run.Samples()
	if err != nil {
		return Reading{}, err
	}
	return NewReading(run.Info(), samples)
}

// NewReading makes the reading of a run from its record and its samples. Only complete
// rounds count, and the order of the samples does not matter.
func NewReading(info results.Info, samples []results.Sample) (Reading, error) {
	summary, err := stats.Summarise(info, samples)
	if err != nil {
		return Reading{}, err
	}
	r := Reading{Info: info, Summary: summary}
	if r.Why, err = ReadWhy(info); err != nil {
		return Reading{}, err
	}
	if r.Peers, err = ReadPeers(info); err != nil {
		return Reading{}, err
	}
	if r.Program, err = ReadProgram(info); err != nil {
		return Reading{}, err
	}
	switch {
	case r.Program != nil:
		v, err := r.Program.Verdict(info, samples)
		r.Proven = &v
		return r, err
	case r.Why != nil:
		v, err := r.Why.Verdict(info, samples)
		r.Proven = &v
		return r, err
	case summary.Rounds > 0:
		r.Observed = Observe(summary.Values(), info)
	}
	return r, nil
}

// Verdicts returns the proven verdict if there is one, or else the observed ones.
func (r Reading) Verdicts() []verdict.Verdict {
	if r.Proven != nil {
		return []verdict.Verdict{*r.Proven}
	}
	return r.observedVerdicts()
}

// VerdictOf returns the observed verdict on a cell; the zero Verdict if there is none.
func (r Reading) VerdictOf(c bench.Cell) verdict.Verdict {
	for _, o := range r.Observed {
		if o.Cell == c {
			return o.Verdict
		}
	}
	return verdict.Verdict{}
}

func (r Reading) observedVerdicts() []verdict.Verdict {
	var out []verdict.Verdict
	for _, o := range r.Observed {
		out = append(out, o.Verdict)
	}
	return out
}

// SummaryJSON returns summary.json: the numbers, then the observed verdicts.
func (r Reading) SummaryJSON() ([]byte, error) {
	return indented(struct {
		stats.Summary
		Verdicts []verdict.Verdict `json:"verdicts,omitempty"`
	}{r.Summary, r.observedVerdicts()})
}

// VerdictJSON returns verdict.json: the proven verdict, or a list of the observed ones.
func (r Reading) VerdictJSON() ([]byte, error) {
	if r.Proven != nil {
		return indented(r.Proven)
	}
	return indented(r.observedVerdicts())
}

func indented(v any) ([]byte, error) {
	text, err := json.MarshalIndent(v, "", "  ")
	return append(text, '\n'), err
}
