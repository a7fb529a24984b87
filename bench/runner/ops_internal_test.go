package runner

import (
	"strings"
	"testing"
	"time"

	"collatebench/bench"
)

// TestSteadyOps: a sample has half a second of ops and eight windows of responses, with
// no more ops than that takes.
func TestSteadyOps(t *testing.T) {
	for _, c := range []struct {
		op                time.Duration
		window, responses int
		want              int
	}{
		{time.Hour, 1, 64, 1},
		{time.Hour, 8, 64, 1},
		{time.Hour, 32, 64, 4},
		{time.Hour, 64, 64, 8},
		{time.Hour, 24, 100, 2},
		{time.Second, 8, 64, 1},
		{aim, 8, 64, 1},
		{aim - 1, 8, 64, 2},
		{200 * time.Millisecond, 8, 64, 4},
		{200 * time.Millisecond, 64, 64, 8},
		{5 * time.Millisecond, 32, 64, 130},
		{100 * time.Microsecond, 1, 1, 6500},
		{time.Nanosecond, 1, 1, maxOps},
		{0, 32, 64, 4}, // not known yet
	} {
		got := steadyOps(c.op, bench.Cell{Window: c.window, Responses: c.responses})
		if got != c.want {
			t.Errorf("ops of %v with window %d of %d responses: %d, want %d", c.op, c.window, c.responses, got, c.want)
		}
		if c.op > 0 && got < maxOps && time.Duration(got)*c.op < leastTime || got*c.responses < leastWindows*c.window {
			t.Errorf("%+v: %d ops are less than a sample has", c, got)
		}
	}
}

// TestUnseen: a client that asked for nothing, and one that was too fast to be seen.
func TestUnseen(t *testing.T) {
	for requests, says := range map[float64]string{0: "no request", 20: "--ops must be higher"} {
		if err := unseen(requests); !strings.Contains(err.Error(), says) {
			t.Errorf("%v requests: %v; want %q", requests, err, says)
		}
	}
}
