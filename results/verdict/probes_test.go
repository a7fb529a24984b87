package verdict_test

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"collatebench/results/verdict"
)

// healthy is the evidence of a client at the roof of two cores, as measured: json of
// 512 KiB, a window of 32, decoded by each request's goroutine.
func healthy() verdict.Probes {
	return verdict.Probes{
		Window: 32, Responses: 64, Cores: 2, Allowed: 2, Shared: true, Direct: true, EffectiveCores: 1.8,
		Throughput: 180, BodyBytes: 512 << 10, CPUs: 1.82, Runnable: 9, GCShare: .07, Busy: .96, Overlap: 14,
		Response: .13, Headers: .02, Read: .004, DecodeWait: 1e-5, Decode: .075,
		UpstreamCPUs: known(.08), Service: known(.0105), Queue: known(1e-9), Others: known(0),
	}
}

// change returns the healthy evidence with one thing changed.
func change(with func(*verdict.Probes)) verdict.Probes {
	c := healthy()
	with(&c)
	return c
}

// idle makes the client wait most of the time.
func idle(c *verdict.Probes) {
	c.CPUs, c.Runnable, c.Busy, c.Overlap, c.Throughput = .4, .1, .3, 1.2, 60
	c.Decode, c.DecodeWait, c.Response, c.Headers = .008, 1e-5, .5, .011
}

func collector(c *verdict.Probes) {
	c.CPUs, c.Runnable, c.Busy, c.Overlap, c.Throughput = 1.06, .2, .97, 1, 105
	c.Decode, c.DecodeWait, c.Response, c.Headers = .0092, .21, .24, .012
	c.Limits = []verdict.Limit{{Name: "placement", Cause: verdict.Serialised, Roof: 107}}
}

var clients = []struct {
	name string
	c    verdict.Probes
	want []verdict.Cause
	says string
}{
	{"request at the roof", healthy(), causes(verdict.CPUSaturated), "1.82 of the 1.92 cores available"},
	{"neighbours starve", change(func(c *verdict.Probes) { c.SchedLatencyP99 = .045 }), causes(verdict.CPUSaturated), "Others starve"},
	{"others take a core", change(func(c *verdict.Probes) { c.CPUs, c.Others, c.Throughput = 1.4, known(.4), 140 }), causes(verdict.CPUSaturated), "1.40 of the 1.52"},
	{"one core", change(func(c *verdict.Probes) {
		collector(c)
		c.Cores, c.CPUs, c.EffectiveCores = 1, .97, 0
	}), causes(verdict.CPUSaturated), "with one core, decoding in turn is right"},
	{"collector", change(collector), causes(verdict.Serialised), "one goroutine decodes for 97% of the time; 1.06 of 2 cores"},
	{"a lock around the decoder", change(func(c *verdict.Probes) {
		collector(c)
		c.Overlap, c.Decode, c.DecodeWait = 24, .22, 1e-5
	}), causes(verdict.Serialised), "decodes take turns: 24.0"},
	{"three workers of eight", change(func(c *verdict.Probes) {
		collector(c)
		c.Cores, c.Simulated, c.CPUs, c.Overlap = 8, true, 2.95, 3
	}), causes(verdict.HiddenCap), "no more than 3.0 decodes run at a time"},
	{"a semaphore around the fetch", change(func(c *verdict.Probes) { idle(c); c.StartWait = .4 }), causes(verdict.HiddenCap), "limit of the client's own"},
	{"few connections", change(func(c *verdict.Probes) { idle(c); c.ConnWait = .4 }), causes(verdict.ConnectionPool), "wait for a connection"},
	{"a queue at the upstream", change(func(c *verdict.Probes) { idle(c); c.Queue, c.Headers = known(.4), .411 }), causes(verdict.UpstreamQueueing), "24.0 of 32 requests wait in the upstream's queue"},
	{"a thin link", change(func(c *verdict.Probes) { idle(c); c.Read = .4 }), causes(verdict.NetworkBound), "carries 31 MB/s"},
	{"a small window", change(func(c *verdict.Probes) {
		idle(c)
		c.Window, c.Headers, c.Response, c.Throughput = 2, .051, .06, 33
	}), causes(verdict.WindowTooSmall), "a window of 2 is full"},
	{"a slow upstream and a large window", change(func(c *verdict.Probes) { idle(c); c.Headers = .48 }), causes(verdict.WindowTooSmall), "480ms of a response's 500ms"},
	{"garbage", change(func(c *verdict.Probes) { c.GCShare = .5 }), causes(verdict.GCBound), "50% of the busy CPU time"},
	{"nothing stands out", change(func(c *verdict.Probes) { idle(c); c.Read, c.Queue, c.Headers = .1, known(.15), .25 }), causes(), "nothing stands out"},
	{"an upstream that does not tell its queue", change(func(c *verdict.Probes) {
		idle(c)
		c.Queue, c.Service, c.Headers = verdict.Number{}, verdict.Number{}, .48
	}),
		causes(), "28.8 were at the upstream, queued or served"},
	{"a load balancer before the upstream", change(func(c *verdict.Probes) { idle(c); c.Direct, c.Headers = false, .48 }), causes(), "28.2 were between the client and the upstream"},
	{"a full link to another host", change(func(c *verdict.Probes) { idle(c); c.Direct, c.Headers, c.Read = false, .25, .2 }), causes(verdict.NetworkBound), "26.4 of 32 requests are on the link"},
	{"a distant upstream, and few requests are on their way", change(func(c *verdict.Probes) { collector(c); c.Direct, c.Headers = false, .03 }), causes(verdict.Serialised), "1.06 of 2"},
	{"serial, with an upstream that does not tell its queue", change(func(c *verdict.Probes) { collector(c); c.Queue, c.Service = verdict.Number{}, verdict.Number{} }),
		causes(verdict.Serialised), "1.06 of 2 cores used"},
	{"a quota of one core", change(func(c *verdict.Probes) {
		collector(c)
		c.Cores, c.Allowed, c.CPUs = 1, 1, .94
	}), causes(verdict.CPUSaturated), "with one core, decoding in turn is right"},
	{"half a core", change(func(c *verdict.Probes) {
		collector(c)
		c.Cores, c.Allowed, c.CPUs = .5, .5, .49
	}), causes(verdict.CPUSaturated), "0.49 of 0.5 cores used"},
	{"a quota of four cores on 64", change(func(c *verdict.Probes) {
		c.Cores, c.Allowed, c.CPUs, c.Overlap, c.Runnable, c.EffectiveCores = 4, 4, 3.9, 27, .2, 3.6
	}), causes(verdict.CPUSaturated), "3.90 of the 3.92 cores available"},
	{"more used than was there", change(func(c *verdict.Probes) { c.CPUs, c.Others = 1.82, known(.3) }), causes(verdict.CPUSaturated), "1.82 of the 1.82 cores available"},
	{"others on cores that it could not use", change(func(c *verdict.Probes) { collector(c); c.Allowed, c.Others = 64, known(20) }), causes(verdict.Serialised), "1.06 of 2"},
	{"others on its own cores", change(func(c *verdict.Probes) { collector(c); c.Allowed, c.Others = 64, known(62.6) }), causes(), "a quiet machine"},
	{"two workers of two cores, with pauses", change(func(c *verdict.Probes) {
		collector(c)
		c.CPUs, c.Busy, c.Overlap = 1.5, .8, 1.9
	}), causes(), "nothing stands out"},
	{"serial, and its goroutines wait for a core", change(func(c *verdict.Probes) { collector(c); c.Runnable = 6 }), causes(), "nothing stands out"},
	{"serial, and most of the cores are used", change(func(c *verdict.Probes) { collector(c); c.CPUs = 1.6 }), causes(), "nothing stands out"},
	{"serial on 64 cores, with goroutines just woken", change(func(c *verdict.Probes) {
		collector(c)
		c.Cores, c.Allowed, c.EffectiveCores, c.Runnable = 64, 64, 0, 2.5
	}), causes(verdict.Serialised), "1.06 of 64 cores"},
	{"a lock, with a collector beside it", change(func(c *verdict.Probes) {
		collector(c)
		c.Cores, c.Allowed, c.EffectiveCores, c.CPUs, c.GCShare = 16, 16, 0, 1.7, .17
		c.Overlap, c.Decode, c.DecodeWait = 24, .22, 1e-5
	}), causes(verdict.Serialised), "decodes take turns"},
	{"headers that wait for a core", change(func(c *verdict.Probes) {
		c.Throughput, c.CPUs, c.Runnable, c.Response, c.Headers, c.Decode = 320, 1.4, 3, .1, .08, .012
		c.Busy, c.Overlap, c.Responses, c.EffectiveCores = .9, 2, 640, 0
	}), causes(), "nothing stands out"},
	{"an older line", change(func(c *verdict.Probes) { c.Response = 0 }), causes(), "the times of a response"},
}

func causes(c ...verdict.Cause) []verdict.Cause { return append([]verdict.Cause{}, c...) }

func TestObserve(t *testing.T) {
	for _, x := range clients {
		t.Run(x.name, func(t *testing.T) {
			v := verdict.Observe(x.c)
			if !slices.Equal(v.Causes, x.want) || !strings.Contains(v.Sentence, x.says) {
				t.Errorf("got %v, %q; want %v and %q", v.Causes, v.Sentence, x.want, x.says)
			}
			if (len(v.Causes) == 0) != (len(v.Missing) > 0) {
				t.Errorf("causes %v, missing %q", v.Causes, v.Missing)
			}
		})
	}
}

// TestEveryCauseIsAccountedFor: for any evidence each cause is exactly one of shown,
// ruled out by a figure, and uncertain.
func TestEveryCauseIsAccountedFor(t *testing.T) {
	all := causes(verdict.Serialised, verdict.HiddenCap, verdict.ConnectionPool, verdict.UpstreamQueueing,
		verdict.NetworkBound, verdict.WindowTooSmall, verdict.GCBound, verdict.CPUSaturated)
	rapid.Check(t, func(t *rapid.T) {
		f := func(name string, high float64) float64 { return rapid.Float64Range(0, high).Draw(t, name) }
		c := verdict.Probes{
			Window: rapid.IntRange(1, 64).Draw(t, "window"), Responses: 64, Cores: float64(rapid.IntRange(1, 16).Draw(t, "cores")), Allowed: 16,
			Throughput: f("throughput", 500) + 1, CPUs: f("cpus", 16), Runnable: f("runnable", 20), GCShare: f("gc", 1),
			Busy: f("busy", 1), Overlap: 1 + f("overlap", 60), StartWait: f("start", .1), ConnWait: f("conn", .1),
			Headers: f("headers", .1), Read: f("read", .1), DecodeWait: f("wait", .1), Decode: f("decode", .1),
			UpstreamCPUs: number(t, "upstream", 1), Service: number(t, "service", .1), Queue: number(t, "queue", .1), Others: number(t, "others", 3), Shared: true,
		}
		c.Response = c.StartWait + c.ConnWait + c.Headers + c.Read + c.DecodeWait + c.Decode + 1e-6
		v := verdict.Observe(c)
		if len(v.Missing) > 0 && len(v.Evidence) > 0 && strings.Contains(v.Sentence, "a quiet machine") {
			return // others took too much of the cores: nothing is said of any cause
		}
		ways := map[verdict.Cause]int{}
		for _, shown := range v.Causes {
			ways[shown]++
		}
		for _, r := range v.RuledOut {
			ways[r.Cause]++
			if r.Because == "" {
				t.Errorf("%s is ruled out by nothing", r.Cause)
			}
		}
		for _, u := range v.Uncertain {
			name, _, _ := strings.Cut(u, ":")
			ways[verdict.Cause(name)]++
		}
		for _, cause := range all {
			if ways[cause] != 1 {
				t.Errorf("%s is told of in %d ways: %+v", cause, ways[cause], v)
			}
		}
		if v.PredictedGain < 0 || strings.Contains(v.Sentence, "NaN") {
			t.Errorf("%+v", v)
		}
	})
}

// number draws a number that may be unknown.
func number(t *rapid.T, name string, high float64) verdict.Number {
	if rapid.Bool().Draw(t, name+" is unknown") {
		return verdict.Number{}
	}
	return known(rapid.Float64Range(0, high).Draw(t, name))
}

// TestPredict checks roofs against values worked out by hand.
func TestPredict(t *testing.T) {
	c := verdict.Probes{ // 10 ms of CPU a response, no upstream to speak of
		Window: 32, Responses: 1000, Cores: 8, Allowed: 8, Queue: known(0), EffectiveCores: 8,
		Throughput: 100, CPUs: 1, Busy: 1, Overlap: 1, Response: .32, DecodeWait: .3, Decode: .01,
		Limits: []verdict.Limit{{Name: "placement", Cause: verdict.Serialised, Roof: 100}, {Name: "queue", Cause: verdict.UpstreamQueueing, Roof: 250}},
	}
	for _, x := range []struct {
		name   string
		with   func(*verdict.Probes)
		window float64
		lifted []string
		want   float64
	}{
		{"nothing lifted, nothing gained", nil, 1, nil, 1},
		{"the queue is next", nil, 1, []string{"placement"}, 2.5},
		{"the cores are next", nil, 1, []string{"placement", "queue"}, 8},
		{"cores that share their units", func(c *verdict.Probes) { c.EffectiveCores = 5 }, 1, []string{"placement", "queue"}, 5},
		{"decoding that was measured while all cores decode", func(c *verdict.Probes) { c.Decoding = .016 }, 1, []string{"placement", "queue"}, 8. / 1.6},
		{"cores that were not asked", func(c *verdict.Probes) { c.EffectiveCores = 0 }, 1, []string{"placement", "queue"}, 8},
		{"a client that crowds some of the cores already", func(c *verdict.Probes) { c.EffectiveCores, c.CPUs = 5, 4.5 }, 1, []string{"placement", "queue"}, 8 * .97 / (4.47 * 1.6 / (1 + .5*.6))},
		{"work beside decoding, which a busy client does at half the cost", func(c *verdict.Probes) { c.Decoding, c.CPUs = .016, 2 }, 1, []string{"placement", "queue"}, 8 * .97 / (1.6 + .5*.97)},
		{"others take half", func(c *verdict.Probes) { c.Others = known(4) }, 1, []string{"placement", "queue"}, 4},
		{"an upstream beside cores that the client can't use", func(c *verdict.Probes) { c.Shared, c.UpstreamCPUs, c.Allowed = true, known(.25), 64 }, 1, []string{"placement", "queue"}, 8},
		{"simulated cores attain their roof", func(c *verdict.Probes) { c.Simulated = true }, 1, []string{"placement", "queue"}, 8},
		{"the upstream takes its part", func(c *verdict.Probes) { c.Shared, c.UpstreamCPUs = true, known(.25) }, 1, []string{"placement", "queue"}, 8 / 1.25},
		{"the window is next", func(c *verdict.Probes) { c.Window, c.Service, c.Headers = 4, known(.01), .01 }, 1, []string{"placement", "queue"}, 2},
		{"a limit that was passed", func(c *verdict.Probes) { c.Limits[0].Roof = 50 }, 1, nil, 1},
		{"idle cores, which the probes and an idle upstream use", func(c *verdict.Probes) {
			c.CPUs, c.Shared, c.UpstreamCPUs, c.Throughput = .13, true, known(.08), 10
		}, 1, []string{"placement", "queue"}, 8 * .97 / (.1 + .05)},
		{"the first body of an op", func(c *verdict.Probes) {
			c.Window, c.Responses, c.Service, c.Headers, c.Read = 3200, 40, known(.04), .04, .02
		}, 1, []string{"placement", "queue"}, 40 / (40*.01/8 + .06) / 100},
		{"full cores cost what they cost", func(c *verdict.Probes) { c.EffectiveCores, c.CPUs, c.Others = 5, 3.45, known(4) }, 1, []string{"placement", "queue"}, .97 * 4 / 3.42},
		{"full cores, and a calibration of another cost", func(c *verdict.Probes) { c.Decoding, c.CPUs = .03, 6.9 }, 1, []string{"placement", "queue"}, .97 * 8 / 6.87},
		{"an upstream that does not tell its queue, and the same window", func(c *verdict.Probes) { c.Window, c.Queue, c.Headers = 3200, verdict.Number{}, .2 }, 1, []string{"placement"}, 2.5},
	} {
		e := c
		e.Limits = slices.Clone(c.Limits)
		if x.with != nil {
			x.with(&e)
		}
		if got := e.Predict(x.window, x.lifted...); got < .95*x.want || got > 1.05*x.want {
			t.Errorf("%s: got %.3f, want %.3f", x.name, got, x.want)
		}
	}
}

// TestWindowRoof: a window in which no request waits does what it was seen to do, and one in
// which they wait would do more without the waits. Each response takes 10 ms at the upstream,
// and 10 ms of decoding.
func TestWindowRoof(t *testing.T) {
	base := verdict.Probes{
		Window: 4, Responses: 1 << 20, Cores: 64, Allowed: 64, Queue: known(0), Service: known(.01),
		Throughput: 100, CPUs: 1, Busy: .7, Overlap: 1, Response: .02, Headers: .01, Decode: .01,
	}
	for _, x := range []struct {
		name string
		with func(*verdict.Probes)
		want float64
	}{
		{"none waits", func(*verdict.Probes) {}, 1},
		{"before it is sent", func(c *verdict.Probes) { c.StartWait = .02 }, 2},
		{"for a connection", func(c *verdict.Probes) { c.ConnWait = .02 }, 2},
		{"in the upstream's queue", func(c *verdict.Probes) { c.Queue, c.Headers = known(.02), .03 }, 2},
		{"for the decoder", func(c *verdict.Probes) { c.DecodeWait = .02 }, 2},
		{"within decoding", func(c *verdict.Probes) { c.Decode = .03 }, 2},
		{"for the link", func(c *verdict.Probes) { c.Read = .02 }, 2},
		{"for a core that reads the headers", func(c *verdict.Probes) { c.Headers, c.Runnable = .03, 5 }, 2},
		{"for its turn", func(c *verdict.Probes) { c.Response = .04 }, 2},
	} {
		c := base
		x.with(&c)
		c.Response = max(c.Response, c.StartWait+c.ConnWait+c.Headers+c.Read+c.DecodeWait+c.Decode)
		if got := c.Predict(1); got < .95*x.want || got > 1.05*x.want {
			t.Errorf("a request waits %s: %.2fx without that, want %.2fx", x.name, got, x.want)
		}
	}
}

// TestSuspectsBeginWithTheObserved: what is shown comes before what is only not ruled out.
func TestSuspectsBeginWithTheObserved(t *testing.T) {
	more := 0
	for _, c := range clients {
		shown, suspects := verdict.Observe(c.c).Causes, verdict.Suspects(c.c)
		if len(suspects) < len(shown) || !slices.Equal(suspects[:len(shown)], shown) {
			t.Errorf("%s: observed %v, suspects %v", c.name, shown, suspects)
		}
		more += len(suspects) - len(shown)
	}
	if more == 0 {
		t.Error("nothing was left open")
	}
}

// TestAssumptions: a gain on cores whose scaling was not measured takes them for as many.
func TestAssumptions(t *testing.T) {
	for effective, doubted := range map[float64]bool{0: true, 1.8: false} {
		v := verdict.Observe(change(func(c *verdict.Probes) { collector(c); c.EffectiveCores = effective }))
		if got := strings.Contains(strings.Join(v.Assumptions, "; "), "2 cores do 2 times what one does"); got != doubted || v.PredictedGain <= 1 {
			t.Errorf("%v effective cores: %.2fx assumes %q", effective, v.PredictedGain, v.Assumptions)
		}
	}
}

// TestWindowDoubles: twice the window gives twice the throughput if nothing else
// limits.
func TestWindowDoubles(t *testing.T) {
	c := change(func(c *verdict.Probes) {
		idle(c)
		c.Window, c.Headers, c.Response, c.Throughput, c.CPUs = 2, .051, .06, 33, .2
	})
	if got := c.Predict(2); got < 1.9 || got > 2.05 {
		t.Errorf("twice the window: %.2f", got)
	}
	if got := c.Predict(64); got > 9 {
		t.Errorf("64 times the window: %.2f, beyond the roof of the cores", got)
	}
}

// TestPredictKnowsTheWayThere: a distant upstream limits a small window, however fast
// it answers.
func TestPredictKnowsTheWayThere(t *testing.T) {
	c := change(func(c *verdict.Probes) {
		collector(c)
		c.Window, c.Headers, c.Response, c.DecodeWait, c.EffectiveCores, c.Cores, c.Allowed = 8, .1, .14, .02, 0, 16, 16
	})
	if got := c.Predict(1, "placement"); got > 1 {
		t.Errorf("%.2fx, though eight requests of 110 ms make 72 a second at most, and 105 were seen", got)
	}
}

// TestHeldResponses: responses that are decoded and wait for their turn do not mean
// that the window is too small.
func TestHeldResponses(t *testing.T) {
	v := verdict.Observe(change(func(c *verdict.Probes) { idle(c); c.Headers = .06 }))
	if len(v.Causes) != 0 || !strings.Contains(v.Sentence, "waited for their turn") {
		t.Errorf("got %v, %s", v.Causes, v.Sentence)
	}
}

// TestRests: each verdict names two or three figures of its evidence, so no name in
// the rules is misspelt.
func TestRests(t *testing.T) {
	seen := map[verdict.Cause]bool{}
	for _, c := range clients {
		v := verdict.Observe(c.c)
		if len(v.Causes) == 0 {
			if len(v.Rests()) != 0 {
				t.Errorf("%s: no verdict rests on %v", c.name, v.Rests())
			}
			continue
		}
		seen[v.Causes[0]] = true
		if n := len(v.Rests()); n < 2 || n > 3 {
			t.Errorf("%s: %s rests on %v", c.name, v.Causes[0], v.Rests())
		}
	}
	if len(seen) < 8 {
		t.Errorf("only %v were seen", seen)
	}
}

func TestFigureText(t *testing.T) {
	for _, c := range []struct {
		figure verdict.Figure
		want   string
	}{
		{verdict.Figure{Value: 1.0649, Unit: "cores"}, "1.06 cores"},
		{verdict.Figure{Value: .2, Unit: "s/response"}, "200ms"},
		{verdict.Figure{Value: 12.48, Unit: "goroutines"}, "12.5 goroutines"},
		{verdict.Figure{Value: 256.5, Unit: "goroutines"}, "256 goroutines"},
		{verdict.Figure{Value: .975, Unit: "share"}, "98%"},
	} {
		if got := c.figure.String(); got != c.want {
			t.Errorf("%+v reads %q, want %q", c.figure, got, c.want)
		}
	}
}

// TestUntold: what an upstream does not tell is neither its fault nor its merit, and gains
// that rest on it are not promised.
func TestUntold(t *testing.T) {
	silent := change(func(c *verdict.Probes) { idle(c); c.Queue, c.Headers = verdict.Number{}, .48 })
	v := verdict.Observe(silent)
	for _, r := range v.RuledOut {
		if r.Cause == verdict.UpstreamQueueing || r.Cause == verdict.WindowTooSmall {
			t.Errorf("%s is ruled out by %q", r.Cause, r.Because)
		}
	}
	for _, f := range v.Evidence {
		if f.Name == "queue" {
			t.Errorf("a queue of %v is shown", f.Value)
		}
	}
	if got := verdict.Untold(silent); !slices.Equal(got, causes(verdict.UpstreamQueueing)) {
		t.Errorf("untold: %v", got)
	}
	if got := verdict.Suspects(silent); !slices.Contains(got, verdict.WindowTooSmall) || !slices.Contains(got, verdict.UpstreamQueueing) {
		t.Errorf("suspects: %v", got)
	}
	if got := silent.Predict(2); got != 0 {
		t.Errorf("twice the window is promised to give %.2fx", got)
	}
	for name, with := range map[string]func(*verdict.Probes){
		"some are there, and more are elsewhere": func(c *verdict.Probes) { c.Headers, c.Read = .15, .25 },
		"the cores are full":                     func(c *verdict.Probes) { c.CPUs = 1.9 },
	} {
		c := silent
		with(&c)
		if got := verdict.Untold(c); len(got) > 0 {
			t.Errorf("%s: %v", name, got)
		}
	}
	balanced := change(func(c *verdict.Probes) { idle(c); c.Direct, c.Headers = false, .48 })
	if got := balanced.Predict(2); got != 0 || !slices.Equal(verdict.Untold(balanced), causes(verdict.UpstreamQueueing)) {
		t.Errorf("behind a load balancer, twice the window is promised to give %.2fx; untold is %v", got, verdict.Untold(balanced))
	}
	few := change(func(c *verdict.Probes) { collector(c); c.Queue = verdict.Number{} })
	v = verdict.Observe(few)
	if len(verdict.Untold(few)) != 0 || !slices.ContainsFunc(v.RuledOut, func(r verdict.RuledOut) bool {
		return r.Cause == verdict.UpstreamQueueing && strings.Contains(r.Because, "were at the upstream")
	}) {
		t.Errorf("few requests are at the upstream, and they may queue there: %+v", v.RuledOut)
	}
}
