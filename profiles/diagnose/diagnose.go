// Package diagnose reads an execution trace of any Go program, once, and says
// what its goroutines run and wait for: who runs in turn, behind what the
// others wait, and which cause that makes. It keeps what it needs per live
// goroutine and per place in the code, never per event. It does not know what
// the program is for, and connects only to the address that Record is given.
package diagnose

import (
	"io"
	"regexp"

	"golang.org/x/exp/trace"

	"collatebench/profiles"
	"collatebench/results/verdict"
)

// Options for reading. The zero value reads everything.
type Options struct {
	// Subject names the trace in the verdict: its file or address.
	Subject string
	// Func restricts the CPU samples to those with a frame that it matches;
	// nil takes all. The states of goroutines are not restricted.
	Func *regexp.Regexp
}

// A Report is what one trace shows.
type Report struct {
	Seconds   float64 `json:"seconds"`   // from the trace's first event to its last
	Procs     int     `json:"procs"`     // GOMAXPROCS, the most that was seen
	Executing float64 `json:"executing"` // goroutines on a core, mean, without idle workers of the garbage collector
	Runnable  float64 `json:"runnable"`  // goroutines ready and waiting for a core, mean
	Network   float64 `json:"network"`   // goroutines waiting for an answer, mean, without parked ones
	Events    int64   `json:"events"`
	Samples   int64   `json:"samples"` // CPU samples, of those that Options.Func accepts
	GCShare   float64 `json:"gc_share"`

	Section *Section        `json:"section,omitempty"` // the serial section, where there is one
	Groups  []Group         `json:"groups"`            // by time used and waited, the most first
	Waits   []Wait          `json:"waits"`             // by time, the most first
	Func    *Spread         `json:"func,omitempty"`    // where Options.Func was given
	Verdict verdict.Verdict `json:"verdict"`
}

// A Section is code that runs for one at a time.
type Section struct {
	Name       string  `json:"name"`               // the goroutine's start function, or where the lock is taken
	Kind       string  `json:"kind"`               // goroutine or lock
	Goroutines int     `json:"goroutines"`         // that have run it
	Busy       float64 `json:"busy"`               // share of the interval
	Samples    int64   `json:"samples"`            // CPU samples of it
	Function   string  `json:"function,omitempty"` // the program's own that takes its time, or a library's
	At         string  `json:"at,omitempty"`       // file:line in it
	Calls      string  `json:"calls,omitempty"`    // what it calls there; absent where it does the work itself
	Share      float64 `json:"share,omitempty"`    // of the samples are there
	Waiting    float64 `json:"waiting"`            // goroutines that wait for it, mean
	WaitSec    float64 `json:"wait_seconds"`       // of one wait, mean
	WaitAt     string  `json:"wait_at,omitempty"`  // file:line
	WaitIn     string  `json:"wait_in,omitempty"`  // function there
	WaitFor    string  `json:"wait_reason"`        // as the trace says it: chan send
}

// A Group is the goroutines that began in one function. Its times are seconds,
// summed over them; parked ones, which wait for (nearly) the whole interval,
// are counted and their waits left out.
type Group struct {
	Start    string             `json:"start"`
	Count    int                `json:"count"`
	Parked   int                `json:"parked"`
	Running  float64            `json:"running"`
	Runnable float64            `json:"runnable"`
	Syscall  float64            `json:"syscall"` // the waits in system calls; short calls count as running
	Blocked  map[string]float64 `json:"blocked"`
	Samples  int64              `json:"samples"`
	Busiest  float64            `json:"busiest"` // running, of the goroutine that ran the most
}

// A Wait is a place where goroutines block.
type Wait struct {
	At     string  `json:"at"` // file:line of the program's own frame, else of the last one
	In     string  `json:"in"`
	Via    string  `json:"via"` // what that frame called
	Reason string  `json:"reason"`
	Mean   float64 `json:"mean"` // goroutines waiting
	Count  int64   `json:"count"`
	Sec    float64 `json:"seconds"` // of one wait, mean
	Share  float64 `json:"share"`   // of the interval in which at least one waits
	Parked int     `json:"parked"`
}

// A Spread says how the samples of Options.Func fall on goroutines.
type Spread struct {
	Pattern    string  `json:"pattern"`
	Samples    int64   `json:"samples"`
	Of         int64   `json:"of"` // all samples of the trace
	Goroutines int     `json:"goroutines"`
	Most       float64 `json:"most"` // share of the goroutine that has the most
	MostStart  string  `json:"most_start"`
}

// Read reads a trace to its end. A trace that is empty, foreign, too old,
// damaged or cut short gives one line of error and no report.
func Read(r io.Reader, o Options) (Report, error) {
	a := newAnalysis(o)
	if err := profiles.ReadTrace(r, a.event); err != nil {
		return Report{}, err
	}
	return a.report(), nil
}

// analysis is what is kept while a trace is read.
type analysis struct {
	options Options
	start   trace.Time
	now     trace.Time
	events  int64
	procs   int

	live    map[trace.GoID]*goroutine
	recent  [1 << 10]*goroutine // by id, of those that live
	free    []*goroutine
	byStart map[string]*group

	sites         sites
	network       tally // requests that wait for an answer
	stacks        stacks
	samples       int64               // that were accepted
	all           int64               // CPU samples of the trace
	samplesByWork [workDial + 1]int64 // of samples, without the garbage collector's idle workers
	total         totals
}

// totals sums what goroutines did, whatever their group.
type totals struct {
	running, runnable, gcIdle trace.Time
}

func newAnalysis(o Options) *analysis {
	return &analysis{
		options: o,
		live:    map[trace.GoID]*goroutine{},
		byStart: map[string]*group{},
		sites:   newSites(),
		stacks:  newStacks(o.Func),
	}
}
