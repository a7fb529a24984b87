package diagnose

import (
	"bytes"
	"encoding/json"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/pprof/profile"
)

// cachedReport is of goroutines that wait for an answer under a lock.
func cachedReport(t *testing.T, o Options) Report {
	t.Helper()
	a, _ := simulate(t, 2, 2*time.Second, 7, cached(true))
	a.options = o
	return a.report()
}

// TestWay: the time of those who carry the work is divided whole.
func TestWay(t *testing.T) {
	r := cachedReport(t, Options{})
	sum := 0.
	for _, w := range r.Way {
		sum += w.Share
	}
	if sum < .97 || sum > 1.001 {
		t.Errorf("the parts are %.3f in all", sum)
	}
	first := r.Way[0]
	if first.What != turnWait || !strings.HasPrefix(first.At, "main/main.go:") || math.Abs(first.Share-.56) > .03 {
		t.Errorf("the largest is %+v", first)
	}
	if len(r.Way) < 2 || r.Way[1].What != "waiting for an answer" {
		t.Errorf("then %+v", r.Way[1])
	}
}

// TestWriteProfile: the profile has the seconds of the way, by stack and label.
func TestWriteProfile(t *testing.T) {
	r := cachedReport(t, Options{})
	var b bytes.Buffer
	if err := r.WriteProfile(&b); err != nil {
		t.Fatal(err)
	}
	p, err := profile.Parse(&b)
	if err != nil {
		t.Fatal(err)
	}
	byDoing := map[string]float64{}
	for _, s := range p.Sample {
		byDoing[s.Label["doing"][0]] += float64(s.Value[0]) / 1e9
		if doing := s.Label["doing"][0]; doing == turnWait {
			if leaf, below := s.Location[0].Line[0].Function.Name, s.Location[2].Line[0].Function.Name; leaf != "["+turnWait+"]" || below != "main.load" {
				t.Errorf("%s, in %s", leaf, below)
			}
		}
	}
	for _, w := range r.Way {
		if w.Share > .05 && math.Abs(byDoing[w.What]-w.Mean*r.Seconds) > .1*w.Mean*r.Seconds {
			t.Errorf("%s: %.2f s, and %.2f goroutines in %.2f s", w.What, byDoing[w.What], w.Mean, r.Seconds)
		}
	}
}

// TestLanes: spans follow each other, and who woke is a goroutine of the trace.
func TestLanes(t *testing.T) {
	for _, all := range []bool{false, true} {
		r := cachedReport(t, Options{AllLanes: all})
		woken, spans := 0, 0
		for _, l := range r.Lanes {
			for i, s := range l.Spans {
				spans++
				if s.To <= s.From || i > 0 && s.From < l.Spans[i-1].To-1e-9 {
					t.Fatalf("goroutine %d: %+v after %+v", l.ID, s, l.Spans[max(0, i-1)])
				}
				if s.By != 0 {
					woken++
				}
				if s.What == turnWait && s.In != "main.load" {
					t.Errorf("waits for a turn in %s", s.In)
				}
			}
		}
		if woken == 0 || !all && (len(r.Lanes) > picturedLanes || spans > picturedSpans) {
			t.Errorf("%d lanes, %d spans, %d of them woken by others", len(r.Lanes), spans, woken)
		}
		if all && len(r.Pictured().Lanes) > picturedLanes {
			t.Errorf("a picture has %d lanes", len(r.Pictured().Lanes))
		}
	}
}

// TestWritePerfetto: each arrow has two ends, on tracks that are there.
func TestWritePerfetto(t *testing.T) {
	r := cachedReport(t, Options{AllLanes: true})
	var b bytes.Buffer
	if err := r.WritePerfetto(&b); err != nil {
		t.Fatal(err)
	}
	var got struct {
		TraceEvents []struct {
			Ph  string
			Tid int64
			ID  int
			Dur float64
		}
	}
	if err := json.Unmarshal(b.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	tracks, ends := map[int64]bool{}, map[int]int{}
	for _, e := range got.TraceEvents {
		switch e.Ph {
		case "M":
			tracks[e.Tid] = true
		case "X":
			if e.Dur <= 0 {
				t.Errorf("a span of %g us", e.Dur)
			}
		case "s", "f":
			ends[e.ID]++
			if !tracks[e.Tid] && e.Ph == "f" {
				t.Errorf("an arrow ends on a track %d that is not there", e.Tid)
			}
		}
	}
	if len(ends) == 0 {
		t.Error("no arrows")
	}
	for id, n := range ends {
		if n != 2 {
			t.Errorf("arrow %d has %d ends", id, n)
		}
	}
}

// TestOldTurnsAreForgotten: a wait of which the waker's past is no longer kept has an
// unknown part, and nothing else goes wrong.
func TestOldTurnsAreForgotten(t *testing.T) {
	var ring turns
	first := ring.add(turn{from: 1, ready: 2, start: 3})
	if ring.get(first) == nil || ring.get(0) != nil {
		t.Fatal("the first turn is not kept, or none is one")
	}
	last := first
	for range keptTurns {
		last = ring.add(turn{from: 10, ready: 20, start: 30, prev: last})
	}
	if ring.get(first) != nil || ring.get(last) == nil {
		t.Error("the oldest turn is still kept, or the latest is not")
	}
	var l link
	ring.charge(&l, last, 0, 40)
	if l.charges[executing] != 10 || l.charges[starving] != 10 || l.charges[unknown] != 0+20 && l.charges[unknown] != 20 {
		t.Errorf("%v", l.charges)
	}
}
