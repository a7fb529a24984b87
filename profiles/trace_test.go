package profiles_test

import (
	"bytes"
	"io"
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

// TestReadTraceWithoutEnd: a generation that never ends must not take all memory.
func TestReadTraceWithoutEnd(t *testing.T) {
	if testing.Short() {
		t.Skip("SKIPPED: reads 256 MiB, and -short was given")
	}
	raw := messages(t)
	batch := append([]byte{1, 1, 1, 1, 0x80, 0x80, 1}, make([]byte, 16<<10)...) // of generation 1, thread 1, at time 1, with so many bytes
	endless := io.MultiReader(bytes.NewReader(raw[:profiles.TraceHeaderBytes]), &repeating{text: batch})
	events := 0
	err := profiles.ReadTrace(endless, func(*xtrace.Event) { events++ })
	if err == nil || !strings.HasSuffix(err.Error(), "no event in 256 MiB of it") || events > 1 {
		t.Errorf("%d events, and %v", events, err)
	}
}

// repeating reads as the same text for ever.
type repeating struct {
	text []byte
	at   int
}

func (r *repeating) Read(b []byte) (int, error) {
	n := 0
	for n < len(b) {
		k := copy(b[n:], r.text[r.at:])
		n, r.at = n+k, (r.at+k)%len(r.text)
	}
	return n, nil
}

func TestCheckTraceHeader(t *testing.T) {
	for head, want := range map[string]string{
		"go 1.26 trace\x00\x00\x00more": "", "go 1.22 trace\x00\x00\x00": "",
		"": "it is empty", "go 1.2": "cut short after 6 bytes", "<html><body>hello": "does not begin with",
		"\x1f\x8b\x08": "it is gzip", "go 1.21 trace\x00\x00\x00": "too old",
	} {
		err := profiles.CheckTraceHeader([]byte(head))
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, not %q", head, err, want)
		}
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
