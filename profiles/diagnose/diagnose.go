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
	// Func keeps only the CPU samples that have a frame whose function it
	// matches; nil keeps all. It does not restrict the states of goroutines.
	Func *regexp.Regexp
	// AllLanes makes [Report.Lanes] those of all goroutines, up to a thousand, as far back as
	// they are kept (131,072 wakings). Else they are those that a picture shows.
	AllLanes bool
}

// A Report is what one trace shows.
type Report struct {
	Seconds   float64 `json:"seconds"`   // from the trace's first event to its last
	Procs     int     `json:"procs"`     // GOMAXPROCS, the most that was seen
	Executing float64 `json:"executing"` // goroutines on a core, mean, without idle workers of the garbage collector
	Runnable  float64 `json:"runnable"`  // goroutines ready and waiting for a core, mean
	Network   float64 `json:"network"`   // goroutines waiting for an answer, mean, without parked ones
	Events    int64   `json:"events"`
	Samples   int64   `json:"samples"`  // CPU samples that Options.Func keeps
	GCShare   float64 `json:"gc_share"` // of the CPU samples are the garbage collector's

	// Parallel is the share of the interval in which 0, 1, 2, ... goroutines were on a core
	// at once, without idle workers of the garbage collector.
	Parallel []float64 `json:"parallel"`
	// Way is where the time of the goroutines goes that carry the work, the most first.
	Way     []Stretch       `json:"way"`
	Section *Section        `json:"section,omitempty"` // the serial section, where there is one
	Groups  []Group         `json:"groups"`            // sorted by running and runnable time, the most first
	Waits   []Wait          `json:"waits"`             // sorted by goroutines waiting, the most first
	Func    *Spread         `json:"func,omitempty"`    // if Options.Func is set
	Verdict verdict.Verdict `json:"verdict"`

	Lanes []Lane       `json:"-"` // the last part of the trace
	Path  []PathSample `json:"-"` // for [Report.WriteProfile]
}

// A Section is code that one goroutine at a time runs.
type Section struct {
	Name       string  `json:"name"`               // the goroutine's start function, or where the lock is taken
	Kind       string  `json:"kind"`               // goroutine or lock
	Goroutines int     `json:"goroutines"`         // always 0: Read does not count them
	Busy       float64 `json:"busy"`               // share of the interval
	Samples    int64   `json:"samples"`            // CPU samples of it
	Function   string  `json:"function,omitempty"` // the program's own function that takes its time, or else a library's
	At         string  `json:"at,omitempty"`       // file:line in it
	Calls      string  `json:"calls,omitempty"`    // what it calls there; "" if it does the work itself
	Share      float64 `json:"share,omitempty"`    // of its samples, those that are there
	Waiting    float64 `json:"waiting"`            // goroutines that wait for it, mean
	WaitSec    float64 `json:"wait_seconds"`       // of one wait, mean
	WaitAt     string  `json:"wait_at,omitempty"`  // file:line
	WaitIn     string  `json:"wait_in,omitempty"`  // function there
	WaitFor    string  `json:"wait_reason"`        // in the trace's words: chan send
}

// A Group is the goroutines that began in one function. Its times are seconds,
// summed over these goroutines. A parked goroutine waits for (nearly) the whole
// interval: Count includes it, the times do not include its wait.
type Group struct {
	Start    string             `json:"start"`
	Count    int                `json:"count"`
	Parked   int                `json:"parked"`
	Running  float64            `json:"running"`
	Runnable float64            `json:"runnable"`
	Syscall  float64            `json:"syscall"` // in system calls that gave up their core; others count as running
	Blocked  map[string]float64 `json:"blocked"`
	Samples  int64              `json:"samples"`
	Busiest  float64            `json:"busiest"` // running time of the goroutine that ran the most
}

// A Wait is a place where goroutines block.
type Wait struct {
	At     string  `json:"at"`  // file:line of the program's own frame; else of a library's
	In     string  `json:"in"`  // function of that frame
	Via    string  `json:"via"` // what that frame called; "" if it called the runtime
	Reason string  `json:"reason"`
	Mean   float64 `json:"mean"` // goroutines waiting
	Count  int64   `json:"count"`
	Sec    float64 `json:"seconds"` // of one wait, mean
	Share  float64 `json:"share"`   // of the interval in which at least one waits
	Parked int     `json:"parked"`
}

// A Spread says how many goroutines the samples of Options.Func are from.
type Spread struct {
	Pattern    string  `json:"pattern"`
	Samples    int64   `json:"samples"`
	Of         int64   `json:"of"` // all samples of the trace
	Goroutines int     `json:"goroutines"`
	Most       float64 `json:"most"`       // share of the goroutine that has the most
	MostStart  string  `json:"most_start"` // start function of its group
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

// analysis is what Read keeps while it reads a trace.
type analysis struct {
	options Options
	start   trace.Time
	now     trace.Time
	events  int64
	procs   int

	live    map[trace.GoID]*goroutine
	recent  [1 << 10]*goroutine // a cache of live, by id
	free    []*goroutine        // ended ones, for reuse
	byStart map[string]*group   // by start function
	turns   turns

	sites         sites
	network       tally // of the requests that wait for an answer
	stacks        stacks
	samples       int64  // CPU samples that Options.Func keeps
	allSamples    int64  // CPU samples of the trace
	samplesByWork byWork // of all, without the garbage collector's idle workers
	active        int    // goroutines that run or could
	parallel      parallel
	collections   collector
	handoffs      int64      // waits that another goroutine ended
	stopped       trace.Time // in which the whole process stood still
	stops         int
	total         totals
}

// totals sums the time of all goroutines.
type totals struct {
	running, runnable trace.Time
}

func newAnalysis(o Options) *analysis {
	symbols := &symbolizer{}
	return &analysis{
		options: o,
		live:    map[trace.GoID]*goroutine{},
		byStart: map[string]*group{},
		sites:   newSites(symbols),
		stacks:  newStacks(o.Func, symbols),
	}
}
