package runner

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"collatebench/bench"
	"collatebench/profiles"
	"collatebench/results"
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
			x.doing(fmt.Sprintf("%s profiles", pass), displayName(c))
			// One op: an execution trace grows with each.
			if err := x.process(c, 1, "-pass="+string(pass), "-profiles="+x.profilesDir()).execute(ctx); err != nil {
				return err
			}
			x.done(1)
		}
	}
	return x.merge()
}

// profiledSteps is how many processes the profiled passes take.
func (x *experiment) profiledSteps() int {
	if !x.Profile {
		return 0
	}
	return passes * len(x.profiledCells())
}

// profiledCells are the cells but for the A/A controls.
func (x *experiment) profiledCells() []bench.Cell {
	var out []bench.Cell
	for _, c := range x.cells {
		if c.AA == "" {
			out = append(out, c)
		}
	}
	return out
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
