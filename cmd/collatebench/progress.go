package main

import (
	"io"
	"os"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"

	"collatebench/bench/runner"
	"collatebench/internal/printable"
)

// terminalOf returns the terminal that w writes to, if it is one. What draws on a
// terminal goes past the door of printable: its control characters are its own, and
// the texts in it must be made printable one by one.
func terminalOf(w io.Writer) (*os.File, bool) {
	if door, ok := w.(*printable.Writer); ok {
		w = door.Unwrap()
	}
	f, ok := w.(*os.File)
	return f, ok && term.IsTerminal(int(f.Fd()))
}

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
		bar.Describe(printable.String(p.Doing))
		_ = bar.Set(p.Done)
	}
}
