package diagnose

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
)

// perfettoEvent is an event of the trace format that Perfetto and chrome://tracing read.
// Times are microseconds.
type perfettoEvent struct {
	Name string         `json:"name"`
	Cat  string         `json:"cat,omitempty"`
	Ph   string         `json:"ph"`
	Pid  int            `json:"pid"`
	Tid  int64          `json:"tid"`
	Ts   float64        `json:"ts"`
	Dur  float64        `json:"dur,omitempty"`
	ID   int            `json:"id,omitempty"`
	Bp   string         `json:"bp,omitempty"`
	Args map[string]any `json:"args,omitempty"`
}

// WritePerfetto writes the lanes for Perfetto (https://ui.perfetto.dev): a track a
// goroutine, and an arrow from who ended a wait to who goes on. With [Options.AllLanes] they
// are those of all goroutines.
func (r Report) WritePerfetto(w io.Writer) error {
	b := bufio.NewWriter(w)
	e := json.NewEncoder(b)
	e.SetEscapeHTML(false)
	first := true
	put := func(v perfettoEvent) error {
		v.Pid = 1
		if !first {
			if err := b.WriteByte(','); err != nil {
				return err
			}
		}
		first = false
		return e.Encode(v)
	}
	if _, err := io.WriteString(b, `{"displayTimeUnit":"ms","traceEvents":[`); err != nil {
		return err
	}
	there := map[int64]bool{}
	for _, l := range r.Lanes {
		there[l.ID] = true
	}
	arrows := 0
	for _, l := range r.Lanes {
		if err := put(perfettoEvent{Name: "thread_name", Ph: "M", Tid: l.ID, Args: map[string]any{"name": fmt.Sprintf("%d %s", l.ID, l.Start)}}); err != nil {
			return err
		}
		for _, s := range l.Spans {
			v := perfettoEvent{Name: s.What, Cat: "goroutine", Ph: "X", Tid: l.ID, Ts: 1e6 * s.From, Dur: 1e6 * (s.To - s.From)}
			if s.At != "" {
				v.Args = map[string]any{"at": s.At, "in": s.In}
			}
			if err := put(v); err != nil {
				return err
			}
			if s.By == 0 || !there[s.By] {
				continue
			}
			arrows++
			from := perfettoEvent{Name: "woke", Cat: "woke", Ph: "s", Tid: s.By, Ts: 1e6 * s.To, ID: arrows}
			to := perfettoEvent{Name: "woke", Cat: "woke", Ph: "f", Bp: "e", Tid: l.ID, Ts: 1e6 * s.To, ID: arrows}
			for _, v := range []perfettoEvent{from, to} {
				if err := put(v); err != nil {
					return err
				}
			}
		}
	}
	if _, err := io.WriteString(b, "]}\n"); err != nil {
		return err
	}
	return b.Flush()
}
