package bench

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// An upstreamReading is what GET /v1/stats says: sums since the upstream's
// start, so that two readings give the figures of an interval. NaN is what it does not say:
// an upstream that is not ours may have a queue and not tell.
type upstreamReading struct {
	Requests        float64 `json:"requests"`
	InFlightSeconds float64 `json:"in_flight_seconds"`
	QueueSeconds    float64 `json:"queue_seconds"`
	ServiceSeconds  float64 `json:"service_seconds"`
	WriteSeconds    float64 `json:"write_seconds"`
	CPUSeconds      float64 `json:"cpu_seconds"`
	RwndSeconds     float64 `json:"rwnd_limited_seconds"`
}

// silentUpstream says nothing.
func silentUpstream() upstreamReading {
	no := math.NaN()
	return upstreamReading{no, no, no, no, no, no, no}
}

// since returns what came between an earlier reading and this one.
func (r upstreamReading) since(before upstreamReading) upstreamReading {
	return upstreamReading{
		Requests:        r.Requests - before.Requests,
		InFlightSeconds: r.InFlightSeconds - before.InFlightSeconds,
		QueueSeconds:    r.QueueSeconds - before.QueueSeconds,
		ServiceSeconds:  r.ServiceSeconds - before.ServiceSeconds,
		WriteSeconds:    r.WriteSeconds - before.WriteSeconds,
		CPUSeconds:      r.CPUSeconds - before.CPUSeconds,
		RwndSeconds:     r.RwndSeconds - before.RwndSeconds,
	}
}

// readUpstream reads the upstream's statistics.
func (w *Workload) readUpstream(ctx context.Context) (r upstreamReading, err error) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	resp, err := w.get(ctx, "/v1/stats")
	if err != nil {
		return r, fmt.Errorf("read the upstream's statistics: %w", err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return r, fmt.Errorf("read the upstream's statistics: GET %s/v1/stats: %s", w.url, resp.Status)
	}
	// Whole, to its end: closed before, the connection would be dropped, and an
	// op would have to dial.
	text, err := readUnknown(resp.Body, maxStats)
	r = silentUpstream()
	if err == nil {
		err = json.Unmarshal(text, &r)
	}
	if err != nil {
		return r, fmt.Errorf("read the upstream's statistics: %w", err)
	}
	return r, nil
}

// maxStats, bytes: our upstream's statistics take one thousandth of it.
const maxStats = 1 << 20

// queueTime is a response's wait in the upstream's queue, as its header has it:
// "Server-Timing: queue;dur=1.234, service;dur=10.0", in milliseconds. It is
// false where the upstream says nothing, or nonsense.
func queueTime(h http.Header) (time.Duration, bool) {
	for _, line := range h.Values("Server-Timing") {
		for metric := range strings.SplitSeq(line, ",") {
			name, params, _ := strings.Cut(metric, ";")
			if strings.TrimSpace(name) == "queue" {
				return durOf(params)
			}
		}
	}
	return 0, false
}

// durOf reads the parameter dur among those of a metric.
func durOf(params string) (time.Duration, bool) {
	for param := range strings.SplitSeq(params, ";") {
		key, value, _ := strings.Cut(param, "=")
		if !strings.EqualFold(strings.TrimSpace(key), "dur") {
			continue
		}
		ms, err := strconv.ParseFloat(strings.Trim(strings.TrimSpace(value), `"`), 64)
		if err != nil || !(ms >= 0 && ms < 1e12) { // NaN is neither
			return 0, false
		}
		return time.Duration(math.Round(ms * 1e6)), true
	}
	return 0, false
}
