package stats

import (
	"math"
	"slices"

	"collatebench/bench"
)

// A Roof is what the throughput of a group can't pass, whoever decodes, drawn
// from the group's own medians: times in seconds a response, speeds in
// responses a second. A part that the run doesn't tell is 0.
type Roof struct {
	Latency    float64 // service and transfer of a response that nothing delays
	Decode     float64 // a decode that no other one overlaps
	Cost       float64 // CPU time of a response, garbage collection included
	Cores      float64 // that were there for the client, at most GOMAXPROCS
	Unhindered float64 // a response that waits for no other: latency and decode, or less where a full window shows it
	Link       float64 // what the bandwidth of the upstream lets through
	Bytes      float64 // of a payload before compression
}

// maxSingleOverlap is the overlap of decodes up to which no two run at a time.
const maxSingleOverlap = 1.05

// Roof reads the roof off the cells of a group, which have one size. The
// window's part is from the smallest window, where nothing queues; the cores'
// part from the cell with the greatest throughput.
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
		r.Decode = r.Cost // decodes overlap everywhere: no more than this is known
	}
	r.Cores = float64(c.Cores())
	if !c.Simulated() && s.Cores > 0 {
		// What the client was seen to use was there.
		r.Cores = max(best.CPUs.Median, min(r.Cores, float64(s.Cores)-best.Unit("upstream-cpus")))
	}
	r.Latency = s.latency(cells, smallest.cell.Window)
	r.Unhindered = s.unhindered(cells, r.Latency+r.Decode)
	if c.Upstream.Bandwidth > 0 && c.Encoding == bench.DefaultCell().Encoding {
		r.Link = float64(c.Upstream.Bandwidth) / r.Bytes
	}
	return r
}

// latency is the least that a response of that window needed to be served and
// read: the median of its placements.
func (s Summary) latency(cells []bench.Cell, window int) float64 {
	var all []float64
	for _, c := range cells {
		if e := s.Cell(c); c.Window == window && e.Unit("headers-ns/resp") > 0 {
			all = append(all, inSeconds(max(0, e.Unit("headers-ns/resp")-e.Unit("queue-ns/resp"))+e.Unit("read-ns/resp")))
		}
	}
	return NewEstimate(all).Median
}

// unhindered holds the time of a response that waits for no other to what was
// seen: with a window of W and X responses a second none can take longer than
// W/X (Little's law), and the smallest window may have been slow by chance.
func (s Summary) unhindered(cells []bench.Cell, least float64) float64 {
	for _, c := range cells {
		perSecond := s.Cell(c).Throughput.Median * 1e6 / float64(c.Size)
		least = min(least, float64(c.Window)/perSecond)
	}
	return least
}

// singleDecode is the shortest time that a decode took by itself. With a small window
// the caches go cold between two of them, so that it is longer there.
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

// OneCore is the line that a serial placement can't pass: one decode at a time.
func (r Roof) OneCore() float64 { return r.mbps(1 / r.Decode) }

// AllCores is what the cores that are there can do at this cost.
func (r Roof) AllCores() float64 { return r.mbps(r.Cores / r.Cost) }

// LinkMBps is what the link lets through.
func (r Roof) LinkMBps() float64 { return r.mbps(r.Link) }

// Window is what a window of requests can do in which nobody waits for others:
// window / (latency + decode).
func (r Roof) Window(window float64) float64 { return r.mbps(window / r.Unhindered) }

// At is the roof over a window: the least of those that are known; 0 where
// none is.
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
