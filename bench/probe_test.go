package bench_test

import (
	"testing"
	"testing/synctest"
	"time"

	"collatebench/bench"
	"collatebench/internal/rusage"
)

// TestProbe reads the probe on a clock that moves only when all sleep: four
// responses arrive together after 1 ms and take 10 ms each to decode.
func TestProbe(t *testing.T) {
	const ms = time.Millisecond
	for _, c := range []struct {
		placement          bench.Placement
		busy, decode, wait time.Duration
		slowest            time.Duration
		held               int64 // bodies of one byte
	}{
		// One after the other: the second waits 10 ms, the third 20, the fourth 30.
		{bench.Inline, 40 * ms, 40 * ms, 60 * ms, 41 * ms, 1},
		{bench.Collector, 40 * ms, 40 * ms, 60 * ms, 41 * ms, 4},
		// All at once.
		{bench.Request, 10 * ms, 40 * ms, 0, 11 * ms, 4},
	} {
		t.Run(string(c.placement), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := &fakeUpstream{delays: []time.Duration{ms, ms, ms, ms}}
				client := f.client(c.placement, bench.Completion, 4, 10*ms)
				client.Probe = &bench.Probe{}
				client.Probe.Start()
				if err := client.Collate(t.Context(), 4, func(int, int) error { return nil }); err != nil {
					t.Fatal(err)
				}
				r := client.Probe.Stop()
				if r.Busy != c.busy || r.Decode != c.decode || r.Wait != c.wait || r.Decodes != 4 {
					t.Errorf("busy %v, decode %v, wait %v in %d decodes; want %v, %v, %v in 4", r.Busy, r.Decode, r.Wait, r.Decodes, c.busy, c.decode, c.wait)
				}
				if got := time.Duration(r.Responses.Max()).Round(ms / 10); got != c.slowest || r.Wall != c.slowest {
					t.Errorf("the slowest response took %v of %v; want %v", got, r.Wall, c.slowest)
				}
				if r.HeldPeak != c.held {
					t.Errorf("%d bytes were held; want %d", r.HeldPeak, c.held)
				}
				if n := r.SchedLatency.TotalCount(); n < 10 || r.SchedLatency.Max() > int64(ms) {
					t.Errorf("the probe had %d turns, the worst %v late", n, time.Duration(r.SchedLatency.Max()))
				}
			})
		})
	}
}

// TestProbeOutsideOfAnInterval sees nothing before Start and after Stop.
func TestProbeOutsideOfAnInterval(t *testing.T) {
	f := &fakeUpstream{delays: make([]time.Duration, 4)}
	client := f.client(bench.Request, bench.Completion, 4, 0)
	client.Probe = &bench.Probe{}
	for range 2 {
		if err := client.Collate(t.Context(), 4, func(int, int) error { return nil }); err != nil {
			t.Fatal(err)
		}
		client.Probe.Start()
		if r := client.Probe.Stop(); r.Decodes != 0 || r.Responses.TotalCount() != 0 || r.HeldPeak != 0 {
			t.Errorf("saw %+v", r)
		}
	}
}

// TestProbeCountsItsOwnCPU: what the process used before Start, as to warm up, is not of
// the interval.
func TestProbeCountsItsOwnCPU(t *testing.T) {
	for rusage.SelfCPU() < 200*time.Millisecond {
	}
	before := rusage.SelfCPU()
	var p bench.Probe
	p.Start()
	if r := p.Stop(); r.CPU < 0 || r.CPU > before/2 {
		t.Errorf("an interval of %v used %v, of a process that had used %v before", r.Wall, r.CPU, before)
	}
}
