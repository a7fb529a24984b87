package stats

import (
	"slices"

	"collatebench/bench"
	"collatebench/results"
)

// A VersionRow is one cell in the two versions of a run of `compare --ref`. Its ratios are
// of throughput, taken within each round.
type VersionRow struct {
	Cell      string   `json:"cell"`         // without its version
	Old       Estimate `json:"old_mb_per_s"` // with its A/A control
	New       Estimate `json:"new_mb_per_s"`
	Ratio     Ratio    `json:"ratio"`        // new over old, and over its A/A control: the mean of the two
	AA        *Ratio   `json:"aa,omitempty"` // the A/A control of old, over old: what it differs from 1 by is noise; nil without one
	OldCPU    float64  `json:"old_cpus"`     // cores that the client used, median
	NewCPU    float64  `json:"new_cpus"`
	Differs   bool     `json:"differs"`                   // to be called a difference: [Judge] of the ratios of all cells
	Unflagged *Ratio   `json:"unflagged_ratio,omitempty"` // without the flagged rounds; nil if no round is flagged, or all are

	Before, After bench.Cell `json:"-"` // as the run has them
}

// Versions compares the two versions of a run, cell by cell in table order. A run that has
// no complete round has no rows, and one that compares no versions is an
// [*IncomparableError].
func Versions(run *results.Run) ([]VersionRow, error) {
	if !run.Info().ComparesVersions() {
		return nil, &IncomparableError{"run " + run.Info().ID + ": it compares no versions"}
	}
	samples, err := run.Samples()
	if err != nil {
		return nil, err
	}
	s, err := Summarise(run.Info(), samples)
	return s.Versions, err
}

// VersionNames are the versions that the cells of the run have, in their order; none in a
// run of one version.
func (s Summary) VersionNames() []string {
	var out []string
	for _, c := range s.cells {
		if c.Rev != "" && !slices.Contains(out, c.Rev) {
			out = append(out, c.Rev)
		}
	}
	return out
}

// versions makes the rows of a run whose versions have these names, the old one first; of are the
// values of one kind of machines.
func (v Values) versions(of Values, names []results.Version, floor *Floor) ([]VersionRow, error) {
	if len(names) != 2 || len(v.Rounds) == 0 {
		return nil, nil
	}
	unflagged := v.unflagged()
	var out []VersionRow
	var ratios []Ratio
	for _, old := range v.Cells {
		new, again := old, old
		new.Rev, again.AA = names[1].Name, "b"
		if old.Rev != names[0].Name || old.AA != "" || !v.sharesRound(pair{new, old}) {
			continue
		}
		row, err := v.versionRow(of, old, new, again)
		if err != nil {
			return nil, err
		}
		if n := len(unflagged.Rounds); n > 0 && n < len(v.Rounds) && unflagged.sharesRound(pair{new, old}) {
			without, err := unflagged.versionPairs(old, new).Ratio()
			if err != nil {
				return nil, err
			}
			row.Unflagged = &without
		}
		out, ratios = append(out, row), append(ratios, row.Ratio)
	}
	for i, j := range Judge(ratios, floor.margin()) {
		out[i].Differs = j.Differs
	}
	return out, nil
}

func (v Values) versionRow(of Values, old, new, again bench.Cell) (VersionRow, error) {
	row := VersionRow{
		Cell: old.Versionless().Name(), Before: old, After: new,
		Old: NewEstimate(append(of.Series(old, results.Throughput), of.Series(again, results.Throughput)...)), New: NewEstimate(of.Series(new, results.Throughput)),
		OldCPU: NewEstimate(of.Series(old, results.CPUs)).Median, NewCPU: NewEstimate(of.Series(new, results.CPUs)).Median,
	}
	var err error
	pairs := v.versionPairs(old, new)
	if row.Ratio, err = pairs.Ratio(); err != nil {
		return row, err
	}
	if pairs.Again != nil {
		aa, err := pairs.control().Ratio()
		if err != nil {
			return row, err
		}
		row.AA = &aa
	}
	return row, nil
}

// versionPairs pairs the two versions of a cell, with the A/A control of the old one if each of the
// rounds has it.
func (v Values) versionPairs(old, new bench.Cell) Pairs {
	p := v.pairs(results.Throughput, v.names[new], v.names[old])
	again := old
	again.AA = "b"
	if o, _ := v.PairedThroughputs(v.names[again], v.names[old]); slices.Contains(v.Cells, again) && len(o) == len(p.Base) {
		p.Again = o
	}
	return p
}
