package verdict_test

import (
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"collatebench/results/verdict"
)

// A client is a model of one: a closed loop of a window of requests through delay, queue,
// link and decoder. Times are seconds a response; CPU time too.
type client struct {
	window  int
	procs   int     // GOMAXPROCS
	allowed float64 // cores, or a quota

	latency    float64
	queue      int // requests that the upstream serves at a time; 0: all
	service    float64
	link       float64 // time that a body takes the link
	decode     float64
	workers    int     // that decode at a time; 0: each request's goroutine
	lock       bool    // workers is 1, as a lock in the decoder: all begin at once
	collecting float64 // CPU time of the collector over that of decoding
	reading    float64
	upstream   float64 // CPU time of the upstream, on the same cores
	spinning   float64 // cores that a poll uses, seen from outside
}

// cost is the CPU time of a response.
func (c client) cost() float64 { return c.decode*(1+c.collecting) + c.reading }

// coreRate is the speed that the cores allow.
func (c client) coreRate() float64 {
	return min((c.allowed-c.spinning)/(c.cost()+c.upstream), float64(c.procs)/c.cost())
}

// rates are the speeds of decoding with n responses there, responses a second.
func (c client) decoding(n int) float64 {
	at := float64(n)
	if c.workers > 0 {
		at = min(at, float64(c.workers))
	}
	return min(at/c.decode, c.coreRate())
}

// solve gives the throughput and, for each station, the distribution of the requests that
// are there: the product form of a closed network.
func (c client) solve() (perSecond float64, at map[string][]float64) {
	scale := 1 / min(c.decoding(c.window), 1/max(c.link, 1e-9), c.queueRate(c.window))
	stations := map[string]func(n int) float64{ // the factor that the n-th request adds
		"latency": func(n int) float64 { return c.latency / scale / float64(n) },
		"decode":  func(n int) float64 { return 1 / (c.decoding(n) * scale) },
	}
	if c.queue > 0 {
		stations["queue"] = func(n int) float64 { return 1 / (c.queueRate(n) * scale) }
	}
	if c.link > 0 {
		stations["link"] = func(int) float64 { return c.link / scale }
	}
	factors := map[string][]float64{}
	for name, factor := range stations {
		f := []float64{1}
		for n := 1; n <= c.window; n++ {
			f = append(f, f[n-1]*factor(n))
		}
		factors[name] = f
	}
	all := c.convolve(factors, "")
	at = map[string][]float64{}
	for name, f := range factors {
		others := c.convolve(factors, name)
		p := make([]float64, c.window+1)
		for n := range p {
			p[n] = f[n] * others[c.window-n] / all[c.window]
		}
		at[name] = p
	}
	return all[c.window-1] / all[c.window] / scale, at
}

func (c client) queueRate(n int) float64 {
	if c.queue == 0 {
		return math.Inf(1)
	}
	return min(float64(n), float64(c.queue)) / c.service
}

// convolve leaves one station out.
func (c client) convolve(factors map[string][]float64, without string) []float64 {
	g := make([]float64, c.window+1)
	g[0] = 1
	for name, f := range factors {
		if name == without {
			continue
		}
		next := make([]float64, len(g))
		for n := range next {
			for k := range n + 1 {
				next[n] += f[k] * g[n-k]
			}
		}
		g = next
	}
	return g
}

// mean is the mean of a function of the number of requests at a station.
func mean(p []float64, of func(n float64) float64) float64 {
	sum := 0.0
	for n, share := range p {
		sum += share * of(float64(n))
	}
	return sum
}

func same(n float64) float64 { return n }

// probes is what the client's probes and its upstream would report.
func (c client) probes() verdict.Probes {
	x, at := c.solve()
	decoders := at["decode"]
	population, busy := mean(decoders, same), 1-decoders[0]
	begun := population
	if c.workers > 0 && !c.lock {
		begun = mean(decoders, func(n float64) float64 { return min(n, float64(c.workers)) })
	}
	p := verdict.Probes{
		Window: c.window, Responses: 8 * c.window, Cores: min(float64(c.procs), c.allowed), Allowed: c.allowed, Shared: true,
		Others: known(0), Throughput: x, BodyBytes: 1 << 20, CPUs: x*c.cost() + .03,
		GCShare: c.decode * c.collecting / c.cost(), Busy: busy, Overlap: max(1, begun/busy), Runnable: .1,
		Response: float64(c.window) / x, Headers: c.latency, Read: .0005,
		Decode: begun / x, DecodeWait: (population - begun) / x,
		UpstreamCPUs: known(x * c.upstream), Service: known(c.latency), Queue: known(0),
	}
	if c.workers == 0 {
		// Under a quota the threads of the process are stopped, and goroutines do not wait for a
		// thread.
		p.Runnable += mean(decoders, func(n float64) float64 { return max(0, n-float64(c.procs)) })
	}
	if c.queue > 0 {
		served := mean(at["queue"], func(n float64) float64 { return min(n, float64(c.queue)) }) / x
		p.Queue, p.Service = known(mean(at["queue"], same)/x-served), known(c.latency+served)
		p.Headers += mean(at["queue"], same) / x
		p.Limits = append(p.Limits, verdict.Limit{Name: "queue", Cause: verdict.UpstreamQueueing, Roof: float64(c.queue) / c.service})
	}
	if c.link > 0 {
		p.Read += mean(at["link"], same) / x
		p.Limits = append(p.Limits, verdict.Limit{Name: "bandwidth", Cause: verdict.NetworkBound, Roof: 1 / c.link})
	}
	if c.workers > 0 && !c.lock {
		p.Limits = append(p.Limits, verdict.Limit{Name: "workers", Cause: verdict.HiddenCap, Roof: float64(c.workers) / c.decode})
	}
	return p
}

// external is what is seen of the client from outside.
func (c client) external() verdict.External {
	x, at := c.solve()
	twice := c
	twice.window *= 2
	y, _ := twice.solve()
	growth := y / x
	e := verdict.External{
		Workers: c.procs, Allowed: c.allowed, Window: c.window, Others: known(0), Upstream: known(x * c.upstream), InFlight: known(x * c.latency),
		CPUs: known(x*c.cost() + c.spinning), CPUsDoubled: known(y*c.cost() + c.spinning), Queued: known(0),
		Link:   known(x * c.link),
		Growth: verdict.Gain{Mean: growth, Low: .97 * growth, High: 1.03 * growth, Pairs: 4},
	}
	if c.queue > 0 {
		e.InFlight = known(x*c.latency + mean(at["queue"], same))
		e.Queued = known(mean(at["queue"], func(n float64) float64 { return max(0, n-float64(c.queue)) }))
	}
	return e
}

// truths are the causes of the lowest roof and of those that are hardly higher.
func (c client) truths() []verdict.Cause {
	cores := verdict.CPUSaturated
	if c.decode*c.collecting/c.cost() >= .25 {
		cores = verdict.GCBound
	}
	roofs := map[verdict.Cause]float64{
		cores:                    c.coreRate(),
		verdict.WindowTooSmall:   float64(c.window) / (c.latency + c.service + c.link + c.decode),
		verdict.UpstreamQueueing: c.queueRate(c.window),
		verdict.NetworkBound:     1 / max(c.link, 1e-9),
	}
	switch {
	case c.workers == 1:
		roofs[verdict.Serialised] = 1 / c.decode
	case c.workers > 1:
		roofs[verdict.HiddenCap] = float64(c.workers) / c.decode
	}
	lowest := math.Inf(1)
	for _, r := range roofs {
		lowest = min(lowest, r)
	}
	var out []verdict.Cause
	for cause, r := range roofs {
		near := 1.3
		if cause == verdict.GCBound {
			near = 1.5 // less collecting is worth it here too
		}
		if r <= near*lowest {
			out = append(out, cause)
		}
	}
	return out
}

// draw makes up a client on cores with a quota, 0 for none. Each kind of limit is as likely.
func draw(r *rand.Rand, cores int, quota float64) client {
	between := func(low, high float64) float64 { return low * math.Pow(high/low, r.Float64()) }
	c := client{procs: cores, allowed: float64(cores), decode: between(.002, .02), latency: between(.001, .05), collecting: between(.03, .15)}
	if quota > 0 {
		c.allowed = quota
	}
	c.reading, c.upstream = c.decode*between(.02, .2), c.decode*between(.01, .06)
	c.window = min(256, int(between(8, 24)*max(1, c.allowed/2)))
	speed := c.coreRate() * between(.1, .6) // of a limit that is not the cores
	switch kind := r.IntN(8); kind {
	case 0, 1:
		c.workers, c.lock = 1, kind == 1
	case 2:
		c.workers = max(2, int(c.allowed*between(.2, .6)))
	case 3:
		c.queue = 1 + r.IntN(4)
		c.service = float64(c.queue) / speed
	case 4:
		c.link = 1 / speed
	case 5:
		c.latency = float64(c.window) / speed
	case 6:
		c.collecting = between(.5, 1.5)
	}
	return c
}

// modelled counts verdicts on made-up clients.
type modelled struct{ right, open, wrong int }

func (m *modelled) count(named, truths []verdict.Cause) (wrong bool) {
	switch {
	case len(named) == 0:
		m.open++
	case slices.Contains(truths, named[0]):
		m.right++
	default:
		m.wrong++
	}
	return len(named) > 0 && !slices.Contains(truths, named[0])
}

func (m *modelled) add(o modelled) {
	m.right, m.open, m.wrong = m.right+o.right, m.open+o.open, m.wrong+o.wrong
}

func (m modelled) share() float64 { return float64(m.right) / float64(m.right+m.open+m.wrong) }

func (m modelled) String() string {
	return fmt.Sprintf("%3.0f%% right, %3.0f%% open, %d wrong", 100*float64(m.right)/float64(m.right+m.open+m.wrong), 100*float64(m.open)/float64(m.right+m.open+m.wrong), m.wrong)
}

// TestModel: the rules hold on any number of cores and under any quota. Nothing in them is
// a number of cores by accident.
func TestModel(t *testing.T) {
	var table strings.Builder
	var allInside, allOutside modelled
	for _, cores := range []int{1, 2, 4, 16, 64, 192} {
		for _, quota := range []float64{0, .5, 1, 1.5, 2, 4, 16} {
			if quota >= float64(cores) {
				continue
			}
			r := rand.New(rand.NewPCG(uint64(cores), math.Float64bits(quota)))
			var inside, outside modelled
			for range 60 {
				c := draw(r, cores, quota)
				v := verdict.Observe(c.probes())
				if inside.count(v.Causes, c.truths()) {
					t.Errorf("%d cores, quota %v: %+v\n\tis %v: %s", cores, quota, c, c.truths(), v.Sentence)
				}
				if len(v.Causes) > 0 && v.Causes[0] != verdict.GCBound && v.PredictedGain > 1.05*c.coreRate()/v.Evidence[0].Value {
					t.Errorf("%d cores, quota %v: %+v\n\ta gain beyond the cores is promised: %s", cores, quota, c, v.Sentence)
				}
				if r.IntN(4) == 0 && c.allowed > 3 {
					c.spinning = 1
				}
				v = verdict.ObserveExternal(c.external())
				if outside.count(v.Causes, append(c.truths(), fromOutside(c)...)) {
					t.Errorf("%d cores, quota %v, from outside: %+v\n\tis %v: %s", cores, quota, c, c.truths(), v.Sentence)
				}
			}
			allInside.add(inside)
			if min(float64(cores), cmp.Or(quota, math.Inf(1))) > 1 {
				allOutside.add(outside) // on one core every client is serial, and nothing is said
			} else if outside.right > 0 {
				t.Errorf("%d cores, quota %v: a verdict from outside with one core", cores, quota)
			}
			fmt.Fprintf(&table, "\n%4d cores, quota %4v: probes %v; from outside %v", cores, quota, inside, outside)
		}
	}
	fmt.Fprintf(&table, "\nall: probes %v; from outside, where there are two cores %v", allInside, allOutside)
	t.Log(table.String())
	if allInside.share() < .93 || allOutside.share() < .9 {
		t.Errorf("too few are right: %v; from outside %v", allInside, allOutside)
	}
}

// fromOutside are the words for a cause that can't be told apart from outside.
func fromOutside(c client) []verdict.Cause {
	switch truths := c.truths(); {
	case c.spinning > 0:
		// The poll looks like work: it fills what other work leaves, or makes one decoder two.
		return []verdict.Cause{verdict.CPUSaturated, verdict.HiddenCap}
	case slices.Contains(truths, verdict.GCBound):
		return []verdict.Cause{verdict.CPUSaturated}
	case slices.Contains(truths, verdict.HiddenCap) && c.workers == 2 && !c.lock:
		return []verdict.Cause{verdict.Serialised} // up to two cores count as one decoder, with a doubt
	}
	return nil
}
