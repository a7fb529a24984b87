package stacks

import (
	"time"

	"collatebench/profiles/hotspot"
)

// Options say what is sampled, and for how long.
type Options struct {
	PIDs     []int         // the processes; what they start meanwhile is sampled too, except of Python
	Duration time.Duration // 0 means 2.5 s; at most 30 s. py-spy takes whole seconds, at least as much
	Hz       int           // samples a second of a thread that runs; 0 means 99, at most 199
}

// Bounds of the options.
const (
	usualDuration = 2500 * time.Millisecond
	maxDuration   = 30 * time.Second
	usualHz       = 99 // not 100: a program with a clock of its own would be met at the same place each time
	maxHz         = 199
	minHz         = 19
)

func (o Options) bounded() Options {
	if o.Duration <= 0 {
		o.Duration = usualDuration
	}
	if o.Hz <= 0 {
		o.Hz = usualHz
	}
	o.Duration, o.Hz = min(o.Duration, maxDuration), min(o.Hz, maxHz)
	return o
}

// Samples are those of one Take.
type Samples struct {
	Threads   []Thread   // those with samples, the busiest first
	Functions []Function // what the calls of their stacks are of
	How       []string   // "perf", "py-spy": how they were taken

	// Missing is what could not be had, a line each, with what would give it.
	Missing []string

	// Parallel is the share of the time in which 0, 1, 2, ... threads of the processes were
	// on a core: exact, from the kernel's switches between threads, between the first and the
	// last of them that was seen. It is nil if that was not to be had.
	Parallel []float64
}

// A Thread is one that was on a core when samples were taken.
type Thread struct {
	PID, TID int
	Name     string
	Samples  int64
	Stacks   []hotspot.Stack // Functions[Function] is what a call is of; the outermost first
}

// A Function is one of any language.
type Function struct {
	hotspot.Function
	Module string // file of its code: the executable, a library, or a script
}

// Hotspot names where most samples of some threads are, or of all, if it is given none. What
// every stack begins in, such as the start of the thread, does not count.
func (s Samples) Hotspot(tids ...int) hotspot.Spot {
	wanted := map[int]bool{}
	for _, tid := range tids {
		wanted[tid] = true
	}
	var all []hotspot.Stack
	for _, t := range s.Threads {
		if len(tids) > 0 && !wanted[t.TID] {
			continue
		}
		for _, stack := range t.Stacks {
			all = append(all, hotspot.Stack{Calls: s.telling(stack.Calls), Samples: stack.Samples})
		}
	}
	return hotspot.Find(all, func(id int32) hotspot.Function { return s.Functions[id].Function })
}

// telling leaves out calls of the runtime that something else is called by: the first thread
// begins elsewhere than the others, so they would have nothing in common, and an interpreter
// stands between a script and what it asks for. Of a stack of the runtime alone it leaves
// out what that begins in.
func (s Samples) telling(calls []hotspot.Call) []hotspot.Call {
	var kept []hotspot.Call
	rest := 0 // what follows the last call that is not the runtime's
	for i, c := range calls {
		if f := s.Functions[c.Function]; f.Kind != hotspot.Runtime {
			kept = append(kept, c)
			rest = i + 1
		} else if f.Name == unknown || len(kept) == 0 && (start.MatchString(f.Name) || f.Name == "main") {
			rest = i + 1
		}
	}
	return append(kept, calls[rest:]...)
}
