package bench

import "runtime/metrics"

// gcTimes are CPU times of this process, in seconds since its start. The
// runtime brings them up to date at the end of a garbage collection and at no
// other time (golang/go#59749), so that they are of use against each other
// alone: an interval begins and ends with the last collection before it.
type gcTimes struct {
	gc   float64 // collecting, but not on cores that nothing else wanted
	busy float64 // all that cores did, but for the same
}

func readGC() gcTimes {
	s := []metrics.Sample{
		{Name: "/cpu/classes/gc/total:cpu-seconds"},
		{Name: "/cpu/classes/gc/mark/idle:cpu-seconds"},
		{Name: "/cpu/classes/total:cpu-seconds"},
		{Name: "/cpu/classes/idle:cpu-seconds"},
	}
	metrics.Read(s)
	marking := s[1].Value.Float64()
	return gcTimes{gc: s[0].Value.Float64() - marking, busy: s[2].Value.Float64() - s[3].Value.Float64() - marking}
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
