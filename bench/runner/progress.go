package runner

import "strings"

// A Progress says how far a run has come.
type Progress struct {
	Stage string // the round or pass
	Doing string // that, and the cell in work
	Done  int    // of Steps
	Steps int    // samples and profiled processes; more when a round is taken again
	Ended bool   // nothing more is coming
}

// doing tells that a step of a stage begins.
func (x *experiment) doing(stage, cell string) {
	x.at.Stage, x.at.Doing = stage, strings.TrimSpace(stage+" "+cell)
	x.tell()
}

// done counts steps that have ended.
func (x *experiment) done(n int) {
	x.at.Done += n
	x.tell()
}

// expect adds steps to what is to be done.
func (x *experiment) expect(n int) {
	x.at.Steps += n
	x.tell()
}

func (x *experiment) tell() {
	if x.Progress != nil {
		x.Progress(x.at)
	}
}
