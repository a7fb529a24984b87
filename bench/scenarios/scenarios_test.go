package scenarios_test

import (
	"cmp"
	"os"
	"path"
	"path/filepath"
	"slices"
	"testing"

	"collatebench/bench"
	"collatebench/bench/scenarios"
	"collatebench/results/verdict"
)

// all reads the scenarios; the module is two folders up.
func all(t *testing.T) []scenarios.Scenario {
	t.Helper()
	out, err := scenarios.All("../..")
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// TestScenarios can be run: each cell parses, each program is there, and no
// title stands twice.
func TestScenarios(t *testing.T) {
	seen := map[string]bool{}
	for _, s := range all(t) {
		title := string(s.Command) + " " + s.Title()
		if seen[title] || len(s.Causes) == 0 {
			t.Errorf("%s: twice, or without a truth (%v)", title, s.Causes)
		}
		seen[title] = true
		if healthy := slices.Equal(s.Causes, []verdict.Cause{verdict.CPUSaturated}); healthy != s.Healthy {
			t.Errorf("%s: %v, healthy: %v", title, s.Causes, s.Healthy)
		}
		if s.Vary == "" {
			t.Errorf("%s: no seed can vary it", title)
		}
		if s.Command == scenarios.Diagnose {
			if _, err := os.Stat(filepath.Join("../..", cmp.Or(s.Module, scenarios.Programs), s.Name, "main.go")); err != nil {
				t.Error(err)
			}
			continue
		}
		if s.Command == scenarios.Process || s.Command == scenarios.WhyProgram {
			folder := filepath.Join("../..", scenarios.Clients, path.Dir(s.Name))
			a, _ := filepath.Glob(filepath.Join(folder, path.Base(s.Name)+"*")) // the pattern is good
			b, _ := filepath.Glob(filepath.Join(folder, "src/bin", path.Base(s.Name)+".rs"))
			if len(a)+len(b) == 0 {
				t.Errorf("%s: no source of it", title)
			}
			continue
		}
		c, err := bench.ReadCell(s.Cell)
		if err != nil {
			t.Error(err)
		}
		if c.Window > c.Responses {
			t.Errorf("%s: an op can't fill the window", title)
		}
	}
}

// TestEveryCauseHasTwoStrengths, for each command that can name it, and one
// scenario of each is of the small form.
func TestEveryCauseHasTwoStrengths(t *testing.T) {
	named := map[scenarios.Command][]verdict.Cause{
		scenarios.Why: {verdict.Serialised, verdict.HiddenCap, verdict.ConnectionPool, verdict.UpstreamQueueing,
			verdict.NetworkBound, verdict.WindowTooSmall, verdict.GCBound, verdict.CPUSaturated},
		scenarios.Diagnose: {verdict.Serialised, verdict.HiddenCap, verdict.ConnectionPool, verdict.GCBound,
			verdict.CPUSaturated, verdict.Outside},
		scenarios.Process: {verdict.Serialised, verdict.HiddenCap, verdict.ConnectionPool, verdict.NetworkBound, verdict.Outside,
			verdict.Throttled, verdict.CPUSaturated},
	}
	for command, causes := range named {
		for _, cause := range causes {
			strengths, small := 0, 0
			for _, s := range all(t) {
				if s.Command != command || !slices.Equal(s.Causes, []verdict.Cause{cause}) {
					continue
				}
				strengths++
				if s.Small {
					small++
				}
			}
			if strengths < 2 || small != 1 {
				t.Errorf("%s: %s has %d scenarios, %d of the small form", command, cause, strengths, small)
			}
		}
	}
}
