package diagnose

import (
	"strings"

	"golang.org/x/exp/trace"

	"collatebench/results/verdict"
)

// A collector is what the trace shows of the garbage collector's pace.
type collector struct {
	cycles int64  // collections that began
	heap   uint64 // B, of objects, the latest figure; at the end of marking it is what is live
	goals  int64
	growth float64 // sum over goals: by what share of the live heap it may grow until the next collection
}

// marking is the range of a collection, in the trace's words.
const marking = "GC concurrent mark phase"

func (c *collector) event(e *trace.Event) {
	switch e.Kind() {
	case trace.EventRangeBegin:
		if e.Range().Name == marking {
			c.cycles++
		}
	case trace.EventMetric:
		switch m := e.Metric(); m.Name {
		case "/memory/classes/heap/objects:bytes":
			c.heap = m.Value.Uint64()
		case "/gc/heap/goal:bytes":
			// The runtime states both at the end of marking. Of a heap below leastHeap the goal
			// is a minimum.
			if c.heap >= leastHeap {
				c.goals++
				c.growth += max(0, float64(m.Value.Uint64())/float64(c.heap)-1)
			}
		}
	}
}

// leastHeap, B: GOGC=100 gives the smallest heap 4 MiB, of which half is live.
const leastHeap = 2 << 20

// collector is the pace of the collections, and who asks for them.
func (s survey) collector() verdict.TraceCollector {
	c := verdict.TraceCollector{PerSecond: float64(s.collections.cycles) / toSeconds(s.interval())}
	if n := s.collections.goals; n > 0 {
		c.Growth = verdict.Known(s.collections.growth / float64(n))
	}
	asked := newGathering()
	for _, p := range s.groups {
		for l, e := range p.waitsInOrder() {
			if strings.HasPrefix(l.site.reason, reasonCollected) {
				asked.add(p, l.site, e.time, e.n)
			}
		}
	}
	c.Asked = s.wait(asked)
	c.AskedPerSecond = float64(asked.n) / toSeconds(s.interval())
	return c
}
