package peers

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"runtime"
	"slices"
	"sync"
	"time"

	"collatebench/bench"
)

// CheckOptions say what is checked and how. The zero value checks all.
type CheckOptions struct {
	Placements []bench.Placement // beside the command line; nil means every one that the client lists
	Parallel   int               // runs of the client at a time; 0 means 2 for each core
	Patience   time.Duration     // a run that takes longer hangs, and is ended; 0 means 30 s
	Said       func(Finding)     // told each finding as it is made, one at a time; may be nil
}

// A Finding is what one rule says of one subject.
type Finding struct {
	Subject string // CommandLine, or a placement, with the codec where that is not the first
	Rule    string // its name in Rules
	Says    string // one line: what was sent and seen, or the rule itself where all is well
	OK      bool
}

func (f Finding) String() string {
	verdict := "ok"
	if !f.OK {
		verdict = "BROKEN"
	}
	return fmt.Sprintf("%s: %s: %s: %s", f.Subject, f.Rule, verdict, f.Says)
}

// Check holds a client to every rule of the contract, against mock servers of
// its own, and returns what each says, in the order of placements and rules. A
// rule that is broken in two ways has two findings. It checks what the client
// does and whether its figures can be true, not whether it is fast. An error
// means that the client could not be run at all, or that ctx has ended.
func Check(ctx context.Context, c Client, o CheckOptions) ([]Finding, error) {
	subjects, err := subjectsOf(c, o.Placements)
	if err != nil {
		return nil, err
	}
	o.Patience = cmp.Or(o.Patience, 30*time.Second)
	k := &checking{
		client: c, o: o, mocks: mocks{made: map[[2]string]http.Handler{}},
		slots: make(chan struct{}, cmp.Or(o.Parallel, 2*runtime.NumCPU())),
	}
	var all []Finding
	for _, s := range subjects {
		found, err := k.judge(ctx, s)
		if err != nil {
			return all, fmt.Errorf("check %s: %w", c.Name, err)
		}
		all = append(all, found...)
	}
	return all, nil
}

// checking is a Check under way.
type checking struct {
	client Client
	o      CheckOptions
	mocks  mocks
	slots  chan struct{} // a token for each run of the client
	mu     sync.Mutex    // held while Said is told
}

// judge applies the rules to one subject, all at once. Each waits for a slot to
// run the client in.
func (k *checking) judge(ctx context.Context, s subject) ([]Finding, error) {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	shared := k.sharedRuns(ctx, s)
	var trials []*trial
	for _, r := range rules() {
		if r.of.has(s.scope) {
			trials = append(trials, &trial{checking: k, subject: s, ctx: ctx, rule: r, sharedRuns: shared})
		}
	}
	var running sync.WaitGroup
	for _, t := range trials {
		running.Go(func() {
			if t.apply(); t.err != nil {
				stop(t.err)
			}
		})
	}
	running.Wait()
	var out []Finding
	for _, t := range trials {
		if t.err != nil {
			return out, t.err
		}
		out = append(out, t.findings()...)
	}
	return out, nil
}

func (k *checking) say(findings []Finding) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.o.Said != nil {
		for _, f := range findings {
			k.o.Said(f)
		}
	}
}

// subjectsOf lists the command line and then each placement, at first with the
// first codec.
func subjectsOf(c Client, only []bench.Placement) ([]subject, error) {
	if len(c.Placements) == 0 || len(c.Codecs) == 0 {
		return nil, fmt.Errorf("check %s: it lists no placements or no codecs", c.Name)
	}
	for _, p := range only {
		if !slices.ContainsFunc(c.Placements, func(l Placement) bool { return l.Name == p }) {
			return nil, fmt.Errorf("check %s: it lists no placement %q", c.Name, p)
		}
	}
	out := []subject{{CommandLine, c.Placements[0], c.Codecs[0].Name, theCommandLine}}
	for _, p := range c.Placements {
		if only != nil && !slices.Contains(only, p.Name) {
			continue
		}
		out = append(out, subject{string(p.Name), p, c.Codecs[0].Name, firstCodec})
		for _, codec := range c.Codecs[1:] {
			out = append(out, subject{fmt.Sprintf("%s codec=%s", p.Name, codec.Name), p, codec.Name, otherCodec})
		}
	}
	return out, nil
}
