package bench_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"collatebench/bench"
	"collatebench/mockserver/payload"
)

func TestVirtualCoresAreSpelled(t *testing.T) {
	for s, want := range map[string]string{
		"none": "none", "1": "1x48MiBps", "2": "2x48MiBps", "3": "3x48MiBps", "4": "4x47MiBps",
		"8": "8x23MiBps", "16": "16x11MiBps", "64": "64x2MiBps", "190": "190x1MiBps",
		"8x23MiBps": "8x23MiBps", "08x1024KiBps": "8x1MiBps", "2x100000000Bps": "2x100000000Bps",
	} {
		v, err := bench.ParseVirtualCores(s)
		if err != nil || v.String() != want {
			t.Errorf("%s is %v, %v; want %s", s, v, err, want)
		}
	}
	for s, says := range map[string]string{
		"0": "1 to 190", "191": "1 to 190", "-1": "1 to 190", "x23MiBps": "1 to 190", "8x": "MiBps", "8xnone": "none, N",
		"8x24MiBps": "200000000Bps", "2x100000001Bps": "200000000Bps", "1025x1Bps": "up to 1024", "8x23MB": "MiBps",
	} {
		if v, err := bench.ParseVirtualCores(s); err == nil || !strings.Contains(err.Error(), says) || !strings.Contains(err.Error(), s) {
			t.Errorf("%s is %v, %v; want an error with %q", s, v, err, says)
		}
	}
}

func TestCoresOfACell(t *testing.T) {
	for s, want := range map[string]int{"procs=2": 2, "virtual-cores=16/procs=2": 16} {
		c, err := bench.ReadCell(s)
		if err != nil || c.Cores() != want || c.Simulated() != (want == 16) {
			t.Errorf("%s has %d cores, simulated %v (%v)", s, c.Cores(), c.Simulated(), err)
		}
	}
	if d := (bench.VirtualCores{N: 4, Rate: 10 << 20}).Decode(payload.MiB); d != 100*time.Millisecond {
		t.Errorf("1 MiB at 10 MiBps takes %v", d)
	}
}

const ms = time.Millisecond

// simulated collates n responses, which arrive after their delays, with a
// window of them all, and returns what a probe saw and the order of the ids.
func simulated(t *testing.T, p bench.Placement, s bench.Simulation, delays ...time.Duration) (r bench.Readings, order []int) {
	t.Helper()
	f := &fakeUpstream{delays: delays}
	c := f.client(p, bench.Completion, len(delays), time.Hour)
	c.Simulation, c.Probe = s, &bench.Probe{}
	c.Probe.Start()
	err := c.Collate(t.Context(), len(delays), func(id, _ int) error { order = append(order, id); return nil })
	if err != nil {
		t.Fatal(err)
	}
	return c.Probe.Stop(), order
}

// TestVirtualCores has twelve bodies arrive at once, for decodes of 40 ms.
func TestVirtualCores(t *testing.T) {
	for _, c := range []struct {
		placement          bench.Placement
		cores              int
		wall, wait, decode time.Duration
	}{
		{bench.Request, 4, 120 * ms, 4 * (40 + 80) * ms, 4 * (40 + 80 + 120) * ms},
		{bench.Stream, 4, 120 * ms, 4 * (40 + 80) * ms, 4 * (40 + 80 + 120) * ms},
		{bench.Request, 12, 40 * ms, 0, 480 * ms},
		{bench.Request, 5, 120 * ms, (5*40 + 2*80) * ms, (5*40 + 5*80 + 2*120) * ms},
		{bench.Pool, 4, 120 * ms, 0, 480 * ms},
		{bench.Gated, 4, 120 * ms, 0, 480 * ms},
		{bench.Collector, 4, 480 * ms, 0, 480 * ms},
		{bench.Inline, 4, 480 * ms, 0, 480 * ms},
	} {
		synctest.Test(t, func(t *testing.T) {
			r, _ := simulated(t, c.placement, bench.Simulation{Cores: c.cores, Decode: 40 * ms}, make([]time.Duration, 12)...)
			if r.Wall != c.wall || r.CoreTime != 480*ms || r.CoreWait != c.wait || r.Decode != c.decode || r.Decodes != 12 {
				t.Errorf("%s on %d cores: %v, held %v, waited %v, decoded %v, in %d decodes; want %+v",
					c.placement, c.cores, r.Wall, r.CoreTime, r.CoreWait, r.Decode, r.Decodes, c)
			}
		})
	}
}

// TestVirtualCoresServeInOrder: who comes first is served first, and a core
// that was idle begins at once.
func TestVirtualCoresServeInOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, order := simulated(t, bench.Request, bench.Simulation{Cores: 2, Decode: 10 * ms}, 3*ms, 1*ms, 4*ms, 2*ms, 100*ms)
		// From 1 and 2 to 11 and 12, then those of 3 and 4 to 21 and 22; the last from 100.
		if want := []int{1, 3, 0, 2, 4}; !slices.Equal(order, want) || r.Wall != 110*ms || r.CoreWait != (8+8)*ms {
			t.Errorf("order %v, wall %v, waited %v; want %v", order, r.Wall, r.CoreWait, want)
		}
	})
}

// TestVirtualCoresLetGo: a collation that fails waits for no decode, and the
// next one finds every core free.
func TestVirtualCoresLetGo(t *testing.T) {
	forEachContract(t, func(t *testing.T, p bench.Placement, o bench.Order) {
		synctest.Test(t, func(t *testing.T) {
			f := &fakeUpstream{delays: []time.Duration{0, 0, 0, 5 * ms}, broken: map[int]bool{3: true}}
			c := f.client(p, o, 4, 0)
			c.Simulation = bench.Simulation{Cores: 1, Decode: time.Hour}
			began := time.Now()
			err := c.Collate(t.Context(), 4, func(int, int) error { return nil })
			failed := (*bench.RequestError)(nil)
			if took := time.Since(began); !errors.As(err, &failed) || failed.ID != 3 || took != 5*ms {
				t.Errorf("after %v: %v; want request 3 after 5ms", took, err)
			}
			c.Simulation.Decode = 2 * ms
			began = time.Now()
			err = c.Collate(t.Context(), 1, func(int, int) error { return nil })
			if took := time.Since(began); err != nil || took != 2*ms {
				t.Errorf("the next took %v (%v)", took, err)
			}
		})
	})
}

// TestVirtualCPUs: cpus are cores held, in a cell as in a client.
func TestVirtualCPUs(t *testing.T) {
	for p, most := range map[bench.Placement]float64{bench.Collector: 1, bench.Request: 4, bench.Pool: 4} {
		c, m, _ := measured(t, "latency=none/virtual-cores=4x10MiBps/placement="+string(p))
		want := time.Duration(c.Responses) * c.VirtualCores.Decode(c.Size)
		u := units(m)
		if m.CoreTime != want || u["cpus"] != float64(m.CoreTime)/float64(m.Wall) || u["cpus"] > most {
			t.Errorf("%s held cores for %v of %v, cpus is %v; want %v", p, m.CoreTime, m.Wall, u["cpus"], want)
		}
		if waits := m.CoreWait > 0; p != bench.Pool && waits != (p == bench.Request) || u["runnable"] != max(.01, float64(m.CoreWait)/float64(m.Wall)) {
			t.Errorf("%s waited %v for cores, runnable is %v", p, m.CoreWait, u["runnable"])
		}
		if u["gc-share"] != .0001 {
			t.Errorf("gc-share is %v where nothing is decoded", u["gc-share"])
		}
	}
}
