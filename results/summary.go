package results

import (
	"math"
	"slices"

	"collatebench/bench"
	"collatebench/results/verdict"
)

// A Summary is the numbers of a run, made from its ledger alone.
type Summary struct {
	Run     string `json:"run"`
	Label   string `json:"label,omitempty"`
	State   State  `json:"state"`
	Stopped string `json:"stopped,omitempty"`
	Cores   int    `json:"cores"`   // of the machine
	Rounds  int    `json:"rounds"`  // complete ones, which all numbers are made from
	Asked   int    `json:"asked"`   // rounds that the run was to have, at most
	Samples int    `json:"samples"` // in the ledger, those of abandoned attempts too

	Base       bench.Placement   `json:"base_placement"` // what the paired ratios are to
	Cells      []CellSummary     `json:"cells"`          // in table order, A/A controls included
	Ratios     []PairedRatio     `json:"paired_ratios"`  // in table order
	NoiseFloor *Floor            `json:"noise_floor"`
	NoFloor    string            `json:"no_noise_floor,omitempty"` // why there is none
	Flagged    []FlaggedRound    `json:"flagged_rounds,omitempty"`
	Verdicts   []verdict.Verdict `json:"verdicts,omitempty"` // observed, one a placement

	cells  []bench.Cell // as Cells
	judged []bench.Cell // as Verdicts
	peers  *Peers       // where clients are compared
	data   data         // what all of this is made from
}

// A CellSummary is what was measured of one cell.
type CellSummary struct {
	Cell          string         `json:"cell"`
	Throughput    Estimate       `json:"throughput_mb_per_s"`
	CPUs          Estimate       `json:"cpus"`
	P50           int64          `json:"resp_p50_ns,omitempty"` // of all responses of all rounds, or where they were not kept the median of the lines; 0 where not known
	P99           int64          `json:"resp_p99_ns,omitempty"`
	Responses     int64          `json:"pooled_responses"`
	UpstreamHeavy bool           `json:"upstream_above_tenth_of_cores"` // it competed for the client's cores
	Units         []UnitEstimate `json:"units"`                         // every unit of the line

	cell bench.Cell
}

// Unit returns the cell's median in a unit of its line, 0 where it has none.
func (c CellSummary) Unit(name string) float64 {
	for _, u := range c.Units {
		if u.Unit == name {
			return u.Value.Median
		}
	}
	return 0
}

// A UnitEstimate is a cell's median in one unit of its line.
type UnitEstimate struct {
	Unit  string   `json:"unit"`
	Value Estimate `json:"value"`
}

// A PairedRatio compares the throughput of two cells that differ in their
// placement alone.
type PairedRatio struct {
	Cell       string `json:"cell"`
	Base       string `json:"base"`
	Ratio      Ratio  `json:"ratio"`
	BelowFloor bool   `json:"below_noise_floor"`         // not to be called a difference
	Unflagged  *Ratio `json:"unflagged_ratio,omitempty"` // without the flagged rounds; nil where none is, or all are

	over bench.Cell
}

// A FlaggedRound is an attempt in which something came from outside.
type FlaggedRound struct {
	Round   int             `json:"round"`
	Attempt int             `json:"attempt"`
	Retaken bool            `json:"retaken"` // its samples do not count; else it was the last attempt allowed
	Samples []FlaggedSample `json:"samples"`
}

// A FlaggedSample says what came from outside, as the ledger has it.
type FlaggedSample struct {
	Cell  string   `json:"cell"`
	Flags []string `json:"flags"`
}

// Summarise makes the numbers of a run. Only complete rounds count. The order
// of the samples does not matter.
func Summarise(info Info, samples []Sample) (Summary, error) {
	d, err := newData(info, samples)
	if err != nil {
		return Summary{}, err
	}
	s := Summary{
		Run: info.ID, Label: info.Label, State: info.State, Stopped: info.Stopped, Cores: info.Machine.Cores,
		Rounds: len(d.rounds), Asked: info.Rounds, Samples: len(samples),
		Flagged: flaggedRounds(info, samples), cells: d.cells, peers: info.Peers, data: d,
	}
	if len(d.cells) > 0 {
		s.Base = basePlacement(d.cells, d.cells[0])
	}
	if s.NoiseFloor, s.NoFloor, err = noiseFloor(d); err != nil {
		return Summary{}, err
	}
	if len(d.rounds) == 0 {
		return s, nil
	}
	for _, c := range d.cells {
		cell, err := d.summary(c, info.Machine.Cores)
		if err != nil {
			return Summary{}, err
		}
		s.Cells = append(s.Cells, cell)
	}
	if info.Why == nil {
		s.judged, s.Verdicts = d.observed(info)
	}
	s.Ratios, err = d.pairedRatios(s.NoiseFloor)
	return s, err
}

// Precision is the widest of the paired ratios' relative half-widths, 0.12 for
// 12%. It is +Inf where there is no ratio.
func (s Summary) Precision() float64 {
	if len(s.Ratios) == 0 {
		return math.Inf(1)
	}
	widest := 0.0
	for _, r := range s.Ratios {
		widest = max(widest, r.Ratio.Precision())
	}
	return widest
}

// basePlacement is what a cell's client compares its placements with: Go's
// collector, or else the first that it has with that codec.
func basePlacement(cells []bench.Cell, of bench.Cell) bench.Placement {
	first := bench.Placement("")
	for _, c := range cells {
		switch {
		case c.Client != of.Client || c.Codec != of.Codec:
		case c.Placement == bench.Collector && !c.Foreign():
			return bench.Collector
		case first == "":
			first = c.Placement
		}
	}
	return first
}

// baseOf is the placement that a cell's ratio is to.
func (s Summary) baseOf(c bench.Cell) bench.Placement { return basePlacement(s.cells, c) }

func (d data) summary(c bench.Cell, cores int) (CellSummary, error) {
	s := CellSummary{
		cell:       c,
		Cell:       d.names[c],
		Throughput: NewEstimate(d.series(c, unitThroughput)),
		CPUs:       NewEstimate(d.series(c, unitCPUs)),
	}
	for _, unit := range d.units(c) {
		e := NewEstimate(d.series(c, unit))
		s.Units = append(s.Units, UnitEstimate{unit, e})
		if unit == unitUpstream && cores > 0 {
			s.UpstreamHeavy = e.Median > float64(cores)/10
		}
	}
	h, err := d.responses(c)
	if err != nil {
		return CellSummary{}, err
	}
	s.P50, s.P99 = int64(s.Unit("resp-p50-ns")), int64(s.Unit("resp-p99-ns"))
	if h != nil {
		s.P50, s.P99, s.Responses = h.ValueAtQuantile(50), h.ValueAtQuantile(99), h.TotalCount()
	}
	return s, nil
}

func (d data) pairedRatios(floor *Floor) ([]PairedRatio, error) {
	var out []PairedRatio
	calm := d.unflagged()
	for _, c := range d.cells {
		b := c
		b.Placement = basePlacement(d.cells, c)
		if c.AA != "" || c == b || !slices.Contains(d.cells, b) {
			continue
		}
		p := pair{c, b}
		if !d.met(p) {
			continue // they joined the run in different rounds
		}
		r, err := d.ratio(p)
		if err != nil {
			return nil, err
		}
		row := PairedRatio{Cell: d.names[c], Base: d.names[b], Ratio: r, BelowFloor: floor.Covers(r), over: c}
		if n := len(calm.rounds); n > 0 && n < len(d.rounds) && calm.met(p) {
			without, err := calm.ratio(p)
			if err != nil {
				return nil, err
			}
			row.Unflagged = &without
		}
		out = append(out, row)
	}
	return out, nil
}

// flaggedRounds lists every attempt that has a flag, kept or not.
func flaggedRounds(info Info, samples []Sample) []FlaggedRound {
	attempts := sortAttempts(info, samples)
	var out []FlaggedRound
	for _, r := range Rounds(info, samples) {
		for attempt := 1; attempt <= r.Attempt; attempt++ {
			f := FlaggedRound{Round: r.N, Attempt: attempt, Retaken: attempt < r.Attempt}
			for _, name := range info.Cells {
				if s := attempts[place{r.N, attempt}][name]; len(s.Flags) > 0 {
					f.Samples = append(f.Samples, FlaggedSample{name, s.Flags})
				}
			}
			if len(f.Samples) > 0 {
				out = append(out, f)
			}
		}
	}
	return out
}

// Has says whether the cell was measured.
func (s Summary) Has(c bench.Cell) bool { return s.Rounds > 0 && slices.Contains(s.cells, c) }
