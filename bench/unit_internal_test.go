package bench

import (
	"math"
	"testing"
	"time"
)

// TestUnitsHaveTheirOwnFigure: every figure of a measurement differs from all others, so
// that a unit that prints another one, or divides by another number, shows.
func TestUnitsHaveTheirOwnFigure(t *testing.T) {
	const ms = time.Millisecond
	m := Measurement{
		Readings: Readings{
			Stages: Stages{Start: 10 * ms, Connect: 20 * ms, Headers: 30 * ms, Read: 50 * ms, Wait: 70 * ms, Decode: 110 * ms, Response: 370 * ms},
			Wall:   2000 * ms, CPU: 3000 * ms, Busy: 1000 * ms, Decodes: 5, CoreWait: 600 * ms, CoreTime: 1600 * ms,
			Dials: 2, HeldPeak: 17e6, GC: .19, Runnable: 2.5,
			Responses: newHistogram(), SchedLatency: newHistogram(), GOMAXPROCS: 2,
		},
		upstream: upstreamReading{Requests: 20, InFlightSeconds: 13, QueueSeconds: .23, ServiceSeconds: .29, WriteSeconds: .31, CPUSeconds: .37, RwndSeconds: .33},
	}
	for i := range 10 {
		_ = m.Responses.RecordValue(int64(i+1) * 1e6)
		_ = m.SchedLatency.RecordValue(int64(i+1) * 3e6)
	}
	want := map[string]float64{
		"cpus": 1.5, "decode-busy": .5, "decode-overlap": .11, "decode-wait-ns/resp": 14e6, "decode-ns/resp": 22e6, "runnable": 2.5,
		"resp-p50-ns": 5e6, "resp-p99-ns": 10e6, "resp-ns": 37e6, "start-wait-ns/resp": 1e6, "conn-wait-ns/resp": 2e6, "dials/resp": .2,
		"headers-ns/resp": 3e6, "read-ns/resp": 5e6, "gc-share": .19, "sched-latency-p99-ns": 30e6, "held-MB": 17,
		"upstream-cpus": .185, "inflight": 6.5, "queue-ns/resp": 11.5e6, "service-ns/resp": 14.5e6, "write-ns/resp": 15.5e6, "rwnd-limited-ns/resp": 16.5e6,
	}
	onVirtual := map[string]float64{"cpus": .8, "runnable": .3, "gc-share": .0001}
	check := func(m Measurement, want map[string]float64) {
		t.Helper()
		for _, u := range Units() {
			expected, there := want[u.Name]
			if !there && !m.simulated {
				t.Errorf("%s is not in this test", u.Name)
			}
			if got := u.Of(m); there && math.Abs(got/max(expected, u.Floor)-1) > .002 { // histograms have three digits
				t.Errorf("%s is %v; want %v", u.Name, got, expected)
			}
		}
	}
	check(m, want)
	m.simulated = true
	check(m, onVirtual)
}
