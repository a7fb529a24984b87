// Package history follows each cell's throughput over the runs of a folder, and finds the
// runs at which it changed.
//
//	var records []history.Record
//	began := time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC)
//	for n, speed := range []float64{100, 101, 99, 100, 102, 98, 101, 100, 80, 81, 79, 80, 82, 78, 80, 81} {
//		records = append(records, history.Record{
//			ID: fmt.Sprint("run", n), Commit: fmt.Sprint("commit", n), Started: began.AddDate(0, 0, n),
//			Machine: "Some CPU, 2 cores", Go: "go1.26.0",
//			Values: []history.Value{{Cell: "codec=json/placement=pool/window=32/size=1MiB-2", MBPerS: speed}},
//		})
//	}
//	for _, place := range history.New(records).Places {
//		for _, c := range place.Cells[0].Changes {
//			fmt.Printf("%s, %s: %.2fx at %s\n", place.Machine, place.Go, c.Ratio, c.Commit)
//		}
//	}
//
// Runs of another kind of machine, version of Go or upstream are another [Place]: what
// differs between them is no change of the code, and their values are never joined. What
// else differed at a change, such as the kernel, is said with it.
//
// Runs of why, of peers and of a person's own program have no place here, since their cells
// are other programs or one cell varied. Only complete rounds count. The package does not
// know how a chart is drawn, or where a run is served.
package history

import (
	"runtime"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"collatebench/internal/spell"
)

// Bounds of a history: a series may take a tenth of a second, and the runs may come from
// anybody. The newest runs are taken.
const (
	MaxRuns   = 1000
	MaxSeries = 2000
	maxPoints = 400_000 // as many as 1000 runs of 400 cells
)

// A History is the series of all places, those of the newest run first.
type History struct {
	Places  []Place `json:"places"`
	LeftOut []Left  `json:"left_out,omitempty"` // runs that are in no series, the newest first
	Full    bool    `json:"full,omitempty"`     // there is more than the bounds of this package, which is left out
}

// A Place is what the values of one series have in common beside the cell.
type Place struct {
	Machine  string   `json:"machine"` // its kind: CPU, cores, system
	Go       string   `json:"go"`
	Upstream string   `json:"upstream"` // and the bodies that it serves
	Runs     int      `json:"runs"`
	Cells    []Series `json:"cells"` // in the order of the newest run's table
}

// A Series is one cell's throughput at one place, by the time of the runs.
type Series struct {
	Cell    string   `json:"cell"`
	Points  []Point  `json:"points"`
	Changes []Change `json:"changes"`
}

// leastRuns, points of a series: 12 can be divided in 924 ways into two halves, so that not even the
// largest step has a p below .001.
const leastRuns = 13

// TooFew says that the series has too few points for a change.
func (s Series) TooFew() bool { return len(s.Points) < leastRuns }

// A Point is one cell in one run.
type Point struct {
	Run     string    `json:"run"` // its ID
	Label   string    `json:"label,omitempty"`
	Commit  string    `json:"commit,omitempty"`
	Started time.Time `json:"started"`
	Value   float64   `json:"mb_per_s"` // median of the complete rounds
	Rounds  int       `json:"rounds"`

	record *Record
}

// A Change is where a cell's throughput changed for good.
type Change struct {
	At     int     `json:"at"`     // index of the first point after it
	Run    string  `json:"run"`    // that point's
	Commit string  `json:"commit"` // that run's; "" if it is not recorded
	Was    Earlier `json:"was"`    // the run before
	Before float64 `json:"before_mb_per_s"`
	After  float64 `json:"after_mb_per_s"` // Before and After are medians of the points up to the next change
	Ratio  float64 `json:"ratio"`          // After over Before
	P      float64 `json:"p"`              // by permutation, see package changepoint
	// Beside lists what else the two runs differ in that could be the reason.
	Beside []string `json:"beside,omitempty"`
}

// Earlier names the last run before a change.
type Earlier struct {
	Run    string `json:"run"`
	Commit string `json:"commit"`
}

// Left is a run that is left out, and why.
type Left struct {
	Run    string `json:"run"`
	Reason string `json:"reason"`
}

// New makes the history of these runs, in any order.
func New(records []Record) History { return Of(records, nil) }

type seriesKey struct {
	place int
	cell  string
}

// Of is New of the cells that a pattern matches; nil matches all.
func Of(records []Record, pattern Pattern) History {
	records = slices.Clone(records)
	slices.SortStableFunc(records, func(a, b Record) int { return b.newerThan(a) })
	h := History{Places: []Place{}, Full: len(records) > MaxRuns}
	points := 0
	at := map[seriesKey]int{}     // index in the cells of its place
	merged := map[string]string{} // the newest run of each set of shards
	for i := range min(len(records), MaxRuns) {
		r := &records[i]
		if r.Reason != "" {
			h.LeftOut = append(h.LeftOut, Left{r.ID, r.Reason})
			continue
		}
		if r.merged != "" {
			if newer := merged[r.merged]; newer != "" {
				h.LeftOut = append(h.LeftOut, Left{r.ID, "its shards were merged again, in " + newer})
				continue
			}
			merged[r.merged] = r.ID
		}
		n := h.place(r)
		cells := &h.Places[n].Cells
		for _, v := range r.Values {
			if !pattern.Matches(v.Cell) {
				continue
			}
			k, known := at[seriesKey{n, v.Cell}]
			if points++; !known && len(at) == MaxSeries || points > maxPoints {
				h.Full = true
				continue
			}
			if !known {
				k = len(*cells)
				at[seriesKey{n, v.Cell}] = k
				*cells = append(*cells, Series{Cell: v.Cell, Changes: []Change{}})
			}
			(*cells)[k].Points = append((*cells)[k].Points, Point{
				Run: r.ID, Label: r.Label, Commit: r.Commit, Started: r.Started, Value: v.MBPerS, Rounds: r.Rounds, record: r,
			})
		}
	}
	h.Places = slices.DeleteFunc(h.Places, func(p Place) bool { return len(p.Cells) == 0 })
	h.findChanges()
	return h
}

// place returns the index of the record's place, and counts the run there.
func (h *History) place(r *Record) int {
	i := slices.IndexFunc(h.Places, func(p Place) bool { return p.Machine == r.Machine && p.Go == r.Go && p.Upstream == r.Upstream })
	if i < 0 {
		i = len(h.Places)
		h.Places = append(h.Places, Place{Machine: r.Machine, Go: r.Go, Upstream: r.Upstream})
	}
	h.Places[i].Runs++
	return i
}

// findChanges brings the points into the order of time, and finds the changes of each
// series on a core of its own.
func (h *History) findChanges() {
	var g errgroup.Group
	g.SetLimit(runtime.GOMAXPROCS(0))
	for i := range h.Places {
		for k := range h.Places[i].Cells {
			series := &h.Places[i].Cells[k]
			slices.Reverse(series.Points)
			g.Go(func() error {
				series.findChanges()
				return nil
			})
		}
	}
	_ = g.Wait() // none returns an error
}

// Changes counts the changes of all series.
func (h History) Changes() int {
	n := 0
	for _, p := range h.Places {
		for _, s := range p.Cells {
			n += len(s.Changes)
		}
	}
	return n
}

// Title names the place.
func (p Place) Title() string {
	out := p.Machine + ", " + p.Go
	if p.Upstream != ownUpstream && p.Upstream != "" {
		out += ", " + p.Upstream
	}
	return out
}

// Span says how many runs there are, and from when to when.
func (p Place) Span() string {
	var first, last time.Time
	for _, s := range p.Cells {
		from, to := s.Points[0].Started, s.Points[len(s.Points)-1].Started
		if first.IsZero() || from.Before(first) {
			first = from
		}
		if to.After(last) {
			last = to
		}
	}
	const day = "2006-01-02"
	out := spell.Plural(p.Runs, "run") + ", " + first.Format(day)
	if first.Format(day) != last.Format(day) {
		out += " to " + last.Format(day)
	}
	return out
}
