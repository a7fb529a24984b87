package evidence

import (
	"encoding/json"

	"collatebench/bench"
	"collatebench/results"
	"collatebench/results/stats"
	"collatebench/results/verdict"
)

// A Reading is what a run says: its numbers, and the verdicts beside them.
type Reading struct {
	Info     results.Info
	Summary  stats.Summary
	Observed []Observed       // one a placement; none of a run of why, or where no round is complete
	Why      *Why             // of a run of why: its interventions; else nil
	Proven   *verdict.Verdict // of a run of why; else nil
	Peers    *Peers           // of a run of peers: its clients; else nil
}

// Read makes the reading of a run from its ledger alone.
func Read(run *results.Run) (Reading, error) {
	samples, err := run.Samples()
	if err != nil {
		return Reading{}, err
	}
	return NewReading(run.Info(), samples)
}

// NewReading makes the reading of a run from its record and its samples. Only
// complete rounds count; the order of the samples does not matter.
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
	switch {
	case r.Why != nil:
		v, err := r.Why.Verdict(info, samples)
		r.Proven = &v
		return r, err
	case summary.Rounds > 0:
		r.Observed = Observe(summary.Values(), info)
	}
	return r, nil
}

// Verdicts are the one that was proven, or those that were observed.
func (r Reading) Verdicts() []verdict.Verdict {
	if r.Proven != nil {
		return []verdict.Verdict{*r.Proven}
	}
	return r.observedVerdicts()
}

// VerdictOf returns the verdict that was observed of a cell; the zero one where none was.
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

// SummaryJSON is summary.json: the numbers, and the observed verdicts last.
func (r Reading) SummaryJSON() ([]byte, error) {
	return indented(struct {
		stats.Summary
		Verdicts []verdict.Verdict `json:"verdicts,omitempty"`
	}{r.Summary, r.observedVerdicts()})
}

// VerdictJSON is verdict.json: the proven verdict, or a list of those observed.
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
