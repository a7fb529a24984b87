package stats

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"time"

	"collatebench/internal/spell"
	"collatebench/results"
)

const (
	// gateLooks is how often a gate looks at a run of versions at most.
	gateLooks = 4
	// spendPower makes the share of alpha that is spent by a share t of the run t to this power
	// (Kim and DeMets 1987): early looks find only what is plain, and the last one has most of it.
	spendPower = 3
	// lookRounds: a standard error of fewer pairs says little.
	lookRounds = FloorRounds
)

// A Sequence is a gate on a run of two versions that looks while the run goes on, and ends it once it
// can tell. The shares of the run at which it looks are fixed before it begins, and each look has a
// share of alpha of its own: the sum bounds the error of the whole gate, however the looks depend on
// each other. "Until it is significant" would find a loss in any two equal versions.
//
// A run that is resumed has its gate from its record ([ReadSequence]), with the looks that it has had.
type Sequence struct {
	Gate
	Spent float64 `json:"spent"` // share of the run up to which alpha is spent
}

// ReadSequence reads the gate that a run of versions was started with; nil if it had none.
func ReadSequence(info results.Info) (*Sequence, error) {
	if info.GatePlan == nil {
		return nil, nil
	}
	var s Sequence
	if err := json.Unmarshal(info.GatePlan, &s); err != nil {
		return nil, fmt.Errorf("run %s: the plan of its gate: %w", info.ID, err)
	}
	if err := s.Check(); err != nil {
		return nil, fmt.Errorf("run %s: the plan of its gate: %w", info.ID, err)
	}
	return &s, nil
}

// Record returns the gate as [results.Info] keeps it.
func (s Sequence) Record() (json.RawMessage, error) { return json.Marshal(s) }

// Look decides after a share of the run, from 0 to 1, if a look is due; nil if none is. At 1 one is.
func (s *Sequence) Look(run *results.Run, share float64) (*Decision, error) {
	if !s.due(share) {
		return nil, nil
	}
	cells, err := gateCells(run)
	if err != nil {
		return nil, err
	}
	d, err := s.decide(cells, share)
	if d != nil && d.Outcome == Undecided {
		d.Settle = settleVersions(run.Info(), cells, *d)
	}
	return d, err
}

// step is the look that is due after a share of the run, as a share.
func step(share float64) float64 { return math.Floor(min(share, 1)*gateLooks) / gateLooks }

func (s *Sequence) due(share float64) bool { return step(share) > s.Spent }

// decide spends what alpha a look has. Before the last one too few pairs are no look: its share is left
// for the next.
func (s *Sequence) decide(cells []GateCell, share float64) (*Decision, error) {
	at := step(share)
	if at < 1 && slices.ContainsFunc(cells, func(c GateCell) bool { return c.Rounds < lookRounds }) {
		return nil, nil
	}
	g := s.Gate
	g.Alpha *= math.Pow(at, spendPower) - math.Pow(s.Spent, spendPower)
	d, err := g.Decide(cells)
	if err != nil {
		return nil, err
	}
	s.Spent, d.Alpha = at, s.Alpha
	return &d, nil
}

// gateCells makes the cells of the versions that a run compares.
func gateCells(run *results.Run) ([]GateCell, error) {
	samples, err := run.Samples()
	if err != nil {
		return nil, err
	}
	rows, err := Versions(run)
	if err != nil {
		return nil, err
	}
	v, err := NewValues(run.Info(), samples)
	if err != nil {
		return nil, err
	}
	if len(rows) == 0 {
		return nil, fmt.Errorf("run %s: no round is complete, so that a gate has nothing to decide on", run.Info().ID)
	}
	out := make([]GateCell, len(rows))
	for i, r := range rows {
		pairs := v.versionPairs(r.Before, r.After)
		if out[i], err = gateCell(r.Cell, pairs); err != nil {
			return nil, fmt.Errorf("%s: %w", r.Cell, err)
		}
	}
	return out, nil
}

// settleVersions says how many rounds more would settle it, and how long they take.
func settleVersions(info results.Info, cells []GateCell, d Decision) []string {
	more, have, never, few := 0, 0, false, false
	for i, c := range d.Cells {
		more, have = max(more, c.MoreRounds), max(have, cells[i].Rounds)
		open := c.Outcome == Undecided && c.MoreRounds == 0
		never, few = never || open, few || open && cells[i].Rounds < lookRounds
	}
	ended := info.Ended
	if ended.IsZero() {
		ended = time.Now()
	}
	var out []string
	took := ended.Sub(info.Started)
	longer := took / time.Duration(max(have, 1)) * time.Duration(more)
	switch said := spell.Plural(more, "round") + " more"; {
	case more == 0 || have == 0:
	case info.IsMerged(): // by the clocks of several machines it took no time
		out = append(out, said)
	case info.Budget == 0:
		out = append(out, fmt.Sprintf("%s, about %s: --rounds %d", said, minutes(longer.Seconds()), have+more))
	default:
		out = append(out, fmt.Sprintf("%s, about %s: --budget %v", said, minutes(longer.Seconds()), (took+longer).Round(time.Minute)+time.Minute))
	}
	switch {
	case few:
		out = append(out, fmt.Sprintf("a longer --budget, or more --rounds: from %d rounds on the data tell how many it takes", lookRounds))
	case never && len(info.Hosts) > 1:
		out = append(out, "more machines, or another --fail-over: more rounds on these do not show how machines differ")
	case never:
		out = append(out, "another --fail-over: what a cell seems to have lost is as much as the margin")
	}
	return out
}
