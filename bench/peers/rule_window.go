package peers

import (
	"net/http"
	"sync/atomic"
	"time"

	"collatebench/bench"
	"collatebench/mockserver/payload"
)

// extraWait is how long an upstream waits for what must not come.
const extraWait = 50 * time.Millisecond

// filling holds back the requests from an id on until the window is full or no
// request comes any more. Then it waits for one request too many.
func filling(window, from int) script {
	var open atomic.Bool
	return func(u *upstream, w http.ResponseWriter, r *http.Request, id int) {
		if id >= from && !open.Load() {
			u.await(r, func() bool { return open.Load() || u.inFlight >= window })
			open.Store(true)
			pause(r, extraWait)
		}
		u.answer(w, r, id)
	}
}

func judgeWindow(t *trial) {
	full := ask{window: 4, responses: 6, ops: 1}
	full.script = filling(full.window, full.warm())
	for _, x := range append([]*exchange{t.exchange(full)}, t.plainRuns()...) {
		if x.traffic.peak > x.window {
			t.wrongf("%v: %d requests in flight", x, x.traffic.peak)
		}
	}
}

// judgeWindowUsed takes a window above the default limits of libraries.
func judgeWindowUsed(t *trial) {
	full := ask{window: 128, responses: 128, ops: 1, size: payload.KiB}
	full.script = filling(full.window, 0)
	if x := t.exchange(full); t.works(x, x.run) && x.traffic.peak < x.window {
		t.wrongf("%v: no more than %d requests in flight, while none was answered", x, x.traffic.peak)
	}
	if x := t.only(t.delayed); t.works(x, x.run) && t.late.reached < t.late.reach {
		t.wrongf("%v: while response %d was late, the client went on to %d; %d would do", x, t.late.id, t.late.reached, t.late.reach)
	}
}

// A lateResponse is answered once the client has gone on to another one.
type lateResponse struct {
	ask
	id      int // not the first of the op: a client by whole windows would pass
	reach   int // the id that the client has to go on to
	reached int // the id that it had gone on to when the response was answered
}

// newLateResponse says how far a client has to go. In order of completion it goes
// on with the rest of its window; in order of request it goes on until the
// window is full of responses that have overtaken the late one.
func newLateResponse(order bench.Order) *lateResponse {
	l := &lateResponse{ask: ask{window: 4, responses: 24, ops: 1, latency: time.Millisecond, results: true}}
	l.id = l.warm() + 1
	l.reach = l.id + l.window - 1
	if order == bench.Completion {
		l.reach = l.id + 2*l.window
	}
	l.script = func(u *upstream, w http.ResponseWriter, r *http.Request, id int) {
		if id == l.id {
			u.await(r, func() bool { return u.highest >= l.reach })
			u.mu.Lock()
			l.reached = u.highest
			u.mu.Unlock()
			pause(r, extraWait) // those that have overtaken it are collated meanwhile
		}
		u.answer(w, r, id)
	}
	return l
}

// placeSlack allows for the rounding of decode-busy. Whatever else a client does
// between two responses makes the sum smaller than the wall.
const placeSlack = time.Millisecond

// judgePlace takes a window of one, in which a response is either at the
// upstream or decoded: the sum of both times is no more than the wall.
func judgePlace(t *trial) {
	x := t.exchange(ask{window: 1, responses: 6, ops: 1, size: payload.MiB, latency: 20 * time.Millisecond})
	if !t.works(x, x.run) || x.traffic.peak > 1 {
		return
	}
	m, err := x.measured()
	if err != nil {
		return
	}
	f, wrong := readFigures(m)
	if wrong != "" {
		return
	}
	if held, busy, op := x.held(), f.busy(x), f.duration("ns/op"); held+busy > op+op/500+placeSlack {
		t.wrongf("%v: responses were at the upstream for %v and decoded for %v, in an op of %v: the next one is asked for before the last is decoded",
			x, held, busy, op)
	}
}
