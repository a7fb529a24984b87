package main

import (
	"io"
	"time"

	"github.com/schollz/progressbar/v3"

	"collatebench/bench/runner"
)

// newBar returns a function that shows a run's progress on a terminal: the round, the cell
// in work and the time left.
func newBar(terminal io.Writer) func(runner.Progress) {
	bar := progressbar.NewOptions(1,
		progressbar.OptionSetWriter(terminal),
		progressbar.OptionSetWidth(20),
		progressbar.OptionShowCount(),
		progressbar.OptionSetPredictTime(true),
		progressbar.OptionThrottle(100*time.Millisecond),
		progressbar.OptionClearOnFinish(),
	)
	return func(p runner.Progress) {
		if p.Ended {
			_ = bar.Finish() // here and below an error means that the terminal is gone
			return
		}
		bar.ChangeMax(max(p.Steps, 1))
		bar.Describe(p.Doing)
		_ = bar.Set(p.Done)
	}
}
