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

// What the slices and pairs of a [MeasureScaling] are unless told otherwise: about a
// second in all.
const (
	ScalingSlice = 150 * time.Millisecond
	ScalingPairs = 3
)

// A Scaling says how much of a cell's payload this machine's cores decode
// together, against one of them alone. Cores that share their execution units,
// as hyperthreads do, are worth less than their number.
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

// MeasureScaling decodes the cell's payload, made in this process and of 1 MiB at most,
// for a slice of time in one goroutine and for one in procs of them, so many
// pairs of times, with the garbage collector as it is. GOMAXPROCS should be
// procs. Virtual cores are worth their number.
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

// median, as one slice in which the host was busy must not set what every
// prediction rests on: it was seen to make two cores worth 1.2.
func median(values []float64) float64 {
	slices.Sort(values)
	return (values[(len(values)-1)/2] + values[len(values)/2]) / 2
}

// decoded is what one slice of time gave.
type decoded struct {
	rate float64 // responses a second
	cost float64 // CPU seconds a response
}

// scalingPair takes the slices of a pair in either order, so that drift cancels.
// One core is worth one, with no slice for the noise.
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

// Join is two readings as one: what the cores are worth drifts from minute to
// minute where they are shared with other machines.
func (w Scaling) Join(other Scaling) Scaling {
	pairs := w.Pairs + other.Pairs
	if pairs == 0 {
		return w
	}
	mean := func(a, b float64) float64 {
		return math.Exp((float64(w.Pairs)*math.Log(a) + float64(other.Pairs)*math.Log(b)) / float64(pairs))
	}
	return Scaling{
		Procs: w.Procs, Pairs: pairs,
		Codec: w.Codec, Encoding: w.Encoding, Size: w.Size,
		Alone: mean(w.Alone, other.Alone), Together: mean(w.Together, other.Together),
		CostAlone: mean(w.CostAlone, other.CostAlone), CostTogether: mean(w.CostTogether, other.CostTogether),
		EffectiveCores: mean(w.EffectiveCores, other.EffectiveCores),
	}
}
