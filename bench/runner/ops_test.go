package runner_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"collatebench/bench"
	"collatebench/bench/runner"
	"collatebench/internal/benchline"
	"collatebench/results"
)

// checkSteady holds a sample to the ops that the run has of its cell, and those to what
// makes a sample steady.
func checkSteady(t *testing.T, info results.Info, s results.Sample) {
	t.Helper()
	line, err := benchline.Parse(s.Line)
	if err != nil {
		t.Fatal(err)
	}
	c, err := bench.ParseCell(s.Cell)
	if err != nil {
		t.Fatal(err)
	}
	if line.Ops != info.CellOps[s.Cell] || line.Ops*c.Responses < 8*c.Window {
		t.Errorf("%s, round %d: %d ops; the run has %d of it", s.Cell, s.Round, line.Ops, info.CellOps[s.Cell])
	}
	if c.AA != "" {
		twin := c
		if twin.AA = ""; info.CellOps[twin.Name()] != line.Ops {
			t.Errorf("%s has %d ops, and its twin %d", s.Cell, line.Ops, info.CellOps[twin.Name()])
		}
	}
}

// checkFirst holds the first sample of each cell to half a second of ops, of a cell and its
// A/A control or of the windows of one client the first of all. Later ones may be faster.
func checkFirst(t *testing.T, info results.Info, samples []results.Sample) {
	t.Helper()
	known := map[bench.Cell]bool{}
	for _, r := range results.Rounds(info, samples) {
		for _, s := range samples {
			if s.Round != r.N || s.Attempt != r.Attempt {
				continue // an attempt that was abandoned
			}
			c, err := bench.ParseCell(s.Cell)
			if err != nil {
				t.Fatal(err)
			}
			line, err := benchline.Parse(s.Line)
			if err != nil {
				t.Fatal(err)
			}
			if c.AA = ""; info.ComparesClients() {
				c.Window = 0
			}
			if ns, _ := line.Of("ns/op"); !known[c] && ns*float64(line.Ops) < 500e6 {
				t.Errorf("%s: the first sample is of %d ops of %v", s.Cell, line.Ops, time.Duration(ns))
			}
			known[c] = true
		}
	}
}

// TestSamplesAreSteady: a sample is long enough from the first one on, its cell has the
// same ops in all rounds, also after the run was resumed, and no short one is on the ledger.
func TestSamplesAreSteady(t *testing.T) {
	o := tiny(t, 2, "window=4,8", "responses=8", "latency=20ms")
	o.Ops = 0
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	o.Progress = interrupt(cancel, "round 2/2")
	run, err := runner.Start(ctx, o)
	if !errors.Is(err, runner.ErrInterrupted) {
		t.Fatal(err)
	}
	ops := run.Info().CellOps
	if err := runner.Resume(t.Context(), run, runner.Options{Program: o.Program, Self: o.Self}); err != nil {
		t.Fatal(err)
	}
	info := run.Info()
	for cell, n := range info.CellOps {
		if n != ops[cell] {
			t.Errorf("%s: %d ops became %d", cell, ops[cell], n)
		}
	}
	for _, r := range results.Rounds(info, samplesOf(t, run)) {
		if len(r.Samples) != len(info.Cells) {
			t.Errorf("round %d has %d samples of %d cells", r.N, len(r.Samples), len(info.Cells))
		}
		for _, s := range r.Samples {
			checkSteady(t, info, s)
		}
	}
	checkFirst(t, info, samplesOf(t, run))
}

// TestOpsThatAreAskedFor are taken, however short the samples are.
func TestOpsThatAreAskedFor(t *testing.T) {
	o := tiny(t, 1)
	o.Ops = 3
	run, err := runner.Start(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	if run.Info().Ops != 3 {
		t.Errorf("the run has %d ops", run.Info().Ops)
	}
	for _, s := range samplesOf(t, run) {
		if line, err := benchline.Parse(s.Line); err != nil || line.Ops != 3 || run.Info().CellOps[s.Cell] != 3 {
			t.Errorf("%v; %d ops in %q", err, line.Ops, s.Line)
		}
	}
}
