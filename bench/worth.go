package bench

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"slices"
	"sync"
	"time"

	"collatebench/mockserver/payload"
)

// What the slices and pairs of a [Worth] are unless told otherwise: about a
// second in all.
const (
	WorthSlice = 150 * time.Millisecond
	WorthPairs = 3
)

// A WorthReading says how much of a cell's payload this machine's cores decode
// together, against one of them alone. Cores that share their execution units,
// as hyperthreads do, are worth less than their number.
type WorthReading struct {
	Procs    int     `json:"procs"`
	Alone    float64 `json:"alone"`    // responses a second, of one goroutine
	Together float64 `json:"together"` // responses a second, of Procs goroutines
	Worth    float64 `json:"worth"`    // geometric mean over the pairs of together / alone
	Pairs    int     `json:"pairs"`    // 0 where nothing had to be measured
}

// Worth decodes the cell's payload, made in this process and of 1 MiB at most,
// for a slice of time in one goroutine and for one in procs of them, so many
// pairs of times, with the garbage collector as it is. GOMAXPROCS should be
// procs. Virtual cores are worth their number.
func Worth(ctx context.Context, c Cell, procs int, slice time.Duration, pairs int) (WorthReading, error) {
	if c.Simulated() {
		alone := 1 / max(c.VirtualCores.Decode(c.Size).Seconds(), 1e-9)
		n := float64(c.Cores())
		return WorthReading{Procs: c.Cores(), Alone: alone, Together: n * alone, Worth: n}, nil
	}
	if procs < 1 || pairs < 1 {
		return WorthReading{}, fmt.Errorf("worth of %d cores in %d pairs: of each at least 1", procs, pairs)
	}
	decode, err := payloadDecoder(c)
	if err == nil {
		err = decode() // the first one fills the codec's caches
	}
	if err != nil {
		return WorthReading{}, fmt.Errorf("worth of %d cores: %w", procs, err)
	}
	r := WorthReading{Procs: procs, Pairs: pairs}
	logs := 0.0
	for pair := range pairs {
		alone, together, err := worthPair(ctx, decode, procs, slice, pair%2 == 1)
		if err != nil {
			return WorthReading{}, fmt.Errorf("worth of %d cores: %w", procs, err)
		}
		r.Alone += alone / float64(pairs)
		r.Together += together / float64(pairs)
		logs += math.Log(together / alone)
	}
	r.Worth = math.Exp(logs / float64(pairs))
	return r, nil
}

// worthPair takes the slices of a pair in either order, so that drift cancels.
// One core is worth one, with no slice for the noise.
func worthPair(ctx context.Context, decode func() error, procs int, slice time.Duration, reversed bool) (alone, together float64, err error) {
	order := []int{1, procs}
	switch {
	case procs == 1:
		order = order[:1]
	case reversed:
		slices.Reverse(order)
	}
	for _, n := range order {
		rate, err := decodeRate(ctx, decode, n, slice)
		if err != nil {
			return 0, 0, err
		}
		if n == 1 {
			alone = rate
		}
		if n == procs {
			together = rate
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

// decodeRate is how many decodes n goroutines do in a second. Each counts up
// to the end of its last one: a slice holds few, and a part of one would be
// lost or won.
func decodeRate(ctx context.Context, decode func() error, n int, slice time.Duration) (float64, error) {
	rates, errs := make([]float64, n), make([]error, n)
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() { rates[i], errs[i] = decodeFor(ctx, decode, slice) })
	}
	all.Wait()
	sum := 0.0
	for i := range n {
		if errs[i] != nil {
			return 0, errs[i]
		}
		sum += rates[i]
	}
	return sum, nil
}

func decodeFor(ctx context.Context, decode func() error, slice time.Duration) (float64, error) {
	began := time.Now()
	for n := 1; ; n++ {
		if err := context.Cause(ctx); err != nil {
			return 0, err
		}
		if err := decode(); err != nil {
			return 0, err
		}
		if took := time.Since(began); took >= slice {
			return float64(n) / took.Seconds(), nil
		}
	}
}

// ReadWorth reads the JSON of a reading from a file.
func ReadWorth(path string) (WorthReading, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return WorthReading{}, err
	}
	var r WorthReading
	if err := json.Unmarshal(text, &r); err != nil {
		return WorthReading{}, fmt.Errorf("%s: %w", path, err)
	}
	if r.Procs < 1 || !(r.Worth > 0) {
		return WorthReading{}, fmt.Errorf("%s: %d cores worth %v is no reading", path, r.Procs, r.Worth)
	}
	return r, nil
}
