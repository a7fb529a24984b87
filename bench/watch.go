package bench

import (
	"runtime"
	"runtime/metrics"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
)

const (
	turn     = time.Millisecond // how often the neighbour is due
	pollEach = 10               // turns between two looks at the run queue: 100 Hz
)

// A watch is a goroutine that decoding's neighbours stand behind: due every
// millisecond, it notes how late it wakes, and every tenth turn how many
// goroutines wait for a core.
type watch struct {
	quit chan struct{}
	done chan seen
}

// seen is what a watch noted.
type seen struct {
	late       *hdrhistogram.Histogram // ns after the scheduled turn
	runnable   float64                 // mean of the polls
	gomaxprocs int
}

func startWatch() *watch {
	w := &watch{quit: make(chan struct{}), done: make(chan seen, 1)}
	go w.run()
	return w
}

func (w *watch) stop() seen {
	close(w.quit)
	return <-w.done
}

func (w *watch) run() {
	late := newHistogram()
	queue := []metrics.Sample{{Name: "/sched/goroutines/runnable:goroutines"}}
	var sum float64
	polls := 0
	due := time.Now().Add(turn)
	timer := time.NewTimer(turn) // one for all turns: time.After would show in B/op
	defer timer.Stop()
	for n := 1; ; n++ {
		select {
		case <-w.quit:
			w.done <- seen{late, sum / float64(max(polls, 1)), runtime.GOMAXPROCS(0)}
			return
		case <-timer.C:
		}
		due = record(late, due)
		timer.Reset(time.Until(due))
		if n%pollEach == 1 {
			metrics.Read(queue)
			sum += float64(queue[0].Value.Uint64())
			polls++
		}
	}
}

// record notes every turn that has come due and returns the next one. Turns
// missed meanwhile count as well: a Ticker would drop them, and with them the
// worst of what it should show.
func record(late *hdrhistogram.Histogram, due time.Time) time.Time {
	now := time.Now()
	for ; !due.After(now); due = due.Add(turn) {
		_ = late.RecordValue(int64(now.Sub(due))) // only beyond an hour
	}
	return due
}
