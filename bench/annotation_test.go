package bench_test

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"runtime/trace"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	exptrace "golang.org/x/exp/trace"

	"collatebench/bench"
	"collatebench/profiles"
)

// TestUntracedAllocates holds a collation to what it allocated a response
// before there were annotations: the measured pass must not change by them.
func TestUntracedAllocates(t *testing.T) {
	if trace.IsEnabled() {
		t.Skip("a trace is recorded: go test -trace")
	}
	for _, p := range bench.Placements() {
		want := 7.
		if p.Streams() {
			want = 9 // the body that is pulled, and what this decoder reads into
		}
		collate := fromMemory(t, p)
		few, many := testing.AllocsPerRun(20, collate(32)), testing.AllocsPerRun(20, collate(32+64))
		if got := (many - few) / 64; got > want+.1 {
			t.Errorf("%s: %.2f allocations a response; there were %v", p, got, want)
		}
	}
}

// fromMemory returns what makes a collation of n responses: nothing in it is
// the transport's.
func fromMemory(t *testing.T, p bench.Placement) func(n int) func() {
	c := bench.Client[int]{
		Placement: p, Window: 4, HTTP: &http.Client{}, Probe: &bench.Probe{},
		Stored:       func(int) (http.Header, []byte) { return nil, []byte("body") },
		Decode:       func(body []byte) (int, error) { return len(body), nil },
		DecodeStream: readAll,
	}
	return func(n int) func() {
		return func() {
			if err := c.Collate(context.Background(), n, func(int, int) error { return nil }); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func readAll(r io.Reader) (n int, err error) {
	for buffer := make([]byte, 4); err == nil; {
		var some int
		some, err = r.Read(buffer)
		n += some
	}
	if err == io.EOF {
		err = nil
	}
	return n, err
}

// TestHeldBackIsTheWaitForAConnectionToo: of four requests, two dial for 5 ms, and two
// wait 19 ms for the connections of those, on a clock that moves only when all sleep.
func TestHeldBackIsTheWaitForAConnectionToo(t *testing.T) {
	var recorded bytes.Buffer
	if err := trace.Start(&recorded); err != nil {
		t.Skip("a trace is recorded: go test -trace")
	}
	defer trace.Stop() // where the test ends before
	synctest.Test(t, func(t *testing.T) {
		server, transport := piped(t)
		defer server.Close()
		defer transport.CloseIdleConnections()
		transport.MaxConnsPerHost = 2
		client := slowDecoder(bench.Request, 3*time.Millisecond)
		client.HTTP = &http.Client{Transport: transport}
		if err := client.Collate(t.Context(), 4, func(int, int) error { return nil }); err != nil {
			t.Fatal(err)
		}
	})
	trace.Stop()
	var held []time.Duration
	err := profiles.ReadTrace(&recorded, func(e *exptrace.Event) {
		if e.Kind() == exptrace.EventLog && e.Log().Category == bench.LogHeldBack {
			n, err := bench.ParseLog(e.Log().Message)
			if err != nil {
				t.Error(err)
			}
			held = append(held, time.Duration(n))
		}
	})
	const ms = time.Millisecond
	if slices.Sort(held); err != nil || !slices.Equal(held, []time.Duration{5 * ms, 5 * ms, 19 * ms, 19 * ms}) {
		t.Errorf("held back %v, %v; want 5, 5, 19 and 19 ms", held, err)
	}
}

func TestLogRefuses(t *testing.T) {
	for _, s := range []string{"", "-1", "+1", "01", "1.5", "1ms", " 1", "9223372036854775808", "1_000", "0x1"} {
		if n, err := bench.ParseLog(s); err == nil {
			t.Errorf("ParseLog(%q) = %d", s, n)
		}
	}
}

// FuzzLog: parse and format are inverses, from both sides.
func FuzzLog(f *testing.F) {
	for _, s := range []string{"0", "7", "1234567", "9223372036854775807", "007", "-3", "many"} {
		f.Add(s, int64(len(s)))
	}
	f.Fuzz(func(t *testing.T, s string, n int64) {
		if got, err := bench.ParseLog(s); err == nil && bench.FormatLog(got) != s {
			t.Errorf("FormatLog(ParseLog(%q)) = %q", s, bench.FormatLog(got))
		}
		if got, err := bench.ParseLog(bench.FormatLog(n)); n >= 0 && (err != nil || got != n) {
			t.Errorf("ParseLog(FormatLog(%d)) = %d, %v", n, got, err)
		}
	})
}
