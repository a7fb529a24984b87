package bench

import (
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// queueTime is what a response says of its wait at the upstream, such as
// "Server-Timing: queue;dur=1.234, service;dur=10.0" in milliseconds. An
// upstream that says nothing, or nonsense, has no queue time.
func queueTime(h http.Header) (time.Duration, bool) {
	for _, line := range h.Values("Server-Timing") {
		for metric := range strings.SplitSeq(line, ",") {
			name, params, _ := strings.Cut(metric, ";")
			if strings.TrimSpace(name) == "queue" {
				return duration(params)
			}
		}
	}
	return 0, false
}

// duration reads the parameter dur among those of a metric.
func duration(params string) (time.Duration, bool) {
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
