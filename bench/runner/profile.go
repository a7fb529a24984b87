package runner

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"collatebench/bench"
	"collatebench/internal/benchline"
	"collatebench/profiles"
	"collatebench/results"
)

// A Profiling says which cells the profiled passes take.
type Profiling string

const (
	NoProfiles Profiling = ""
	// LargestProfiles takes the largest window of each combination of all else: there the
	// placements differ, and a pass that is long enough to be read takes some seconds.
	LargestProfiles Profiling = "largest"
	AllProfiles     Profiling = "all"
)

// profilingOf is what a run was asked for.
func profilingOf(info results.Info) Profiling {
	switch {
	case !info.Profiled:
		return NoProfiles
	case info.ProfiledAll:
		return AllProfiles
	}
	return LargestProfiles
}

// The CPU profile of a cell has 100 samples for each second that it computes: 500 know a share of 12% to
// within 3% in 19 of 20 cases. A client that mostly waits gets fewer.
const (
	// ProfiledCPU is the CPU time that each CPU profile covers by default.
	ProfiledCPU  = 5500 * time.Millisecond
	mostProfiled = 12 * time.Second // in that time
)

// passes is how many times profiling runs each cell.
var passes = len(profiles.Passes())

// profile takes the profiled passes: in each, every cell runs in a fresh process.
// The measured samples are other processes, which carry only the cheap probes.
func (x *experiment) profile(ctx context.Context) error {
	x.at.Steps = x.at.Done + x.profiledSteps() // the measured pass may have ended early
	for _, pass := range profiles.Passes() {
		for _, c := range x.profiledCells() {
			if x.profiled(c, pass) {
				x.done(1)
				continue
			}
			if err := x.takeProfiles(ctx, c, pass); err != nil {
				return err
			}
			x.done(1)
		}
	}
	return x.merge()
}

// takeProfiles takes one pass of a cell, and again where others disturbed it: a timeline of a
// disturbed one would say of the cell what is true of the machine.
func (x *experiment) takeProfiles(ctx context.Context, c bench.Cell, pass profiles.Pass) error {
	op, cpus, err := x.sampledOp(c)
	if err != nil {
		return err
	}
	ops := profiledOps(pass, op, cpus, x.profileCPU())
	for attempt := 1; ; attempt++ {
		x.doing(fmt.Sprintf("%s profiles", pass), displayName(c))
		var upstream int
		var before usage
		p, err := x.execute(ctx, func() *process {
			upstream = x.upstreams.pid(c.Upstream)
			before = x.machine.read(upstream)
			return x.process(c, ops, "-pass="+string(pass), "-profiles="+x.profilesDir())
		})
		if err != nil {
			return err
		}
		flags := x.machine.disturbed(p, x.machine.read(upstream).since(before), p.cmd.ProcessState.UserTime()+p.cmd.ProcessState.SystemTime())
		if err := x.flagProfiles(c, pass, flags); err != nil || len(flags) == 0 || attempt == results.MaxAttempts {
			return err
		}
		fmt.Fprintf(x.log, "%s profiles of %s are taken again: %v\n", pass, c.Name(), flags)
	}
}

// flagProfiles records what disturbed a pass; nothing takes back what an earlier attempt had.
func (x *experiment) flagProfiles(c bench.Cell, pass profiles.Pass, flags []string) error {
	info := x.run.Info()
	kept := map[string]string{}
	maps.Copy(kept, info.ProfileFlags)
	others := slices.DeleteFunc(strings.Split(kept[c.Name()], "; "), func(f string) bool {
		return f == "" || strings.HasPrefix(f, string(pass)+": ")
	})
	if len(flags) > 0 {
		others = append(others, string(pass)+": "+strings.Join(flags, ", "))
	}
	if kept[c.Name()] = strings.Join(others, "; "); len(others) == 0 {
		delete(kept, c.Name())
	}
	if maps.Equal(kept, info.ProfileFlags) {
		return nil
	}
	info.ProfileFlags = kept
	return x.run.SetInfo(info)
}

// sampledOp is how long an op of a cell takes, and how many cores it uses, by its last sample.
func (x *experiment) sampledOp(c bench.Cell) (op time.Duration, cpus float64, err error) {
	samples, err := x.run.Samples()
	if err != nil {
		return 0, 0, err
	}
	for _, s := range slices.Backward(samples) {
		if s.Cell == c.Name() {
			op, cpus = opOf(s.Line)
			return op, cpus, nil
		}
	}
	return 0, 0, nil
}

// opOf reads them from a benchmark line; 0 where it has none.
func opOf(text string) (op time.Duration, cpus float64) {
	line, err := benchline.Parse(text)
	if err != nil {
		return 0, 0
	}
	ns, _ := line.Of("ns/op")
	cpus, _ = line.Of(results.CPUs)
	return time.Duration(ns), cpus
}

// profiledOps is how many ops a pass has. The CPU profile needs some seconds; the others are
// of moments and sums, which one op shows.
func profiledOps(pass profiles.Pass, op time.Duration, cpus float64, cover time.Duration) int {
	if pass != profiles.PassCPU || op <= 0 || cpus <= 0 {
		return 1
	}
	computes := max(int(float64(op)*cpus), 1)
	return max(1, min(ceil(int(cover), computes), int(mostProfiled/op), maxOps))
}

func (x *experiment) profileCPU() time.Duration { return cmp.Or(x.ProfileCPU, ProfiledCPU) }

// profiledSteps is how many processes the profiled passes take.
func (x *experiment) profiledSteps() int {
	if x.Profile == NoProfiles {
		return 0
	}
	return passes * len(x.profiledCells())
}

// profiledCells are those that were asked for, without the A/A controls.
func (x *experiment) profiledCells() []bench.Cell {
	largest := map[bench.Cell]int{} // window, by all else
	for _, c := range x.cells {
		key := windowless(c)
		largest[key] = max(largest[key], c.Window)
	}
	var out []bench.Cell
	for _, c := range x.cells {
		if c.AA == "" && (x.Profile == AllProfiles || c.Window == largest[windowless(c)]) {
			out = append(out, c)
		}
	}
	return out
}

// windowless is a cell but for its window, and for its responses, of which a larger one may have more.
func windowless(c bench.Cell) bench.Cell {
	c = c.Base()
	c.Window, c.Responses = 0, 0
	return c
}

// profiled says whether the pass has written all its files. A file that is there
// is whole.
func (x *experiment) profiled(c bench.Cell, pass profiles.Pass) bool {
	for _, k := range pass.Kinds() {
		if _, err := os.Stat(filepath.Join(x.run.ProfileDir(c), k.File())); err != nil {
			return false
		}
	}
	return true
}

// merge makes the one CPU profile of the whole matrix, sliced by cell.
func (x *experiment) merge() error {
	var sources []profiles.Source
	for _, c := range x.profiledCells() {
		sources = append(sources, profiles.Source{
			Cell: c.Name(), Path: filepath.Join(x.run.ProfileDir(c), profiles.CPU.File()),
		})
	}
	merged, err := profiles.Merge(sources)
	if err != nil {
		return err
	}
	return profiles.Write(filepath.Join(x.profilesDir(), results.MergedCPU), merged)
}

func (x *experiment) profilesDir() string { return filepath.Join(x.run.Dir(), "profiles") }
