package rig

import (
	"runtime/metrics"
	"syscall"
	"time"
)

// Result is the line that a program prints at its end.
type Result struct {
	Program   string  `json:"program"`
	Responses int64   `json:"responses"`
	Seconds   float64 `json:"seconds"`
	CPUs      float64 `json:"cpus"` // CPU time of the program, not of its upstream, over Seconds
	GC        float64 `json:"gc"`   // the garbage collector's share of that CPU time, idle marking left out
	Upstream  float64 `json:"upstream_cpus"`
}

// reading is one look at counters that only grow.
type reading struct {
	at        time.Time
	responses int64
	cpu       time.Duration
	upstream  float64 // CPU-seconds
	gc, work  float64 // CPU-seconds, as of the last garbage collection
}

func (r *Run) read(u *upstream) (reading, error) {
	m := []metrics.Sample{
		{Name: "/cpu/classes/gc/total:cpu-seconds"},
		{Name: "/cpu/classes/gc/mark/idle:cpu-seconds"},
		{Name: "/cpu/classes/user:cpu-seconds"},
	}
	metrics.Read(m)
	gc := m[0].Value.Float64() - m[1].Value.Float64()
	seconds, err := u.cpu()
	return reading{time.Now(), r.done.Load(), processCPU(), seconds, gc, gc + m[2].Value.Float64()}, err
}

func (r reading) since(before reading) Result {
	seconds := r.at.Sub(before.at).Seconds()
	result := Result{
		Responses: r.responses - before.responses,
		Seconds:   seconds,
		CPUs:      (r.cpu - before.cpu).Seconds() / seconds,
		Upstream:  (r.upstream - before.upstream) / seconds,
	}
	if work := r.work - before.work; work > 0 {
		result.GC = (r.gc - before.gc) / work
	}
	return result
}

func processCPU() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
