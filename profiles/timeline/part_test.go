package timeline_test

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"runtime/trace"
	"strings"
	"testing"

	xtrace "golang.org/x/exp/trace"

	"collatebench/bench"
	"collatebench/profiles"
	"collatebench/profiles/timeline"
)

// TestNoAnnotations: a trace of something else, and one that begins within
// the only collation.
func TestNoAnnotations(t *testing.T) {
	url := serve(t, silent)
	var late bytes.Buffer
	err := client(url, bench.Request).Collate(t.Context(), requests, func(int, int) error {
		if trace.IsEnabled() {
			return nil
		}
		return trace.Start(&late)
	})
	trace.Stop()
	if err != nil {
		t.Fatal(err)
	}
	for name, raw := range map[string][]byte{
		"other":   record(t, func() { _ = make([]byte, 1<<20) }),
		"late":    late.Bytes(),
		"nothing": record(t, func() { collate(t, client(url, bench.Request), 0) }),
	} {
		_, err := timeline.Read(bytes.NewReader(raw))
		if !errors.Is(err, timeline.ErrNone) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v, not one line of ErrNone", name, err)
		}
	}
}

func TestDamaged(t *testing.T) {
	url := serve(t, silent)
	raw := record(t, func() { collate(t, client(url, bench.Pool), requests) })
	for name, raw := range map[string][]byte{
		"empty": nil, "text": []byte("no trace, but a text"), "half": raw[:len(raw)/2], "last byte": raw[:len(raw)-1],
	} {
		_, err := timeline.Read(bytes.NewReader(raw))
		if err == nil || errors.Is(err, timeline.ErrNone) || !strings.HasPrefix(err.Error(), "read trace: ") || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestSeveral: Read returns the collation with the most requests, the last of
// several. The upstream reports its queue in only one of them, which tells it.
func TestSeveral(t *testing.T) {
	for _, c := range []struct {
		requests []int // of each collation
		speaks   int   // in which one
	}{
		{[]int{6, 6, 3}, 1},
		{[]int{3, 6}, 1},
		{[]int{6, 3}, 0},
		{[]int{3, 3, 3}, 2},
	} {
		now := 0
		url := serve(t, func(int) (int, []string) {
			if now == c.speaks {
				return http.StatusOK, []string{"queue;dur=0.001"}
			}
			return http.StatusOK, nil
		})
		tl := read(t, record(t, func() {
			for i, n := range c.requests {
				now = i
				collate(t, client(url, bench.Collector), n)
			}
		}))
		checkWhole(t, tl, c.requests[c.speaks])
		for _, l := range tl.Lanes {
			if in(l, timeline.Queued) == 0 {
				t.Errorf("%v: request %d is of another collation than number %d", c.requests, l.Request, c.speaks)
			}
		}
	}
}

// TestCutOff ends the trace while a response is gathered. Its lane, and those of
// all other open requests, go on to the trace's end.
func TestCutOff(t *testing.T) {
	for _, p := range bench.Placements() {
		t.Run(string(p), func(t *testing.T) {
			c := client(serve(t, silent), p)
			gathered := 0
			tl := read(t, record(t, func() {
				err := c.Collate(t.Context(), requests, func(int, int) error {
					if gathered++; gathered == 3 {
						trace.Stop()
					}
					return nil
				})
				if err != nil {
					t.Fatal(err)
				}
			}))
			checkLanes(t, tl)
			cut := 0
			for _, l := range tl.Lanes {
				last := l.Spans[len(l.Spans)-1]
				if last.To == tl.Length {
					cut++
				} else if last.Phase != timeline.HandedOver {
					t.Errorf("request %d ends in %v of %v", l.Request, last, tl.Length)
				}
			}
			if cut == 0 || len(tl.Lanes)-cut > 2 {
				t.Errorf("%d of %d lanes go on to the end; two requests were collated", cut, len(tl.Lanes))
			}
		})
	}
}

// TestFailure: a request that failed ends with the step that failed, and is
// not shown as waiting for a decoder.
func TestFailure(t *testing.T) {
	for _, p := range bench.Placements() {
		for _, o := range bench.Orders() {
			t.Run(string(p)+"/"+string(o), func(t *testing.T) {
				const broken = 5
				url := serve(t, func(id int) (int, []string) {
					if id == broken {
						return http.StatusServiceUnavailable, nil
					}
					return http.StatusOK, nil
				})
				c := client(url, p)
				c.Order = o
				var failed *bench.RequestError
				raw := record(t, func() {
					err := c.Collate(t.Context(), requests, func(int, int) error { return nil })
					if !errors.As(err, &failed) || failed.ID != broken {
						t.Fatal(err)
					}
				})
				if n := openTasks(t, raw); n != 0 {
					t.Errorf("%d tasks have not ended", n)
				}
				tl := read(t, raw)
				checkLanes(t, tl)
				for _, l := range tl.Lanes {
					if last := l.Spans[len(l.Spans)-1].Phase; last == timeline.Waiting || l.Request == broken && last != timeline.Fetching {
						t.Errorf("request %d ends %v", l.Request, last)
					}
				}
			})
		}
	}
}

// openTasks counts the tasks that begin and do not end.
func openTasks(t *testing.T, raw []byte) (n int) {
	t.Helper()
	err := profiles.ReadTrace(bytes.NewReader(raw), func(e *xtrace.Event) {
		switch e.Kind() {
		case xtrace.EventTaskBegin:
			n++
		case xtrace.EventTaskEnd:
			n--
		}
	})
	if err != nil {
		t.Error(err)
	}
	return n
}

// FuzzRead: every input either has lanes that keep their contract, or is refused in
// one line.
func FuzzRead(f *testing.F) {
	c := client("", bench.Stream)
	c.Stored = func(int) (http.Header, []byte) { return nil, make([]byte, 16<<10) }
	var out bytes.Buffer
	if err := trace.Start(&out); err != nil {
		f.Fatal(err)
	}
	err := c.Collate(context.Background(), 3, func(int, int) error { return nil })
	trace.Stop()
	if err != nil {
		f.Fatal(err)
	}
	whole := out.Bytes()
	f.Add(whole)
	for i := 40; i < len(whole); i += len(whole) / 64 {
		flipped := bytes.Clone(whole)
		flipped[i] ^= 1 << (i % 8)
		f.Add(flipped)
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		tl, err := timeline.Read(bytes.NewReader(raw))
		if err != nil {
			if !strings.HasPrefix(err.Error(), "read trace: ") || strings.Contains(err.Error(), "\n") {
				t.Errorf("error is not one line: %q", err)
			}
			return
		}
		for _, l := range tl.Lanes {
			for i, s := range l.Spans {
				if s.From >= s.To || i > 0 && s.From != l.Spans[i-1].To || s.To > tl.Length {
					t.Errorf("request %d: %v within %v", l.Request, l.Spans, tl.Length)
				}
			}
		}
	})
}
