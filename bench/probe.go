package bench

import (
	"sync"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"

	"collatebench/internal/rusage"
)

// A Probe measures collations from inside the client. It does a few additions
// under one lock at each step of a response, cheap enough for the measured pass.
// A nil *Probe measures nothing.
type Probe struct {
	sched *schedProbe

	mu       sync.Mutex
	open     bool // between Start and Stop
	began    time.Time
	cpu      time.Duration // of the process, at Start
	gc       gcTimes       // at Start
	last     time.Duration // since began: when decoding last changed
	decoding int           // decodes begun and not ended
	held     int64         // bytes read and not yet decoded
	sum      Readings
	tracers  []*tracer // not in use
}

// Readings are what a Probe saw between Start and Stop.
type Readings struct {
	Stages
	Wall         time.Duration
	CPU          time.Duration // of this process, user and system
	Busy         time.Duration // union of the decode intervals
	Decodes      int
	CoreWait     time.Duration           // sum of the waits for a virtual core
	CoreTime     time.Duration           // sum of the times that one was held
	Dials        int                     // connections made
	HeldPeak     int64                   // bytes
	GC           float64                 // garbage collection's share of the busy CPU time
	Runnable     float64                 // goroutines waiting for a core, mean
	Responses    *hdrhistogram.Histogram // ns
	SchedLatency *hdrhistogram.Histogram // ns
	GOMAXPROCS   int                     // as the process saw it
}

// Stages are the parts of a response's time in their order, each summed over the
// responses. Between Headers and Read a response may wait as well. A phase is
// something else: what a goroutine does for a response.
type Stages struct {
	Start    time.Duration // from admission to the transport being asked
	Connect  time.Duration // to a connection being got, dialling included
	Headers  time.Duration // to the response's headers
	Read     time.Duration // of the body, begin to whole
	Wait     time.Duration // from being ready for the decoder to decoding entered
	Decode   time.Duration // to decoding ended
	Response time.Duration // from admission to collated: all of them
}

// newHistogram holds 1 us to 1 h in ns to three digits.
func newHistogram() *hdrhistogram.Histogram {
	return hdrhistogram.New(int64(shortestResponse), int64(longestResponse), responseDigits)
}

// Start begins an interval, and the probe of scheduling latency.
func (p *Probe) Start() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.sum = Readings{Responses: newHistogram()}
	p.last, p.decoding, p.held = 0, 0, 0
	p.sched = startSchedProbe()
	p.open = true
	p.gc = readGC()
	p.cpu = rusage.SelfCPU()
	p.began = time.Now()
}

// Stop ends the interval. Collations must have ended before it.
func (p *Probe) Stop() Readings {
	p.mu.Lock()
	defer p.mu.Unlock()
	r := p.sum
	r.Wall, r.CPU = time.Since(p.began), rusage.SelfCPU()-p.cpu
	p.open = false
	seen := p.sched.stop()
	r.GC = readGC().shareSince(p.gc)
	r.Runnable, r.SchedLatency, r.GOMAXPROCS = seen.runnable, seen.latency, seen.gomaxprocs
	return r
}

// change accounts for the time since the last change and adds d to the decodes
// under way. Overlap and decode time are both integrals of their number.
func (p *Probe) change(d int) (now time.Duration) {
	now = time.Since(p.began)
	if p.decoding > 0 {
		p.sum.Busy += now - p.last
		p.sum.Decode += time.Duration(p.decoding) * (now - p.last)
	}
	p.last = now
	p.decoding += d
	return now
}

// note runs one addition while an interval is open.
func (p *Probe) note(add func()) {
	if p == nil {
		return
	}
	p.mu.Lock()
	if p.open {
		add()
	}
	p.mu.Unlock()
}

// trace returns a tracer for one request, which opened takes back.
func (p *Probe) trace() *tracer {
	if p == nil {
		return nil
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	last := len(p.tracers) - 1
	if last < 0 {
		return newTracer()
	}
	t := p.tracers[last]
	p.tracers = p.tracers[:last]
	return t
}

func (p *Probe) opened(t *tracer, admitted, asked, answered time.Time) {
	if p == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.open {
		got := t.connected(asked)
		p.sum.Start += asked.Sub(admitted)
		p.sum.Connect += got.Sub(asked)
		p.sum.Headers += answered.Sub(got)
	}
	p.tracers = append(p.tracers, t)
}

func (p *Probe) dialled() { p.note(func() { p.sum.Dials++ }) }

func (p *Probe) read(n int, took time.Duration) {
	p.note(func() {
		p.held += int64(n)
		p.sum.HeldPeak = max(p.sum.HeldPeak, p.held)
		p.sum.Read += took
	})
}

func (p *Probe) decodeBegin(ready time.Time) {
	p.note(func() { p.change(+1); p.sum.Wait += max(0, time.Since(ready)) })
}

// decodeEnd ends a decode of n bytes that were held.
func (p *Probe) decodeEnd(n int) {
	p.note(func() { p.change(-1); p.sum.Decodes++; p.held -= int64(n) })
}

func (p *Probe) simulated(waited, held time.Duration) {
	p.note(func() { p.sum.CoreWait += waited; p.sum.CoreTime += held })
}

// pause takes a decode out of the count for the time of a Read. Its result is
// for resume, which ends that.
func (p *Probe) pause() (at time.Duration) {
	p.note(func() { at = p.change(-1) })
	return at
}

func (p *Probe) resume(at time.Duration) { p.note(func() { p.sum.Read += p.change(+1) - at }) }

func (p *Probe) collated(admitted time.Time) {
	p.note(func() {
		took := time.Since(admitted)
		p.sum.Response += took
		// Only beyond an hour is an error, and a sample never takes that long.
		_ = p.sum.Responses.RecordValue(int64(took))
	})
}
