package evidence_test

import (
	"math"
	"strings"
	"testing"

	"collatebench/bench"
	"collatebench/internal/allowance"
	"collatebench/results"
	"collatebench/results/evidence"
	"collatebench/results/resultstest"
	"collatebench/results/stats"
	"collatebench/results/verdict"
)

func near(got, want float64) bool { return math.Abs(got-want) <= 1e-3*math.Abs(want) }

// TestLimits: each setting that caps a cell has its roof in responses a second. A response
// is 100 ms in the upstream's queue, 10 ms served, 4 ms read and 11 ms decoded.
func TestLimits(t *testing.T) {
	s := stage{perSecond: 50, cpus: 1, busy: .8, overlap: 1, wait: 300, decode: 11, queue: 100, read: 4, ms: 500}
	for settings, want := range map[string]verdict.Limit{
		"workers=1":                       {Name: "workers", Cause: verdict.Serialised, Roof: 1 / .011},
		"workers=2":                       {Name: "workers", Cause: verdict.HiddenCap, Roof: 2 / .011},
		"fetches=4":                       {Name: "fetches", Cause: verdict.HiddenCap, Roof: 4 / .014},
		"conns=3":                         {Name: "conns", Cause: verdict.ConnectionPool, Roof: 3 / .014},
		"queue=2":                         {Name: "queue", Cause: verdict.UpstreamQueueing, Roof: 2 / .010},
		"bandwidth=20MiBps":               {Name: "bandwidth", Cause: verdict.NetworkBound, Roof: 20},
		"bandwidth=20MiBps/from=memory":   {},
		"bandwidth=20MiBps/encoding=gzip": {}, // how small the bodies are is not recorded
	} {
		c, err := bench.ReadCell("placement=pool/size=1MiB/procs=2/" + settings)
		if err != nil {
			t.Fatal(err)
		}
		p := probesOf(t, c.Name(), s, nil)
		if want.Name == "" {
			if len(p.Limits) > 0 || p.BodyBytes != 0 {
				t.Errorf("%s: limits %+v, bodies of %v bytes", settings, p.Limits, p.BodyBytes)
			}
			continue
		}
		if len(p.Limits) != 1 || p.Limits[0].Name != want.Name || p.Limits[0].Cause != want.Cause || !near(p.Limits[0].Roof, want.Roof) {
			t.Errorf("%s: limits %+v, want %+v", settings, p.Limits, want)
		}
	}
}

// TestCoresUnderAQuota: two threads that share the time of 1.5 cores do three quarters of what
// two cores do.
func TestCoresUnderAQuota(t *testing.T) {
	const cell = "codec=json/placement=pool/window=32/size=1MiB-2"
	info := resultstest.Info(cell)
	info.Machine.Allowance = &allowance.Allowance{Cores: 64, Quota: 1.5}
	info.Scalings = bench.Scalings{{Procs: 2, Codec: "json", Encoding: "identity", Size: 1 << 20, CostTogether: .02, EffectiveCores: 1.8, Low: 1.6, High: 2, Pairs: 3}}
	v, err := stats.NewValues(info, resultstest.Rounds(t, []string{cell}, 2))
	if err != nil {
		t.Fatal(err)
	}
	p := evidence.Probes(v, v.Cells[0], info)
	if p.Cores != 1.5 || p.Allowed != 1.5 || !near(p.EffectiveCores, 1.35) || !near(p.EffectiveCoresLow, 1.2) || !near(p.EffectiveCoresHigh, 1.5) {
		t.Errorf("%v of %v cores, %v effective ones (%v to %v)", p.Cores, p.Allowed, p.EffectiveCores, p.EffectiveCoresLow, p.EffectiveCoresHigh)
	}
}

// TestUpstreamThatDoesNotTellItsCPUTime: on this machine its process tells; elsewhere nobody.
func TestUpstreamThatDoesNotTellItsCPUTime(t *testing.T) {
	const cell = "codec=json/placement=pool/window=32/size=1MiB-2"
	s := stage{perSecond: 50, cpus: 1, busy: .8, overlap: 1, wait: 300, decode: 11, read: 4, ms: 400}.sample(t, cell, 1, 1)
	s.Line = strings.Replace(s.Line, " 0.05 upstream-cpus", "", 1)
	s.UpstreamCPU, s.ClientCPU, s.Seconds = .5, 2, 2.5
	for upstream, want := range map[string]verdict.Number{"": verdict.Known(.2), "http://10.0.0.7:80": {}} {
		info := resultstest.Info(cell)
		info.Upstream = upstream
		v, err := stats.NewValues(info, []results.Sample{s})
		if err != nil {
			t.Fatal(err)
		}
		if got := evidence.Probes(v, v.Cells[0], info).UpstreamCPUs; got.Known() != want.Known() || got.Or(0) != want.Or(0) {
			t.Errorf("upstream %q used %v cores, want %v", upstream, got, want)
		}
	}
}

// TestExternal: means over the time of all rounds, of a client that is twice as fast at twice
// the window, over a link of 200 MiB/s.
func TestExternal(t *testing.T) {
	var cells []string
	for _, window := range []string{"32", "64"} {
		c, err := bench.ReadCell("placement=request/size=1MiB/procs=2/bandwidth=200MiBps/window=" + window)
		if err != nil {
			t.Fatal(err)
		}
		cells = append(cells, c.Name())
	}
	made := func(change func(*results.Info, []results.Sample)) verdict.External {
		info, samples := resultstest.Info(cells...), resultstest.Rounds(t, cells, 2)
		for i := range samples {
			seconds := 2 / (1 + .01*float64(samples[i].Round))
			e := results.External{Seconds: seconds, CPU: .8 * seconds, CPUOver: seconds, Upstream: .3 * seconds, Responses: 100, Queue: new(3 * seconds), InFlight: new(20 * seconds)}
			if samples[i].Cell == cells[1] {
				e.Responses, e.CPU, e.CPUOver = 200, .7*seconds, .5*seconds
			}
			samples[i].External = &e
		}
		change(&info, samples)
		v, err := stats.NewValues(info, samples)
		if err != nil {
			t.Fatal(err)
		}
		return evidence.External(v, stats.Doublings(v.Cells)[0], info)
	}
	e := made(func(*results.Info, []results.Sample) {})
	if !near(e.CPUs.Value(), .8) || !near(e.CPUsDoubled.Value(), 1.4) || !near(e.Upstream.Value(), .3) || !near(e.Queued.Value(), 3) || !near(e.InFlight.Value(), 20) ||
		!near(e.Growth.Mean, 2) || !near(e.Link.Value(), 50.75/200) {
		t.Errorf("%+v", e)
	}
	e = made(func(info *results.Info, _ []results.Sample) { info.Upstream = "http://10.0.0.7:80" })
	if e.Link.Known() || !e.Upstream.Known() || e.Upstream.Value() != 0 {
		t.Errorf("elsewhere: link %v, the upstream used %v of these cores", e.Link, e.Upstream)
	}
	e = made(func(_ *results.Info, samples []results.Sample) { samples[len(samples)-2].External.Queue = nil })
	if e.Queued.Known() || !e.InFlight.Known() {
		t.Errorf("a queue that one sample does not tell: %v, in flight %v", e.Queued, e.InFlight)
	}
}
