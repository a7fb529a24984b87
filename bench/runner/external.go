package runner

import (
	"context"
	"errors"
	"fmt"
	"time"

	"collatebench/profiles/outside"
	"collatebench/results"
)

const (
	arrivalPoll = 5 * time.Millisecond   // between looks at the upstream until the first request is there; nothing is timed yet
	groupPoll   = 100 * time.Millisecond // between looks at /proc; a look takes a millisecond
)

// An externalSampler measures one sample from outside its process: the CPU time
// of its process group, and what the upstream counts.
type externalSampler struct {
	machine  machine
	url      string
	upstream int // its process; 0 where it is elsewhere
	before   upstreamSums
	cpu      float64                // of the upstream's process, at the first request
	began    time.Time              // of the first request; zero before it
	first    float64                // CPU seconds of the group then
	seen     float64                // the most CPU seconds of the group so far
	at       time.Time              // when they were seen
	err      error                  // of watching
	watched  chan *outside.Evidence // of its process; nil before the first request
}

// upstreamSums are the parts of GET /v1/stats that an externalSampler reads.
type upstreamSums struct {
	Requests float64  `json:"requests"`
	InFlight float64  `json:"in_flight"`
	Queue    *float64 `json:"queue_seconds"` // nil if it does not say; so the next
	Flight   *float64 `json:"in_flight_seconds"`
}

// externalSampler prepares to watch a process that has not started. It is nil in a
// run that does not compare clients.
func (x *experiment) externalSampler(ctx context.Context, p *process) (*externalSampler, error) {
	if x.clients == nil {
		return nil, nil
	}
	url, _ := x.upstreams.of(p.cell.Upstream)
	o := &externalSampler{machine: x.machine, url: url, upstream: x.upstreams.pid(p.cell.Upstream)}
	p.watch = func(pid int, ended <-chan struct{}) { o.err = o.watch(ctx, pid, ended) }
	return o, getJSON(ctx, url, "/v1/stats", &o.before)
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
	if err := getJSON(ctx, o.url, "/v1/stats", &now); err != nil {
		return err
	}
	if now.InFlight == 0 && now.Requests == o.before.Requests {
		return nil
	}
	o.began = time.Now()
	o.look(pid)
	o.first, o.cpu = o.seen, o.machine.processCPU(o.upstream)
	o.watched = make(chan *outside.Evidence, 1)
	go func() { o.watched <- seen(ctx, pid) }()
	return nil
}

// seen watches a process until it ends; nil where that is not possible. A sample without it is
// as good as before there was such a thing.
func seen(ctx context.Context, pid int) *outside.Evidence {
	e, err := outside.Watch(ctx, pid, outside.Options{Seconds: sampleTimeout.Seconds()})
	if err != nil {
		return nil
	}
	e.Moments = nil // a ledger has thousands of samples
	e.Threads = e.Threads[:min(len(e.Threads), keptThreads)]
	return &e
}

// keptThreads of each sample.
const keptThreads = 4

// look adds up the CPU time of the process group. The time of an ended child
// counts as its parent's once the parent has waited for it, and is lost if
// nobody has. So the sum can fall; the highest one counts.
func (o *externalSampler) look(pid int) {
	if sum := o.machine.groupCPU(pid); sum >= o.seen {
		o.seen, o.at = sum, time.Now()
	}
}

// conclude returns the reading. total is the CPU time of the process and of the
// children that it has waited for, as wait(2) tells it.
func (o *externalSampler) conclude(ctx context.Context, ended time.Time, total time.Duration) (*results.External, error) {
	if o.err != nil {
		return nil, o.err
	}
	var after upstreamSums
	if err := getJSON(ctx, o.url, "/v1/stats", &after); err != nil {
		return nil, err
	}
	if o.began.IsZero() {
		return nil, unseen(after.Requests - o.before.Requests)
	}
	seen := <-o.watched // the process has ended, and so has watching it
	cpu, end := total.Seconds(), ended
	if o.seen > cpu { // there are children that it did not wait for
		cpu, end = o.seen, o.at
	}
	looked := end.Sub(o.began).Seconds()
	if !o.machine.known {
		cpu, looked = 0, 0 // those of the whole process would include its start
	}
	return &results.External{
		Seconds: ended.Sub(o.began).Seconds(), CPU: cpu - o.first, CPUOver: looked,
		Upstream:  o.machine.processCPU(o.upstream) - o.cpu,
		Responses: after.Requests - o.before.Requests,
		Queue:     difference(after.Queue, o.before.Queue), InFlight: difference(after.Flight, o.before.Flight), Seen: seen,
	}, nil
}

// difference is nil if one of the two is not known.
func difference(after, before *float64) *float64 {
	if after == nil || before == nil {
		return nil
	}
	return new(*after - *before)
}

// unseen says why no request was seen while the process ran.
func unseen(requests float64) error {
	if requests > 0 {
		return fmt.Errorf("its %.0f requests took less than %v, too short to be measured from outside: --ops must be higher", requests, arrivalPoll)
	}
	return errors.New("no request of it reached the upstream")
}

// group is the CPU time of the process group, as far as it was seen.
func (o *externalSampler) group() time.Duration { return time.Duration(o.seen * float64(time.Second)) }

// groupCPU is the CPU time in seconds of a process group's members and of the
// children that they have waited for; 0 where there is no /proc.
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

// group are the processes of a group.
func (m machine) group(leader int) (pids []int) {
	if !m.known {
		return nil
	}
	all, err := m.fs.AllProcs()
	if err != nil {
		return nil
	}
	for _, p := range all {
		if stat, err := p.Stat(); err == nil && stat.PGRP == leader { // else it has ended meanwhile
			pids = append(pids, p.PID)
		}
	}
	return pids
}

// userHZ is the unit of /proc/PID/stat, as procfs has it too.
const userHZ = 100
