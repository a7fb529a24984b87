package peers_test

import (
	"context"
	"errors"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"collatebench/bench"
	"collatebench/bench/peers"
	"collatebench/internal/raced"
)

// clientWith returns this binary as a client that has one defect.
func clientWith(t *testing.T, defect string) peers.Client {
	t.Helper()
	c, err := peers.Describe(t.Context(), []string{os.Args[0], "be-client", defect})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestTheContractCanBeKept(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: runs a client some two hundred times")
	}
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	var said []peers.Finding
	found, err := peers.Check(t.Context(), clientWith(t, "none"), peers.CheckOptions{Said: func(f peers.Finding) { said = append(said, f) }})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range found {
		if !f.OK {
			t.Error(f)
		}
	}
	if len(found) != len(said) {
		t.Errorf("%d findings, and %d were said", len(found), len(said))
	}
	// Each rule has been applied; those of a placement to each of the three.
	for _, r := range peers.Rules() {
		n := 0
		for _, f := range found {
			if f.Rule == r.Name {
				n++
			}
		}
		if n != 1 && n != 3 && n != 6 {
			t.Errorf("rule %s: %d findings", r.Name, n)
		}
	}
}

// A defect is what a client can have wrong, and the rule that is about it.
type defect struct {
	name string
	rule string
	of   bench.Placement // "" is request
}

var defects = []defect{
	{"another listing", "listing", ""},
	{"no help", "help", ""},
	{"any dimension", "bad-input", ""},
	{"exit 2 on bad input", "bad-input", ""},

	{"a name without its suffix", "output", ""},
	{"no name of its own", "output", ""},
	{"a word before the line", "output", ""},
	{"a unit is missing", "figures", ""},
	{"a unit twice", "figures", ""},
	{"a figure of 0", "figures", ""},
	{"an exponent", "figures", ""},
	{"throughput in MiB", "figures", ""},
	{"an overlap below 1", "figures", ""},
	{"times without the upstream", "figures", ""},
	{"the wall of all ops", "figures", ""},

	{"no warm-up", "requests", ""},
	{"an id twice", "requests", ""},
	{"compression", "requests", ""},
	{"a connection for each request", "connections", ""},
	{"a window and one", "window", ""},
	{"a window of one", "window-used", ""},
	{"a hundred connections", "window-used", ""},
	{"a window at a time", "window-used", ""},
	{"asks before it has decoded", "place", ""},
	{"tells other records", "results", ""},
	{"tells a response twice", "results", ""},
	{"order of completion", "order", "ordered"},

	{"no check of counts", "counts", ""},
	{"no check of digests", "digests", ""},
	{"checks the digest of each sixteenth", "digests", ""},
	{"counts without decoding", "json", "inline"},
	{"insists on headers", "bare", ""},
	{"two lines of stderr", "first-error", ""},
	{"a benchmark line on an error", "first-error", ""},
	{"exit 0 on an error", "first-error", ""},
	{"goes on after an error", "stops", ""},
	{"waits for a stalled response", "cancels", ""},
	{"a proxy from the environment", "proxy", ""},
	{"a child that is left", "leftovers", ""},
	{"a child that is orphaned", "orphans", ""},
}

// TestDefectsAreFound has each found by the rule that is about it, and by no
// other.
func TestDefectsAreFound(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: runs a client some fifty times for each defect")
	}
	t.Parallel()
	for i, d := range defects {
		if raced.Enabled && i%8 != 0 {
			continue // a few will do for Check's own races: with the detector a client takes five times as long
		}
		t.Run(strings.ReplaceAll(d.name, " ", "-"), func(t *testing.T) {
			t.Parallel() // some of them keep the check waiting
			o := peers.CheckOptions{Placements: []bench.Placement{"request"}}
			if d.of != "" {
				o.Placements[0] = d.of
			}
			found, err := peers.Check(t.Context(), clientWith(t, d.name), o)
			if err != nil {
				t.Fatal(err)
			}
			caught := false
			for _, f := range found {
				switch {
				case f.Rule == d.rule && !f.OK:
					caught = true
					t.Log(f)
				case !f.OK:
					t.Errorf("not what is wrong with it: %v", f)
				}
			}
			if !caught {
				t.Errorf("rule %s does not find it", d.rule)
			}
		})
	}
}

// TestEveryRuleHasADefect keeps a rule from being one that nothing can break.
func TestEveryRuleHasADefect(t *testing.T) {
	for _, r := range peers.Rules() {
		if !slices.ContainsFunc(defects, func(d defect) bool { return d.rule == r.Name }) {
			t.Errorf("no defect for rule %s", r.Name)
		}
	}
}

// TestCheckOutlastsAClientThatHangs has a client that does nothing, for ever.
func TestCheckOutlastsAClientThatHangs(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: waits for a client some fifty times")
	}
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	o := peers.CheckOptions{Placements: []bench.Placement{"request"}, Patience: 300 * time.Millisecond, Parallel: 16}
	found, err := peers.Check(t.Context(), clientWith(t, "hangs"), o)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range found {
		if f.Rule == "output" && (f.OK || !strings.Contains(f.Says, "still running after 300ms")) {
			t.Error(f)
		}
	}
}

func TestCheckEndsWithItsContext(t *testing.T) {
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	ctx, cancel := context.WithCancelCause(t.Context())
	enough := errors.New("enough")
	c := clientWith(t, "none")
	_, err := peers.Check(ctx, c, peers.CheckOptions{Said: func(peers.Finding) { cancel(enough) }})
	if !errors.Is(err, enough) {
		t.Errorf("got %v", err)
	}
}

func TestCheckRefuses(t *testing.T) {
	c := clientWith(t, "none")
	if _, err := peers.Check(t.Context(), c, peers.CheckOptions{Placements: []bench.Placement{"spawn"}}); err == nil || !strings.Contains(err.Error(), `no placement "spawn"`) {
		t.Errorf("a placement that is not there: got %v", err)
	}
	c.Command = []string{"/no/such/program"}
	if _, err := peers.Check(t.Context(), c, peers.CheckOptions{}); err == nil || !strings.Contains(err.Error(), "/no/such/program") {
		t.Errorf("a program that is not there: got %v", err)
	}
}
