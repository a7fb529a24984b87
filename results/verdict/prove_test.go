package verdict_test

import (
	"slices"
	"strings"
	"testing"

	"collatebench/results/verdict"
)

func gain(mean, low, high float64) verdict.Gain {
	return verdict.Gain{Mean: mean, Low: low, High: high, Pairs: 8}
}

func link(cause verdict.Cause, before verdict.Probes, predicted float64, g, whole verdict.Gain) verdict.Link {
	return verdict.Link{
		Evidence: before, Whole: whole, Promised: predicted,
		Intervention: verdict.Intervention{Name: "mending " + string(cause), Change: "x=y", Cause: cause, Predicted: predicted, Measured: g},
	}
}

func TestProve(t *testing.T) {
	serial, queued := change(collector), change(func(c *verdict.Probes) { idle(c); c.Queue, c.Headers = known(.4), .411 })
	fast, none := gain(1.8, 1.6, 2), gain(1.02, .95, 1.1)
	flat := link(verdict.UpstreamQueueing, queued, 0, none, none)
	flat.Flat = true
	flatGain := func(g verdict.Gain) []verdict.Link {
		l := link(verdict.UpstreamQueueing, queued, 0, g, g)
		l.Flat = true
		return []verdict.Link{l}
	}
	perhaps := verdict.Intervention{Name: "decoding in parallel", Cause: verdict.Serialised, Measured: gain(1.4, .9, 2.1)}
	parallel := verdict.Intervention{Name: "decoding in parallel", Cause: verdict.Serialised, Measured: fast}
	for _, x := range []struct {
		name   string
		base   verdict.Probes
		chain  []verdict.Link
		asides []verdict.Intervention
		want   []verdict.Cause
		says   string
	}{
		{"proven", serial, []verdict.Link{link(verdict.Serialised, serial, 1.9, fast, fast)}, nil,
			causes(verdict.Serialised), "Mending serialised was predicted to give 1.90x and gave 1.80x (1.60-2.00, 8 pairs)."},
		{"no gain", serial, []verdict.Link{link(verdict.Serialised, serial, 1.9, none, none)}, nil,
			causes(), "no verdict: it looks serialised, but mending serialised gave 1.02x"},
		{"a gain that may be chance", serial, []verdict.Link{link(verdict.Serialised, serial, 1.9, gain(1.5, .9, 2.4), fast)}, nil,
			causes(), "no verdict"},
		{"one pair", serial, []verdict.Link{link(verdict.Serialised, serial, 1.9, verdict.Gain{Mean: 2, Pairs: 1}, fast)}, nil,
			causes(), "no verdict"},
		{"no intervention", serial, nil, nil, causes(), "no intervention on it was measured"},
		{"stacked", serial, []verdict.Link{link(verdict.Serialised, serial, 1.9, fast, fast), link(verdict.UpstreamQueueing, queued, 3, gain(1.6, 1.4, 1.8), gain(3, 2.8, 3.3))}, nil,
			causes(verdict.Serialised, verdict.UpstreamQueueing), "serialised, then upstream-queueing: window 32"},
		{"what lies behind is not proven", serial, []verdict.Link{link(verdict.Serialised, serial, 1.9, fast, fast), link(verdict.UpstreamQueueing, queued, 3, none, fast)}, nil,
			causes(verdict.Serialised), "serialised: window 32"},
		{"an upstream that can't be helped", queued, []verdict.Link{flat}, nil, causes(verdict.UpstreamQueueing), "gave 1.02x (0.95-1.10, 8 pairs): no less."},
		{"half the window does more", queued, flatGain(gain(1.3, 1.2, 1.4)), nil, causes(), "no verdict: it looks upstream-queueing, but"},
		{"half the window may do less", queued, flatGain(gain(.96, .7, 1.3)), nil, causes(), "no verdict: it looks upstream-queueing, but"},
		{"full cores that parallel decoding may have helped by chance", healthy(), []verdict.Link{link(verdict.CPUSaturated, healthy(), 0, gain(6, 5.5, 6.5), gain(6, 5.5, 6.5))},
			[]verdict.Intervention{perhaps}, causes(verdict.CPUSaturated), "the roof of these cores"},
		{"full cores at last, and what parallel decoding gave before", serial, []verdict.Link{link(verdict.Serialised, serial, 1.9, fast, fast), link(verdict.CPUSaturated, healthy(), 0, gain(6, 5.5, 6.5), gain(6, 5.5, 6.5))},
			[]verdict.Intervention{parallel}, causes(verdict.Serialised, verdict.CPUSaturated), "serialised, then cpu-saturated: "},
		{"full cores", healthy(), []verdict.Link{link(verdict.CPUSaturated, healthy(), 0, gain(6, 5.5, 6.5), gain(6, 5.5, 6.5))}, nil,
			causes(verdict.CPUSaturated), "the roof of these cores"},
		{"full cores that parallel decoding helps", healthy(), []verdict.Link{link(verdict.CPUSaturated, healthy(), 0, gain(6, 5.5, 6.5), gain(6, 5.5, 6.5))},
			[]verdict.Intervention{parallel}, causes(), "no verdict: it looks cpu-saturated, but decoding in parallel gave 1.80x"},
		{"memory buys a little", healthy(), []verdict.Link{link(verdict.GCBound, healthy(), 1.2, gain(1.15, 1.1, 1.2), fast)}, nil, causes(), "no verdict"},
	} {
		t.Run(x.name, func(t *testing.T) {
			v := verdict.Prove(x.base, x.chain, x.asides)
			if !slices.Equal(v.Causes, x.want) || !strings.Contains(v.Sentence, x.says) {
				t.Errorf("got %v, %q; want %v and %q", v.Causes, v.Sentence, x.want, x.says)
			}
			if n := strings.Count(v.Sentence, "\n"); n > 4 {
				t.Errorf("%d lines:\n%s", n+1, v.Sentence)
			}
			if len(v.Interventions) != len(x.chain)+len(x.asides) {
				t.Errorf("%d interventions are told of, %d were made", len(v.Interventions), len(x.chain)+len(x.asides))
			}
			if (len(v.Causes) == 0) != (len(v.Missing) > 0) {
				t.Errorf("causes %v, missing %q", v.Causes, v.Missing)
			}
			for _, r := range v.RuledOut {
				if slices.Contains(v.Causes, r.Cause) {
					t.Errorf("%s is proven, and ruled out by %q", r.Cause, r.Because)
				}
			}
		})
	}
}

// TestChainEndsUnproven: what stands on an intervention that proved nothing proves nothing
// either.
func TestChainEndsUnproven(t *testing.T) {
	serial, fast, none := change(collector), gain(1.8, 1.6, 2), gain(1.02, .95, 1.1)
	v := verdict.Prove(serial, []verdict.Link{
		link(verdict.Serialised, serial, 1.9, fast, fast),
		link(verdict.UpstreamQueueing, serial, 3, none, fast),
		link(verdict.WindowTooSmall, serial, 6, fast, gain(3.2, 3, 3.4)),
	}, nil)
	if !slices.Equal(v.Causes, causes(verdict.Serialised)) || v.PredictedGain != 1.9 {
		t.Errorf("%v, %.2fx: %s", v.Causes, v.PredictedGain, v.Sentence)
	}
}

// TestStackedGain: the gains are of all causes together, and full cores add none.
func TestStackedGain(t *testing.T) {
	serial := change(collector)
	v := verdict.Prove(serial, []verdict.Link{
		link(verdict.Serialised, serial, 1.9, gain(1.8, 1.6, 2), gain(1.8, 1.6, 2)),
		link(verdict.WindowTooSmall, serial, 3.6, gain(1.9, 1.7, 2.1), gain(3.4, 3.1, 3.7)),
	}, nil)
	if v.PredictedGain != 3.6 || v.MeasuredGain == nil || v.MeasuredGain.Mean != 3.4 {
		t.Errorf("predicted %v, measured %v", v.PredictedGain, v.MeasuredGain)
	}
	v = verdict.Prove(healthy(), []verdict.Link{link(verdict.CPUSaturated, healthy(), 0, gain(6, 5, 7), gain(6, 5, 7))}, nil)
	if v.PredictedGain != 0 || v.MeasuredGain != nil {
		t.Errorf("the healthy end promises %v", v.PredictedGain)
	}
	flat := link(verdict.UpstreamQueueing, serial, 0, gain(1.02, .95, 1.1), gain(1.02, .95, 1.1))
	flat.Flat = true
	if v = verdict.Prove(serial, []verdict.Link{flat}, nil); len(v.Causes) != 1 || v.PredictedGain != 0 || v.MeasuredGain != nil {
		t.Errorf("%v: half the window promises %v, and gave %v", v.Causes, v.PredictedGain, v.MeasuredGain)
	}
}

// TestLinkThatIsNotOurs: half the window does as much over a full link; but if the bodies come sooner
// without decoding, it was the client that read slowly.
func TestLinkThatIsNotOurs(t *testing.T) {
	over := change(func(c *verdict.Probes) { idle(c); c.Direct, c.Headers, c.Read = false, .25, .2 })
	gave := func(mean float64) verdict.Gain {
		return verdict.Gain{Mean: mean, Low: mean * .98, High: mean * 1.02, Pairs: 4}
	}
	half := verdict.Intervention{Name: "halving the window", Cause: verdict.NetworkBound, Flat: true, Measured: gave(1.01)}
	without := verdict.Intervention{Name: "leaving decoding out", Aside: true, Measured: gave(1.02)}
	prove := func(i verdict.Intervention) verdict.Verdict {
		return verdict.Prove(over, []verdict.Link{{Intervention: i, Evidence: over, Whole: i.Measured}}, []verdict.Intervention{without})
	}
	if v := prove(half); !slices.Equal(v.Causes, causes(verdict.NetworkBound)) || !strings.Contains(v.Sentence, "Halving the window gave 1.01x") {
		t.Errorf("%q: %s", v.Causes, v.Sentence)
	}
	without.Measured = gave(1.4)
	if v := prove(half); len(v.Causes) > 0 || !strings.Contains(v.Sentence, "leaving decoding out gave 1.40x") {
		t.Errorf("a slow reader: %q: %s", v.Causes, v.Sentence)
	}
	half.Measured, without.Measured = gave(.55), gave(1)
	if v := prove(half); len(v.Causes) > 0 {
		t.Errorf("a long way: %q: %s", v.Causes, v.Sentence)
	}
}
