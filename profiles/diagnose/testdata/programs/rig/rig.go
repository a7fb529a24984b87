// Package rig is what the programs beside it share and none of them is about:
// an upstream in a process of its own, the flags, the clock, and the recording
// of a trace. What a program does with the pages is the program's alone.
package rig

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"iter"
	"log"
	"math/rand/v2"
	"net/http"
	"os"
	"runtime"
	"strconv"
	"sync/atomic"
	"time"
)

// warmUp fills the window and the connections before anything is counted. It
// begins with the first page that is collated.
const warmUp = 300 * time.Millisecond

// A Program is what a program tells the rig of itself. Size, Window and Delay
// are the defaults of the flags of these names.
type Program struct {
	Name   string
	Size   Size
	Window int
	Delay  time.Duration
	// Page makes the body of one page; nil means Items.
	Page func(r *rand.Rand, size int) []byte
	// Upstream changes the server that the upstream runs; nil leaves it at HTTP/1.1.
	Upstream func(*http.Server)
	// TLS makes the upstream serve https.
	TLS bool
}

// A Run is one life of a program.
type Run struct {
	Window   int    // pages in flight
	Fixed    bool   // do the same work with the cause mended
	Upstream string // its host and port

	scheme string
	roots  *roots
	first  chan struct{} // closed with the first page collated
	next   atomic.Int64
	done   atomic.Int64
	over   atomic.Bool
}

// Pages are the addresses of the pages to collate, until the time is up. Many
// goroutines may range over it: each page goes to one of them.
func (r *Run) Pages() iter.Seq[string] {
	return func(yield func(string) bool) {
		for !r.over.Load() {
			page := strconv.FormatInt(r.next.Add(1), 10)
			if !yield(r.scheme + "://" + r.Upstream + "/pages/" + page) {
				return
			}
		}
	}
}

// Collated counts one page as done.
func (r *Run) Collated() {
	if r.done.Add(1) == 1 {
		close(r.first)
	}
}

// Transport is the client's side of the wire: it keeps a connection for each
// page in flight and trusts the upstream.
func (r *Run) Transport() *http.Transport {
	return &http.Transport{MaxIdleConnsPerHost: r.Window, TLSClientConfig: r.roots.config()}
}

// Main runs collate against a fresh upstream for as long as the flags say, and
// prints what came of it as one line of JSON. A program's own flags are
// defined before it is called.
func Main(p Program, collate func(*Run) error) {
	f := p.flags()
	flag.Parse()
	act := func() error { return p.client(f, collate) }
	if f.serve {
		act = func() error { return p.serve(f) }
	}
	if err := act(); err != nil {
		log.Fatalf("%s: %v", p.Name, err)
	}
}

func (p Program) client(f *flags, collate func(*Run) error) error {
	if f.procs > 0 {
		runtime.GOMAXPROCS(f.procs)
	}
	if f.pprof != "" {
		if err := servePprof(f.pprof); err != nil {
			return err
		}
	}
	u, err := startUpstream()
	if err != nil {
		return err
	}
	defer u.stop()
	run := &Run{
		Window: f.window, Fixed: f.fixed, Upstream: u.Address,
		scheme: u.Scheme, roots: u.Roots, first: make(chan struct{}),
	}
	result, err := measure(run, u, f, collate)
	if err != nil {
		return err
	}
	result.Program = p.Name
	return json.NewEncoder(os.Stdout).Encode(result)
}

func measure(run *Run, u *upstream, f *flags, collate func(*Run) error) (Result, error) {
	ended := make(chan error, 1)
	go func() { ended <- collate(run) }()
	if err := run.warmUp(ended); err != nil {
		return Result{}, err
	}
	before, err := run.read(u)
	if err != nil {
		return Result{}, err
	}
	stop, err := record(f.trace)
	if err != nil {
		return Result{}, err
	}
	err = pass(time.Duration(f.seconds*float64(time.Second)), ended)
	if err := errors.Join(err, stop()); err != nil {
		return Result{}, err
	}
	after, err := run.read(u)
	if err != nil {
		return Result{}, err
	}
	run.over.Store(true)
	return after.since(before), <-ended
}

func (r *Run) warmUp(ended <-chan error) error {
	select {
	case <-r.first:
		return pass(warmUp, ended)
	case err := <-ended:
		return fmt.Errorf("collated nothing: %w", err)
	}
}

// pass waits for d to pass, in which collating is not to end.
func pass(d time.Duration, ended <-chan error) error {
	select {
	case <-time.After(d):
		return nil
	case err := <-ended:
		return fmt.Errorf("ended before its time: %w", err)
	}
}
