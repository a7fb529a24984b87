package view_test

import (
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"strings"
	"testing"

	"collatebench/results"
)

// timedRun makes a run of one round, in which each cell has this throughput.
func timedRun(t *testing.T, root string, n int, throughput float64, change func(*results.Info)) *results.Run {
	t.Helper()
	info := newInfo(t, "", 0)
	info.Label, info.Commit, info.Started, info.Rounds = fmt.Sprintf("r%d", n), fmt.Sprintf("abc%04d", n), began(n), 1
	if change != nil {
		change(&info)
	}
	r := newRun(t, root, info, 0)
	for _, name := range info.Cells {
		s := newSample(t, name, 1)
		s.Line = fmt.Sprintf("BenchmarkCollate/%s 1 1000000 ns/op %.2f MB/s 1.5 cpus", name, throughput)
		if err := r.Append(s); err != nil {
			t.Fatal(err)
		}
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	return r
}

// TestHistory: the page has a row for each cell with its chart, whose points lead to their
// runs, and says at which run, and by how much, it changed; the answer for programs has the
// same numbers. A new run appears on it.
func TestHistory(t *testing.T) {
	root := t.TempDir()
	s := serve(t, root)
	get(t, s, "/history").has(t, "make bench", "History")
	var ids []string
	for n := range 20 {
		speed := 100 + float64(n*7%5)
		if n >= 10 {
			speed *= .7
		}
		ids = append(ids, timedRun(t, root, n, speed, nil).Info().ID)
	}
	timedRun(t, root, 30, 300, func(i *results.Info) { i.Go = "go1.27.0" })
	timedRun(t, root, 31, 300, func(i *results.Info) { i.Why = json.RawMessage(`{"cell":"x"}`) })
	broken := timedRun(t, root, 32, 300, nil)
	write(t, broken, "samples.jsonl", "nothing\n")

	get(t, s, "/").has(t, `<a href="/history">History</a>`)
	p := get(t, s, "/history")
	p.has(t, "Some CPU @ 2.00GHz, 2 cores, linux/amd64, go1.26.0", "go1.27.0", "20 runs, 2026-11-22", `href="/runs/`+ids[3]+`/"`,
		"0.70x", `at <a href="/runs/`+ids[10]+`/">`+ids[10], "102, then 71.4 MB/s", "commit abc0009 to abc0010",
		"2 runs are in no table", "it is a run of why", broken.Info().ID+": it can't be read")
	if rows, charts := strings.Count(p.body, `<th scope="row">`), strings.Count(p.body, `class="draw history"`); rows != 8 || charts != 8 {
		t.Errorf("%d rows and %d charts, want 4 cells at 2 places", rows, charts)
	}
	if n := strings.Count(p.body, "&#9660;"); n != 4 {
		t.Errorf("%d changes, want one in each of 4 cells", n)
	}

	var of struct {
		Places []struct {
			Go    string
			Cells []struct {
				Cell   string
				Points []struct {
					Run   string
					Value float64 `json:"mb_per_s"`
				}
				Changes []struct {
					At     int
					Run    string
					Commit string
					Ratio  float64
					P      float64
				}
			}
		}
		LeftOut []struct{ Run, Reason string } `json:"left_out"`
	}
	answer := get(t, s, "/history.json")
	if err := json.Unmarshal([]byte(answer.body), &of); err != nil || answer.header.Get("Content-Type") != "application/json" {
		t.Fatalf("%v, %s", err, answer.body)
	}
	if len(of.Places) != 2 || len(of.LeftOut) != 2 || of.Places[0].Go != "go1.27.0" || len(of.Places[1].Cells) != 4 {
		t.Fatalf("for programs: %+v", of)
	}
	cell := of.Places[1].Cells[0]
	if len(cell.Points) != 20 || cell.Points[3].Run != ids[3] || len(cell.Changes) != 1 {
		t.Fatalf("the first cell: %+v", cell)
	}
	if c := cell.Changes[0]; c.At != 10 || c.Run != ids[10] || c.Commit != "abc0010" || math.Abs(c.Ratio-.7) > .001 || c.P >= .001 || c.P == 0 {
		t.Errorf("its change: %+v", c)
	}

	last := timedRun(t, root, 40, 71, nil)
	get(t, s, "/history").has(t, "21 runs", last.Info().ID)
	get(t, s, "/history/").refused(t, http.StatusNotFound, "Nothing is served")
}

// TestHistoryIsHostile: texts of a run are never markup.
func TestHistoryIsHostile(t *testing.T) {
	root := t.TempDir()
	const hostile = `<script>alert(1)</script>"'`
	timedRun(t, root, 1, 100, func(i *results.Info) { i.Go, i.Commit, i.Machine.CPU, i.Upstream = hostile, hostile, hostile, hostile })
	p := get(t, serve(t, root), "/history")
	p.has(t, "alert(1)")
	p.lacks(t, "<script>alert")
}
