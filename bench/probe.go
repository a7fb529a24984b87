package bench

import (
	"sync"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// A Probe measures collations from inside the client: a few additions under
// one lock at each step of a response, cheap enough for the measured pass. A
// nil *Probe measures nothing.
type Probe struct {
	watch *watch

	mu       sync.Mutex
	open     bool // between Start and Stop
	began    time.Time
	cpu      time.Duration // of the process, at Start
	last     time.Duration // since began: when decoding last changed
	decoding int           // decodes begun and not ended
	busy     time.Duration // some decode was begun and not ended
	decode   time.Duration // sum over decodes of their time
	wait     time.Duration // sum over decodes of their wait
	decodes  int
	held     int64 // bytes read and not yet decoded
	heldPeak int64
	answered *hdrhistogram.Histogram // ns from admission to collated
}

// Readings are what a Probe saw between Start and Stop.
type Readings struct {
	Wall       time.Duration
	CPU        time.Duration // of this process, user and system
	Busy       time.Duration // union of the decode intervals
	Decode     time.Duration // sum of the decode intervals
	Wait       time.Duration // sum of the waits for decoding
	Decodes    int
	HeldPeak   int64                   // bytes
	Runnable   float64                 // goroutines waiting for a core, mean
	Responses  *hdrhistogram.Histogram // ns
	Late       *hdrhistogram.Histogram // ns
	GOMAXPROCS int                     // as the process saw it
}

// newHistogram holds 1 us to 1 h in ns to three digits.
func newHistogram() *hdrhistogram.Histogram {
	return hdrhistogram.New(int64(time.Microsecond), int64(time.Hour), 3)
}

// Start begins an interval, and a goroutine that watches the scheduler.
func (p *Probe) Start() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.answered = newHistogram()
	p.last, p.decoding, p.busy, p.decode, p.wait, p.decodes = 0, 0, 0, 0, 0, 0
	p.held, p.heldPeak = 0, 0
	p.watch = startWatch()
	p.open = true
	p.cpu = ProcessCPU()
	p.began = time.Now()
}

// Stop ends the interval. Collations must have ended before it.
func (p *Probe) Stop() Readings {
	p.mu.Lock()
	defer p.mu.Unlock()
	wall, cpu := time.Since(p.began), ProcessCPU()-p.cpu
	p.open = false
	seen := p.watch.stop()
	return Readings{
		Wall: wall, CPU: cpu,
		Busy: p.busy, Decode: p.decode, Wait: p.wait, Decodes: p.decodes,
		HeldPeak: p.heldPeak, Runnable: seen.runnable, Late: seen.late,
		Responses: p.answered, GOMAXPROCS: seen.gomaxprocs,
	}
}

// change accounts for the time since the last change and adds d to the
// decodes under way. Overlap and decode time are both the integral of it.
func (p *Probe) change(d int) {
	now := time.Since(p.began)
	if p.decoding > 0 {
		p.busy += now - p.last
		p.decode += time.Duration(p.decoding) * (now - p.last)
	}
	p.last = now
	p.decoding += d
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

func (p *Probe) decodeBegin(ready time.Time) {
	p.note(func() { p.change(+1); p.wait += max(0, time.Since(ready)) })
}

func (p *Probe) decodeEnd() { p.note(func() { p.change(-1); p.decodes++ }) }

// pause takes a decode out of the count while it waits in Read.
func (p *Probe) pause() { p.note(func() { p.change(-1) }) }

func (p *Probe) resume() { p.note(func() { p.change(+1) }) }

func (p *Probe) read(n int) {
	p.note(func() { p.held += int64(n); p.heldPeak = max(p.heldPeak, p.held) })
}

func (p *Probe) release(n int) { p.note(func() { p.held -= int64(n) }) }

func (p *Probe) collated(admitted time.Time) {
	p.note(func() {
		// An error means beyond an hour, which the deadline of a test run forbids.
		_ = p.answered.RecordValue(int64(time.Since(admitted)))
	})
}
