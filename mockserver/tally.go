package mockserver

import (
	"sync"
	"time"

	"collatebench/mockserver/behaviour"
)

// tally keeps the sums under one mutex: a reading is of one moment, and the
// three short holds of a request cost nothing beside its body.
type tally struct {
	mu       sync.Mutex
	started  time.Time
	counted  time.Time // until when area is
	area     time.Duration
	requests uint64
	refused  uint64
	matches  [matchMissing + 1]uint64
	bytes    uint64
	queue    time.Duration
	service  time.Duration
	write    time.Duration
	faults   map[behaviour.Fault]uint64

	inFlight, peakInFlight, inService, peakInService int
}

// visit is one request's share of the tally, until it ends.
type visit struct {
	arrived               time.Time
	queue, service, write time.Duration
	bytes                 uint64
	fault                 behaviour.Fault
	match                 match
	inService             bool
	ended                 bool
}

func (t *tally) begin(now time.Time) {
	t.started, t.counted = now, now
	t.faults = map[behaviour.Fault]uint64{}
	for _, kind := range behaviour.FaultKinds() {
		t.faults[kind] = 0
	}
}

// advance brings the integral up to now. A time that was read before the lock was
// taken can lie a little in the past: then there is nothing to add.
func (t *tally) advance(now time.Time) {
	if d := now.Sub(t.counted); d > 0 {
		t.area += d * time.Duration(t.inFlight)
		t.counted = now
	}
}

func (t *tally) arrive(v *visit) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.advance(v.arrived)
	t.inFlight++
	t.peakInFlight = max(t.peakInFlight, t.inFlight)
}

// serve notes that v holds a place in service and returns how many others do.
func (t *tally) serve(v *visit) int {
	v.inService = true
	t.mu.Lock()
	defer t.mu.Unlock()
	t.inService++
	t.peakInService = max(t.peakInService, t.inService)
	return t.inService - 1
}

// leave adds v to the sums, once.
func (t *tally) leave(v *visit) {
	if v.ended {
		return
	}
	v.ended = true
	t.mu.Lock()
	defer t.mu.Unlock()
	t.advance(time.Now())
	t.inFlight--
	if v.inService {
		t.inService--
	}
	t.requests++
	t.matches[v.match]++
	t.bytes += v.bytes
	t.queue += v.queue
	t.service += v.service
	t.write += v.write
	if v.fault != "" {
		t.faults[v.fault]++
	}
}

func (t *tally) refuse() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.refused++
}

// miss counts a request that no recorded one is like.
func (t *tally) miss() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.refused++
	t.matches[matchMissing]++
}

func (t *tally) epoch() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.peakInFlight, t.peakInService = t.inFlight, t.inService
}

func (t *tally) read(now time.Time) Stats {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.advance(now)
	faults := make(map[behaviour.Fault]uint64, len(t.faults))
	for _, kind := range behaviour.FaultKinds() {
		faults[kind] = t.faults[kind]
	}
	return Stats{
		Replay:   &ReplayStats{Exact: t.matches[matchExact], Nearest: t.matches[matchNearest], Missing: t.matches[matchMissing]},
		Requests: t.requests, Refused: t.refused, Bytes: t.bytes, Faults: faults,
		InFlightSeconds: t.area.Seconds(),
		QueueSeconds:    t.queue.Seconds(),
		ServiceSeconds:  t.service.Seconds(),
		WriteSeconds:    t.write.Seconds(),
		InFlight:        t.inFlight, PeakInFlight: t.peakInFlight,
		InService: t.inService, PeakInService: t.peakInService,
		UptimeSeconds: now.Sub(t.started).Seconds(),
	}
}
