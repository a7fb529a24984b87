package bench

import (
	"context"
	"fmt"
	"net/http"
	"runtime/trace"
	"strconv"
	"time"
)

// While an execution trace is recorded, a collation writes into it what go tool
// trace shows as user tasks, regions and logs: a task for the collation; below
// it a task for each request, from admission to collated; a region for each
// phase of the request, on the goroutine that carries it out; and logs of the
// request. Where a decoder pulls the body, fetch regions lie inside the decode
// region.
const (
	TaskCollation = "collation"
	TaskRequest   = "request"

	RegionFetch    = "fetch" // twice where a body is read whole: to its headers, and to its end
	RegionDecode   = "decode"
	RegionHandover = "handover"

	LogRequest  = "request"      // at admission: the request's id within its collation
	LogHeldBack = "held-back-ns" // with the headers: from admission to a connection being got
	LogQueue    = "queue-ns"     // with the headers, where they say it: the wait at the upstream
	LogCoreWait = "core-wait-ns" // entering a simulated decode: until a virtual core is free
)

// FormatLog is the message of a log, in each category a whole number from 0.
func FormatLog(n int64) string { return strconv.FormatInt(n, 10) }

// ParseLog is the inverse of FormatLog, and reads nothing else.
func ParseLog(message string) (int64, error) {
	n, err := strconv.ParseInt(message, 10, 64)
	if err != nil || n < 0 || FormatLog(n) != message {
		return 0, fmt.Errorf("log message %q is not a whole number from 0", message)
	}
	return n, nil
}

// annotations write one collation into the execution trace. nil writes nothing:
// a collation that begins while no trace is recorded has nil, so that the
// measured pass pays a comparison a step. A trace that begins later has nothing
// of that collation, as the beginning would be missing.
type annotations struct {
	ctx      context.Context // holds the collation's task and nothing else
	task     *trace.Task
	requests []annotated // by id; beside the items, which would grow by a size class
}

type annotated struct {
	ctx  context.Context
	task *trace.Task // nil before admission and once ended
}

func annotate(n int) *annotations {
	if !trace.IsEnabled() {
		return nil
	}
	a := &annotations{requests: make([]annotated, max(n, 0))}
	a.ctx, a.task = trace.NewTask(context.Background(), TaskCollation)
	return a
}

// end ends the tasks of the requests that will not be collated, and then the
// collation's.
func (a *annotations) end() {
	if a == nil {
		return
	}
	for id := range a.requests {
		a.collated(id)
	}
	a.task.End()
}

func (a *annotations) admitted(id int) {
	if a == nil {
		return
	}
	r := &a.requests[id]
	r.ctx, r.task = trace.NewTask(a.ctx, TaskRequest)
	a.log(id, LogRequest, int64(id))
}

func (a *annotations) collated(id int) {
	if a == nil || a.requests[id].task == nil {
		return
	}
	a.requests[id].task.End()
	a.requests[id].task = nil
}

// A region is open until its end; the zero region is none.
type region struct{ open *trace.Region }

// begin opens the region of a phase. A goroutine must close its regions in
// reverse order, or the trace cannot be read.
func (a *annotations) begin(id int, p phase) region {
	if a == nil {
		return region{}
	}
	return region{trace.StartRegion(a.requests[id].ctx, p.String())}
}

func (r region) end() {
	if r.open != nil {
		r.open.End()
	}
}

// tracer returns t, which is the probe's, or a new one where there is no probe.
func (a *annotations) tracer(t *tracer) *tracer {
	if a == nil || t != nil {
		return t
	}
	return newTracer()
}

// answered logs what is known with the headers. It must read the tracer before
// the probe takes it back for the next request.
func (a *annotations) answered(id int, t *tracer, admitted, asked time.Time, r *http.Response) {
	if a == nil || r == nil {
		return
	}
	a.log(id, LogHeldBack, int64(t.connected(asked).Sub(admitted)))
	if queue, ok := queueTime(r.Header); ok {
		a.log(id, LogQueue, int64(queue))
	}
}

// until logs how long it is from now to at.
func (a *annotations) until(id int, category string, at time.Time) {
	if a != nil {
		a.log(id, category, int64(time.Until(at)))
	}
}

func (a *annotations) log(id int, category string, n int64) {
	trace.Log(a.requests[id].ctx, category, FormatLog(max(n, 0)))
}
