package bench_test

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"

	"collatebench/bench"
)

// TestHistogramOfAnotherRange: a short text can ask for a histogram of 50 MB.
func TestHistogramOfAnotherRange(t *testing.T) {
	detail := func(lowest, highest int64, digits int) bench.Detail {
		text, err := hdrhistogram.New(lowest, highest, digits).Encode(hdrhistogram.V2CompressedEncodingCookieBase)
		if err != nil {
			t.Fatal(err)
		}
		return bench.Detail{Responses: string(text)}
	}
	own := detail(int64(time.Microsecond), int64(time.Hour), 3)
	if _, err := own.Histogram(); err != nil {
		t.Errorf("that of a client: %v", err)
	}
	for _, d := range []bench.Detail{
		detail(int64(time.Microsecond), math.MaxInt64, 3), detail(1, int64(time.Hour), 3), detail(int64(time.Microsecond), int64(time.Hour), 5), detail(1, math.MaxInt64, 5),
	} {
		if _, err := d.Histogram(); err == nil || !strings.Contains(err.Error(), "at most 3 from 1µs to 1h0m0s are read") {
			t.Error(err)
		}
	}
	for _, text := range []string{"", "x", "AAAA", own.Responses[:8], own.Responses[:len(own.Responses)-4]} {
		if _, err := (bench.Detail{Responses: text}).Histogram(); err == nil {
			t.Errorf("%q is taken for a histogram", text)
		}
	}
}
