package timeline_test

import (
	"crypto/sha256"
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"sync"
	"testing"
	"time"

	"collatebench/bench"
	"collatebench/profiles/timeline"
)

const (
	heldBack   = timeline.HeldBack
	queued     = timeline.Queued
	fetching   = timeline.Fetching
	waiting    = timeline.Waiting
	decoding   = timeline.Decoding
	stalled    = timeline.Stalled
	handedOver = timeline.HandedOver
)

// TestPlacements reads a collation of each placement, in either order.
func TestPlacements(t *testing.T) {
	for _, p := range bench.Placements() {
		for _, o := range bench.Orders() {
			t.Run(string(p)+"/"+string(o), func(t *testing.T) {
				c := client(serve(t, fullWindow()), p)
				c.Order = o
				serial := p.Serial()
				if !serial {
					together(c)
				}
				raw := record(t, func() { collate(t, c, requests) })
				tl := read(t, raw)
				checkWhole(t, tl, requests)
				if most := atOnce(tl, timeline.Phases()...); most != window {
					t.Errorf("%d requests at a time at most; %d were", most, window)
				}
				if most := atOnce(tl, decoding, stalled); serial != (most == 1) {
					t.Errorf("%d decodes at a time", most)
				}
				if !serial && total(tl, stalled) == 0 {
					t.Error("decodes left their cores, and none is stalled")
				}
				checkDecoded(t, p, tl)
				if again := read(t, raw); !reflect.DeepEqual(tl, again) {
					t.Error("the same trace has another timeline")
				}
			})
		}
	}
}

// fullWindow answers the first requests once the window is full.
func fullWindow() func(int) (int, []string) {
	m := meet(window)
	return func(id int) (int, []string) {
		if id < window && m.come() != nil {
			return http.StatusServiceUnavailable, nil
		}
		return http.StatusOK, nil
	}
}

// checkDecoded looks for the placement's own order of phases.
func checkDecoded(t *testing.T, p bench.Placement, tl timeline.Timeline) {
	t.Helper()
	pattern := []timeline.Phase{fetching, waiting, decoding}
	switch {
	case p.SerialRead(): // the one goroutine is waited for, and reads
		pattern = []timeline.Phase{fetching, waiting, fetching, waiting, decoding}
	case p.Streams(): // decoding is left for each Read
		pattern = []timeline.Phase{decoding, fetching, decoding}
	}
	for _, l := range tl.Lanes {
		if in(l, decoding) == 0 || in(l, queued) != 0 {
			t.Errorf("request %d: decoding for %v, queued for %v", l.Request, in(l, decoding), in(l, queued))
		}
	}
	if !slices.ContainsFunc(tl.Lanes, func(l timeline.Lane) bool { return follow(l, pattern...) }) {
		t.Errorf("no request is %v", pattern)
	}
}

// TestQueued: the timeline shows the time in the queue that the upstream reports.
// If the machine interrupts the client between reading the clock at admission and
// the event, a part of that time is cut off.
func TestQueued(t *testing.T) {
	for _, p := range bench.Placements() {
		t.Run(string(p), func(t *testing.T) {
			said := timedUpstream{wait: fullWindow()}
			tl := read(t, record(t, func() { collate(t, client(serve(t, said.answer), p), requests) }))
			checkWhole(t, tl, requests)
			exact := 0
			for _, l := range tl.Lanes {
				got, most := in(l, queued), said.queue[l.Request]
				if got > most {
					t.Errorf("request %d: queued for %v of %v", l.Request, got, most)
				}
				if got > 0 && got == most && follow(l, heldBack, queued, fetching) {
					exact++
				}
			}
			if exact == 0 {
				t.Error("no request shows its whole time in the queue, after being held back")
			}
		})
	}
}

// A timedUpstream reports how long each request has waited in its queue.
type timedUpstream struct {
	wait  func(id int) (int, []string)
	mu    sync.Mutex
	queue [requests]time.Duration // as reported
}

func (s *timedUpstream) answer(id int) (int, []string) {
	began := time.Now()
	status, _ := s.wait(id)
	us := time.Since(began).Microseconds()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.queue[id] = time.Duration(us) * time.Microsecond
	return status, []string{fmt.Sprintf("queue;dur=%.3f, service;dur=10.0", float64(us)/1e3)}
}

// TestServerTiming: 1 us is less than any request takes.
func TestServerTiming(t *testing.T) {
	const us = time.Microsecond
	for _, c := range []struct {
		timing []string
		want   time.Duration
	}{
		{nil, 0},
		{[]string{""}, 0},
		{[]string{"queue;dur=0.001, service;dur=10.0"}, us},
		{[]string{"cache;desc=\"hit\", queue; dur=0.001"}, us},
		{[]string{"service;dur=0.005", `queue;desc=x;DUR="0.001"`}, us},
		{[]string{"queue;dur=1e-3"}, us},
		{[]string{"queue;dur=0"}, 0},
		{[]string{"queue"}, 0},
		{[]string{"queue;dur=-1"}, 0},
		{[]string{"queue;dur=NaN"}, 0},
		{[]string{"queue;dur=Inf"}, 0},
		{[]string{"queue;dur=1e300"}, 0},
		{[]string{"queue;dur=soon"}, 0},
		{[]string{"queueing;dur=0.001"}, 0},
		{[]string{"service;dur=0.001"}, 0},
	} {
		url := serve(t, func(int) (int, []string) { return http.StatusOK, c.timing })
		tl := read(t, record(t, func() { collate(t, client(url, bench.Request), 1) }))
		checkWhole(t, tl, 1)
		if got := in(tl.Lanes[0], queued); got != c.want {
			t.Errorf("%q: queued for %v, want %v", c.timing, got, c.want)
		}
	}
}

// TestHeldBack has one request sent at a time: each is held back until the one
// before it has its answer.
func TestHeldBack(t *testing.T) {
	for _, p := range bench.Placements() {
		for _, probe := range []*bench.Probe{nil, {}} {
			t.Run(fmt.Sprintf("%s/probe=%v", p, probe != nil), func(t *testing.T) {
				said := timedUpstream{wait: work}
				c := client(serve(t, said.answer), p)
				c.Fetches, c.Probe = 1, probe
				tl := read(t, record(t, func() { collate(t, c, requests) }))
				checkWhole(t, tl, requests)
				let := slices.SortedFunc(slices.Values(tl.Lanes), func(a, b timeline.Lane) int {
					return int(a.Spans[0].To - b.Spans[0].To)
				})
				for i, l := range let[1:] {
					before, _ := ends(let[i], queued)
					if now := l.Spans[0].To; now < before {
						t.Errorf("request %d was held back until %v; request %d queued until %v", l.Request, now, let[i].Request, before)
					}
				}
			})
		}
	}
}

// work takes a while.
func work(int) (int, []string) {
	var block [1 << 20]byte
	for range 4 {
		sum := sha256.Sum256(block[:])
		block[0] = sum[0]
	}
	return http.StatusOK, nil
}

// TestVirtualCores: a decode that waits for the one virtual core is waiting. The
// one that has it is on a core, though its goroutine sleeps.
func TestVirtualCores(t *testing.T) {
	const hold = 20 * time.Millisecond
	for _, p := range bench.Placements() {
		t.Run(string(p), func(t *testing.T) {
			c := client(serve(t, fullWindow()), p)
			c.Simulation = bench.Simulation{Cores: 1, Decode: hold}
			tl := read(t, record(t, func() { collate(t, c, window) }))
			if len(tl.Lanes) != window {
				t.Fatalf("%d lanes", len(tl.Lanes))
			}
			checkLanes(t, tl)
			if d := total(tl, stalled); d != 0 {
				t.Errorf("decodes that only sleep are stalled for %v", d)
			}
			if p.Streams() && !follow(tl.Lanes[0], fetching, waiting, fetching, waiting, decoding) {
				t.Errorf("reading inside the decode is no fetching: %v", tl.Lanes[0].Spans)
			}
			longest := time.Duration(0)
			for _, l := range tl.Lanes {
				if in(l, decoding) == 0 || !follow(l, decoding, handedOver) {
					t.Errorf("request %d: %v", l.Request, l.Spans)
				}
				longest = max(longest, in(l, waiting))
			}
			if longest < hold/4 {
				t.Errorf("of %d for one core none waits longer than %v", window, longest)
			}
		})
	}
}

// TestFromMemory: there are lanes, though no request is sent.
func TestFromMemory(t *testing.T) {
	c := client("", bench.Request)
	c.Stored = func(int) (http.Header, []byte) {
		return http.Header{"Server-Timing": {"queue;dur=0.001"}}, make([]byte, bodySize)
	}
	tl := read(t, record(t, func() { collate(t, c, requests) }))
	checkWhole(t, tl, requests)
	if d := total(tl, queued); d != 0 {
		t.Errorf("queued for %v at no upstream", d)
	}
}

func TestPhases(t *testing.T) {
	var got []string
	for _, p := range timeline.Phases() {
		got = append(got, p.String())
	}
	want := []string{
		"held back by the client", "queued at the upstream", "fetching", "waiting for a decoder",
		"decoding on a core", "decoding, not on a core", "handed over",
	}
	if !slices.Equal(got, want) || timeline.Phase(7).String() != "phase 7" {
		t.Errorf("phases are %q", got)
	}
}
