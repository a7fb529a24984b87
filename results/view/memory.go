package view

import (
	"context"
	"net/http"

	"golang.org/x/sync/semaphore"

	"collatebench/results"
)

// Bounds of memory, in bytes unless they say otherwise. The runs may come from anybody,
// and a page takes much more memory than the files that it is made from. So requests
// wait until those before them have given back enough. What they wait for always ends:
// no file is opened that could block, and nothing is sent to a browser meanwhile.
const (
	// smallMemory and largeMemory are for all files that are being read and all pages
	// that are being made: those that take up to smallMost, and others. The small ones
	// have a share of their own, so that a few large profiles do not hold them up. The
	// process has some two or three times the sum: garbage, and what is kept.
	smallMemory, largeMemory = 256 << 20, 384 << 20
	smallMost                = 128 << 20
	// listMemory and reportMemory are what a byte of a run's files takes in a row of the
	// list and in a report; traceMemory, a byte of the largest trace.
	listMemory, reportMemory, traceMemory = 4, 8, 30
	// maxTrace bounds a trace that is diagnosed. That of a cell has one or a few MB.
	maxTrace = 32 << 20
	// diagnoseMemory is what diagnose.Read keeps of any trace.
	diagnoseMemory = 24 << 20
	// leastMemory is what the smallest of these takes.
	leastMemory = 4 << 20
	// inflating is what a byte of a profile takes to be inflated at most, and
	// inflatingMost what any profile takes.
	inflating, inflatingMost = 4000, 128 << 20
	// pagesMemory and uisMemory bound what the caches keep.
	pagesMemory = 64 << 20
	uisMemory   = 256 << 20
	// maxVerdictFile bounds verdict.json. That of 40 clients has 80 kB.
	maxVerdictFile = 512 << 10
	// maxVerdicts is the number of verdicts that a row keeps.
	maxVerdicts = 1000
	// maxDerivedFiles is the number of files of report/ that are served.
	maxDerivedFiles = 1000
	// maxPlanned is the number of samples that a run may ask for. A run of a week has
	// some 300,000.
	maxPlanned = 2_000_000
)

// A memory is what is lent to requests, to the one who waits longest first.
type memory struct{ small, large *semaphore.Weighted }

func newMemory() memory {
	return memory{semaphore.NewWeighted(smallMemory), semaphore.NewWeighted(largeMemory)}
}

// borrow waits for n bytes, or for all there is if n is more. The caller calls
// giveBack, and does not borrow again before: that could wait for itself.
func (m memory) borrow(ctx context.Context, n int64) (giveBack func(), err error) {
	lane := m.small
	if n > smallMost {
		lane, n = m.large, min(n, largeMemory)
	}
	if err := lane.Acquire(ctx, n); err != nil {
		return nil, err
	}
	return func() { lane.Release(n) }, nil
}

// borrowing calls make with n bytes borrowed.
func borrowing[V any](m memory, n int64, make func() (V, error)) (v V, err error) {
	giveBack, err := m.borrow(context.Background(), n)
	if err != nil {
		return v, err
	}
	defer giveBack()
	return make()
}

// rowMemory is what the row of a run may take.
func (f *runFolder) rowMemory() int64 { return leastMemory + listMemory*f.sizes(infoName, ledgerName) }

// sizes adds up the sizes of files. What would not be read counts nothing.
func (f *runFolder) sizes(names ...string) int64 {
	n := int64(0)
	for _, name := range names {
		if info, err := f.regular(name); err == nil && info.Size() <= results.MaxLedger {
			n += info.Size()
		}
	}
	return n
}

// pageMemory is what the report of a run with these files may take.
func pageMemory(files []file) int64 {
	traces, others := int64(0), int64(0)
	for _, f := range files {
		switch size := f.info.Size(); {
		case isTrace(f.name):
			traces = max(traces, size)
		case f.name == ledgerName || f.name == infoName:
			others += size
		}
	}
	return leastMemory + reportMemory*others + traceMemory*traces
}

// A ui is pprof's interface for a profile, with what each of its pages takes.
type ui struct {
	http.Handler
	pageMemory int64
}

// serve makes a page of the interface.
func (u ui) serve(m memory, w http.ResponseWriter, r *http.Request) error {
	giveBack, err := m.borrow(r.Context(), u.pageMemory)
	if err != nil {
		return err
	}
	defer giveBack()
	u.ServeHTTP(w, r)
	return nil
}
