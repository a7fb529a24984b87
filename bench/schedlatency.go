package bench

import (
	"runtime"
	"runtime/metrics"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
)

const (
	turn     = time.Millisecond // how often the probe is due
	pollEach = 10               // turns between two looks at the run queue: 100 Hz
)

// A schedProbe is a goroutine that measures scheduling latency. It is due every
// millisecond and records how late it wakes: any goroutine beside the decoding
// would be as late. At every tenth turn it reads how many goroutines wait for a
// core.
type schedProbe struct {
	quit chan struct{}
	done chan seen
}

// seen is what a schedProbe recorded.
type seen struct {
	latency    *hdrhistogram.Histogram // ns after the scheduled turn
	runnable   float64                 // mean of the polls
	gomaxprocs int
}

func startSchedProbe() *schedProbe {
	p := &schedProbe{quit: make(chan struct{}), done: make(chan seen, 1)}
	go p.measure()
	return p
}

func (p *schedProbe) stop() seen {
	close(p.quit)
	return <-p.done
}

func (p *schedProbe) measure() {
	latency := newHistogram()
	queue := []metrics.Sample{{Name: "/sched/goroutines/runnable:goroutines"}}
	var sum float64
	polls := 0
	due := time.Now().Add(turn)
	timer := time.NewTimer(turn) // one for all turns: time.After would show in B/op
	defer timer.Stop()
	for n := 1; ; n++ {
		select {
		case <-p.quit:
			p.done <- seen{latency, sum / float64(max(polls, 1)), runtime.GOMAXPROCS(0)}
			return
		case <-timer.C:
		}
		due = record(latency, due)
		timer.Reset(time.Until(due))
		if n%pollEach == 1 {
			metrics.Read(queue)
			sum += float64(queue[0].Value.Uint64())
			polls++
		}
	}
}

// record notes every turn that has come due and returns the next one. Turns that
// were missed count as well: a Ticker would drop them, and they are the latest.
func record(latency *hdrhistogram.Histogram, due time.Time) time.Time {
	now := time.Now()
	for ; !due.After(now); due = due.Add(turn) {
		_ = latency.RecordValue(int64(now.Sub(due))) // only beyond an hour
	}
	return due
}
