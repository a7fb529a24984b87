package runner

// A Progress says how far a run has come.
type Progress struct {
	Doing string // the round or pass, and the cell in work
	Done  int    // of Steps
	Steps int    // samples and profiled processes; more when a round is taken again
	Ended bool   // nothing more is coming
}

// doing tells that a step begins.
func (x *experiment) doing(what string) {
	x.at.Doing = what
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
