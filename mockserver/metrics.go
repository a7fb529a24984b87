package mockserver

import (
	"math"
	"net/http"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"collatebench/mockserver/behaviour"
)

// metric is one of the Stats as Prometheus sees it.
type metric struct {
	name, help string
	kind       prometheus.ValueType
	value      func(Stats) float64
}

func metrics() []metric {
	const counter, gauge = prometheus.CounterValue, prometheus.GaugeValue
	return []metric{
		{"requests_total", "Requests for payloads that ended.", counter, func(s Stats) float64 { return float64(s.Requests) }},
		{"refused_total", "Requests beyond the limits.", counter, func(s Stats) float64 { return float64(s.Refused) }},
		{"in_flight_seconds_total", "Integral of the requests in flight.", counter, func(s Stats) float64 { return s.InFlightSeconds }},
		{"queue_seconds_total", "Waiting for a place in service.", counter, func(s Stats) float64 { return s.QueueSeconds }},
		{"service_seconds_total", "Delays, as they were.", counter, func(s Stats) float64 { return s.ServiceSeconds }},
		{"write_seconds_total", "Writing bodies.", counter, func(s Stats) float64 { return s.WriteSeconds }},
		{"rwnd_limited_seconds_total", "Receive windows that clients kept shut.", counter, func(s Stats) float64 {
			if s.RwndLimitedSeconds == nil {
				return math.NaN() // it is left out
			}
			return *s.RwndLimitedSeconds
		}},
		{"written_bytes_total", "Bytes of bodies written.", counter, func(s Stats) float64 { return float64(s.Bytes) }},
		{"cpu_seconds_total", "CPU time of the process.", counter, func(s Stats) float64 { return s.CPUSeconds }},
		{"in_flight", "Requests in flight.", gauge, func(s Stats) float64 { return float64(s.InFlight) }},
		{"peak_in_flight", "Most requests in flight in this epoch.", gauge, func(s Stats) float64 { return float64(s.PeakInFlight) }},
		{"in_service", "Requests in service.", gauge, func(s Stats) float64 { return float64(s.InService) }},
		{"peak_in_service", "Most requests in service in this epoch.", gauge, func(s Stats) float64 { return float64(s.PeakInService) }},
		{"uptime_seconds", "Time since the start.", gauge, func(s Stats) float64 { return s.UptimeSeconds }},
		{"gomaxprocs", "GOMAXPROCS of the process.", gauge, func(s Stats) float64 { return float64(s.GOMAXPROCS) }},
	}
}

// collector reads the Stats when it is scraped, so that there is one set of
// sums and not two that drift apart.
type collector struct {
	read   func() Stats
	rows   []metric
	descs  []*prometheus.Desc
	faults *prometheus.Desc
	replay *prometheus.Desc
}

const metricPrefix = "collatebench_upstream_"

// metricsHandler has a registry of its own: the whole process shares the default
// one, and two servers in one test would collide in it.
func metricsHandler(read func() Stats) http.Handler {
	c := &collector{read: read, rows: metrics()}
	for _, m := range c.rows {
		c.descs = append(c.descs, prometheus.NewDesc(metricPrefix+m.name, m.help, nil, nil))
	}
	c.faults = prometheus.NewDesc(metricPrefix+"faults_total", "Requests that went wrong on purpose.", []string{"kind"}, nil)
	c.replay = prometheus.NewDesc(metricPrefix+"replayed_total", "Requests to a replay, by how they matched the recording.", []string{"match"}, nil)
	registry := prometheus.NewRegistry()
	registry.MustRegister(c)
	return promhttp.HandlerFor(registry, promhttp.HandlerOpts{})
}

func (c *collector) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range c.descs {
		ch <- d
	}
	ch <- c.faults
	ch <- c.replay
}

func (c *collector) Collect(ch chan<- prometheus.Metric) {
	stats := c.read()
	for i, m := range c.rows {
		if v := m.value(stats); !math.IsNaN(v) {
			ch <- prometheus.MustNewConstMetric(c.descs[i], m.kind, v)
		}
	}
	for _, kind := range behaviour.FaultKinds() {
		ch <- prometheus.MustNewConstMetric(c.faults, prometheus.CounterValue, float64(stats.Faults[kind]), string(kind))
	}
	if r := stats.Replay; r != nil {
		ch <- prometheus.MustNewConstMetric(c.replay, prometheus.CounterValue, float64(r.Exact), "exact")
		ch <- prometheus.MustNewConstMetric(c.replay, prometheus.CounterValue, float64(r.Nearest), "nearest")
		ch <- prometheus.MustNewConstMetric(c.replay, prometheus.CounterValue, float64(r.Missing), "missing")
	}
}
