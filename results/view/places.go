package view

import (
	"bytes"
	"context"
	"net/http"
	"sync"
)

// At most inWork requests are worked on at a time, and inWorkOfRun for the pages of one
// run, since a hostile run can make each of them slow. Each may hold the parsed run.json
// of two runs, up to some 15 MB each if they are made for this.
const (
	inWork      = 32
	inWorkOfRun = 4
)

// places are the requests in work.
type places struct {
	all chan struct{}

	mu    sync.Mutex
	ofRun map[string]*runPlaces
}

// runPlaces are the requests in work for one run.
type runPlaces struct {
	taken chan struct{}
	users int // requests that have one, or wait for one
}

func newPlaces() *places {
	return &places{all: make(chan struct{}, inWork), ofRun: map[string]*runPlaces{}}
}

// enter waits for a place for a request about a run, or about none if id is "". It
// returns false if ctx ends before.
func (p *places) enter(ctx context.Context, id string) (leave func(), ok bool) {
	if id == "" {
		return take(ctx, p.all)
	}
	own := p.user(id)
	leaveRun, ok := take(ctx, own.taken)
	if !ok {
		p.forget(id)
		return nil, false
	}
	// Who waits here holds a place of the run: never one that other runs need.
	leaveAll, ok := take(ctx, p.all)
	if !ok {
		leaveRun()
		p.forget(id)
		return nil, false
	}
	return func() { leaveAll(); leaveRun(); p.forget(id) }, true
}

func take(ctx context.Context, places chan struct{}) (leave func(), ok bool) {
	select {
	case places <- struct{}{}:
		return func() { <-places }, true
	case <-ctx.Done():
		return nil, false
	}
}

func (p *places) user(id string) *runPlaces {
	p.mu.Lock()
	defer p.mu.Unlock()
	own := p.ofRun[id]
	if own == nil {
		own = &runPlaces{taken: make(chan struct{}, inWorkOfRun)}
		p.ofRun[id] = own
	}
	own.users++
	return own
}

func (p *places) forget(id string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.ofRun[id].users--; p.ofRun[id].users == 0 {
		delete(p.ofRun, id)
	}
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
