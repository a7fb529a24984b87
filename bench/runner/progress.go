package runner

import (
	"io"
	"time"

	"github.com/schollz/progressbar/v3"
)

// A progress shows rounds, the cell in work and the time left. Without a
// terminal it shows nothing.
type progress struct {
	bar *progressbar.ProgressBar
}

func newProgress(terminal io.Writer) *progress {
	if terminal == nil {
		return &progress{}
	}
	return &progress{bar: progressbar.NewOptions(1,
		progressbar.OptionSetWriter(terminal),
		progressbar.OptionSetWidth(20),
		progressbar.OptionShowCount(),
		progressbar.OptionSetPredictTime(true),
		progressbar.OptionThrottle(100*time.Millisecond),
		progressbar.OptionSetRenderBlankState(true),
		progressbar.OptionClearOnFinish(),
		progressbar.OptionSpinnerCustom([]string{""}),
	)}
}

// expect sets how many steps there are in all, those done included.
func (p *progress) expect(steps int) {
	if p.bar != nil && steps > 0 {
		p.bar.ChangeMax(steps)
	}
}

// at says what is in work.
func (p *progress) at(what string) {
	if p.bar != nil {
		p.bar.Describe(what)
	}
}

// done counts a step.
func (p *progress) done() {
	if p.bar != nil {
		_ = p.bar.Add(1) // the terminal went away: nothing to show it on
	}
}

func (p *progress) finish() {
	if p.bar != nil {
		_ = p.bar.Finish()
	}
}
