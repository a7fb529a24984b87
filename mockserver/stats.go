package mockserver

import (
	"encoding/json"
	"net/http"
	"os"
	"runtime"
	"time"

	"collatebench/internal/rusage"
	"collatebench/mockserver/behaviour"
)

// Stats is what a server did since it began: sums that never fall, so that the
// difference of two readings gives the figures of the time between, and a few
// readings of the moment. A request's share of Requests, Bytes, Faults and the
// queue, service and write seconds is added at once, when it ends, and before
// its client can see that it has ended.
type Stats struct {
	Requests        uint64  `json:"requests"`          // for payloads, ended in any way; refused ones are apart
	Refused         uint64  `json:"refused"`           // answered with 400, 503 for want of memory, or 404 by a replay
	InFlightSeconds float64 `json:"in_flight_seconds"` // integral of the requests in flight, those not yet ended included
	QueueSeconds    float64 `json:"queue_seconds"`     // waiting for a place in service
	ServiceSeconds  float64 `json:"service_seconds"`   // the delay, as it was
	WriteSeconds    float64 `json:"write_seconds"`     // writing bodies, with waits for bandwidth and stalls
	Bytes           uint64  `json:"bytes"`             // of bodies, given to the connection
	CPUSeconds      float64 `json:"cpu_seconds"`       // of this process, user and system

	// RwndLimitedSeconds is for how long clients kept their receive windows shut while there was more
	// to send, summed over the connections; nil where the kernel does not tell it.
	RwndLimitedSeconds *float64 `json:"rwnd_limited_seconds,omitempty"`

	Faults map[behaviour.Fault]uint64 `json:"faults"` // by kind, each kind always there
	Replay *ReplayStats               `json:"replay,omitempty"`

	InFlight      int     `json:"in_flight"`       // queued, in service or being written now
	PeakInFlight  int     `json:"peak_in_flight"`  // since the last epoch began
	InService     int     `json:"in_service"`      // holding a place in service now
	PeakInService int     `json:"peak_in_service"` // since the last epoch began
	UptimeSeconds float64 `json:"uptime_seconds"`
	GOMAXPROCS    int     `json:"gomaxprocs"`
	PID           int     `json:"pid"`
}

// ReplayStats is how the requests to a replay matched what was recorded. Exact
// and Nearest add up to the requests, but for those whose client left before the
// match was known.
type ReplayStats struct {
	Exact   uint64 `json:"exact"`
	Nearest uint64 `json:"nearest"` // by method and path: the query or the body was another
	Missing uint64 `json:"missing"` // answered with 404
}

// Stats reads all figures at one moment.
func (s *Server) Stats() Stats {
	st := s.tally.read(time.Now())
	if s.replay == nil {
		st.Replay = nil
	}
	if d, known := s.window.limited(); known {
		st.RwndLimitedSeconds = new(d.Seconds())
	}
	st.CPUSeconds = rusage.SelfCPU().Seconds()
	st.GOMAXPROCS = runtime.GOMAXPROCS(0)
	st.PID = os.Getpid()
	return st
}

func (s *Server) answerStats(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	json.NewEncoder(w).Encode(s.Stats()) // an error means that the client is gone
}
