package main

import (
	"fmt"
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

// newLines returns a function that writes a line for each round or pass as it begins, for
// whoever reads a log. budget bounds the time left; 0 means none.
func newLines(log io.Writer, budget time.Duration) func(runner.Progress) {
	var pace pace
	stage := ""
	return func(p runner.Progress) {
		left := pace.left(p.Done, p.Steps, budget)
		if p.Ended || p.Stage == "" || p.Stage == stage {
			return
		}
		stage = p.Stage
		fmt.Fprintf(log, "%s%s\n", stage, left)
	}
}

// A pace estimates the time left from that of the steps so far.
type pace struct {
	began time.Time // of the first step
	first int       // steps that were done then
	last  int       // steps that were done lately
}

// left spells the time that the steps left will take, as ", about 2m10s left"; "" while
// nothing is known. A budget that began with the first step bounds it.
func (p *pace) left(done, of int, budget time.Duration) string {
	// Several at once were done by the run that is resumed.
	if p.began.IsZero() || done > p.last+1 {
		p.began, p.first = time.Now(), done
	}
	p.last = done
	if done == p.first || of <= done {
		return ""
	}
	passed := time.Since(p.began)
	left := passed / time.Duration(done-p.first) * time.Duration(of-done)
	if budget > 0 {
		left = min(left, max(0, budget-passed))
	}
	return fmt.Sprintf(", about %v left", left.Round(time.Second))
}
