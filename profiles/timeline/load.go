package timeline

import "golang.org/x/exp/trace"

// buckets is the number of parts of a load. At least half of them are in use, so
// that a slice has 8 or more.
const buckets = 16 * Slices

// longest is 36 years, in nanoseconds. It bounds the times of a damaged trace, so
// that multiplying them does not overflow.
const longest = 1 << 60

// A load sums the goroutines on a core, by parts of a collation whose length is not
// known yet. When the parts are used up, each two become one. A list of all changes
// would grow with the trace.
type load struct {
	width trace.Time // of a part; 0 means not begun
	sum   [buckets]int64
}

// add adds n goroutines between two times, which count from the beginning of the
// collation. Time before it does not count.
func (l *load) add(from, to trace.Time, n int64) {
	l.width = max(l.width, 1)
	to = min(to, longest)
	for to > buckets*l.width {
		l.widen()
	}
	for from = max(from, 0); from < to; {
		i := from / l.width
		end := min(to, (i+1)*l.width)
		l.sum[i] += n * int64(end-from)
		from = end
	}
}

func (l *load) widen() {
	for i := range buckets / 2 {
		l.sum[i] = l.sum[2*i] + l.sum[2*i+1]
	}
	clear(l.sum[buckets/2:])
	l.width *= 2
}

// means returns the mean of each slice, for a collation of that length.
func (l *load) means(length trace.Time) []float64 {
	out := make([]float64, Slices)
	slice := float64(length) / Slices
	for i, sum := range l.sum {
		from := float64(trace.Time(i) * l.width)
		to := min(from+float64(l.width), float64(length))
		if sum == 0 || from >= to {
			continue
		}
		for s := int(from / slice); s < Slices && float64(s)*slice < to; s++ {
			shared := min(to, float64(s+1)*slice) - max(from, float64(s)*slice)
			out[s] += float64(sum) * max(shared, 0) / (to - from) / slice
		}
	}
	return out
}
