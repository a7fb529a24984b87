package runner

import (
	"fmt"
	"io"
	"time"

	"collatebench/bench"
	"collatebench/results"
)

// Options say what to run. The zero value runs the default matrix once.
type Options struct {
	Matrix    bench.Matrix
	Rounds    int           // 0 means 1
	Ops       int           // timed ops of a sample; 0 means as many as make it steady, cell by cell
	Precision float64       // stop once every paired ratio is known this well, as 0.1; 0 never
	Budget    time.Duration // of the whole run, profiled passes included; 0 means none
	Seed      uint64        // of the order, and of the upstreams' payloads and choices
	Label     string
	Profile   Profiling // which cells the profiled passes take

	ProfileCPU time.Duration // CPU time that each CPU profile covers, 100 samples a second; 0 means ProfiledCPU

	Program  *Program // the compiled benchmark; nil compiles it
	Binary   string   // file of go test -c ./bench to run in place of compiling it; "" for none
	Source   string   // folder of the collatebench module; "" means the enclosing one
	Out      string   // folder of the runs; "" means results/runs in the module
	Upstream string   // base URL of an upstream elsewhere; "" starts our own
	Bodies   []string // files that our upstream serves as captured payloads
	Replay   string   // recording whose bodies it serves so, in place of Bodies; "" for none
	Self     []string // command that starts our upstream; the flags are appended

	Shard *results.Shard // of the rounds, which is all that the run takes; nil takes all

	Guard Guard // of the machine: what is done about others on it before the run starts

	versions *versions     // that the run compares; nil for the benchmark as it is
	spent    time.Duration // of the budget, by those who began the run

	// Look is called after each whole round of a measured pass, and says why no other one is
	// taken; "" goes on. nil never ends a run.
	Look func(*results.Run) (stop string, err error)

	Progress func(Progress) // called as each step begins and ends; may be nil
	Notes    io.Writer      // for a line on what is going on; nil for silence
}

// remembered returns the options that a run was started with, from its record.
func remembered(o Options, info results.Info) (Options, error) {
	o.Matrix = bench.Matrix{}
	for name, list := range info.Matrix {
		if err := o.Matrix.Set(name, list); err != nil {
			return o, err
		}
	}
	o.Rounds, o.Ops, o.Precision = info.Rounds, info.Ops, info.Precision
	o.Seed, o.Profile, o.Upstream, o.Shard = info.Seed, profilingOf(info), info.Upstream, info.Shard
	o.ProfileCPU = time.Duration(info.ProfileCPU * float64(time.Second))
	o.Bodies, o.Replay = nil, info.Replay
	if o.Replay != "" {
		return o, nil // which has them: their files were that process's
	}
	for _, b := range info.Bodies {
		o.Bodies = append(o.Bodies, b.Path)
	}
	return o, nil
}

// An OptionError says that an option is wrong. It comes before anything is
// written.
type OptionError struct {
	Option string // as a flag is named; "" where Value is a cell
	Value  string
	Err    error
}

func (e *OptionError) Error() string {
	if e.Option == "" {
		return fmt.Sprintf("cell %q: %v", e.Value, e.Err)
	}
	return fmt.Sprintf("--%s %q: %v", e.Option, e.Value, e.Err)
}

// Unwrap returns what is wrong with the value.
func (e *OptionError) Unwrap() error { return e.Err }
