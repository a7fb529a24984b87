package timeline

import (
	"time"

	"golang.org/x/exp/trace"
)

// A collation is one that has not ended.
type collation struct {
	task  trace.TaskID
	begin trace.Time
	procs int
	lanes []*lane
	load  load
}

func (c *collation) admit(task trace.TaskID, now trace.Time) *lane {
	l := &lane{
		task: task, origin: c.begin, admitted: time.Duration(now - c.begin),
		request: -1, decoder: trace.NoGoroutine, phase: HeldBack,
	}
	c.lanes = append(c.lanes, l)
	return l
}

// timeline leaves out requests without a number or without a span.
func (c *collation) timeline(now trace.Time) Timeline {
	t := Timeline{Procs: c.procs, Length: time.Duration(now - c.begin)}
	t.Cores = c.load.means(now - c.begin)
	for _, l := range c.lanes {
		if l.request >= 0 && len(l.spans) > 0 {
			t.Lanes = append(t.Lanes, Lane{l.request, l.spans})
		}
	}
	return t
}

// decoders holds the lanes whose goroutine is in a decode region.
type decoders struct {
	lanes map[trace.GoID]*lane
	// marks counts the decoding goroutines by the remainder of their id. Nearly every
	// event is of another goroutine, and its mark is 0: no look-up in the map.
	marks [1 << 10]int32
}

func (d *decoders) mark(g trace.GoID) *int32 { return &d.marks[uint64(g)%uint64(len(d.marks))] }

func (d *decoders) find(g trace.GoID) *lane {
	if *d.mark(g) == 0 {
		return nil
	}
	return d.lanes[g]
}

func (d *decoders) add(l *lane) {
	if d.lanes[l.decoder] == nil {
		*d.mark(l.decoder)++
	}
	d.lanes[l.decoder] = l
}

// remove removes the lane's decoding goroutine, if it has one.
func (d *decoders) remove(l *lane) {
	if l.decoder != trace.NoGoroutine && d.lanes[l.decoder] == l {
		delete(d.lanes, l.decoder)
		*d.mark(l.decoder)--
	}
	l.decoder = trace.NoGoroutine
}
