package results

import (
	"fmt"
	"maps"
	"slices"

	"github.com/HdrHistogram/hdrhistogram-go"

	"collatebench/bench"
)

// data is what the statistics are made of: the values of each cell in the
// complete rounds.
type data struct {
	cells  []bench.Cell
	names  map[bench.Cell]string // a name costs 3 us to make
	rounds []Round
	values []map[string]map[string]float64 // by round, as rounds; by cell; by unit
}

func newData(info Info, samples []Sample) (data, error) {
	cells, err := parseCells(info.Cells)
	if err != nil {
		return data{}, err
	}
	for _, s := range samples {
		if !slices.Contains(info.Cells, s.Cell) {
			return data{}, fmt.Errorf("sample of cell %q, which the run has not", s.Cell)
		}
	}
	d := data{cells: cells, names: map[bench.Cell]string{}, rounds: completeRounds(info, samples)}
	for i, c := range cells {
		d.names[c] = info.Cells[i]
	}
	for _, round := range d.rounds {
		byCell := map[string]map[string]float64{}
		for name, s := range round.Samples {
			if byCell[name], err = s.byUnit(); err != nil {
				return data{}, err
			}
		}
		d.values = append(d.values, byCell)
	}
	return d, nil
}

func (s Sample) byUnit() (map[string]float64, error) {
	if err := s.Validate(); err != nil {
		return nil, err
	}
	values, err := s.Values()
	if err != nil {
		return nil, err
	}
	out := map[string]float64{}
	for _, v := range values {
		out[v.Unit] = v.Value
	}
	return out, nil
}

// series returns a cell's values in one unit, by round. Rounds whose line
// lacks the unit are left out.
func (d data) series(c bench.Cell, unit string) []float64 {
	var out []float64
	for _, round := range d.values {
		if v, ok := round[d.names[c]][unit]; ok {
			out = append(out, v)
		}
	}
	return out
}

// units returns those that the cell's lines have, in the order of the table.
func (d data) units(c bench.Cell) []string {
	there := map[string]bool{}
	for _, round := range d.values {
		for unit := range round[d.names[c]] {
			there[unit] = true
		}
	}
	var out []string
	for _, unit := range unitOrder() {
		if there[unit] {
			out = append(out, unit)
			delete(there, unit)
		}
	}
	return append(out, slices.Sorted(maps.Keys(there))...)
}

// unitOrder puts first what a reader looks for first.
func unitOrder() []string {
	out := []string{unitThroughput, unitCPUs}
	for _, u := range append(bench.Units(), testingUnits()...) {
		if !slices.Contains(out, u.Name) {
			out = append(out, u.Name)
		}
	}
	return out
}

// ratio compares throughput.
func (d data) ratio(p pair) (Ratio, error) {
	return NewRatio(d.paired(d.names[p.over], d.names[p.base]))
}

func (d data) logRatio(p pair) (logRatio, error) {
	return newLogRatio(d.paired(d.names[p.over], d.names[p.base]))
}

// met says whether some round has both cells.
func (d data) met(p pair) bool {
	o, _ := d.paired(d.names[p.over], d.names[p.base])
	return len(o) > 0
}

// paired returns the throughputs of two cells in the rounds that have both: a
// cell that joined a run late has none of the rounds before.
func (d data) paired(over, base string) (o, b []float64) {
	for _, round := range d.values {
		x, y := round[over][unitThroughput], round[base][unitThroughput]
		if x > 0 && y > 0 {
			o, b = append(o, x), append(b, y)
		}
	}
	return o, b
}

// unflagged leaves the flagged rounds out.
func (d data) unflagged() data {
	out := data{cells: d.cells, names: d.names}
	for i, r := range d.rounds {
		if !r.Flagged {
			out.rounds = append(out.rounds, r)
			out.values = append(out.values, d.values[i])
		}
	}
	return out
}

// responses pools a cell's response times over its rounds: the 99th percentile
// of one op of 64 responses is no more than its maximum. It returns nil where
// a sample has none.
func (d data) responses(c bench.Cell) (*hdrhistogram.Histogram, error) {
	var pool *hdrhistogram.Histogram
	for _, round := range d.rounds {
		sample, there := round.Samples[d.names[c]]
		detail := sample.Detail
		switch {
		case !there:
			continue // the cell joined the run later
		case detail.Responses == "":
			return nil, nil
		}
		h, err := detail.Histogram()
		if err != nil {
			return nil, fmt.Errorf("cell %q, round %d: %w", d.names[c], round.N, err)
		}
		if pool == nil {
			pool = h
		} else if lost := pool.Merge(h); lost > 0 {
			return nil, fmt.Errorf("cell %q, round %d: %d responses are beyond the first round's histogram", d.names[c], round.N, lost)
		}
	}
	return pool, nil
}
