package bench_test

import (
	"bytes"
	"compress/zlib"
	"encoding/base64"
	"encoding/binary"
	"io"
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
	for _, text := range []string{"", "x", "AAAA", own.Responses[:8], own.Responses[:len(own.Responses)-4], lengthened(t, own.Responses)} {
		d := bench.Detail{Responses: text}
		if _, err := d.Histogram(); err == nil || d.Validate() == nil {
			t.Errorf("%q is taken for a histogram: %v, %v", text, err, d.Validate())
		}
	}
}

// lengthened is a histogram with a byte more than its header says.
func lengthened(t *testing.T, text string) string {
	t.Helper()
	packed, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		t.Fatal(err)
	}
	z, err := zlib.NewReader(bytes.NewReader(packed[8:]))
	if err != nil {
		t.Fatal(err)
	}
	counts, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	var longer bytes.Buffer
	w := zlib.NewWriter(&longer)
	if _, err := w.Write(append(counts, 0)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	lead := binary.BigEndian.AppendUint32(packed[:4:4], uint32(longer.Len()))
	return base64.StdEncoding.EncodeToString(append(lead, longer.Bytes()...))
}
