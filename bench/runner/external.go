package runner

import (
	"context"
	"time"

	"collatebench/results"
)

const (
	arrivalPoll = 5 * time.Millisecond   // of the upstream, until the first request is there: nothing is timed yet
	groupPoll   = 100 * time.Millisecond // of /proc: a scan takes a millisecond
)

// An externalSampler watches one sample from the outside, and asks nothing of it: the
// CPU time of its process group, and what the upstream counts.
type externalSampler struct {
	machine  machine
	url      string
	upstream int // its process; 0 where it is elsewhere
	before   upstreamSums
	cpu      float64   // of the upstream's process, at the first request
	began    time.Time // of the first request; zero before it
	first    float64   // CPU seconds of the group then
	seen     float64   // and when it was last looked at
	at       time.Time
	err      error // of watching
}

// upstreamSums are the parts of GET /v1/stats that an externalSampler reads.
type upstreamSums struct {
	Requests float64 `json:"requests"`
	InFlight float64 `json:"in_flight"`
	Queue    float64 `json:"queue_seconds"`
	Flight   float64 `json:"in_flight_seconds"`
}

// externalSampler prepares to watch a process that has not begun; nil where nobody
// asks for it.
func (x *experiment) externalSampler(ctx context.Context, p *process) (*externalSampler, error) {
	if x.clients == nil {
		return nil, nil
	}
	url, _ := x.upstreams.of(p.cell.Upstream)
	o := &externalSampler{machine: x.machine, url: url, upstream: x.upstreams.pid(p.cell.Upstream)}
	p.beside = func(pid int, ended <-chan struct{}) { o.err = o.watch(ctx, pid, ended) }
	return o, answers(ctx, url, "/v1/stats", &o.before)
}

// watch looks at a process until ended is closed.
func (o *externalSampler) watch(ctx context.Context, pid int, ended <-chan struct{}) error {
	for {
		pause := groupPoll
		if o.began.IsZero() {
			pause = arrivalPoll
			if err := o.await(ctx, pid); err != nil {
				return err
			}
		} else {
			o.look(pid)
		}
		select {
		case <-ended:
			return nil
		case <-ctx.Done():
			return nil
		case <-time.After(pause):
		}
	}
}

// await notes the beginning once a request has come.
func (o *externalSampler) await(ctx context.Context, pid int) error {
	var now upstreamSums
	if err := answers(ctx, o.url, "/v1/stats", &now); err != nil {
		return err
	}
	if now.InFlight == 0 && now.Requests == o.before.Requests {
		return nil
	}
	o.began = time.Now()
	o.look(pid)
	o.first, o.cpu = o.seen, o.machine.processCPU(o.upstream)
	return nil
}

// look adds up the CPU time of the process group. What a member has waited
// for is in its own account; what nobody has waited for is lost, so that the
// sum can fall: the highest counts.
func (o *externalSampler) look(pid int) {
	if sum := o.machine.groupCPU(pid); sum >= o.seen {
		o.seen, o.at = sum, time.Now()
	}
}

// conclude makes the reading. total is the CPU time of the process and of the
// children that it has waited for, as its parent is told.
func (o *externalSampler) conclude(ctx context.Context, ended time.Time, total time.Duration) (*results.External, error) {
	if o.err != nil {
		return nil, o.err
	}
	var after upstreamSums
	if err := answers(ctx, o.url, "/v1/stats", &after); err != nil {
		return nil, err
	}
	if o.began.IsZero() {
		return nil, errNoRequest
	}
	cpu, end := total.Seconds(), ended
	if o.seen > cpu { // it left children behind that it did not wait for
		cpu, end = o.seen, o.at
	}
	looked := end.Sub(o.began).Seconds()
	if !o.machine.known {
		cpu, looked = 0, 0 // the whole process's would have its start in it
	}
	return &results.External{
		Seconds: ended.Sub(o.began).Seconds(), CPU: cpu - o.first, CPUOver: looked,
		Upstream:  o.machine.processCPU(o.upstream) - o.cpu,
		Responses: after.Requests - o.before.Requests,
		Queue:     after.Queue - o.before.Queue, InFlight: after.Flight - o.before.Flight,
	}, nil
}

// group is the CPU time of the process group, as far as it was seen.
func (o *externalSampler) group() time.Duration { return time.Duration(o.seen * float64(time.Second)) }

// groupCPU is the CPU time of a process group's members, and of the children
// that they have waited for; 0 where there is no /proc.
func (m machine) groupCPU(leader int) float64 {
	if !m.known {
		return 0
	}
	all, err := m.fs.AllProcs()
	if err != nil {
		return 0
	}
	ticks := 0
	for _, p := range all {
		stat, err := p.Stat()
		if err == nil && stat.PGRP == leader { // else it has ended meanwhile
			ticks += int(stat.UTime+stat.STime) + stat.CUTime + stat.CSTime
		}
	}
	return float64(ticks) / userHZ
}

// userHZ is the unit of /proc/PID/stat, as procfs has it too.
const userHZ = 100
