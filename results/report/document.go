package report

import (
	"errors"
	"fmt"
	"io/fs"
	"path"

	"collatebench/bench"
	"collatebench/profiles"
	"collatebench/profiles/timeline"
	"collatebench/results"
	"collatebench/results/evidence"
	"collatebench/results/stats"
	"collatebench/results/verdict"
)

// Bounds of what a report is made from, beside those of package results. The run may
// come from anybody.
const (
	// maxTables bounds benchstat's tables, of which the page has a copy: those of the
	// default matrix have 20 kB.
	maxTables = 4 << 20
	// maxTrace bounds a trace. That of a cell has one or a few MB; its reader can need
	// 30 times the bytes of one that is made for this.
	maxTrace = 32 << 20
	// maxSpans bounds what one timeline draws: 64 requests have some 500 steps.
	maxSpans = 100_000
)

// A document is the data of one run's report.
type document struct {
	info      results.Info
	summary   stats.Summary
	reading   evidence.Reading
	verdicts  []verdict.Verdict // one that is proven, or an observed one for each placement
	timelines []laneChart
	benchstat string
}

// A laneChart is the timeline of one cell, or the reason why there is none.
type laneChart struct {
	cell bench.Cell
	timeline.Timeline
	missing string
}

// readDocument reads the run as well.
func readDocument(run *results.Run) (document, error) {
	r, err := evidence.Read(run)
	if err != nil {
		return document{}, err
	}
	return newDocument(run, r)
}

func newDocument(run *results.Run, r evidence.Reading) (document, error) {
	d := document{info: run.Info(), reading: r, summary: r.Summary}
	var err error
	if d.summary.Rounds > 0 {
		d.verdicts = d.reading.Verdicts()
	}
	if d.benchstat, err = benchstat(run); err != nil {
		return d, err
	}
	d.timelines, err = timelines(run, d.summary)
	return d, err
}

// benchstat reads the tables that were written with the run's report. It returns ""
// if there are none yet.
func benchstat(run *results.Run) (string, error) {
	text, err := run.ReadFile("report/"+results.BenchstatText, maxTables)
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	return string(text), err
}

// timelines reads one trace for each placement: that of the cell that the verdict is
// about.
func timelines(run *results.Run, s stats.Summary) ([]laneChart, error) {
	if !run.Info().Profiled || run.Info().Proves() {
		return nil, nil
	}
	var out []laneChart
	for _, c := range stats.Headline(s.AllCells()) {
		chart, err := readTimeline(run, c)
		if err != nil {
			return nil, err
		}
		chart.cell = c
		out = append(out, chart)
	}
	return out, nil
}

// readTimeline reads a trace. If it is missing or can't be read, the report shows the
// reason in its place.
func readTimeline(run *results.Run, c bench.Cell) (laneChart, error) {
	f, err := run.OpenFile(path.Join("profiles", c.Folder(), profiles.Trace.File()), maxTrace)
	if errors.Is(err, fs.ErrNotExist) {
		return laneChart{missing: "its profiled pass has not been taken"}, nil
	}
	if err != nil {
		return laneChart{missing: err.Error()}, nil
	}
	defer f.Close()
	t, err := timeline.Read(f)
	if errors.Is(err, timeline.ErrNone) {
		return laneChart{missing: "its trace marks no requests, as those from before this report did not; a new run has them"}, nil
	}
	if err != nil {
		return laneChart{missing: err.Error()}, nil
	}
	if spans := countSpans(t); spans > maxSpans {
		return laneChart{missing: fmt.Sprintf("it has %d requests with %d steps; at most %d steps are drawn", len(t.Lanes), spans, maxSpans)}, nil
	}
	return laneChart{Timeline: t}, nil
}

func countSpans(t timeline.Timeline) int {
	n := 0
	for _, l := range t.Lanes {
		n += len(l.Spans)
	}
	return n
}
