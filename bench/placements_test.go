package bench_test

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"collatebench/bench"
)

// atOnce counts what is under way, and the most of it at a time.
type atOnce struct{ now, most atomic.Int64 }

// during is under way for some of the bubble's time.
func (a *atOnce) during(d time.Duration) {
	raise(&a.most, a.now.Add(1))
	time.Sleep(d)
	a.now.Add(-1)
}

// slowBodies is a transport whose bodies are one byte, which takes time to read.
type slowBodies struct{ reads atOnce }

func (s *slowBodies) RoundTrip(*http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: http.StatusOK, ContentLength: 1, Body: &slowBody{&s.reads, strings.NewReader("x")}}, nil
}

type slowBody struct {
	reads *atOnce
	*strings.Reader
}

func (s *slowBody) Read(b []byte) (int, error) {
	if s.Len() > 0 {
		s.reads.during(5 * time.Millisecond)
	}
	return s.Reader.Read(b)
}

func (s *slowBody) Close() error { return nil }

// TestRowsSayWhatPlacementsDo holds what a row says of its placement to what is
// seen of twelve requests that are answered together, with three workers.
func TestRowsSayWhatPlacementsDo(t *testing.T) {
	const window, workers = 12, 3
	for _, p := range bench.Placements() {
		synctest.Test(t, func(t *testing.T) {
			var upstream slowBodies
			var decodes atOnce
			var streamed atomic.Bool
			c := bench.Client[int]{
				URL: func(int) string { return "http://upstream/" }, HTTP: &http.Client{Transport: &upstream},
				Window: window, Workers: workers, Placement: p,
				Decode: func([]byte) (int, error) { decodes.during(10 * time.Millisecond); return 0, nil },
				DecodeStream: func(r io.Reader) (int, error) {
					streamed.Store(true)
					_, err := io.ReadAll(r)
					decodes.during(10 * time.Millisecond)
					return 0, err
				},
			}
			if err := c.Collate(t.Context(), window, func(int, int) error { return nil }); err != nil {
				t.Fatal(err)
			}
			most := decodes.most.Load()
			if p.Serial() != (most == 1) || p.Limited() != (most == workers) || !p.Serial() && !p.Limited() && most != window {
				t.Errorf("%s: serial is %v, limited %v, and %d decoded at once", p, p.Serial(), p.Limited(), most)
			}
			if reads := upstream.reads.most.Load(); p.SerialRead() != (reads == 1) || p.SerialRead() && !p.Serial() {
				t.Errorf("%s: serial read is %v, serial %v, and %d bodies were read at once", p, p.SerialRead(), p.Serial(), reads)
			}
			if p.Streams() != streamed.Load() {
				t.Errorf("%s: streams is %v; it called DecodeStream: %v", p, p.Streams(), streamed.Load())
			}
			if p.About() == "" || p.Elsewhere() == "" {
				t.Errorf("%s: its row does not say who decodes, or what is built so elsewhere", p)
			}
		})
	}
	if p := bench.Placement("spawn"); p.Serial() || p.Limited() || p.About() != "" {
		t.Error("something is known of a placement that is not in the table")
	}
}

// TestReadmeListsThePlacements holds the README's list to the table.
func TestReadmeListsThePlacements(t *testing.T) {
	want := "| placement | who decodes | built so elsewhere |\n| --- | --- | --- |\n"
	for _, p := range bench.Placements() {
		want += fmt.Sprintf("| `%s` | %s | %s |\n", p, p.About(), p.Elsewhere())
	}
	readme, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(readme), want+"\n") {
		t.Errorf("the README's list of placements should be\n%s", want)
	}
}
