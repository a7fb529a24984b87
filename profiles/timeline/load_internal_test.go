package timeline

import (
	"math"
	"testing"

	"golang.org/x/exp/trace"
)

// No trace of a test holds such times: they are what a damaged one may say.
func TestLoadOfAbsurdTimes(t *testing.T) {
	for _, c := range []struct {
		name     string
		from, to trace.Time
		want     float64 // nanoseconds on a core
	}{
		{"within", 10, 110, 100},
		{"begun before the collation", -50, 100, 100},
		{"over before it", -50, -10, 0},
		{"without an end", 0, math.MaxInt64, longest},
		{"backwards", 100, 10, 0},
	} {
		var l load
		l.add(c.from, c.to, 1)
		sum := 0.0
		for _, part := range l.sum {
			sum += float64(part)
		}
		if math.Abs(sum-c.want) > 1e-9*c.want {
			t.Errorf("%s: %v ns on a core, want %v", c.name, sum, c.want)
		}
	}
}
