package verdict_test

import (
	"slices"
	"strings"
	"testing"

	"collatebench/results/verdict"
)

// serialFromOutside is buffer_unordered in one task, as measured.
func serialFromOutside() verdict.External {
	return verdict.External{
		Workers: 2, Allowed: 2, Window: 32, CPUs: known(1.04), CPUsDoubled: known(1.05), Upstream: known(.1),
		Others: known(0), Queued: known(0), InFlight: known(30), Link: known(0),
		Growth: verdict.Gain{Mean: 1.01, Low: .97, High: 1.05, Pairs: 3},
	}
}

func known(v float64) verdict.Number { return verdict.Known(v) }

func growth(mean float64) verdict.Gain {
	return verdict.Gain{Mean: mean, Low: .96 * mean, High: 1.04 * mean, Pairs: 3}
}

func manyCores(e *verdict.External) { e.Workers, e.Allowed = 16, 16 }

func TestObserveExternal(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*verdict.External)
		want   []verdict.Cause
		says   string
	}{
		{"serial", func(*verdict.External) {}, causes(verdict.Serialised), "1.04 of 1.90 cores used by 2 workers, throughput 1.01x (0.97-1.05, 3 pairs) at twice the window"},
		{"serial at the bounds", func(e *verdict.External) { e.CPUs, e.CPUsDoubled, e.Growth.Mean = known(1.2), known(1.2), 1.09 }, causes(verdict.Serialised), "One core does the work"},
		{"healthy", func(e *verdict.External) { e.CPUs, e.CPUsDoubled = known(1.78), known(1.8) }, causes(verdict.CPUSaturated), "The healthy end"},
		{"healthy, beside a busy upstream", func(e *verdict.External) { e.CPUs, e.CPUsDoubled, e.Upstream = known(1.4), known(1.4), known(.5) }, causes(verdict.CPUSaturated), "1.40 of 1.50"},
		{"many workers on few cores", func(e *verdict.External) { e.Workers, e.CPUs = 8, known(1.8) }, causes(verdict.CPUSaturated), "8 workers"},
		{"neither", func(e *verdict.External) { e.CPUs, e.CPUsDoubled = known(1.3), known(1.3) }, nil, "not serial, and no limit is reached"},
		{"the window is the limit", func(e *verdict.External) { e.CPUs, e.CPUsDoubled, e.Growth = known(.5), known(.95), growth(1.9) }, causes(verdict.WindowTooSmall), "More can be in flight"},
		{"a machine that became faster clears nobody", func(e *verdict.External) { e.Growth.Mean, e.Growth.High = 1.2, 1.3 }, causes(verdict.Serialised), "1.20x"},
		{"a queue", func(e *verdict.External) { e.CPUs, e.Queued = known(1.0), known(20) }, causes(verdict.UpstreamQueueing), "20.0 requests waited"},
		{"a queue that no longer matters", func(e *verdict.External) { e.CPUs, e.Queued = known(1.8), known(2) }, causes(verdict.CPUSaturated), "healthy"},
		{"a narrow link", func(e *verdict.External) { e.CPUs, e.CPUsDoubled = known(.3), known(.3) }, causes(verdict.Outside), "no core busy"},
		{"a quarter of a request in a queue", func(e *verdict.External) { e.Window, e.Queued = 1, known(.4) }, nil, "no verdict"},
		{"cores that are nearly full, and a window that gains", func(e *verdict.External) { e.CPUs, e.Growth = known(1.5), growth(1.44) }, causes(verdict.WindowTooSmall), "1.44x"},
		{"cores that are nearly full, and a window that gains a little", func(e *verdict.External) { e.CPUs, e.Growth = known(1.5), growth(1.15) }, causes(verdict.CPUSaturated), "1.15x"},
		{"one worker", func(e *verdict.External) { e.Workers = 1 }, nil, "a second worker"},
		{"one core", func(e *verdict.External) { e.Allowed = 1 }, nil, "a core for it"},
		{"no /proc", func(e *verdict.External) { e.CPUs = verdict.Number{} }, nil, "/proc"},
		{"no pair", func(e *verdict.External) { e.Growth = verdict.Gain{} }, nil, "samples at twice the window"},
		{"others", func(e *verdict.External) { e.Others = known(.6) }, nil, "a quiet machine"},
		{"a window on many cores", func(e *verdict.External) {
			manyCores(e)
			e.CPUs, e.CPUsDoubled, e.Growth = known(6), known(11.5), growth(1.97)
		}, causes(verdict.WindowTooSmall), "6.00 of 15.90"},
		{"serial, with a collector beside it", func(e *verdict.External) { manyCores(e); e.CPUs, e.CPUsDoubled = known(1.35), known(1.36) }, causes(verdict.Serialised), "1.35 of 15.90"},
		{"serial, with collector and readers beside it", func(e *verdict.External) { manyCores(e); e.CPUs, e.CPUsDoubled = known(1.9), known(1.9) }, causes(verdict.Serialised), "1.90 of 15.90"},
		{"six workers on many cores", func(e *verdict.External) {
			manyCores(e)
			e.CPUs, e.CPUsDoubled, e.InFlight = known(6), known(6), known(3)
		}, causes(verdict.HiddenCap), "6.00 of 15.90"},
		{"most requests are at the upstream", func(e *verdict.External) { manyCores(e); e.CPUs, e.CPUsDoubled = known(6), known(6) }, nil, "not serial"},
		{"the same over a link that nobody knows", func(e *verdict.External) {
			manyCores(e)
			e.CPUs, e.CPUsDoubled, e.Link = known(6), known(6), verdict.Number{}
		}, nil, "The client or the link"},
		{"one core over a link that nobody knows", func(e *verdict.External) { e.Link = verdict.Number{} }, nil, "the link's bandwidth would tell"},
		{"one core over a full link", func(e *verdict.External) { e.Link = known(.93) }, causes(verdict.NetworkBound), "93% of the link"},
		{"it polls", func(e *verdict.External) { e.CPUs, e.CPUsDoubled, e.Growth = known(1), known(1.02), growth(2) }, causes(verdict.WindowTooSmall), "2.00x"},
		{"one pair, and a machine that became faster", func(e *verdict.External) { e.Growth = verdict.Gain{Mean: 1.3, Pairs: 1} }, causes(verdict.Serialised), "1.30x"},
		{"a quota of one core on many", func(e *verdict.External) { e.Workers, e.Allowed, e.CPUs = 16, 1, known(.97) }, nil, "a core for it"},
		{"a quota of four cores on many", func(e *verdict.External) { e.Workers, e.Allowed, e.CPUs, e.CPUsDoubled = 64, 4, known(3.7), known(3.7) }, causes(verdict.CPUSaturated), "3.70 of 3.90"},
		{"others on cores that it could not use", func(e *verdict.External) { e.Workers, e.Allowed, e.Others = 2, 64, known(20) }, causes(verdict.Serialised), "1.04 of 2.00"},
		{"the queue is not told", func(e *verdict.External) { e.Queued = verdict.Number{} }, nil, "the upstream does not tell"},
		{"the bursts of a serial client", func(e *verdict.External) { e.Queued = known(1.5) }, causes(verdict.Serialised), "One core"},
		{"neither a burst nor a queue that holds all", func(e *verdict.External) { e.Queued = known(5) }, nil, "no verdict"},
		{"the upstream beside it is not seen", func(e *verdict.External) { e.Upstream = verdict.Number{} }, nil, "the CPU time of the upstream"},
		{"more used than was left", func(e *verdict.External) {
			e.CPUs, e.CPUsDoubled, e.Upstream, e.Others = known(1.7), known(1.7), known(.3), known(.2)
		}, causes(verdict.CPUSaturated), "1.70 of 1.70 cores"},
		{"no core to spare", func(e *verdict.External) { e.Upstream = known(.8) }, nil, "left 1.20"},
	} {
		e := serialFromOutside()
		c.change(&e)
		v := verdict.ObserveExternal(e)
		if !slices.Equal(v.Causes, c.want) || !strings.Contains(v.Sentence, c.says) {
			t.Errorf("%s: %v: %q; want %v and %q", c.name, v.Causes, v.Sentence, c.want, c.says)
		}
		if got := len(v.Missing) > 0; got != (len(c.want) == 0) {
			t.Errorf("%s: missing %q beside causes %v", c.name, v.Missing, v.Causes)
		}
	}
}

func TestExternalDoubt(t *testing.T) {
	e := serialFromOutside()
	if v := verdict.ObserveExternal(e); len(v.Uncertain) > 0 {
		t.Errorf("a sure verdict is doubted: %q", v.Uncertain)
	}
	e.Growth.High = 1.4
	if v := verdict.ObserveExternal(e); len(v.Uncertain) != 1 || !strings.Contains(v.Uncertain[0], "more rounds") {
		t.Errorf("an interval across the bound leaves doubts %q", v.Uncertain)
	}
	full := e
	full.CPUs, full.CPUsDoubled = known(1.8), known(1.8)
	if v := verdict.ObserveExternal(full); !slices.Equal(v.Causes, causes(verdict.CPUSaturated)) || len(v.Uncertain) != 0 {
		t.Errorf("full cores that twice the window can't help: %v, %q", v.Causes, v.Uncertain)
	}
	if v := verdict.ObserveExternal(e); len(v.Rests()) == 0 {
		t.Error("the verdict rests on no figure")
	}
}

// TestObserveExternalSeen: what was seen of the process decides what the two windows leave open,
// is beside them where they agree, and doubted where they don't; a disturbed machine stays one.
func TestObserveExternalSeen(t *testing.T) {
	serial, full := processes[0].p, processes[1].p
	base := verdict.External{
		Workers: 2, Allowed: 2, Window: 32, CPUs: verdict.Known(1.03), CPUsDoubled: verdict.Known(1.03), Upstream: verdict.Known(.1), Others: verdict.Known(.05),
		Queued: verdict.Known(0), InFlight: verdict.Known(2), Link: verdict.Known(0), Growth: verdict.Gain{Mean: 1, Low: .98, High: 1.02, Pairs: 8},
	}
	for _, c := range []struct {
		name string
		edit func(*verdict.External)
		seen verdict.Process
		want []verdict.Cause
		says string
	}{
		{"they agree", func(*verdict.External) {}, serial, []verdict.Cause{verdict.Serialised}, "Seen from outside: On 3.1 of 32 connections"},
		{"they don't", func(*verdict.External) {}, full, []verdict.Cause{verdict.Serialised}, ""},
		{"one window", func(e *verdict.External) { e.Growth = verdict.Gain{} }, serial, []verdict.Cause{verdict.Serialised}, "on 3.1 of 32 connections"},
		{"one window, healthy", func(e *verdict.External) { e.Growth = verdict.Gain{} }, full, []verdict.Cause{verdict.CPUSaturated}, "roof"},
		{"disturbed", func(e *verdict.External) { e.Others = verdict.Known(.9) }, serial, nil, "no verdict"},
		{"nothing seen either", func(e *verdict.External) { e.Growth = verdict.Gain{} }, verdict.Process{}, nil, "no verdict"},
	} {
		e := base
		c.edit(&e)
		e.Seen = &c.seen
		v := verdict.ObserveExternal(e)
		if !slices.Equal(v.Causes, append([]verdict.Cause{}, c.want...)) || !strings.Contains(v.Sentence, c.says) {
			t.Errorf("%s: %v, %s; want %v, with %q", c.name, v.Causes, v.Sentence, c.want, c.says)
		}
		if (c.name == "they don't") != (len(v.Uncertain) > 0) {
			t.Errorf("%s: uncertain: %q", c.name, v.Uncertain)
		}
		if len(v.Causes) == 0 && len(v.Missing) == 0 {
			t.Errorf("%s: nothing is missing", c.name)
		}
	}
}
