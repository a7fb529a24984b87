package timeline

import "golang.org/x/exp/trace"

// buckets is how many parts a load is summed up in: at least half of them are
// in use, so that a slice is 8 or more.
const buckets = 16 * Slices

// longest is 36 years: a damaged trace may say more than can be multiplied.
const longest = 1 << 60

// A load sums goroutines on a core over parts of a collation whose length
// nobody knows yet. When it outgrows the parts they become twice as long, two
// by two: a list of the changes would grow with the trace.
type load struct {
	width trace.Time // of a part; 0 means not begun
	sum   [buckets]int64
}

// add adds n goroutines from one time to another, since the collation began.
// What came before the beginning does not count.
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

// means returns the mean of each slice of a collation of that length.
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
