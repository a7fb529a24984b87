package report

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"collatebench/bench"
	"collatebench/profiles"
	"collatebench/profiles/timeline"
	"collatebench/results"
	"collatebench/results/evidence"
	"collatebench/results/stats"
	"collatebench/results/verdict"
)

// A document is all that a report shows of one run.
type document struct {
	info      results.Info
	summary   stats.Summary
	reading   evidence.Reading
	verdicts  []verdict.Verdict // proven: one; observed: one a placement
	timelines []laneChart
	benchstat string
}

// A laneChart is the timeline of one cell, or why there is none.
type laneChart struct {
	cell bench.Cell
	timeline.Timeline
	missing string
}

func newDocument(run *results.Run) (document, error) {
	d := document{info: run.Info()}
	var err error
	if d.reading, err = evidence.Read(run); err != nil {
		return d, err
	}
	d.summary = d.reading.Summary
	if d.summary.Rounds > 0 {
		d.verdicts = d.reading.Verdicts()
	}
	if d.benchstat, err = benchstat(run); err != nil {
		return d, err
	}
	d.timelines, err = timelines(run, d.summary)
	return d, err
}

// benchstat reads the tables that were made with the run's report; "" where
// there are none yet.
func benchstat(run *results.Run) (string, error) {
	text, err := os.ReadFile(filepath.Join(run.ReportDir(), results.BenchstatText))
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	return string(text), err
}

// timelines reads the trace of the cell of each placement in which a serial
// one hurts most: those that the verdicts are about.
func timelines(run *results.Run, s stats.Summary) ([]laneChart, error) {
	if !run.Info().Profiled || run.Info().Proves() {
		return nil, nil
	}
	var out []laneChart
	for _, c := range stats.Headline(s.Listed()) {
		chart, err := readTimeline(filepath.Join(run.ProfileDir(c), profiles.Trace.File()))
		if err != nil {
			return nil, err
		}
		chart.cell = c
		out = append(out, chart)
	}
	return out, nil
}

// readTimeline takes a trace that is not there, or can't be read, for a reason
// to show in its place: the rest of the report does not depend on it.
func readTimeline(path string) (laneChart, error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return laneChart{missing: "its profiled pass has not been taken"}, nil
	}
	if err != nil {
		return laneChart{}, err
	}
	defer f.Close()
	t, err := timeline.Read(f)
	if errors.Is(err, timeline.ErrNone) {
		return laneChart{missing: "its trace marks no requests, as those from before this report did not; a new run has them"}, nil
	}
	if err != nil {
		return laneChart{missing: err.Error()}, nil
	}
	return laneChart{Timeline: t}, nil
}
