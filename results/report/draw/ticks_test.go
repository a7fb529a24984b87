package draw_test

import (
	"math"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"collatebench/results/report/draw"
)

func labels(ticks []draw.Tick) string {
	var out []string
	for _, t := range ticks {
		out = append(out, t.Label)
	}
	return strings.Join(out, " ")
}

func TestNiceTicks(t *testing.T) {
	for _, c := range []struct {
		min, max float64
		about    int
		want     string
	}{
		{0, 1, 5, "0 0.2 0.4 0.6 0.8 1.0"},
		{0, 1, 3, "0 0.5 1.0"},
		{0, .3, 3, "0 0.1 0.2 0.3"},
		{0, 10, 10, "0 2 4 6 8 10"},
		{0, 230, 5, "0 50 100 150 200"},
		{-1, 1, 5, "-1.0 -0.5 0 0.5 1.0"},
		{97.3, 98.1, 4, "97.4 97.6 97.8 98.0"},
		{0, 30000, 3, "0 10000 20000 30000"},
		{0, 3e5, 3, "0 100k 200k 300k"},
		{99_000, 101_000, 5, "99.0k 99.5k 100.0k 100.5k 101.0k"},
		{0, 4e9, 5, "0 1G 2G 3G 4G"},
		{0, 2e6, 5, "0 0.5M 1.0M 1.5M 2.0M"},
		{0, 4e-6, 5, "0 1e-06 2e-06 3e-06 4e-06"},
		{0, 4e20, 5, "0 1e20 2e20 3e20 4e20"},
		{0, 1, -7, "0 0.5 1.0"},
		{3, 3, 5, "3"},
		{5, 2, 5, "5"},
		{0, math.Inf(1), 5, "0"},
		{1e18, 1e18 + 256, 5, "1e18"},
	} {
		if got := labels(draw.NiceTicks(c.min, c.max, c.about)); got != c.want {
			t.Errorf("NiceTicks(%v, %v, %d): %s, want %s", c.min, c.max, c.about, got, c.want)
		}
	}
}

func TestLogTicks(t *testing.T) {
	for _, c := range []struct {
		min, max float64
		about    int
		want     string
	}{
		{1, 100, 7, "1 2 5 10 20 50 100"},
		{1, 100, 5, "1 10 100"},
		{1, 1e4, 5, "1 10 100 1000 10000"},
		{.001, 1e6, 5, "0.01 1 100 10000 1M"},
		{1, 1e9, 5, "1 100 10000 1M 100M"},
		{40, 70, 5, "40 50 60 70"},
		{0, 10, 5, "0"},
		{7, 7, 5, "7"},
	} {
		if got := labels(draw.LogTicks(c.min, c.max, c.about)); got != c.want {
			t.Errorf("LogTicks(%v, %v, %d): %s, want %s", c.min, c.max, c.about, got, c.want)
		}
	}
}

// For any range there are three to ten ticks within it, in ascending order, and no
// two have the same label.
func TestTicksOfAnyRange(t *testing.T) {
	check := func(t *rapid.T, ticks []draw.Tick, low, high float64) {
		if len(ticks) < 3 || len(ticks) > 10 {
			t.Fatalf("%d ticks from %v to %v: %v", len(ticks), low, high, ticks)
		}
		for i, tick := range ticks {
			if tick.At < low || tick.At > high {
				t.Fatalf("%v is not from %v to %v", tick, low, high)
			}
			if i > 0 && (tick.At <= ticks[i-1].At || tick.Label == ticks[i-1].Label) {
				t.Fatalf("%v after %v", tick, ticks[i-1])
			}
		}
	}
	t.Run("linear", rapid.MakeCheck(func(t *rapid.T) {
		wide := math.Pow(10, rapid.Float64Range(-12, 12).Draw(t, "log wide"))
		low := wide * rapid.Float64Range(-1e4, 1e4).Draw(t, "low, in wide")
		check(t, draw.NiceTicks(low, low+wide, rapid.IntRange(-1, 20).Draw(t, "about")), low, low+wide)
	}))
	t.Run("logarithmic", rapid.MakeCheck(func(t *rapid.T) {
		low := math.Pow(10, rapid.Float64Range(-12, 12).Draw(t, "log low"))
		high := low * math.Pow(10, rapid.Float64Range(.01, 12).Draw(t, "decades"))
		check(t, draw.LogTicks(low, high, rapid.IntRange(-1, 20).Draw(t, "about")), low, high)
	}))
}
