package results

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"time"

	"collatebench/bench"
	"collatebench/internal/benchline"
)

// Units that every line has, as it spells them.
const (
	Throughput = "MB/s"
	CPUs       = "cpus"
)

// LinePrefix is what stands before a cell's name on its benchmark line, but
// for "Benchmark", which benchfmt cuts off.
const LinePrefix = "Collate/"

// A Sample is one measured process run of one cell: a line of samples.jsonl.
type Sample struct {
	Cell        string       `json:"cell"`    // its name
	Round       int          `json:"round"`   // from 1
	Attempt     int          `json:"attempt"` // of the round, from 1
	Line        string       `json:"line"`    // its benchmark line, as printed
	Started     time.Time    `json:"started"`
	Seconds     float64      `json:"seconds"` // of the whole process
	Detail      bench.Detail `json:"detail"`
	ClientCPU   float64      `json:"client_cpu_seconds"` // these four over the life of the process
	UpstreamCPU float64      `json:"upstream_cpu_seconds"`
	OthersCPU   float64      `json:"others_cpu_seconds"`
	Steal       float64      `json:"steal_seconds"`
	MaxRSS      int64        `json:"max_rss_bytes"`
	External    *External    `json:"external,omitempty"` // only where clients are compared
	Flags       []string     `json:"flags,omitempty"`    // what came from outside, such as "steal 12% of the cores"
}

// External is what was seen of a sample from the outside, from its first
// request to its end.
type External struct {
	Seconds   float64 `json:"seconds"`
	CPU       float64 `json:"cpu_seconds"`      // of the process and its children
	CPUOver   float64 `json:"cpu_over_seconds"` // what CPU is of: shorter where children that nobody waited for were last looked at before the end; 0 where CPU time can't be seen
	Upstream  float64 `json:"upstream_cpu_seconds"`
	Responses float64 `json:"responses"`         // that the upstream gave, the warm-up's too
	Queue     float64 `json:"queue_seconds"`     // of all of them, in the upstream's queue
	InFlight  float64 `json:"in_flight_seconds"` // of all of them, at the upstream
}

// Values returns the measurements of the sample's line, in its order.
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

// Validate says what is wrong with a sample: a line that does not parse or is
// another cell's, a GOMAXPROCS that is not the cell's, a value that no
// measurement gives.
func (s Sample) Validate() error {
	if err := s.validate(); err != nil {
		return fmt.Errorf("sample of cell %q, round %d: %w", s.Cell, s.Round, err)
	}
	return nil
}

func (s Sample) validate() error {
	c, err := bench.ParseCell(s.Cell)
	if err != nil {
		return err
	}
	if s.Round < 1 || s.Attempt < 1 {
		return fmt.Errorf("round %d, attempt %d: both count from 1", s.Round, s.Attempt)
	}
	line, err := s.parse()
	if err != nil {
		return err
	}
	if got := line.Name; got != LinePrefix+c.Benchmark() {
		return fmt.Errorf("its line is of %q", got)
	}
	if !c.Foreign() && s.Detail.GOMAXPROCS != c.Procs {
		return fmt.Errorf("its process had GOMAXPROCS=%d, not %d", s.Detail.GOMAXPROCS, c.Procs)
	}
	if s.Detail.Responses != "" {
		if _, err := s.Detail.Histogram(); err != nil {
			return err
		}
	}
	return validateValues(line.Values)
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
