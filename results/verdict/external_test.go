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
		Workers: 2, Cores: 2, Window: 32, CPUs: 1.04, CPUsDoubled: 1.05, Upstream: .1, InFlight: 30,
		Growth: verdict.Gain{Mean: 1.01, Low: .97, High: 1.05, Pairs: 3},
	}
}

func TestObserveExternal(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*verdict.External)
		want   []verdict.Cause
		says   string
	}{
		{"serial", func(*verdict.External) {}, causes(verdict.Serialised), "1.04 of 1.90 cores used by 2 workers, throughput 1.01x (0.97-1.05, 3 pairs) at twice the window"},
		{"serial at the bounds", func(e *verdict.External) { e.CPUs, e.CPUsDoubled, e.Growth.Mean = 1.2, 1.2, 1.09 }, causes(verdict.Serialised), "One core does the work"},
		{"healthy", func(e *verdict.External) { e.CPUs, e.CPUsDoubled = 1.78, 1.8 }, causes(verdict.CPUSaturated), "The healthy end"},
		{"healthy, beside a busy upstream", func(e *verdict.External) { e.CPUs, e.CPUsDoubled, e.Upstream = 1.4, 1.4, .5 }, causes(verdict.CPUSaturated), "1.40 of 1.50"},
		{"many workers on few cores", func(e *verdict.External) { e.Workers, e.CPUs = 8, 1.8 }, causes(verdict.CPUSaturated), "8 workers"},
		{"neither", func(e *verdict.External) { e.CPUs, e.CPUsDoubled = 1.3, 1.3 }, nil, "not serial, and no limit reached"},
		{"the window is the limit", func(e *verdict.External) { e.CPUs, e.CPUsDoubled, e.Growth.Mean = .5, .95, 1.9 }, causes(verdict.WindowTooSmall), "More can be in flight"},
		{"a machine that became faster clears nobody", func(e *verdict.External) { e.Growth.Mean, e.Growth.High = 1.2, 1.3 }, causes(verdict.Serialised), "1.20x"},
		{"a queue", func(e *verdict.External) { e.CPUs, e.Queued = 1.0, 20 }, causes(verdict.UpstreamQueueing), "20.0 requests waited"},
		{"a queue that no longer matters", func(e *verdict.External) { e.CPUs, e.Queued = 1.8, 2 }, causes(verdict.CPUSaturated), "healthy"},
		{"a narrow link", func(e *verdict.External) { e.CPUs, e.CPUsDoubled = .3, .3 }, causes(verdict.Outside), "no core busy"},
		{"one worker", func(e *verdict.External) { e.Workers = 1 }, nil, "a second worker"},
		{"one core", func(e *verdict.External) { e.Cores = 1 }, nil, "a core for it"},
		{"no /proc", func(e *verdict.External) { e.Blind = true }, nil, "/proc"},
		{"no pair", func(e *verdict.External) { e.Growth = verdict.Gain{} }, nil, "samples at twice the window"},
		{"others", func(e *verdict.External) { e.Others = .6 }, nil, "a quiet machine"},
		{"no core to spare", func(e *verdict.External) { e.Upstream = .8 }, nil, "left 1.20"},
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
	if v := verdict.ObserveExternal(e); len(v.Rests()) == 0 {
		t.Error("the verdict rests on no figure")
	}
}
