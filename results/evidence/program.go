package evidence

import (
	"encoding/json"
	"fmt"

	"al.essio.dev/pkg/shellescape"

	"collatebench/bench"
	"collatebench/results"
	"collatebench/results/stats"
	"collatebench/results/verdict"
)

// A Program is what a run with a person's own program records beside what every run does: the
// command, and what was changed around it.
type Program struct {
	Command []string `json:"command"`
	Cell    string   `json:"cell"` // the program as it is
	Seconds float64  `json:"seconds"`
	Warm    float64  `json:"warm_seconds,omitempty"` // from the first answer on, before a sample begins; 0 where the runtime needs none
	Replay  string   `json:"replay,omitempty"`       // the recording that the upstream serves
	// ReplayDigest is that of Replay as it began: samples of two recordings can't be mixed.
	ReplayDigest string   `json:"replay_digest,omitempty"`
	Pass         []string `json:"pass,omitempty"` // beginnings of paths that the recording's upstream answers
	Changes      []Change `json:"changes"`
	// Marks stand for other marks in the command and the environment, as {window}.
	Marks map[string]string `json:"marks,omitempty"`
	Tried bool              `json:"tried,omitempty"` // the changes are all known, and so is Warm
}

// A Change is one thing changed around a program.
type Change struct {
	verdict.Intervention
	Kind   verdict.Around `json:"kind"`
	Varied string         `json:"varied,omitempty"` // what a variation is of, as window
	// Args are appended; Env and Marks are in place of what was there.
	Value string            `json:"value,omitempty"`
	Args  []string          `json:"args,omitempty"`
	Env   []string          `json:"env,omitempty"`
	Marks map[string]string `json:"marks,omitempty"`
}

// ReadProgram reads the study from a run's record; nil if it is not one of a person's program.
func ReadProgram(info results.Info) (*Program, error) {
	if info.Program == nil {
		return nil, nil
	}
	var p *Program
	if err := json.Unmarshal(info.Program, &p); err != nil {
		return nil, fmt.Errorf("run %s: its program: %w", info.ID, err)
	}
	return p, nil
}

// Record returns the value as [results.Info] keeps it.
func (p Program) Record() (json.RawMessage, error) { return json.Marshal(p) }

// Verdict returns the verdict of the run so far.
func (p Program) Verdict(info results.Info, samples []results.Sample) (verdict.Verdict, error) {
	v, err := stats.NewValues(info, samples)
	if err != nil {
		return verdict.Verdict{}, err
	}
	base, err := bench.ParseCell(p.Cell)
	if err != nil {
		return verdict.Verdict{}, err
	}
	e := verdict.Program{Seen: seen(v, base), Rate: stats.NewEstimate(v.Series(base, results.AnswerRate)).Median}
	if sum, ok := sumOf(v, base); ok {
		addUpstream(&e, sum)
	}
	for _, c := range p.Changes {
		change := verdict.Change{Intervention: c.Intervention, Kind: c.Kind, Varied: c.Varied}
		if change.Measured, err = paired(v, results.AnswerRate, c); err == nil && e.Seen != nil {
			change.Cores, err = paired(v, results.CPUs, c)
		}
		if err != nil {
			return verdict.Verdict{}, fmt.Errorf("%s over %s: %w", c.Cell, c.Before, err)
		}
		e.Changes = append(e.Changes, change)
	}
	out := verdict.JudgeProgram(e)
	out.Subject = shellescape.QuoteCommand(p.Command)
	s := study{info: info, values: v}
	out.Uncertain = append(out.Uncertain, s.doubts()...)
	return out, nil
}

// addUpstream adds what the upstream told, as means.
func addUpstream(e *verdict.Program, sum results.External) {
	e.InFlight = verdict.Known(*sum.InFlight / sum.Seconds)
	e.Queued = verdict.Known(*sum.Queue / sum.Seconds)
	e.Serving = verdict.Known(sum.Upstream / sum.Seconds)
	if sum.RwndLimited != nil && sum.Responses > 0 {
		e.Shut = verdict.Known(*sum.RwndLimited / sum.Responses)
	}
}

// paired is the ratio of a unit with a change over that without it; the zero Gain if no round has both.
func paired(v stats.Values, unit string, c Change) (verdict.Gain, error) {
	over, under := v.Paired(unit, c.Cell, c.Before)
	if len(over) == 0 {
		return verdict.Gain{}, nil
	}
	r, err := stats.NewRatio(over, under)
	return toGain(r), err
}

// sumOf adds up what the upstream told of a cell's samples.
func sumOf(v stats.Values, c bench.Cell) (results.External, bool) {
	out := results.External{Queue: new(float64), InFlight: new(float64)}
	for _, round := range v.Rounds {
		x := round.Samples[v.Name(c)].External
		if x == nil || x.Queue == nil || x.InFlight == nil {
			continue
		}
		*out.Queue += *x.Queue
		*out.InFlight += *x.InFlight
		out.Seconds += x.Seconds
		out.Responses += x.Responses
		out.Upstream += x.Upstream
		if x.RwndLimited != nil {
			if out.RwndLimited == nil {
				out.RwndLimited = new(float64)
			}
			*out.RwndLimited += *x.RwndLimited
		}
	}
	return out, out.Seconds > 0
}
