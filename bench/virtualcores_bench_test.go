package bench_test

import (
	"context"
	"fmt"
	"math"
	"runtime"
	"testing"
	"time"

	"gonum.org/v1/gonum/stat/distuv"

	"collatebench/bench"
	"collatebench/mockserver/behaviour"
)

// BenchmarkVirtualCores holds virtual cores against real ones: an op of a cell
// under GOMAXPROCS=N, then the same on N virtual cores, and the throughput of
// the second over the first, over b.N pairs (-benchtime=8x), with a 95% t
// interval.
//
// What a core decodes a second is taken from the real op: a payload's size over
// its decodes' mean time, with the upstream, the reading and the garbage
// collector on the same cores. The rate of a loop that does nothing but decode
// on N cores is another thing: higher by what those take, lower for a collector
// that has shared units to itself, and seconds apart on a busy machine. Its
// ratio stands beside the other as loop/real, to be looked at on a quiet one.
func BenchmarkVirtualCores(b *testing.B) {
	for _, p := range []bench.Placement{bench.Collector, bench.Pool} {
		for _, n := range []int{1, 2} {
			b.Run(fmt.Sprintf("placement=%s/cores=%d", p, n), func(b *testing.B) {
				c, err := bench.ReadCell("placement=" + string(p))
				if err != nil {
					b.Fatal(err)
				}
				var virtual, loop []float64
				for range b.N {
					real, rate := realOp(b, c, n)
					virtual = append(virtual, math.Log(virtualOp(b, c, n, rate)/real))
					r, err := bench.Calibration{Cell: c, Procs: n, Slice: bench.ScalingSlice, Pairs: 2}.Measure(b.Context())
					if err != nil {
						b.Fatal(err)
					}
					loop = append(loop, math.Log(virtualOp(b, c, n, r.Together/float64(n)*float64(c.Size))/real))
				}
				b.Logf("log ratios of virtual/real %.3f, of loop/real %.3f", virtual, loop)
				b.ReportMetric(0, "ns/op")
				reportRatio(b, virtual, "virtual/real")
				reportRatio(b, loop, "loop/real")
			})
		}
	}
}

// reportRatio reports the geometric mean of ratios, and how far its 95%
// interval reaches.
func reportRatio(b *testing.B, logs []float64, unit string) {
	n := float64(len(logs))
	mean, square := 0.0, 0.0
	for _, x := range logs {
		mean += x / n
	}
	for _, x := range logs {
		square += (x - mean) * (x - mean)
	}
	b.ReportMetric(math.Exp(mean), unit)
	if n > 1 {
		t := distuv.StudentsT{Sigma: 1, Nu: n - 1}.Quantile(.975)
		b.ReportMetric(100*(math.Exp(t*math.Sqrt(square/(n-1)/n))-1), "±%"+unit)
	}
}

// realOp returns what an op collates a second and what a core decodes, in bytes.
func realOp(b *testing.B, c bench.Cell, procs int) (throughput, rate float64) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(procs))
	m := op(b, c)
	return perSecond(c, m), float64(c.Size) * float64(m.Decodes) / m.Decode.Seconds()
}

func virtualOp(b *testing.B, c bench.Cell, cores int, rate float64) float64 {
	c.VirtualCores = bench.VirtualCores{N: cores, Rate: behaviour.Rate(rate)}
	return perSecond(c, op(b, c))
}

func perSecond(c bench.Cell, m bench.Measurement) float64 {
	return float64(c.Size) * float64(c.Responses) / m.Wall.Seconds()
}

func op(b *testing.B, c bench.Cell) bench.Measurement {
	b.Helper()
	w, err := bench.NewWorkload(c, upstream(b, c.Upstream))
	if err != nil {
		b.Fatal(err)
	}
	defer w.Close()
	ctx, cancel := context.WithTimeout(b.Context(), time.Minute)
	defer cancel()
	if err := w.Warm(ctx); err != nil {
		b.Fatal(err)
	}
	m, err := w.Measure(ctx, func() error { return w.Op(ctx) })
	if err != nil {
		b.Fatal(err)
	}
	return m
}
