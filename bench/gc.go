package bench

import (
	"fmt"
	"runtime/debug"
	"runtime/metrics"
	"strconv"
)

// GCOff is the GOGC that collects nothing.
const GCOff = -1

const (
	maxGC     = 10_000
	gcAllowed = "off, or a whole number from 1 to 10000"
)

func parseGC(s string) (int, error) {
	if s == "off" {
		return GCOff, nil
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < 1 || n > maxGC {
		return 0, fmt.Errorf("%q is not %s", s, gcAllowed)
	}
	return n, nil
}

func formatGC(percent int) string {
	if percent == GCOff {
		return "off"
	}
	return strconv.Itoa(percent)
}

// Tune gives this process what the cell asks of the runtime beside GOMAXPROCS,
// until restore.
func (c Cell) Tune() (restore func()) {
	before := debug.SetGCPercent(c.GOGC)
	return func() { debug.SetGCPercent(before) }
}

// gcTimes are CPU times of this process, in seconds since its start. The
// runtime updates them at the end of a garbage collection and at no other time
// (golang/go#59749), so they can only be compared with each other: an interval
// begins and ends with the last collection before it.
type gcTimes struct {
	gc   float64 // collecting, but not on cores that nothing else wanted
	busy float64 // all that the cores did, but not such collecting
}

func readGC() gcTimes {
	s := []metrics.Sample{
		{Name: "/cpu/classes/gc/total:cpu-seconds"},
		{Name: "/cpu/classes/gc/mark/idle:cpu-seconds"},
		{Name: "/cpu/classes/total:cpu-seconds"},
		{Name: "/cpu/classes/idle:cpu-seconds"},
	}
	metrics.Read(s)
	return newGCTimes(s[0].Value.Float64(), s[1].Value.Float64(), s[2].Value.Float64(), s[3].Value.Float64())
}

// newGCTimes leaves out the marking on cores that nothing else wanted: the runtime counts
// it as collecting, and not as idle time.
func newGCTimes(collecting, idleMarking, all, idle float64) gcTimes {
	return gcTimes{gc: collecting - idleMarking, busy: all - idle - idleMarking}
}

// shareSince returns collection's share of the busy time since before; 0 where
// no collection ended in between.
func (t gcTimes) shareSince(before gcTimes) float64 {
	busy := t.busy - before.busy
	if busy <= 0 {
		return 0
	}
	return (t.gc - before.gc) / busy
}
