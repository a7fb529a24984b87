package runner

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"collatebench/bench"
	"collatebench/results"
	"collatebench/results/resultstest"
)

func TestFindVersions(t *testing.T) {
	r := newRepository(t)
	writeFile(t, r.dir+"/go.mod", "module collatebench\n\ngo 1.26\n")
	v, err := Versions{Refs: []string{"HEAD~1"}}.find(t.Context(), r.dir)
	if err != nil {
		t.Fatal(err)
	}
	old, new := v.all[0].Version, v.all[1].Version
	if first := mustGit(t, r, "rev-parse", "HEAD~1"); old.Revision != first || !strings.HasPrefix(first, old.Name) || old.Ref != "HEAD~1" || old.Dirty {
		t.Errorf("old is %+v", old)
	}
	if head := mustGit(t, r, "rev-parse", "HEAD"); new.Name != worktreeName || new.Revision != head || new.Ref != "" || !new.Dirty {
		t.Errorf("new is %+v", new)
	}
	if v, err = (Versions{Refs: []string{"HEAD", "HEAD"}}).find(t.Context(), r.dir); err != nil || v.all[1].Name != v.all[0].Name+".again" {
		t.Errorf("%+v, %v: the same twice has two names", v, err)
	}
	for path, want := range map[string]string{"a/old.test": "old", "b/bench-2.test": "", "c/so many words": "", "v1.2": "v1.2"} {
		if got := binaryName(path); got != want {
			t.Errorf("%s is called %q, want %q", path, got, want)
		}
	}
}

// twoVersions plans two cells of two versions.
func twoVersions(t *testing.T) *experiment {
	t.Helper()
	o := Options{Seed: 1, versions: &versions{}}
	o.versions.all[0].Name, o.versions.all[1].Name = "old", "new"
	for name, list := range map[string]string{"placement": "collector,pool", "procs": "1"} {
		if err := o.Matrix.Set(name, list); err != nil {
			t.Fatal(err)
		}
	}
	if err := largestWindow(&o.Matrix); err != nil {
		t.Fatal(err)
	}
	cells, err := planVersions(o, nil)
	if err != nil {
		t.Fatal(err)
	}
	return &experiment{Options: o, cells: cells}
}

// TestVersionsAreNeighbours: each cell's versions and its control are sampled one after the
// other, in an order that differs from round to round.
func TestVersionsAreNeighbours(t *testing.T) {
	x := twoVersions(t)
	want := []string{"collector old", "collector new", "pool old", "pool new", "collector old b", "pool old b"}
	for i, c := range x.cells {
		if got := strings.TrimSpace(string(c.Placement) + " " + c.Rev + " " + c.AA); got != want[i] || c.Window != 32 {
			t.Errorf("cell %d is %q, window %d, want %q", i, got, c.Window, want[i])
		}
	}
	first := map[string]bool{}
	for round := range 30 {
		order := x.order(round, 1)
		if len(order) != 6 || order[0].Placement != order[2].Placement || order[3].Placement != order[5].Placement {
			t.Fatalf("round %d: %v", round, cellNames(order))
		}
		if !slices.Equal(order, x.order(round, 1)) {
			t.Errorf("round %d has another order when asked again", round)
		}
		first[string(order[0].Placement)+order[0].Rev+order[0].AA] = true
	}
	if len(first) != 6 {
		t.Errorf("only %v ever begin a round", first)
	}
}

func TestTelling(t *testing.T) {
	for output, want := range map[string]string{
		"goos: linux\npkg: x\n--- FAIL: BenchmarkCollate\n    collate_test.go:22: cell \"x\": no\nFAIL\n": `cell "x": no`,
		"flag provided but not defined: -tethered\nUsage of x:\n":                                         "flag provided but not defined: -tethered",
		"FAIL\n": "",
		"":       "",
	} {
		if got := telling(output); got != want {
			t.Errorf("%q tells %q, want %q", output, got, want)
		}
	}
}

// TestResumedVersionsHaveABudget: what is left of it. It may be all that bounds the rounds.
func TestResumedVersionsHaveABudget(t *testing.T) {
	info, samples := resultstest.VersionsRun(t, 2, 1)
	for i := range info.Versions {
		info.Versions[i] = results.Version{Name: info.Versions[i].Name, Binary: "/x/" + info.Versions[i].Name}
	}
	info.Budget = time.Minute
	for _, c := range []struct {
		samples int
		want    time.Duration
	}{{0, resumedBudget}, {3, resumedBudget}, {len(samples), time.Minute - time.Duration(len(samples))*2500*time.Millisecond}} {
		run := resultstest.Run(t, info, samples[:c.samples])
		if left, err := BudgetLeft(run); err != nil || left != c.want {
			t.Errorf("after %d samples %v of the budget are left, want %v (%v)", c.samples, left, c.want, err)
		}
		if o, err := rememberedVersions(context.Background(), Options{}, run); err != nil || o.versions.all[1].Name != "worktree" {
			t.Errorf("its versions: %v", err)
		}
	}
	for budget, want := range map[time.Duration]time.Duration{0: 0, time.Second: 1} { // none, and one that is used up
		info.Budget = budget
		if left, err := BudgetLeft(resultstest.Run(t, info, samples)); err != nil || left != want {
			t.Errorf("of %v %v are left (%v)", budget, left, err)
		}
	}
	info.Versions = info.Versions[:1]
	if _, err := rememberedVersions(context.Background(), Options{}, resultstest.Run(t, info, samples)); err == nil {
		t.Error("a run of one version is resumed as one of two")
	}
}

func TestVersionsInDisplayNames(t *testing.T) {
	c := bench.DefaultCell()
	c.Procs, c.Rev, c.AA = 2, "1a2b3c4", "b"
	if got, want := displayName(c), "collector window=32 procs=2 1a2b3c4 A/A control"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestVersionsAreAskedAlike: the programs of both versions, and the control, get the same
// arguments, and what they print is renamed to the cell's own line.
func TestVersionsAreAskedAlike(t *testing.T) {
	x := twoVersions(t)
	for _, c := range x.cells {
		asked := askedOf(c)
		if strings.Contains(asked, "rev=") || strings.Contains(asked, "aa=") {
			t.Errorf("%s is asked for as %s", c.Name(), asked)
		}
		if got, want := renamed("BenchmarkCollate/"+asked+" 1 5 ns/op", c), "BenchmarkCollate/"+c.Benchmark()+" 1 5 ns/op"; got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	control := bench.DefaultCell()
	control.AA = "b"
	if got := askedOf(control); !strings.Contains(got, "/aa=b") {
		t.Errorf("a control in a run of one version is asked for as %s", got)
	}
}
