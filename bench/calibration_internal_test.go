package bench

import (
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"
	"unsafe"

	"collatebench/mockserver/payload"
)

// These tests are inside the package: from outside the order of the slices and of the
// bodies does not show, and real slices would have to be measured.

// TestDriftCancels: each slice costs 10% more than the one before it.
func TestDriftCancels(t *testing.T) {
	const pairs, truth, drift = 8, 1.8, 1.1
	cost, drifted := map[int]float64{1: 1, 2: 2 / truth}, 1.0
	var order []int
	all, err := Calibration{Procs: 2, Slice: time.Hour, Pairs: pairs}.pairs(func(n int) (decoded, error) {
		order = append(order, n)
		drifted *= drift
		return decoded{1, cost[n] * drifted}, nil
	})
	r := Scaling{}.of(2, all)
	if err != nil || len(all) != pairs || math.Abs(r.EffectiveCores/truth-1) > .01 {
		t.Errorf("got %.3f effective cores of %d pairs, %v; want %v", r.EffectiveCores, len(all), err, truth)
	}
	if want := []int{1, 2, 2, 1, 1, 2, 2, 1}; !slices.Equal(order[:8], want) {
		t.Errorf("slices in order %v; want %v", order, want)
	}
	why := errors.New("enough")
	if _, err := (Calibration{Procs: 2, Pairs: 1}).pairs(func(int) (decoded, error) { return decoded{}, why }); !errors.Is(err, why) {
		t.Errorf("got %v; want the slice's error", err)
	}
}

// TestScalingInterval: of pairs that scatter about a known ratio, the interval holds it
// 19 times of 20.
func TestScalingInterval(t *testing.T) {
	const studies, truth = 2000, 1.7
	r := rand.New(rand.NewPCG(1, 2))
	for _, n := range []int{4, 8, 16} {
		held := 0
		for range studies {
			all := make([]pair, n)
			for i := range all {
				all[i] = pair{decoded{1, 1}, decoded{1, 2 / truth * math.Exp(.05*r.NormFloat64())}}
			}
			if s := (Scaling{}).of(2, all); s.Low <= truth && truth <= s.High {
				held++
			}
		}
		if share := float64(held) / studies; share < .935 || share > .985 {
			t.Errorf("of %d pairs %.3f of the intervals hold the truth", n, share)
		}
	}
}

// TestSlowDecodesTakeFewerPairs: decodes of ten slices' length must not take ten times as
// long in all. An even number is left, in which drift cancels.
func TestSlowDecodesTakeFewerPairs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, c := range []struct {
			slice time.Duration
			want  int
		}{{time.Second, 8}, {10 * time.Second, 2}, {3 * time.Second, 6}} {
			all, err := Calibration{Procs: 2, Slice: time.Second, Pairs: 8}.pairs(func(int) (decoded, error) {
				time.Sleep(c.slice)
				return decoded{1, 1}, nil
			})
			if err != nil || len(all) != c.want {
				t.Errorf("slices of %v: %d pairs, %v; want %d", c.slice, len(all), err, c.want)
			}
		}
	})
}

// TestSlicesPassThroughAllBodies before they come to one again, whatever the number of
// goroutines: else the bodies would be in the cache.
func TestSlicesPassThroughAllBodies(t *testing.T) {
	const ms = time.Millisecond
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		var seen []byte
		s := &slicer{length: 5 * ms, decode: func(body []byte) error {
			mu.Lock()
			seen = append(seen, body[0])
			mu.Unlock()
			time.Sleep(ms)
			return nil
		}}
		for i := range byte(30) {
			s.bodies = append(s.bodies, []byte{i})
		}
		for _, n := range []int{1, 2, 2, 1, 3, 3} { // 60 in all
			d, err := s.slice(t.Context(), n)
			if err != nil || math.Abs(d.rate-float64(n)*1000) > 1e-6 || !(d.cost > 0) {
				t.Errorf("%d goroutines: %+v, %v", n, d, err)
			}
		}
		if len(seen) != 60 {
			t.Fatalf("%d bodies were decoded", len(seen))
		}
		for round := range slices.Chunk(seen, 30) {
			for i := range byte(30) {
				if !slices.Contains(round, i) {
					t.Errorf("body %d is not among 30 in turn: %v", i, round)
				}
			}
		}
	})
}

// TestBodiesFillTheWindow: the set is what the window holds, or more than the cores' own
// caches, and no two bodies of it are in the same memory.
func TestBodiesFillTheWindow(t *testing.T) {
	const mib = 1 << 20
	for cell, want := range map[string]int{
		"window=32/size=1MiB":                32 * mib,
		"window=20/size=4MiB":                20 * mib, // made ones have 1 MiB at most
		"window=1/size=1MiB":                 16 * mib,
		"window=32/size=64KiB":               16 * mib,
		"window=32/size=1KiB":                16 * mib,
		"window=1000/size=1MiB":              setMost,
		"window=32/size=256KiB/codec=proto":  16 * mib,
		"window=32/size=64KiB/encoding=zstd": 16 * mib,
	} {
		c, err := ReadCell(cell + "/responses=1000")
		if err != nil {
			t.Fatal(err)
		}
		set, err := Calibration{Cell: c, Procs: 2}.bodies(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if held := float64(set.held); held < .98*float64(want) || held > 1.1*float64(want) || held > setMost {
			t.Errorf("%s: %d bytes are held; want %d", cell, set.held, want)
		}
		if set.size != min(c.Size, payload.MiB) {
			t.Errorf("%s: bodies of %v", cell, set.size)
		}
		if len(set.all) > setBodies {
			t.Errorf("%s: %d bodies", cell, len(set.all))
		}
		sum, end := 0, uintptr(0)
		for _, b := range set.all {
			at := uintptr(unsafe.Pointer(unsafe.SliceData(b)))
			if at < end {
				t.Fatalf("%s: two bodies share memory", cell)
			}
			sum, end = sum+len(b), at+uintptr(len(b))
		}
		if sum != set.held {
			t.Errorf("%s: bodies of %d bytes; held is %d", cell, sum, set.held)
		}
	}
}
