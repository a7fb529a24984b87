package profiles_test

import (
	"bytes"
	"runtime/trace"
	"strings"
	"testing"
	"testing/iotest"

	xtrace "golang.org/x/exp/trace"

	"collatebench/profiles"
)

// TestReadTrace reads a real trace in order and to its end, however small the pieces
// in which it arrives. The tests of package diagnose check the errors.
func TestReadTrace(t *testing.T) {
	raw := messages(t, "one", "two", "three")
	var got []string
	var last xtrace.Time
	each := func(e *xtrace.Event) {
		if e.Time() < last {
			t.Errorf("an event of %d after one of %d", e.Time(), last)
		}
		last = e.Time()
		if e.Kind() == xtrace.EventLog {
			got = append(got, e.Log().Message)
		}
	}
	if err := profiles.ReadTrace(iotest.OneByteReader(bytes.NewReader(raw)), each); err != nil {
		t.Error(err)
	}
	if s := strings.Join(got, " "); s != "one two three" {
		t.Errorf("logged was %q", s)
	}
}

// TestReadTraceGuards: a panic while reading is the trace's fault.
func TestReadTraceGuards(t *testing.T) {
	raw := messages(t)
	err := profiles.ReadTrace(bytes.NewReader(raw), func(*xtrace.Event) { panic("no such string\nin it") })
	if err == nil || !strings.HasSuffix(err.Error(), ": no such string") || !strings.Contains(err.Error(), "came as far as 1 events") {
		t.Errorf("got %v", err)
	}
}

// messages is a trace with logs.
func messages(t *testing.T, logs ...string) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := trace.Start(&out); err != nil {
		t.Fatal(err)
	}
	for _, s := range logs {
		trace.Log(t.Context(), "test", s)
	}
	trace.Stop()
	return out.Bytes()
}
