package runner

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"collatebench/bench"
	"collatebench/results"
)

// CompareVersions measures two versions of the benchmark in one run: each cell of the
// matrix in both, and an A/A control of the old one, sample by sample in shuffled rounds.
// So drift of the machine falls on both alike. Without values of the window the cells are
// those of the largest one. Program, Precision and Profile of the options have no effect.
func CompareVersions(ctx context.Context, o Options, which Versions) (*results.Run, error) {
	o.Program, o.Precision, o.Profile = nil, 0, NoProfiles
	if err := largestWindow(&o.Matrix); err != nil {
		return nil, err
	}
	codecs, err := o.codecs()
	if err != nil {
		return nil, err
	}
	if o.versions, err = which.find(ctx, o.Source); err != nil {
		return nil, err
	}
	o.versions.gate = which.Gate
	x, err := newExperiment(ctx, o, codecs, planVersions)
	if err != nil {
		return nil, err
	}
	defer x.close()
	return x.start(ctx, x.measureVersions)
}

func largestWindow(m *bench.Matrix) error {
	if _, given := m.Changed()["window"]; given {
		return nil
	}
	cells, err := m.Cells()
	if err != nil {
		return err
	}
	return m.Set("window", strconv.Itoa(widestWindow(cells).Window))
}

// rememberedVersions gives a run that is resumed its versions.
func rememberedVersions(ctx context.Context, o Options, run *results.Run) (Options, error) {
	info := run.Info()
	o.Program, o.Precision, o.Profile = nil, 0, NoProfiles
	if len(info.Versions) != 2 {
		return o, fmt.Errorf("resume %s: its record has %d versions, not 2", info.ID, len(info.Versions))
	}
	o.versions = &versions{}
	for i, v := range info.Versions {
		o.versions.all[i].Version = v
	}
	if o.versions.built() {
		source, err := findSource(ctx, o.Source)
		if err != nil {
			return o, err
		}
		o.versions.repo = repository{source}
	}
	return o, nil
}

// measured is what measures a run of this kind.
func (x *experiment) measured() func(context.Context) error {
	if x.versions != nil {
		return x.measureVersions
	}
	return x.measure
}

// measureVersions tries each cell out in both versions, and then measures as any run does.
func (x *experiment) measureVersions(ctx context.Context) error {
	samples, err := x.run.Samples()
	if err == nil && len(samples) == 0 {
		err = x.tryVersions(ctx)
	}
	if err != nil {
		return err
	}
	return x.measure(ctx)
}

// planVersions returns each cell of the matrix in both versions, and then an A/A control of
// the old one for each: noise differs from cell to cell.
func planVersions(o Options, bodies []results.BodyFile) ([]bench.Cell, error) {
	cells, err := matrixCells(o, bodies)
	if err != nil {
		return nil, err
	}
	var out, again []bench.Cell
	for _, c := range cells {
		for _, v := range o.versions.all {
			c.Rev = v.Name
			out = append(out, c)
		}
		c.Rev, c.AA = o.versions.all[0].Name, "b"
		again = append(again, c)
	}
	return slices.Concat(out, again), nil
}
