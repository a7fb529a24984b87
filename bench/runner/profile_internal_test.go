package runner

import (
	"slices"
	"testing"
	"time"

	"collatebench/bench"
	"collatebench/profiles"
	"collatebench/results"
)

// TestProfiledOps: a CPU profile gets its 500 samples where the client computes, and no client that
// waits takes for ever.
func TestProfiledOps(t *testing.T) {
	for _, c := range []struct {
		pass profiles.Pass
		op   time.Duration
		cpus float64
		want int
	}{
		{profiles.PassMemory, time.Millisecond, 2, 1},
		{profiles.PassCPU, 0, 2, 1},
		{profiles.PassCPU, time.Second, 0, 1},
		{profiles.PassCPU, time.Second, 1, 6},
		{profiles.PassCPU, time.Second, 2, 3},
		{profiles.PassCPU, 10 * time.Millisecond, 1.1, 500},
		{profiles.PassCPU, time.Second, .1, 12},
		{profiles.PassCPU, time.Minute, .1, 1},
		{profiles.PassCPU, 1, 1, maxOps},
	} {
		if got := profiledOps(c.pass, c.op, c.cpus, ProfiledCPU); got != c.want {
			t.Errorf("%s, %v on %v cores: %d ops, want %d", c.pass, c.op, c.cpus, got, c.want)
		}
	}
	for asked, want := range map[time.Duration]int{0: 550, time.Second: 100} {
		x := experiment{Options: Options{ProfileCPU: asked}}
		if got := profiledOps(profiles.PassCPU, 10*time.Millisecond, 1, x.profileCPU()); got != want {
			t.Errorf("asked for %v: %d ops, want %d", asked, got, want)
		}
	}
}

// TestProfiledCells are those of the largest window for each of all else, or all but the controls.
func TestProfiledCells(t *testing.T) {
	var x experiment
	for _, name := range []string{
		"codec=json/placement=pool/window=1/size=1MiB", "codec=json/placement=pool/window=32/size=1MiB", "codec=json/placement=pool/window=32/size=1MiB/aa=b",
		"codec=json/placement=pool/window=8/size=1MiB-2", "codec=json/placement=request/window=8/size=1MiB",
	} {
		c, err := bench.ParseCell(name)
		if err != nil {
			t.Fatal(err)
		}
		x.cells = append(x.cells, c)
	}
	for profile, want := range map[Profiling][]int{LargestProfiles: {1, 3, 4}, AllProfiles: {0, 1, 3, 4}} {
		x.Profile = profile
		var cells []bench.Cell
		for _, i := range want {
			cells = append(cells, x.cells[i])
		}
		if got := x.profiledCells(); !slices.Equal(got, cells) {
			t.Errorf("%s: %v, want %v", profile, cellNames(got), cellNames(cells))
		}
	}
}

// TestProfilingIsRemembered by the run's record.
func TestProfilingIsRemembered(t *testing.T) {
	for want, info := range map[Profiling]results.Info{
		NoProfiles: {}, LargestProfiles: {Profiled: true}, AllProfiles: {Profiled: true, ProfiledAll: true},
	} {
		info.ProfileCPU = 1.5
		if got, err := remembered(Options{}, info); err != nil || got.Profile != want || got.ProfileCPU != 1500*time.Millisecond {
			t.Errorf("%q of %v, %v; want %q", got.Profile, got.ProfileCPU, err, want)
		}
	}
}
