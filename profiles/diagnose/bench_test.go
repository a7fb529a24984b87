package diagnose_test

import (
	"bytes"
	"io"
	"runtime/pprof"
	"runtime/trace"
	"slices"
	"sync"
	"testing"
	"time"

	xtrace "golang.org/x/exp/trace"

	"collatebench/profiles/diagnose"
)

// switches records goroutines that only hand over to each other: no program makes
// more events a second.
func switches(tb testing.TB, goroutines, rounds int) []byte {
	tb.Helper()
	var out bytes.Buffer
	if err := trace.Start(&out); err != nil {
		tb.Fatal(err)
	}
	// Under -cpuprofile it is on already; then the trace goes without samples.
	if err := pprof.StartCPUProfile(io.Discard); err == nil {
		defer pprof.StopCPUProfile()
	}
	handOver(goroutines, rounds)
	trace.Stop()
	return out.Bytes()
}

func handOver(goroutines, rounds int) {
	var all sync.WaitGroup
	var mu sync.Mutex
	for range goroutines / 2 {
		there, back := make(chan int), make(chan int)
		all.Go(func() {
			for i := range rounds {
				there <- i
				mu.Lock()
				mu.Unlock() //lint:ignore SA2001 the lock is what is waited for
				<-back
			}
			close(there)
		})
		all.Go(func() {
			for i := range there {
				back <- i
			}
		})
	}
	all.Wait()
}

// BenchmarkRead reports events a second, and the ratio of its time to that of a
// bare loop over the same bytes. The two alternate, and the medians count, so that the
// machine's noise is in both and its stalls in neither.
func BenchmarkRead(b *testing.B) {
	raw := switches(b, 100, 2000)
	var ours, bare, ratios []float64
	var events int64
	for b.Loop() {
		start := time.Now()
		r, err := diagnose.Read(bytes.NewReader(raw), diagnose.Options{})
		if err != nil {
			b.Fatal(err)
		}
		middle := time.Now()
		if events = bareEvents(b, raw); events != r.Events {
			b.Fatalf("%d events, and %d in the bare loop", r.Events, events)
		}
		end := time.Now()
		ours = append(ours, middle.Sub(start).Seconds())
		bare = append(bare, end.Sub(middle).Seconds())
		ratios = append(ratios, float64(middle.Sub(start))/float64(end.Sub(middle)))
	}
	b.SetBytes(int64(len(raw)))
	b.ReportMetric(float64(events)/median(ours)/1e6, "Mevents/s")
	b.ReportMetric(float64(events)/median(bare)/1e6, "bare-Mevents/s")
	b.ReportMetric(median(ratios), "ratio")
}

func median(all []float64) float64 {
	slices.Sort(all)
	return all[len(all)/2]
}

func bareEvents(tb testing.TB, raw []byte) (n int64) {
	r, err := xtrace.NewReader(bytes.NewReader(raw))
	if err != nil {
		tb.Fatal(err)
	}
	for {
		if _, err := r.ReadEvent(); err == io.EOF {
			return n
		} else if err != nil {
			tb.Fatal(err)
		}
		n++
	}
}
