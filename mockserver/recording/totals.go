package recording

import (
	"fmt"
	"slices"
	"time"

	"collatebench/internal/spell"
)

// totals add up what passed.
type totals struct {
	began, ended   time.Time // of the first exchange, and the last
	inWork, atOnce int
	exchanges      int
	bytes          int64
	failed         map[Failure]int
	lags, answers  []time.Duration
}

// Summary is what a recording is told to have been. Times are zero where nothing shows them.
type Summary struct {
	Exchanges int             `json:"exchanges"`
	Kept      int             `json:"kept"`
	Hidden    int             `json:"not_kept"` // passed on, and not kept
	Bytes     int64           `json:"bytes"`    // of bodies, as they went over the wire
	Seconds   float64         `json:"seconds"`  // from the first request to the last answer
	AtOnce    int             `json:"at_once"`
	Failed    map[Failure]int `json:"failed,omitempty"`
	// Answer is how long the upstream took from the request to the last byte, and Lag how long the
	// program took from then on to have read it: medians, seconds, of Timed exchanges.
	Answer float64 `json:"answer"`
	Lag    float64 `json:"lag"`
	Timed  int     `json:"timed"`
}

// mostTimed exchanges are enough for a median.
const mostTimed = 1 << 16

func (r *Recorder) begin() {
	r.mu.Lock()
	defer r.mu.Unlock()
	t := &r.totals
	if t.began.IsZero() {
		t.began = time.Now()
	}
	t.inWork++
	t.atOnce = max(t.atOnce, t.inWork)
}

// answered counts a request as no longer in work. It is called before the program can ask again on
// that connection.
func (r *Recorder) answered() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.totals.inWork--
}

func (r *Recorder) end(e Exchange) {
	r.mu.Lock()
	defer r.mu.Unlock()
	t := &r.totals
	t.exchanges++
	t.ended = time.Now()
	t.bytes += e.Body.Size
	if e.Failed != "" {
		if t.failed == nil {
			t.failed = map[Failure]int{}
		}
		t.failed[e.Failed]++
	}
	if c := e.Clocks; e.Failed == "" && c.Taken >= 0 && c.Whole >= 0 && len(t.lags) < mostTimed {
		t.lags = append(t.lags, max(0, c.Taken-c.Whole))
		t.answers = append(t.answers, c.Whole)
	}
}

// Summary says what has passed so far.
func (r *Recorder) Summary() Summary {
	kept, hidden := r.w.Kept()
	r.mu.Lock()
	defer r.mu.Unlock()
	t := r.totals
	return Summary{
		Exchanges: t.exchanges, Kept: kept, Hidden: hidden, Bytes: t.bytes, Seconds: t.ended.Sub(t.began).Seconds(),
		AtOnce: t.atOnce, Failed: t.failed, Answer: median(t.answers).Seconds(), Lag: median(t.lags).Seconds(), Timed: len(t.lags),
	}
}

func median(d []time.Duration) time.Duration {
	if len(d) == 0 {
		return 0
	}
	d = slices.Sorted(slices.Values(d))
	return d[len(d)/2]
}

const (
	fewTimed   = 10  // exchanges: with fewer nothing is said of the two
	muchSlower = 1.0 // the lag over the upstream's time
	muchFaster = .1
)

// String says what was recorded, and which of the two was waited for.
func (s Summary) String() string {
	if s.Exchanges == 0 {
		return "nothing was asked: no request came"
	}
	text := fmt.Sprintf("%s, %s in %s, up to %d at once", spell.Plural(s.Exchanges, "exchange"), spell.Bytes(float64(s.Bytes)), spell.Duration(s.Seconds), s.AtOnce)
	for _, f := range []struct {
		kind Failure
		what string
	}{
		{Unreachable, "got no answer"},
		{Reset, "were reset by the upstream"},
		{Cut, "were cut off by the upstream"},
		{Left, "were given up by the program"},
	} {
		if n := s.Failed[f.kind]; n > 0 {
			text += fmt.Sprintf("; %d %s", n, f.what)
		}
	}
	text += "."
	if s.Hidden > 0 {
		text += fmt.Sprintf("\n%s passed and were not kept.", spell.Plural(s.Hidden, "exchange"))
	}
	if s.Timed < fewTimed {
		return text
	}
	lag, answer := spell.Duration(s.Lag), spell.Duration(s.Answer)
	switch {
	case s.Lag >= muchSlower*s.Answer:
		return text + fmt.Sprintf("\nThe upstream had sent each body %s (median) before the program had read it, and took %s for it: the upstream is not what it waits for.", lag, answer)
	case s.Lag <= muchFaster*s.Answer:
		return text + fmt.Sprintf("\nThe program had read each body %s (median) after the upstream had sent it, which took %s: it waits for the upstream.", lag, answer)
	}
	return text + fmt.Sprintf("\nThe upstream took %s (median) for each body, and the program had read it %s later: both take their time.", answer, lag)
}
