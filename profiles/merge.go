package profiles

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/google/pprof/profile"
)

// CellLabel is the key of the label that Merge gives to each sample.
const CellLabel = "cell"

// A Source is one profile of one cell.
type Source struct {
	Cell string // the value of the sample's label
	Path string
}

// mergeBatch bounds how many sources are in memory at once, beside the result.
const mergeBatch = 16

// Merge reads profiles of one kind and merges them into one. Each sample gets its
// cell as a label, for pprof's tag filters
// (-tagfocus='cell=^codec=json/placement=pool/'). Other labels stay. The sources may
// be of different executables, whose mappings are kept apart. They may have
// different sampling periods, since the samples' values are already scaled; the
// result has the longest period. Its duration is the sum of theirs.
func Merge(sources []Source) (*profile.Profile, error) {
	if len(sources) == 0 {
		return nil, errors.New("merge profiles: there are none")
	}
	var merged *profile.Profile
	for batch := range slices.Chunk(sources, mergeBatch) {
		next, err := mergeInto(merged, batch)
		if err != nil {
			return nil, fmt.Errorf("merge profiles: %w", err)
		}
		merged = next
	}
	return merged, nil
}

// mergeInto merges a batch into merged, which is nil for the first batch.
func mergeInto(merged *profile.Profile, batch []Source) (*profile.Profile, error) {
	var all []*profile.Profile
	if merged != nil {
		all = append(all, merged)
	}
	for _, s := range batch {
		p, err := Read(s.Path)
		if err != nil {
			return nil, err
		}
		Label(p, CellLabel, s.Cell)
		all = append(all, p)
		if got, want := measures(p), measures(all[0]); got != want {
			return nil, fmt.Errorf("%s measures %s, the ones before it %s", s.Path, got, want)
		}
	}
	return profile.Merge(all)
}

// measures lists the types of a profile's values. Profiles can be merged only if
// they are equal.
func measures(p *profile.Profile) string {
	types := []string{}
	for _, t := range append(slices.Clone(p.SampleType), p.PeriodType) {
		if t != nil {
			types = append(types, t.Type+"/"+t.Unit)
		}
	}
	return strings.Join(types, " ")
}

// Label gives each sample of p the label key with this one value. pprof's tag
// filters read a value such as 32 as a numeric range, which never matches a label:
// filter by ^32$ instead.
func Label(p *profile.Profile, key, value string) { p.SetLabel(key, []string{value}) }
