package bench

import (
	"cmp"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"slices"

	"gonum.org/v1/gonum/stat/distuv"

	"collatebench/mockserver/payload"
)

// A Scaling says how much of a payload this machine's cores decode together, against one
// of them alone, as [Calibration.Measure] found it. Cores that share their execution
// units or their way to memory are fewer effective cores than their number.
type Scaling struct {
	Procs        int              `json:"procs"`
	Codec        payload.Codec    `json:"codec,omitempty"`
	Encoding     payload.Encoding `json:"encoding,omitempty"`
	Payload      payload.Kind     `json:"payload,omitempty"`      // "" in older readings, which are of records
	Size         payload.Size     `json:"size_bytes,omitzero"`    // of the payload that was decoded, before compression
	Held         int              `json:"held_bytes,omitzero"`    // of all bodies that were decoded in turn, as they travel
	Alone        float64          `json:"alone"`                  // responses a second, of one goroutine
	Together     float64          `json:"together"`               // responses a second, of Procs goroutines
	CostAlone    float64          `json:"cost_alone,omitzero"`    // CPU seconds a response, garbage collection included
	CostTogether float64          `json:"cost_together,omitzero"` // the same, while all Procs decode
	// EffectiveCores is Procs times CostAlone / CostTogether. Rates would not do: a lone
	// goroutine has its garbage collected on the other cores.
	EffectiveCores float64 `json:"effective_cores"`
	// Low and High are its 95% interval, from the scatter of the pairs; 0 if not known.
	Low   float64   `json:"effective_cores_low,omitzero"`
	High  float64   `json:"effective_cores_high,omitzero"`
	Pairs int       `json:"pairs"`          // 0 where nothing had to be measured
	Each  []float64 `json:"each,omitempty"` // the effective cores of each pair; older readings do not have them
}

// Scalings are the readings of a run: at its largest GOMAXPROCS one for each codec,
// encoding and kind of payload of its cells.
type Scalings []Scaling

// Of returns the reading that fits what a cell decodes, on a number of cores. If there is
// none, it returns the lowest of the other readings on these cores, and same is false:
// then only EffectiveCores and its interval say something of the cell. It returns the
// zero Scaling if these cores were not measured.
func (s Scalings) Of(c Cell, cores int) (r Scaling, same bool) {
	for _, reading := range s {
		switch {
		case reading.Procs != cores:
		case reading.Work() == c.Work():
			return reading, true
		case r.Procs == 0 || reading.EffectiveCores < r.EffectiveCores:
			r = reading
		}
	}
	return r, false
}

// Add returns the readings with one more. If there is one of the same work on the same
// cores, the two become one.
func (s Scalings) Add(r Scaling) Scalings {
	out := slices.Clone(s)
	for i, had := range out {
		if had.Procs == r.Procs && had.Work() == r.Work() {
			out[i] = had.Join(r)
			return out
		}
	}
	return append(out, r)
}

// Work is a kind of decoding. A cost measured for one kind says nothing of another.
type Work struct {
	Codec    payload.Codec
	Encoding payload.Encoding
	Payload  payload.Kind
}

// Work returns the kind of decoding that the cell does.
func (c Cell) Work() Work { return Work{c.Codec, c.Encoding, c.Payload} }

// Work returns the kind of decoding that was measured.
func (s Scaling) Work() Work { return Work{s.Codec, s.Encoding, cmp.Or(s.Payload, payload.Records)} }

// Join makes one reading of two: the effective cores drift from minute to minute
// where the host shares them with other machines.
func (s Scaling) Join(other Scaling) Scaling {
	pairs := s.Pairs + other.Pairs
	if other.Pairs == 0 {
		return s
	}
	mean := func(a, b float64) float64 {
		return math.Exp((float64(s.Pairs)*math.Log(a) + float64(other.Pairs)*math.Log(b)) / float64(pairs))
	}
	out := s
	out.Pairs, out.Each = pairs, slices.Concat(s.Each, other.Each)
	out.Alone, out.Together = mean(s.Alone, other.Alone), mean(s.Together, other.Together)
	out.CostAlone, out.CostTogether = mean(s.CostAlone, other.CostAlone), mean(s.CostTogether, other.CostTogether)
	out.EffectiveCores = mean(s.EffectiveCores, other.EffectiveCores)
	return out.withInterval()
}

// medianError is the standard error of a median of normal values over that of their mean.
var medianError = math.Sqrt(math.Pi / 2)

// withInterval sets Low and High from the scatter of the pairs' log ratios: a Student-t
// interval around the median.
func (s Scaling) withInterval() Scaling {
	s.Low, s.High = 0, 0
	n := float64(len(s.Each))
	if len(s.Each) != s.Pairs || s.Pairs < 2 || s.Procs == 1 {
		return s
	}
	mean, squares := 0.0, 0.0
	for _, cores := range s.Each {
		mean += math.Log(cores) / n
	}
	for _, cores := range s.Each {
		squares += (math.Log(cores) - mean) * (math.Log(cores) - mean)
	}
	t := distuv.StudentsT{Sigma: 1, Nu: n - 1}.Quantile(.975)
	half := medianError * t * math.Sqrt(squares/(n-1)/n)
	s.Low, s.High = s.EffectiveCores*math.Exp(-half), s.EffectiveCores*math.Exp(half)
	return s
}

// median and not the mean: every prediction rests on this, and a single slice in
// which the host was busy made 1.2 effective cores of two.
func median(values []float64) float64 {
	values = slices.Sorted(slices.Values(values))
	return (values[(len(values)-1)/2] + values[len(values)/2]) / 2
}

// ReadScaling reads the JSON of a reading from a file.
func ReadScaling(path string) (Scaling, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return Scaling{}, err
	}
	var r Scaling
	if err := json.Unmarshal(text, &r); err != nil {
		return Scaling{}, fmt.Errorf("%s: %w", path, err)
	}
	if r.Procs < 1 || !(r.EffectiveCores > 0) {
		return Scaling{}, fmt.Errorf("%s: %d cores that are %v effective ones is no reading", path, r.Procs, r.EffectiveCores)
	}
	return r, nil
}
