package runner

import (
	"slices"
	"testing"

	"collatebench/bench"
	"collatebench/results"
	"collatebench/results/evidence"
	"collatebench/results/verdict"
)

// TestEveryEditIsUnderstood: each intervention of the catalogue changes a cell
// that has what it is about, by the settings that are told.
func TestEveryEditIsUnderstood(t *testing.T) {
	var cells []bench.Cell
	for _, text := range []string{
		"placement=collector/window=8/latency=5ms",
		"placement=pool/workers=2/fetches=2/conns=2/queue=2/bandwidth=20MiBps/connbandwidth=20MiBps",
	} {
		c, err := bench.ReadCell(text)
		if err != nil {
			t.Fatal(err)
		}
		cells = append(cells, c)
	}
	for _, i := range verdict.Interventions() {
		changed := false
		for _, c := range cells {
			next, made := apply(i.Edit, c)
			if (next != c) != (len(made) > 0) {
				t.Errorf("%q on %s: %q makes %s", i.Name, c.Name(), made, next.Name())
			}
			changed = changed || next != c
		}
		if !changed {
			t.Errorf("%q changes nothing: apply does not know %+v", i.Name, i.Edit)
		}
	}
}

// TestApply: what an intervention makes of a cell, and what it says that it changed.
func TestApply(t *testing.T) {
	for _, c := range []struct {
		edit     verdict.Edit
		from, to string
		made     []string
	}{
		{verdict.Edit{WindowTimes: 2}, "window=32/responses=64", "window=64/responses=128", []string{"window=64", "responses=128"}},
		{verdict.Edit{WindowTimes: 2}, "window=8/responses=64", "window=16/responses=64", []string{"window=16"}},
		{verdict.Edit{WindowTimes: .5}, "window=32/responses=64", "window=16/responses=64", []string{"window=16"}},
		{verdict.Edit{GOGCTimes: 8}, "gogc=5", "gogc=40", []string{"gogc=40"}},
		{verdict.Edit{Parallel: true}, "placement=collector", "placement=pool", []string{"placement=pool"}},
		{verdict.Edit{Parallel: true}, "placement=pool/workers=1", "placement=pool", []string{"workers=none"}},
		{verdict.Edit{ParallelOtherwise: true}, "placement=pool", "placement=request", []string{"placement=request"}},
		{verdict.Edit{ParallelOtherwise: true}, "placement=request", "placement=pool", []string{"placement=pool"}},
		{verdict.Edit{Set: "queue=none"}, "queue=2", "queue=none", []string{"queue=none"}},
	} {
		got, made := apply(c.edit, cell(t, c.from))
		if got != cell(t, c.to) || !slices.Equal(made, c.made) {
			t.Errorf("%+v of %s: %s, %q; want %s, %q", c.edit, c.from, got.Name(), made, c.to, c.made)
		}
	}
}

// TestEditWithoutUse: what has nothing to change, or would leave the range of
// its setting, leaves the cell as it is.
func TestEditWithoutUse(t *testing.T) {
	for _, x := range []struct {
		cell string
		edit verdict.Edit
	}{
		{"placement=request", verdict.Edit{Parallel: true}},
		{"placement=pool", verdict.Edit{Set: "workers=none"}},
		{"window=1", verdict.Edit{WindowTimes: .5}},
		{"gogc=off", verdict.Edit{GOGCTimes: 8}},
		{"gogc=100", verdict.Edit{GOGCTimes: 1 << 30}},
		{"placement=pool", verdict.Edit{}},
	} {
		c, err := bench.ReadCell(x.cell)
		if err != nil {
			t.Fatal(err)
		}
		if next, made := apply(x.edit, c); next != c || len(made) > 0 {
			t.Errorf("%+v on %s makes %q", x.edit, x.cell, made)
		}
	}
}

// TestInterventionFitsTheMemory: a window whose bodies this machine can't hold is not tried.
func TestInterventionFitsTheMemory(t *testing.T) {
	wider := verdict.Intervention{Cause: verdict.WindowTooSmall}
	wider.Edit.WindowTimes = 2
	c, err := bench.ReadCell("window=8/size=1MiB")
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range []struct {
		memory int64 // of which half is for a window of 16, thrice each body
		tried  bool
	}{{0, true}, {96 << 20, true}, {96<<20 - 2, false}, {16 << 20, false}} {
		run, err := results.Create(t.TempDir(), results.Info{Cells: []string{c.Name()}, Machine: results.Machine{Memory: m.memory}})
		if err != nil {
			t.Fatal(err)
		}
		x, why := &experiment{run: run, cells: []bench.Cell{c}}, evidence.Why{Cell: c.Name()}
		x.intervene(&why, wider, c)
		if tried := len(why.Interventions) == 1 && len(x.cells) == 2; tried != m.tried {
			t.Errorf("%d bytes of memory: tried %v, %d cells", m.memory, why.Interventions, len(x.cells))
		}
	}
}
