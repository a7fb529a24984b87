package peers

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"

	"collatebench/mockserver/payload"
)

// CommandLine is the subject of the rules that concern no placement.
const CommandLine = "command line"

// A subject is what a rule is applied to: the command line, or a placement with
// a codec.
type subject struct {
	name      string
	placement Placement // the command line's is any that works
	codec     payload.Codec
	scope     scope
}

// A scope says which subjects a rule is of.
type scope int

const (
	theCommandLine scope = 1 << iota
	firstCodec
	otherCodec
)

func (s scope) has(o scope) bool { return s&o != 0 }

// A trial is one rule applied to one subject.
type trial struct {
	*checking
	subject
	*sharedRuns
	ctx   context.Context
	rule  rule
	wrong []string // what is wrong with the client
	err   error    // why there is no judgement; the first one stays
}

func (t *trial) apply() {
	t.rule.judge(t)
	if t.err == nil {
		t.say(t.findings())
	}
}

// wrongf notes what is wrong with the client.
func (t *trial) wrongf(format string, args ...any) {
	t.wrong = append(t.wrong, oneLine(fmt.Sprintf(format, args...)))
}

func (t *trial) findings() []Finding {
	if len(t.wrong) == 0 {
		return []Finding{{t.name, t.rule.Name, t.rule.Does, true}}
	}
	var out []Finding
	for _, w := range t.wrong {
		out = append(out, Finding{t.name, t.rule.Name, w, false})
	}
	return out
}

// exchanges runs the client once for each ask. After an error of our own the
// exchanges are empty, and the rule's findings are not used.
func (t *trial) exchanges(asks ...ask) []*exchange {
	if t.err == nil {
		var done []*exchange
		if done, t.err = t.checking.exchanges(t.ctx, t.subject, asks); t.err == nil {
			return done
		}
	}
	empty := make([]*exchange, len(asks))
	for i, a := range asks {
		empty[i] = &exchange{ask: a}
	}
	return empty
}

func (t *trial) exchange(a ask) *exchange { return t.exchanges(a)[0] }

// sharedRuns are the runs of a subject that several rules look at. Each takes
// place once, when the first rule asks for it.
type sharedRuns struct {
	plain   func() ([]*exchange, error) // nothing goes wrong in them
	failing func() ([]*exchange, error) // one, in which failingID has the status 503
	delayed func() ([]*exchange, error) // one, in which late is late
	late    *lateResponse
}

func (k *checking) sharedRuns(ctx context.Context, s subject) *sharedRuns {
	once := func(asks ...ask) func() ([]*exchange, error) {
		return sync.OnceValues(func() ([]*exchange, error) { return k.exchanges(ctx, s, asks) })
	}
	late := newLateResponse(s.placement.Order)
	return &sharedRuns{plain: once(plainAsks()...), failing: once(failingAsk()), delayed: once(late.ask), late: late}
}

// plainRuns are the runs in which nothing goes wrong; none after an error of
// our own.
func (t *trial) plainRuns() []*exchange {
	runs, err := t.plain()
	if t.err = cmp.Or(t.err, err); err != nil {
		return nil
	}
	return runs
}

// only is a shared run of one ask. After an error of our own it is empty.
func (t *trial) only(runs func() ([]*exchange, error)) *exchange {
	done, err := runs()
	if t.err = cmp.Or(t.err, err); err != nil {
		return &exchange{}
	}
	return done[0]
}

// windowOf is the window by which the other rules judge a plain run. A client
// that exceeds its window is told so by one rule, not by five.
func (t *trial) windowOf(x *exchange) int {
	if slices.ContainsFunc(t.plainRuns(), func(x *exchange) bool { return x.traffic.peak > x.window }) {
		return x.window + x.responses
	}
	return x.window
}

// run runs the client without an upstream of its own.
func (t *trial) run(flags ...string) run {
	var r run
	if t.err == nil {
		r, t.err = t.checking.run(t.ctx, flags, nil, nil, false)
	}
	return r
}

// works notes a run that failed where nothing was wrong.
func (t *trial) works(what any, r run) bool {
	if r.exit != 0 {
		t.wrongf("%v: failed: %s", what, r.end())
	}
	return r.exit == 0
}

// oneLine cuts what a client has printed to what a line can show.
func oneLine(s string) string {
	const shown = 400
	s = strings.Join(strings.Fields(s), " ")
	if len(s) > shown {
		s = strings.ToValidUTF8(s[:shown], "") + " ..."
	}
	return s
}
