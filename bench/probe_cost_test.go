package bench

import (
	"context"
	"math"
	"net/http/httptrace"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"collatebench/mockserver/payload"
)

// BenchmarkProbe is what the probes cost a response, and the annotations where
// no trace is recorded: each call that a response makes, in the order of the
// collector and, with its pauses, of stream. It is inside the package, since
// from outside a collation's own cost would hide it.
func BenchmarkProbe(b *testing.B) {
	for name, pulls := range map[string]int{"whole": 0, "stream": 32} {
		b.Run(name, func(b *testing.B) {
			var p Probe
			p.Start()
			defer p.Stop()
			ctx, cancel := context.WithCancel(context.Background())
			defer cancel()
			a := annotate(1)
			defer a.end()
			b.ReportAllocs()
			for b.Loop() {
				now := time.Now()
				a.admitted(0)
				fetch := a.begin(0, fetching)
				t := a.tracer(p.trace())
				httptrace.ContextClientTrace(t.over(ctx)).GotConn(httptrace.GotConnInfo{})
				a.answered(0, t, now, now, nil)
				p.opened(t, now, now, now)
				p.read(1<<20, 0)
				fetch.end()
				decode := a.begin(0, decoding)
				p.decodeBegin(now)
				for range pulls {
					pull := a.begin(0, fetching)
					p.resume(p.pause())
					pull.end()
				}
				p.decodeEnd(1 << 20)
				decode.end()
				handover := a.begin(0, handingOver)
				p.collated(now)
				handover.end()
				a.collated(0)
			}
		})
	}
}

// BenchmarkSchedProbe is what the watch costs where it matters, with every core
// decoding: the share of the decodes that a pair of intervals, one with it and
// one without, differs by. On idle cores it costs more and takes from nobody.
func BenchmarkSchedProbe(b *testing.B) {
	decode := sonicDecoder(b)
	var sum float64
	pairs := 0
	for range b.N {
		with, without := 0, 0
		for half := range 4 { // on, off, off, on: drift cancels
			if half == 0 || half == 3 {
				w := startSchedProbe()
				with += decodesIn(decode, 100*time.Millisecond)
				w.stop()
			} else {
				without += decodesIn(decode, 100*time.Millisecond)
			}
		}
		sum += math.Log(float64(without) / float64(with))
		pairs++
	}
	b.ReportMetric(100*sum/float64(pairs), "%slower")
}

// decodesIn counts what GOMAXPROCS goroutines decode in d.
func decodesIn(decode func() error, d time.Duration) int {
	var n atomic.Int64
	var all sync.WaitGroup
	end := time.Now().Add(d)
	for range runtime.GOMAXPROCS(0) {
		all.Go(func() {
			for time.Now().Before(end) && decode() == nil {
				n.Add(1)
			}
		})
	}
	all.Wait()
	return int(n.Load())
}

// BenchmarkDecodeSonic is what the probes are held against.
func BenchmarkDecodeSonic(b *testing.B) {
	decode := sonicDecoder(b)
	b.SetBytes(1 << 20)
	for b.Loop() {
		if err := decode(); err != nil {
			b.Fatal(err)
		}
	}
}

func sonicDecoder(b *testing.B) func() error {
	b.Helper()
	body, err := payload.Build(payload.Spec{Codec: payload.Sonic, Encoding: payload.Identity, Size: 1 << 20, Seed: 1})
	if err != nil {
		b.Fatal(err)
	}
	d, err := payload.NewDecoder(payload.Records, payload.Sonic, payload.Identity)
	if err != nil {
		b.Fatal(err)
	}
	return func() error {
		_, err := d.Decode(body.Bytes)
		return err
	}
}
