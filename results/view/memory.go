package view

import (
	"bytes"
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
	// inWork is how many requests are worked on at a time. Each may hold the parsed
	// run.json of two runs, up to some 15 MB each if they are made for this.
	inWork = 32
	// workMemory is for all files that are being read and all pages that are being made.
	workMemory = 1 << 30
	// listMemory and reportMemory are what a byte of a run's files takes in a row of the
	// list and in a report; traceMemory, a byte of the largest trace.
	listMemory, reportMemory, traceMemory = 4, 8, 30
	// leastMemory is what the smallest of these takes.
	leastMemory = 4 << 20
	// profileMemory is what it takes to read any profile that profiles.Parse allows, and
	// to set up its pages.
	profileMemory = 512 << 20
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

// A memory is an amount that is lent, to the one who waits longest first.
type memory struct{ left *semaphore.Weighted }

func newMemory() memory { return memory{semaphore.NewWeighted(workMemory)} }

// borrow waits for n bytes, or for all there is if n is more. The caller calls
// giveBack, and does not borrow again before: that could wait for itself.
func (m memory) borrow(ctx context.Context, n int64) (giveBack func(), err error) {
	n = min(n, workMemory)
	if err := m.left.Acquire(ctx, n); err != nil {
		return nil, err
	}
	return func() { m.left.Release(n) }, nil
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

// An answerBuffer holds an answer until its request's place is free for another: a
// browser may take its time to read it.
type answerBuffer struct {
	http.ResponseWriter
	status int
	body   bytes.Buffer
}

func (b *answerBuffer) WriteHeader(status int) {
	if b.status == 0 {
		b.status = status
	}
}

func (b *answerBuffer) Write(p []byte) (int, error) {
	b.WriteHeader(http.StatusOK)
	return b.body.Write(p)
}

func (b *answerBuffer) send() {
	if b.status != 0 {
		b.ResponseWriter.WriteHeader(b.status)
	}
	_, _ = b.ResponseWriter.Write(b.body.Bytes()) // an error means that the browser has gone
}
