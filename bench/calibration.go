package bench

import (
	"context"
	"fmt"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"collatebench/internal/rusage"
	"collatebench/mockserver/payload"
)

// The usual slice and number of pairs of a [Calibration]: about a second and a half in all.
// Shorter slices hold too few decodes; fewer pairs have a wide interval.
const (
	ScalingSlice = 80 * time.Millisecond
	ScalingPairs = 8
)

// A Calibration measures how much this machine's cores decode together. It decodes in
// pairs of slices of time, one slice in one goroutine and one in Procs of them, with the
// garbage collector as it is. GOMAXPROCS should be Procs, and the process fresh.
type Calibration struct {
	Cell     Cell          // whose payload is decoded; a made one has 1 MiB at most
	Upstream string        // base URL; only captured bodies come from there
	Procs    int           // of the cell on real cores
	Slice    time.Duration // length of half a pair: at least one decode is made in it
	Pairs    int           // fewer are taken if decodes last so long that the time doubles
}

// Measure takes the reading. Virtual cores are as many effective ones, and are not
// measured.
func (k Calibration) Measure(ctx context.Context) (Scaling, error) {
	c := k.Cell
	if c.Simulated() {
		alone := 1 / max(c.VirtualCores.Decode(c.Size).Seconds(), 1e-9)
		n := float64(c.Cores())
		return Scaling{Procs: c.Cores(), Alone: alone, Together: n * alone, EffectiveCores: n}, nil
	}
	if k.Procs < 1 || k.Pairs < 1 {
		return Scaling{}, fmt.Errorf("scaling of %d cores in %d pairs: of each at least 1", k.Procs, k.Pairs)
	}
	r, err := k.measure(ctx)
	if err != nil {
		return Scaling{}, fmt.Errorf("scaling of %d cores: %w", k.Procs, err)
	}
	return r, nil
}

func (k Calibration) measure(ctx context.Context) (Scaling, error) {
	decoder, err := payload.NewDecoder(k.Cell.Payload, k.Cell.Codec, k.Cell.Encoding)
	if err != nil {
		return Scaling{}, err
	}
	set, err := k.bodies(ctx)
	if err != nil {
		return Scaling{}, err
	}
	s := &slicer{bodies: set.all, length: k.Slice, decode: func(body []byte) error {
		_, err := decoder.Decode(body)
		return err
	}}
	// Not counted: it fills the codec's caches and grows the heap.
	if _, err := s.slice(ctx, k.Procs); err != nil {
		return Scaling{}, err
	}
	pairs, err := k.pairs(func(n int) (decoded, error) { return s.slice(ctx, n) })
	if err != nil {
		return Scaling{}, err
	}
	c := k.Cell
	r := Scaling{Codec: c.Codec, Encoding: c.Encoding, Payload: c.Payload, Size: set.size, Held: set.held}
	return r.of(k.Procs, pairs), nil
}

// of is the reading with the figures of its pairs.
func (s Scaling) of(procs int, pairs []pair) Scaling {
	s.Procs, s.Pairs = procs, len(pairs)
	var alones, togethers []float64
	for _, p := range pairs {
		s.Alone += p.alone.rate / float64(len(pairs))
		s.Together += p.together.rate / float64(len(pairs))
		alones, togethers = append(alones, p.alone.cost), append(togethers, p.together.cost)
		s.Each = append(s.Each, float64(procs)*p.alone.cost/p.together.cost)
	}
	s.CostAlone, s.CostTogether, s.EffectiveCores = median(alones), median(togethers), median(s.Each)
	return s.withInterval()
}

// decoded is what one slice of time gave.
type decoded struct {
	rate float64 // responses a second
	cost float64 // CPU seconds a response
}

type pair struct{ alone, together decoded }

// pairs measures the slices, those of every second pair in reverse order, so that drift
// cancels. One core is one effective core: a second slice would add noise alone.
func (k Calibration) pairs(slice func(goroutines int) (decoded, error)) ([]pair, error) {
	began := time.Now()
	most := 2 * time.Duration(2*k.Pairs) * k.Slice
	var out []pair
	for n := range k.Pairs {
		order := []int{1, k.Procs}
		switch {
		case k.Procs == 1:
			order = order[:1]
		case n%2 == 1:
			slices.Reverse(order)
		}
		var p pair
		for _, goroutines := range order {
			d, err := slice(goroutines)
			if err != nil {
				return nil, err
			}
			if goroutines == 1 {
				p.alone = d
			}
			if goroutines == k.Procs {
				p.together = d
			}
		}
		out = append(out, p)
		// An even number, so that drift cancels.
		if len(out)%2 == 0 && time.Since(began) > most {
			break
		}
	}
	return out, nil
}

// A slicer decodes bodies in slices of time. It passes through all bodies before it comes
// to one again, so that none is in a core's own cache.
type slicer struct {
	bodies [][]byte
	length time.Duration
	decode func(body []byte) error
	next   int // the body with which the next slice begins
}

// slice decodes in n goroutines.
func (s *slicer) slice(ctx context.Context, n int) (decoded, error) {
	counts := make([]int, n)
	began, cpu := time.Now(), rusage.SelfCPU()
	var all errgroup.Group
	for i := range n {
		all.Go(func() (err error) {
			counts[i], err = s.goroutine(ctx, began, s.next+i, n)
			return err
		})
	}
	if err := all.Wait(); err != nil {
		return decoded{}, err
	}
	took, used := time.Since(began), rusage.SelfCPU()-cpu
	sum := 0
	for _, count := range counts {
		sum += count
	}
	s.next = (s.next + sum) % len(s.bodies)
	return decoded{float64(sum) / took.Seconds(), max(1e-9, used.Seconds()) / float64(sum)}, nil
}

// goroutine decodes each step-th body until the slice is over, and at least one.
func (s *slicer) goroutine(ctx context.Context, began time.Time, from, step int) (int, error) {
	for n := 1; ; n++ {
		if err := context.Cause(ctx); err != nil {
			return 0, err
		}
		if err := s.decode(s.bodies[(from+(n-1)*step)%len(s.bodies)]); err != nil {
			return 0, err
		}
		if time.Since(began) >= s.length {
			return n, nil
		}
	}
}
