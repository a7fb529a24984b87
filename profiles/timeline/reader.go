package timeline

import (
	"slices"

	"golang.org/x/exp/trace"

	"collatebench/bench"
)

// A reader is what Read keeps: the collations and lanes that have not ended, and
// the best timeline so far.
type reader struct {
	now      trace.Time
	procs    int
	live     []*collation // in order of their beginning; seldom more than one
	lanes    map[trace.TaskID]*lane
	decoders decoders
	cores    cores
	best     Timeline
}

func newReader() *reader {
	return &reader{
		lanes:    map[trace.TaskID]*lane{},
		decoders: decoders{lanes: map[trace.GoID]*lane{}},
		cores:    cores{idle: map[trace.GoID]bool{}},
	}
}

// event reads one event. Nearly all events are of goroutines that do not decode:
// they must not cost a look-up in a map.
func (r *reader) event(e *trace.Event) {
	r.now = e.Time()
	switch e.Kind() {
	case trace.EventStateTransition:
		if s := e.StateTransition(); s.Resource.Kind == trace.ResourceGoroutine {
			g := s.Resource.Goroutine()
			from, to := s.Goroutine()
			r.cores.transition(r.live, g, from, to, r.now)
			if l := r.decoders.find(g); l != nil {
				l.scheduled(to, r.now)
			}
		}
	case trace.EventLabel:
		r.cores.label(r.live, e.Label(), r.now)
	case trace.EventMetric:
		if m := e.Metric(); m.Name == "/sched/gomaxprocs:threads" {
			r.haveProcs(int(m.Value.Uint64()))
		}
	default:
		r.annotation(e)
	}
}

// annotation reads one of the client's annotations.
func (r *reader) annotation(e *trace.Event) {
	switch e.Kind() {
	case trace.EventTaskBegin:
		r.begin(e.Task())
	case trace.EventTaskEnd:
		r.endTask(e.Task().ID)
	case trace.EventRegionBegin:
		region := e.Region()
		if l := r.lanes[region.Task]; l != nil && l.enter(region.Type, e.Goroutine(), r.now) == Decoding {
			r.decoders.add(l)
		}
	case trace.EventRegionEnd:
		region := e.Region()
		if l := r.lanes[region.Task]; l != nil && l.exit(region.Type, r.now) == Decoding {
			r.decoders.remove(l)
		}
	case trace.EventLog:
		log := e.Log()
		if l := r.lanes[log.Task]; l != nil {
			l.log(log.Category, log.Message, r.now)
		}
	}
}

func (r *reader) haveProcs(n int) {
	r.procs = n
	for _, c := range r.live {
		c.procs = max(c.procs, n)
	}
}

// begin begins a collation, or a request of a known collation.
func (r *reader) begin(t trace.Task) {
	switch t.Type {
	case bench.TaskCollation:
		r.cores.advance(r.live, r.now)
		r.live = append(r.live, &collation{task: t.ID, begin: r.now, procs: r.procs})
	case bench.TaskRequest:
		if i := r.findCollation(t.Parent); i >= 0 {
			r.lanes[t.ID] = r.live[i].admit(t.ID, r.now)
		}
	}
}

func (r *reader) findCollation(id trace.TaskID) int {
	return slices.IndexFunc(r.live, func(c *collation) bool { return c.task == id })
}

func (r *reader) endTask(id trace.TaskID) {
	if l := r.lanes[id]; l != nil {
		l.end(r.now)
		r.forget(l)
	} else if i := r.findCollation(id); i >= 0 {
		r.finish(r.live[i], (*lane).end)
		r.live = slices.Delete(r.live, i, i+1)
	}
}

func (r *reader) forget(l *lane) {
	delete(r.lanes, l.task)
	r.decoders.remove(l)
}

// end cuts off the collations that go on when the trace ends.
func (r *reader) end() {
	for _, c := range r.live {
		r.finish(c, (*lane).close)
	}
}

// finish ends a collation and its open lanes. It keeps the timeline unless an
// earlier one has more requests.
func (r *reader) finish(c *collation, end func(*lane, trace.Time)) {
	r.cores.advance(r.live, r.now)
	for _, l := range c.lanes {
		if r.lanes[l.task] == l {
			end(l, r.now)
			r.forget(l)
		}
	}
	if t := c.timeline(r.now); len(t.Lanes) >= len(r.best.Lanes) {
		r.best = t
	}
}
