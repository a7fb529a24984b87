package stats

import (
	"fmt"
	"maps"
	"slices"

	"github.com/HdrHistogram/hdrhistogram-go"

	"collatebench/bench"
	"collatebench/results"
)

// Values are the measurements of each cell in the complete rounds.
type Values struct {
	Cells  []bench.Cell // in table order, A/A controls included
	Rounds []results.Round

	names   map[bench.Cell]string           // kept, since making a name takes 3 us
	values  []map[string]map[string]float64 // by round, as Rounds; by cell; by unit
	hosts   []string                        // the name of the machine that took each round, as Rounds
	ofRound []string                        // its kind
}

// NewValues reads the lines of the samples. A sample that is not valid, or whose cell the
// run does not have, is an error.
func NewValues(info results.Info, samples []results.Sample) (Values, error) {
	cells, err := info.Parse()
	if err != nil {
		return Values{}, err
	}
	v := Values{Cells: cells, names: map[bench.Cell]string{}, Rounds: results.CompleteRounds(info, samples)}
	named := map[string]bench.Cell{}
	for i, c := range cells {
		v.names[c], named[info.Cells[i]] = info.Cells[i], c
	}
	for _, s := range samples {
		if _, there := named[s.Cell]; !there {
			return Values{}, fmt.Errorf("sample of cell %q, which the run has not", s.Cell)
		}
	}
	for _, round := range v.Rounds {
		byCell := map[string]map[string]float64{}
		for name, s := range round.Samples {
			if byCell[name], err = byUnit(s, named[name]); err != nil {
				return Values{}, err
			}
		}
		v.values, v.hosts = append(v.values, byCell), append(v.hosts, hostName(info, round.Host()))
		v.ofRound = append(v.ofRound, info.Host(round.Host()).Machine.Kind())
	}
	return v, nil
}

// hostName names a machine of the run, as no other one of it is called.
func hostName(info results.Info, id string) string {
	h := info.Host(id)
	for _, o := range info.Hosts {
		if o.Name == h.Name && o.ID != h.ID {
			return h.Name + " (" + h.ID + ")"
		}
	}
	return h.Name
}

func byUnit(s results.Sample, c bench.Cell) (map[string]float64, error) {
	values, err := s.ValuesOf(c)
	if err != nil {
		return nil, err
	}
	out := map[string]float64{}
	for _, m := range values {
		out[m.Unit] = m.Value
	}
	return out, nil
}

// Series returns a cell's values in one unit, by round. It leaves out rounds whose line
// does not have the unit.
func (v Values) Series(c bench.Cell, unit string) []float64 {
	var out []float64
	for _, round := range v.values {
		if value, ok := round[v.names[c]][unit]; ok {
			out = append(out, value)
		}
	}
	return out
}

// Units returns the units of the cell's lines, in the order of tables.
func (v Values) Units(c bench.Cell) []string {
	there := map[string]bool{}
	for _, round := range v.values {
		for unit := range round[v.names[c]] {
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

// unitOrder puts the units that readers look for first before the others.
func unitOrder() []string {
	out := []string{results.Throughput, results.CPUs}
	for _, u := range append(bench.Units(), results.TestingUnits()...) {
		if !slices.Contains(out, u.Name) {
			out = append(out, u.Name)
		}
	}
	return out
}

// ratio is the ratio of throughputs.
func (v Values) ratio(p pair) (Ratio, error) {
	return v.pairs(results.Throughput, v.names[p.over], v.names[p.base]).Ratio()
}

// effect is the logarithm of [Values.ratio].
func (v Values) effect(p pair) (Effect, error) {
	return v.pairs(results.Throughput, v.names[p.over], v.names[p.base]).estimate()
}

// sharesRound says whether a complete round has both cells.
func (v Values) sharesRound(p pair) bool {
	o, _ := v.PairedThroughputs(v.names[p.over], v.names[p.base])
	return len(o) > 0
}

// PairedThroughputs returns the throughputs, MB/s, of two cells in the complete rounds that
// have both: a cell that joined the run late is not in the rounds before.
func (v Values) PairedThroughputs(over, base string) (o, b []float64) {
	return v.Paired(results.Throughput, over, base)
}

// Paired returns the values of two cells in one unit, in the complete rounds that have both.
func (v Values) Paired(unit, over, base string) (o, b []float64) {
	p := v.pairs(unit, over, base)
	return p.Over, p.Base
}

func (v Values) pairs(unit, over, base string) Pairs {
	var p Pairs
	for i, round := range v.values {
		x, y := round[over][unit], round[base][unit]
		if x > 0 && y > 0 {
			p.Over, p.Base, p.Hosts = append(p.Over, x), append(p.Base, y), append(p.Hosts, v.hosts[i])
		}
	}
	return p
}

// unflagged returns the values without the flagged rounds.
func (v Values) unflagged() Values {
	return v.only(func(i int) bool { return !v.Rounds[i].Flagged })
}

// only returns the values of some rounds, by their index.
func (v Values) only(keep func(int) bool) Values {
	out := Values{Cells: v.Cells, names: v.names}
	for i := range v.Rounds {
		if keep(i) {
			out.Rounds, out.values = append(out.Rounds, v.Rounds[i]), append(out.values, v.values[i])
			out.hosts, out.ofRound = append(out.hosts, v.hosts[i]), append(out.ofRound, v.ofRound[i])
		}
	}
	return out
}

// Responses pools a cell's response times, ns, over its rounds: the 99th percentile of
// one op of 64 responses would be just its maximum. It returns nil if a sample has no
// histogram.
func (v Values) Responses(c bench.Cell) (*hdrhistogram.PackedHistogram, error) {
	var pool *hdrhistogram.PackedHistogram
	for _, round := range v.Rounds {
		sample, there := round.Samples[v.names[c]]
		detail := sample.Detail
		switch {
		case !there:
			continue // the cell joined the run later
		case detail.Responses == "":
			return nil, nil
		}
		h, err := detail.Histogram()
		if err != nil {
			return nil, fmt.Errorf("cell %q, round %d: %w", v.names[c], round.N, err)
		}
		if pool == nil {
			pool = h
		} else if lost := pool.Merge(h); lost > 0 {
			return nil, fmt.Errorf("cell %q, round %d: %d responses are beyond the first round's histogram", v.names[c], round.N, lost)
		}
	}
	return pool, nil
}

// Name returns the name of a cell of the run.
func (v Values) Name(c bench.Cell) string { return v.names[c] }

// Samples returns the cell's samples in the complete rounds, by round. A cell that joined
// the run late is not in the rounds before.
func (v Values) Samples(c bench.Cell) []results.Sample {
	var out []results.Sample
	for _, round := range v.Rounds {
		if s, there := round.Samples[v.names[c]]; there {
			out = append(out, s)
		}
	}
	return out
}

// Others is the number of cores that other processes took of the allowance while the cell
// was sampled, mean over its samples; false if a sample does not tell.
func (v Values) Others(c bench.Cell) (cores float64, known bool) {
	cpu, wall := 0.0, 0.0
	for _, s := range v.Samples(c) {
		if s.OthersCPU == nil {
			return 0, false
		}
		cpu, wall = cpu+*s.OthersCPU, wall+s.Seconds
	}
	return cpu / max(wall, 1e-9), wall > 0
}
