package stats

import (
	"math"
	"slices"

	"collatebench/bench"
)

// A Roof joins a group's own medians to a bound of its throughput. It is no evidence: what
// it is made of lies below it by construction, whatever was measured. It shows which of
// window, cores and link was near. Only [Roof.OneCore] can be wrong, as it is made of one
// decode and says what no serial placement exceeds. Times are seconds a response, speeds
// responses a second. A field that the run does not show is 0.
type Roof struct {
	Latency    float64 // service and transfer of a response that nothing delays
	Decode     float64 // a decode that overlaps with no other
	Cost       float64 // CPU time of a response, garbage collection included
	Cores      float64 // that the upstream and others left for the client, at most GOMAXPROCS
	Unhindered float64 // a response that waits for no other: latency and decode, or less if a full window shows less
	Link       float64 // speed that the upstream's bandwidth allows
	Bytes      float64 // of a payload before compression
}

// maxSingleOverlap is the mean overlap of decodes up to which they count as one at a time.
const maxSingleOverlap = 1.05

// Roof makes the roof of a group's cells, which have one size. The smallest window, where
// nothing queues, gives the latency; the cell with the greatest throughput gives the cost
// and the cores.
func (s Summary) Roof(cells []bench.Cell) Roof {
	r := Roof{Decode: s.singleDecode(cells)}
	best, smallest := s.Cell(cells[0]), s.Cell(cells[0])
	for _, c := range cells {
		if e := s.Cell(c); e.Throughput.Median > best.Throughput.Median {
			best = e
		}
		if w := smallest.cell.Window; c.Window < w {
			smallest = s.Cell(c)
		}
	}
	c := best.cell
	r.Bytes = float64(c.Size)
	perSecond := best.Throughput.Median * 1e6 / r.Bytes
	r.Cost = best.CPUs.Median / perSecond
	if r.Decode == 0 {
		r.Decode = r.Cost // decodes overlap in every cell: this is an upper bound
	}
	r.Cores = float64(c.Cores())
	if !c.Simulated() && s.Cores > 0 {
		others, _ := s.values.Others(c)
		left := s.Cores - others
		if s.shared {
			left -= best.Unit("upstream-cpus")
		}
		r.Cores = max(best.CPUs.Median, min(r.Cores, left)) // those that it used were available
	}
	r.Latency = s.latency(cells, smallest.cell.Window)
	r.Unhindered = s.unhindered(cells, r.Latency+r.Decode)
	if c.Upstream.Bandwidth > 0 && c.Encoding == bench.DefaultCell().Encoding {
		r.Link = float64(c.Upstream.Bandwidth) / r.Bytes
	}
	return r
}

// latency is the time to serve and read a response at that window: the median over its
// placements.
func (s Summary) latency(cells []bench.Cell, window int) float64 {
	var all []float64
	for _, c := range cells {
		if e := s.Cell(c); c.Window == window && e.Unit("headers-ns/resp") > 0 {
			all = append(all, inSeconds(max(0, e.Unit("headers-ns/resp")-e.Unit("queue-ns/resp"))+e.Unit("read-ns/resp")))
		}
	}
	return NewEstimate(all).Median
}

// unhindered bounds the time of a response that waits for no other by what was seen: at
// a window of W and X responses a second it is at most W/X (Little's law). The smallest
// window, which least is from, may have been slow by chance.
func (s Summary) unhindered(cells []bench.Cell, least float64) float64 {
	for _, c := range cells {
		perSecond := s.Cell(c).Throughput.Median * 1e6 / float64(c.Size)
		least = min(least, float64(c.Window)/perSecond)
	}
	return least
}

// singleDecode is the shortest time of a decode that overlaps with no other; 0 if there
// is none. At a small window it is longer, because the caches go cold between two decodes.
func (s Summary) singleDecode(cells []bench.Cell) float64 {
	least := math.Inf(1)
	for _, c := range cells {
		e := s.Cell(c)
		if took := e.Unit("decode-ns/resp"); took > 0 && e.Unit("decode-overlap") <= maxSingleOverlap {
			least = min(least, inSeconds(took))
		}
	}
	if math.IsInf(least, 1) {
		return 0
	}
	return least
}

func inSeconds(ns float64) float64 { return ns / 1e9 }

// OneCore is the roof of a serial placement, MB/s: one decode at a time.
func (r Roof) OneCore() float64 { return r.mbps(1 / r.Decode) }

// AllCores is the roof of the available cores, MB/s.
func (r Roof) AllCores() float64 { return r.mbps(r.Cores / r.Cost) }

// LinkMBps is the roof of the link, MB/s; 0 if there is none.
func (r Roof) LinkMBps() float64 { return r.mbps(r.Link) }

// Window is the roof of a window in which no response waits for another, MB/s:
// window / (latency + decode).
func (r Roof) Window(window float64) float64 { return r.mbps(window / r.Unhindered) }

// At is the roof at a window, MB/s: the lowest of those that are known; 0 if none is.
func (r Roof) At(window float64) float64 {
	known := slices.DeleteFunc([]float64{r.Window(window), r.AllCores(), r.LinkMBps()}, func(v float64) bool { return v == 0 })
	if len(known) == 0 {
		return 0
	}
	return slices.Min(known)
}

func (r Roof) mbps(perSecond float64) float64 {
	if math.IsInf(perSecond, 0) || math.IsNaN(perSecond) {
		return 0
	}
	return perSecond * r.Bytes / 1e6
}
