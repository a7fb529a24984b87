package stats

import (
	"math"
	"slices"

	"collatebench/bench"
	"collatebench/results"
)

// A Summary is the numbers of a run, made only from its record and its ledger.
type Summary struct {
	Run     string        `json:"run"`
	Label   string        `json:"label,omitempty"`
	State   results.State `json:"state"`
	Stopped string        `json:"stopped,omitempty"`
	Cores   float64       `json:"cores"`   // that the run could use, by affinity and quota
	Rounds  int           `json:"rounds"`  // complete ones, from which all numbers are made
	Asked   int           `json:"asked"`   // rounds that were asked for, at most
	Samples int           `json:"samples"` // in the ledger, with those of abandoned attempts

	// Pooled says that the percentiles are of all responses of all rounds. Else they are
	// medians of the rounds' percentiles, for every cell: always in a run that compares
	// clients, as most of them print no more than that. The two are not to be compared: of
	// the same responses a pooled 99th percentile is up to 1.4 times as high.
	Pooled bool `json:"pooled_percentiles"`

	Base       bench.Placement        `json:"base_placement"`          // what the paired ratios are to
	Cells      []CellSummary          `json:"cells"`                   // in table order, A/A controls included
	Ratios     []PairedRatio          `json:"paired_ratios"`           // in table order
	Kinds      []Kind                 `json:"machine_kinds,omitempty"` // of a merged run; what is said of Cells alone is of the first one
	Versions   []VersionRow           `json:"versions,omitempty"`      // of a run that compares versions, in table order
	Gate       *Decision              `json:"gate,omitempty"`          // on these versions
	NoiseFloor *Floor                 `json:"noise_floor"`
	NoFloor    string                 `json:"no_noise_floor,omitempty"` // why there is no floor
	Flagged    []results.FlaggedRound `json:"flagged_rounds,omitempty"`
	// Doubts say what of the machine makes the figures doubtful, a line each, beside what
	// disturbed single samples.
	Doubts []string `json:"doubts,omitempty"`

	cells    []bench.Cell // as Cells
	compares bool         // the run compares clients
	usable   string       // the cores, in words
	shared   bool         // the upstream runs on the same machine
	values   Values       // from which all of this is made
}

// A CellSummary is what was measured of one cell.
type CellSummary struct {
	Cell          string         `json:"cell"`
	Throughput    Estimate       `json:"throughput_mb_per_s"`
	CPUs          Estimate       `json:"cpus"`
	P50           int64          `json:"resp_p50_ns,omitempty"` // as [Summary.Pooled] says; 0 if not known
	P99           int64          `json:"resp_p99_ns,omitempty"`
	Responses     int64          `json:"pooled_responses"`              // 0 if the percentiles are not pooled
	UpstreamHeavy bool           `json:"upstream_above_tenth_of_cores"` // it competed with the client for cores
	Units         []UnitEstimate `json:"units"`                         // every unit of the line

	cell bench.Cell
}

// Unit returns the cell's median in a unit of its line; 0 if the line does not have it.
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

// A PairedRatio compares the throughput of two cells that differ only in their placement.
type PairedRatio struct {
	Cell      string `json:"cell"`
	Base      string `json:"base"`
	Ratio     Ratio  `json:"ratio"`
	Differs   bool   `json:"differs"`                   // to be called a difference: [Judge] of all paired ratios of the run
	Unflagged *Ratio `json:"unflagged_ratio,omitempty"` // without the flagged rounds; nil if no round is flagged, or all are

	over bench.Cell
}

// Summarise makes the numbers of a run. Only complete rounds count, and the order of the
// samples does not matter. A sample that [NewValues] refuses is an error.
func Summarise(info results.Info, samples []results.Sample) (Summary, error) {
	v, err := NewValues(info, samples)
	if err != nil {
		return Summary{}, err
	}
	s := Summary{
		Run: info.ID, Label: info.Label, State: info.State, Stopped: info.Stopped, Cores: info.Machine.Allowed().CPUs(), usable: info.Machine.Usable(),
		Rounds: len(v.Rounds), Asked: asked(info, len(v.Rounds)), Samples: len(samples),
		Flagged: results.FlaggedRounds(info, samples), Doubts: v.Doubts(info), cells: v.Cells, compares: info.ComparesClients(), shared: info.SharesMachine(), values: v,
	}
	if s.Gate, err = ReadDecision(info); err != nil {
		return Summary{}, err
	}
	if len(v.Cells) > 0 {
		s.Base = basePlacement(v.Cells, v.Cells[0])
	}
	if s.NoiseFloor, s.NoFloor, err = noiseFloor(v); err != nil {
		return Summary{}, err
	}
	if len(v.Rounds) == 0 {
		return s, nil
	}
	of := v
	if s.Kinds = v.kinds(info); len(s.Kinds) > 0 {
		of = v.ofKind(s.Kinds[0].Kind)
		s.values, s.Doubts = of, of.Doubts(info)
	}
	for _, c := range v.Cells {
		s.Cells = append(s.Cells, of.summary(c, s.Cores))
	}
	if !s.compares {
		if err := s.poolPercentiles(); err != nil {
			return Summary{}, err
		}
	}
	if s.Ratios, err = v.pairedRatios(s.NoiseFloor); err != nil {
		return Summary{}, err
	}
	s.Versions, err = v.versions(of, info.Versions, s.NoiseFloor)
	return s, err
}

// asked is how many rounds the run was to have: those that it has where it ended because they were
// enough, or as many as its budget had room for.
func asked(info results.Info, have int) int {
	if info.State == results.Complete && (info.Budget > 0 || info.Precision > 0) {
		return have
	}
	return info.PlannedRounds()
}

// Precision is the largest [Ratio.Precision] of the paired ratios, 0.12 for 12%; +Inf if
// there is no ratio.
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

// basePlacement is the placement that a cell's ratio is to: collector for Go's client, or
// else the client's first placement with that codec.
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

// BaseOf returns the placement that a cell's ratio is to.
func (s Summary) BaseOf(c bench.Cell) bench.Placement { return basePlacement(s.cells, c) }

func (v Values) summary(c bench.Cell, cores float64) CellSummary {
	s := CellSummary{
		cell:       c,
		Cell:       v.names[c],
		Throughput: NewEstimate(v.Series(c, results.Throughput)),
		CPUs:       NewEstimate(v.Series(c, results.CPUs)),
	}
	for _, unit := range v.Units(c) {
		e := NewEstimate(v.Series(c, unit))
		s.Units = append(s.Units, UnitEstimate{unit, e})
		if unit == "upstream-cpus" && cores > 0 {
			s.UpstreamHeavy = e.Median > cores/10
		}
	}
	s.P50, s.P99 = int64(s.Unit("resp-p50-ns")), int64(s.Unit("resp-p99-ns"))
	return s
}

// poolPercentiles replaces the percentiles of every cell by pooled ones, unless a cell's
// responses were not kept: then a column would have both kinds.
func (s *Summary) poolPercentiles() error {
	pooled := slices.Clone(s.Cells)
	for i, c := range pooled {
		h, err := s.values.Responses(c.cell)
		if err != nil {
			return err
		}
		if h == nil && c.Throughput.Values > 0 {
			return nil
		}
		if h != nil {
			pooled[i].P50, pooled[i].P99, pooled[i].Responses = h.ValueAtPercentile(50), h.ValueAtPercentile(99), h.TotalCount()
		}
	}
	s.Cells, s.Pooled = pooled, true
	return nil
}

func (v Values) pairedRatios(floor *Floor) ([]PairedRatio, error) {
	var out []PairedRatio
	unflagged := v.unflagged()
	for _, c := range v.Cells {
		b := c
		b.Placement = basePlacement(v.Cells, c)
		if c.AA != "" || c == b || !slices.Contains(v.Cells, b) {
			continue
		}
		p := pair{c, b}
		if !v.sharesRound(p) {
			continue // they joined the run in different rounds
		}
		r, err := v.ratio(p)
		if err != nil {
			return nil, err
		}
		row := PairedRatio{Cell: v.names[c], Base: v.names[b], Ratio: r, over: c}
		if n := len(unflagged.Rounds); n > 0 && n < len(v.Rounds) && unflagged.sharesRound(p) {
			without, err := unflagged.ratio(p)
			if err != nil {
				return nil, err
			}
			row.Unflagged = &without
		}
		out = append(out, row)
	}
	ratios := make([]Ratio, len(out))
	for i, row := range out {
		ratios[i] = row.Ratio
	}
	for i, j := range Judge(ratios, floor.margin()) {
		out[i].Differs = j.Differs
	}
	return out, nil
}

// Has says whether [Summary.Cell] can be asked for the cell: the run has it, and has a
// complete round.
func (s Summary) Has(c bench.Cell) bool { return s.Rounds > 0 && slices.Contains(s.cells, c) }

// Cell returns what was measured of a cell. It panics if Has is false.
func (s Summary) Cell(c bench.Cell) CellSummary { return s.Cells[slices.Index(s.cells, c)] }

// RatioToBase returns the ratio of a cell to its base placement; false if there is none.
func (s Summary) RatioToBase(c bench.Cell) (PairedRatio, bool) {
	i := slices.IndexFunc(s.Ratios, func(r PairedRatio) bool { return r.over == c })
	if i < 0 {
		return PairedRatio{}, false
	}
	return s.Ratios[i], true
}

// Values returns the measurements that the summary is made from.
func (s Summary) Values() Values { return s.values }

// AllCells returns the cells of the run in table order, with A/A controls, measured or not.
func (s Summary) AllCells() []bench.Cell { return s.cells }

// Usable spells the cores that the run could use, as [results.Machine.Usable]; "" if they are
// not recorded.
func (s Summary) Usable() string { return s.usable }
