package bench

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"collatebench/internal/rusage"
	"collatebench/mockserver/payload"
)

// The usual slice and number of pairs of [MeasureScaling]: about a second in all.
const (
	ScalingSlice = 150 * time.Millisecond
	ScalingPairs = 3
)

// A Scaling says how much of a cell's payload this machine's cores decode
// together, against one of them alone. Cores that share their execution units,
// as hyperthreads do, are fewer effective cores than their number.
type Scaling struct {
	Procs        int              `json:"procs"`
	Codec        payload.Codec    `json:"codec,omitempty"`
	Encoding     payload.Encoding `json:"encoding,omitempty"`
	Size         payload.Size     `json:"size_bytes,omitzero"`    // of the payload that was decoded
	Alone        float64          `json:"alone"`                  // responses a second, of one goroutine
	Together     float64          `json:"together"`               // responses a second, of Procs goroutines
	CostAlone    float64          `json:"cost_alone,omitzero"`    // CPU seconds a response, garbage collection included
	CostTogether float64          `json:"cost_together,omitzero"` // the same, while all Procs decode
	// EffectiveCores is Procs times CostAlone / CostTogether. Rates would not do: a lone
	// goroutine has its garbage collected on the other cores.
	EffectiveCores float64 `json:"effective_cores"`
	Pairs          int     `json:"pairs"` // 0 where nothing had to be measured
}

// MeasureScaling decodes the cell's payload in pairs of slices of time, one slice
// in one goroutine and one in procs of them, with the garbage collector as it is.
// The payload is made in this process and has 1 MiB at most. GOMAXPROCS should be
// procs. Virtual cores are as many effective ones, and are not measured.
func MeasureScaling(ctx context.Context, c Cell, procs int, slice time.Duration, pairs int) (Scaling, error) {
	if c.Simulated() {
		alone := 1 / max(c.VirtualCores.Decode(c.Size).Seconds(), 1e-9)
		n := float64(c.Cores())
		return Scaling{Procs: c.Cores(), Alone: alone, Together: n * alone, EffectiveCores: n}, nil
	}
	if procs < 1 || pairs < 1 {
		return Scaling{}, fmt.Errorf("scaling of %d cores in %d pairs: of each at least 1", procs, pairs)
	}
	decode, err := payloadDecoder(c)
	if err == nil {
		err = decode() // the first one fills the codec's caches
	}
	if err != nil {
		return Scaling{}, fmt.Errorf("scaling of %d cores: %w", procs, err)
	}
	r := Scaling{Procs: procs, Pairs: pairs, Codec: c.Codec, Encoding: c.Encoding, Size: min(c.Size, payload.MiB)}
	var ratios, alones, togethers []float64
	for pair := range pairs {
		alone, together, err := scalingPair(ctx, decode, procs, slice, pair%2 == 1)
		if err != nil {
			return Scaling{}, fmt.Errorf("scaling of %d cores: %w", procs, err)
		}
		r.Alone += alone.rate / float64(pairs)
		r.Together += together.rate / float64(pairs)
		ratios = append(ratios, alone.cost/together.cost)
		alones, togethers = append(alones, alone.cost), append(togethers, together.cost)
	}
	r.CostAlone, r.CostTogether, r.EffectiveCores = median(alones), median(togethers), float64(procs)*median(ratios)
	return r, nil
}

// median and not the mean: every prediction rests on this, and a single slice in
// which the host was busy made 1.2 effective cores of two.
func median(values []float64) float64 {
	slices.Sort(values)
	return (values[(len(values)-1)/2] + values[len(values)/2]) / 2
}

// decoded is what one slice of time gave.
type decoded struct {
	rate float64 // responses a second
	cost float64 // CPU seconds a response
}

// scalingPair measures the slices of a pair, in either order, so that drift
// cancels. One core is one effective core: a second slice would add noise alone.
func scalingPair(ctx context.Context, decode func() error, procs int, slice time.Duration, reversed bool) (alone, together decoded, err error) {
	order := []int{1, procs}
	switch {
	case procs == 1:
		order = order[:1]
	case reversed:
		slices.Reverse(order)
	}
	for _, n := range order {
		d, err := decodeAll(ctx, decode, n, slice)
		if err != nil {
			return alone, together, err
		}
		if n == 1 {
			alone = d
		}
		if n == procs {
			together = d
		}
	}
	return alone, together, nil
}

// payloadDecoder makes the payload and what decodes it.
func payloadDecoder(c Cell) (func() error, error) {
	size := min(c.Size, payload.MiB)
	body, err := payload.Build(payload.Spec{Codec: c.Codec, Encoding: c.Encoding, Size: max(size, payload.MinSize), Seed: 1})
	if err != nil {
		return nil, err
	}
	d, err := payload.NewDecoder(payload.Records, c.Codec, c.Encoding)
	return func() error {
		_, err := d.Decode(body.Bytes)
		return err
	}, err
}

// decodeAll decodes in n goroutines for a slice of time.
func decodeAll(ctx context.Context, decode func() error, n int, slice time.Duration) (decoded, error) {
	counts := make([]int, n)
	began, cpu := time.Now(), rusage.SelfCPU()
	var all errgroup.Group
	for i := range n {
		all.Go(func() (err error) {
			counts[i], err = decodeFor(ctx, decode, slice)
			return err
		})
	}
	if err := all.Wait(); err != nil {
		return decoded{}, err
	}
	sum := 0.0
	for _, count := range counts {
		sum += float64(count)
	}
	return decoded{sum / time.Since(began).Seconds(), max(1e-9, (rusage.SelfCPU()-cpu).Seconds()) / sum}, nil
}

// decodeFor decodes until the slice is over, and at least once.
func decodeFor(ctx context.Context, decode func() error, slice time.Duration) (int, error) {
	began := time.Now()
	for n := 1; ; n++ {
		if err := context.Cause(ctx); err != nil {
			return 0, err
		}
		if err := decode(); err != nil {
			return 0, err
		}
		if time.Since(began) >= slice {
			return n, nil
		}
	}
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

// Join makes one reading of two: the effective cores drift from minute to minute
// where the host shares them with other machines.
func (s Scaling) Join(other Scaling) Scaling {
	pairs := s.Pairs + other.Pairs
	if pairs == 0 {
		return s
	}
	mean := func(a, b float64) float64 {
		return math.Exp((float64(s.Pairs)*math.Log(a) + float64(other.Pairs)*math.Log(b)) / float64(pairs))
	}
	return Scaling{
		Procs: s.Procs, Pairs: pairs,
		Codec: s.Codec, Encoding: s.Encoding, Size: s.Size,
		Alone: mean(s.Alone, other.Alone), Together: mean(s.Together, other.Together),
		CostAlone: mean(s.CostAlone, other.CostAlone), CostTogether: mean(s.CostTogether, other.CostTogether),
		EffectiveCores: mean(s.EffectiveCores, other.EffectiveCores),
	}
}
