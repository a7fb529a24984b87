package results

import (
	"maps"
	"slices"
)

// MaxAttempts is how often a round is taken at most.
const MaxAttempts = 3

// A Round is the current attempt at one round.
type Round struct {
	N        int               // from 1
	Attempt  int               // from 1
	Samples  map[string]Sample // by the cell's name
	Complete bool              // no sample is missing
	Flagged  bool              // a sample is flagged; only the last attempt can be, the others are abandoned
}

// Rounds returns the rounds that have begun, by number; it needs only the ledger. An
// attempt is abandoned when one of its samples is flagged, unless it is the last one
// allowed, or when another machine went on with the shard: it begins the round again, as the
// samples of two machines are no pairs. The round is then at the next attempt, which may
// have no samples yet. Samples
// of cells that the run does not have are left out. If a cell has two samples in one
// attempt, the earlier one counts.
func Rounds(info Info, samples []Sample) []Round {
	attempts := byAttempt(info, samples)
	numbers := map[int]bool{}
	for at := range attempts {
		numbers[at.round] = true
	}
	var out []Round
	for _, n := range slices.Sorted(maps.Keys(numbers)) {
		r := Round{N: n, Attempt: 1}
		for {
			r.Samples = attempts[attemptKey{n, r.Attempt}]
			if r.Samples == nil {
				r.Samples = map[string]Sample{}
			}
			r.Complete = len(r.Missing(info)) == 0
			if !(r.Attempt < MaxAttempts && flagged(r.Samples) || !r.Complete && r.moved(attempts)) {
				break
			}
			r.Attempt++
		}
		r.Flagged = flagged(r.Samples)
		out = append(out, r)
	}
	return out
}

// moved says that another machine took up the round in a later attempt.
func (r Round) moved(attempts map[attemptKey]map[string]Sample) bool {
	for at := r.Attempt + 1; at <= r.Attempt+MaxAttempts; at++ {
		for _, s := range attempts[attemptKey{r.N, at}] {
			if s.Host != r.Host() {
				return true
			}
		}
	}
	return false
}

// Host is the [Host.ID] of the machine that took the round; "" if its samples do not tell.
func (r Round) Host() string {
	for _, s := range r.Samples {
		return s.Host
	}
	return ""
}

// Missing returns the cells that have no sample in this attempt, in table order, without
// the cells that joined the run later.
func (r Round) Missing(info Info) []string {
	var out []string
	for _, name := range info.Cells {
		if _, ok := r.Samples[name]; !ok && info.Joined[name] <= r.N {
			out = append(out, name)
		}
	}
	return out
}

// An attemptKey identifies one attempt at one round.
type attemptKey struct{ round, attempt int }

func byAttempt(info Info, samples []Sample) map[attemptKey]map[string]Sample {
	known := map[string]bool{}
	for _, name := range info.Cells {
		known[name] = true
	}
	out := map[attemptKey]map[string]Sample{}
	for _, s := range samples {
		at := attemptKey{s.Round, s.Attempt}
		if !known[s.Cell] || s.Round < 1 || s.Attempt < 1 {
			continue
		}
		if out[at] == nil {
			out[at] = map[string]Sample{}
		}
		if other, taken := out[at][s.Cell]; !taken || s.startedBefore(other) {
			out[at][s.Cell] = s
		}
	}
	return out
}

func (s Sample) startedBefore(other Sample) bool {
	if !s.Started.Equal(other.Started) {
		return s.Started.Before(other.Started)
	}
	return s.Line < other.Line
}

func flagged(samples map[string]Sample) bool {
	for _, s := range samples {
		if len(s.Flags) > 0 {
			return true
		}
	}
	return false
}

// CompleteRounds returns the rounds that count: those with no sample missing.
func CompleteRounds(info Info, samples []Sample) []Round {
	return slices.DeleteFunc(Rounds(info, samples), func(r Round) bool { return !r.Complete })
}

// A FlaggedRound is an attempt that something outside the run disturbed.
type FlaggedRound struct {
	Round   int             `json:"round"`
	Attempt int             `json:"attempt"`
	Retaken bool            `json:"retaken"` // its samples do not count; if false, it was the last attempt allowed
	Samples []FlaggedSample `json:"samples"`
}

// A FlaggedSample says what disturbed a sample, as the ledger has it.
type FlaggedSample struct {
	Cell  string   `json:"cell"`
	Flags []string `json:"flags"`
}

// FlaggedRounds lists the attempts that have a flag, abandoned or not.
func FlaggedRounds(info Info, samples []Sample) []FlaggedRound {
	attempts := byAttempt(info, samples)
	var out []FlaggedRound
	for _, r := range Rounds(info, samples) {
		for attempt := 1; attempt <= r.Attempt; attempt++ {
			f := FlaggedRound{Round: r.N, Attempt: attempt, Retaken: attempt < r.Attempt}
			for _, name := range info.Cells {
				if s := attempts[attemptKey{r.N, attempt}][name]; len(s.Flags) > 0 {
					f.Samples = append(f.Samples, FlaggedSample{name, s.Flags})
				}
			}
			if len(f.Samples) > 0 {
				out = append(out, f)
			}
		}
	}
	return out
}
