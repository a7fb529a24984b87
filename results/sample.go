package results

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"time"

	"collatebench/bench"
	"collatebench/internal/benchline"
	"collatebench/profiles/outside"
)

// Units that every line has, as it spells them.
const (
	Throughput = "MB/s"
	CPUs       = "cpus"

	AnswerRate = "answers/s" // of a person's own program alone
)

// LinePrefix is what precedes a cell's name on its benchmark line, without "Benchmark",
// which benchfmt cuts off.
const LinePrefix = "Collate/"

// A Sample is one measured process of one cell: a line of samples.jsonl.
type Sample struct {
	Cell        string       `json:"cell"`    // its name
	Round       int          `json:"round"`   // from 1
	Attempt     int          `json:"attempt"` // of the round, from 1
	Line        string       `json:"line"`    // its benchmark line, as printed
	Started     time.Time    `json:"started"`
	Seconds     float64      `json:"seconds"` // of the whole process
	Detail      bench.Detail `json:"detail"`
	ClientCPU   float64      `json:"client_cpu_seconds"` // this and the next three are over the life of the process
	UpstreamCPU float64      `json:"upstream_cpu_seconds"`
	// OthersCPU is what other processes took of the machine's allowance ([allowance.Allowance]);
	// nil if that can't be read.
	OthersCPU *float64 `json:"others_cpu_seconds,omitempty"`
	Steal     float64  `json:"steal_seconds"`
	// Throttled is the share of the periods of the control group's CPU quota in which the quota
	// stopped it, our own load included; 0 without a quota.
	Throttled float64 `json:"throttled,omitempty"`
	// MHz is the clock of the fastest core, mean; 0 where the kernel does not tell it.
	MHz      float64   `json:"mhz,omitempty"`
	MaxRSS   int64     `json:"max_rss_bytes"`
	External *External `json:"external,omitempty"` // only in a run that compares clients, or of a person's own program
	Host     string    `json:"host,omitempty"`     // [Host.ID] of the machine that took it; only in a shard
	Flags    []string  `json:"flags,omitempty"`    // what disturbed it from outside, such as "steal 12% of the cores"
}

// External is what was seen of a sample from outside the client, from its first request
// to its end.
type External struct {
	Seconds   float64 `json:"seconds"`
	CPU       float64 `json:"cpu_seconds"`      // of the process and its children
	CPUOver   float64 `json:"cpu_over_seconds"` // the time in which CPU was used: less than Seconds if children that the process did not wait for were last sampled before the end; 0 if CPU time can't be read
	Upstream  float64 `json:"upstream_cpu_seconds"`
	Responses float64 `json:"responses"`       // of the upstream, including the warm-up
	Bytes     float64 `json:"bytes,omitempty"` // of these; only of a person's own program
	// What the upstream says of itself, summed over the responses; nil if it does not.
	Queue    *float64 `json:"queue_seconds,omitempty"`     // in its queue
	Service  float64  `json:"service_seconds,omitempty"`   // delayed; only of a person's own program
	InFlight *float64 `json:"in_flight_seconds,omitempty"` // there at all
	// RwndLimited is for how long the client's receive windows were shut while the upstream had more
	// to send, summed over the connections.
	RwndLimited *float64 `json:"rwnd_limited_seconds,omitempty"`

	// Seen is what its process and its connections were seen to do; nil where that can't be seen.
	Seen *outside.Evidence `json:"seen,omitempty"`
}

// Values returns the measurements on the sample's line, in the line's order.
func (s Sample) Values() ([]benchline.Value, error) {
	line, err := s.parse()
	return line.Values, err
}

// parse reads the line.
func (s Sample) parse() (benchline.Line, error) {
	if strings.ContainsAny(s.Line, "\r\n") {
		return benchline.Line{}, fmt.Errorf("%q is more than one line", s.Line)
	}
	line, err := benchline.Parse(s.Line)
	switch wrong := (*benchline.SyntaxError)(nil); {
	case errors.As(err, &wrong):
		return line, fmt.Errorf("%q: %s", s.Line, wrong.Msg)
	case err != nil:
		return line, fmt.Errorf("%q is no benchmark line", s.Line)
	}
	return line, nil
}

// Validate returns an error if the sample's line does not parse or is of another cell, if
// its GOMAXPROCS is not the cell's, or if a value is impossible.
func (s Sample) Validate() error {
	c, err := bench.ParseCell(s.Cell)
	if err != nil {
		return s.wrong(err)
	}
	_, err = s.ValuesOf(c)
	return err
}

// ValuesOf is [Sample.Values] of a valid sample of this cell; one that [Sample.Validate] refuses is an
// error. Whoever reads many samples has the cells already: a name takes as long to parse as a line.
func (s Sample) ValuesOf(c bench.Cell) ([]benchline.Value, error) {
	line, err := s.validate(c)
	if err != nil {
		return nil, s.wrong(err)
	}
	return line.Values, nil
}

func (s Sample) wrong(err error) error {
	return fmt.Errorf("sample of cell %q, round %d: %w", s.Cell, s.Round, err)
}

func (s Sample) validate(c bench.Cell) (benchline.Line, error) {
	if s.Round < 1 || s.Attempt < 1 {
		return benchline.Line{}, fmt.Errorf("round %d, attempt %d: both count from 1", s.Round, s.Attempt)
	}
	line, err := s.parse()
	if err != nil {
		return line, err
	}
	if got := line.Name; got != LinePrefix+c.Benchmark() {
		return line, fmt.Errorf("its line is of %q", got)
	}
	if !c.Foreign() && s.Detail.GOMAXPROCS != c.Procs {
		return line, fmt.Errorf("its process had GOMAXPROCS=%d, not %d", s.Detail.GOMAXPROCS, c.Procs)
	}
	if s.Detail.Responses != "" {
		if err := s.Detail.Validate(); err != nil {
			return line, err
		}
	}
	return line, validateValues(line.Values)
}

func validateValues(values []benchline.Value) error {
	seen := map[string]float64{}
	for _, v := range values {
		if _, twice := seen[v.Unit]; twice {
			return fmt.Errorf("its line has %s twice", v.Unit)
		}
		if math.IsNaN(v.Value) || math.IsInf(v.Value, 0) || v.Value < 0 {
			return fmt.Errorf("its line has %v %s", v.Value, v.Unit)
		}
		seen[v.Unit] = v.Value
	}
	for _, unit := range []string{Throughput, CPUs} {
		if seen[unit] == 0 {
			return fmt.Errorf("its line has no %s", unit)
		}
	}
	return nil
}
