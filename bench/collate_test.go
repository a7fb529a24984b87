package bench_test

import (
	"context"
	"flag"
	"math"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"collatebench/bench"
	"collatebench/profiles"
)

// BenchmarkCollate runs the cells of the matrix, one collation an op. It uses
// b.N, not b.Loop: with b.Loop the first row after a change of -cpu runs under
// the GOMAXPROCS of the row before (golang/go#49980).
func BenchmarkCollate(b *testing.B) {
	refuseMislabelled(b)
	for _, c := range cells(b) {
		b.Run(c.Element(), func(b *testing.B) {
			c.Procs = runtime.GOMAXPROCS(0)
			collate(b, c)
		})
	}
}

// refuseMislabelled stops the one form of -benchtime that has the fault of
// b.Loop with b.N as well.
func refuseMislabelled(b *testing.B) {
	b.Helper()
	cpu := flag.Lookup("test.cpu").Value.String()
	if strings.Contains(cpu, ",") && flag.Lookup("test.benchtime").Value.String() == "1x" {
		b.Fatalf("-benchtime 1x with -cpu %s labels rows with the wrong GOMAXPROCS (golang/go#49980); use -benchtime 2x", cpu)
	}
}

func cells(b *testing.B) []bench.Cell {
	b.Helper()
	if options.cell != "" {
		c, err := bench.ParseCell(options.cell)
		if err != nil {
			b.Fatal(err)
		}
		if got := runtime.GOMAXPROCS(0); got != c.Procs {
			b.Fatalf("cell %q wants GOMAXPROCS=%d, this process has %d", options.cell, c.Procs, got)
		}
		return []bench.Cell{c}
	}
	_ = options.matrix.Set("procs", "1") // the suffix is -cpu's
	cells, err := options.matrix.Cells()
	if err != nil {
		b.Fatal(err)
	}
	return cells
}

func collate(b *testing.B, c bench.Cell) {
	if unasked(b.N) {
		return
	}
	w, err := bench.NewWorkload(c, upstream(b, c.Upstream))
	if err != nil {
		b.Fatal(err)
	}
	defer w.Close()
	defer c.Tune()()
	ctx := context.Background()
	// Memory is profiled from the beginning, at one rate, and nothing is timed
	// then; the CPU profile and the trace hold the timed ops alone.
	_, stopMemory := profile(b, w, profiles.PassMemory)
	if options.pass != string(profiles.PassMemory) {
		if err := w.Warm(ctx); err != nil {
			b.Fatal(err)
		}
	}
	ended, stopCPU := profile(b, w, profiles.PassCPU)
	m, err := w.Measure(ctx, func() error {
		b.ResetTimer()
		defer b.StopTimer()
		for range b.N {
			if err := w.Op(ctx); err != nil {
				return err
			}
			ended()
		}
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
	stopCPU()
	stopMemory()
	report(b, c, m)
}

// unasked says that this call is not the one whose figures are printed: with -benchtime=Nx
// the testing package first calls the function with one op. That call would double the
// warm-up, in what is measured from outside the process as well.
func unasked(ops int) bool {
	asked, counted := strings.CutSuffix(flag.Lookup("test.benchtime").Value.String(), "x")
	n, err := strconv.Atoi(asked)
	return counted && err == nil && ops < n
}

// profile starts a pass, if it is the one that was asked for, and returns what
// tells it that an op has ended, and what ends it.
func profile(b *testing.B, w *bench.Workload, pass profiles.Pass) (ended, stop func()) {
	b.Helper()
	if options.pass != string(pass) {
		return func() {}, func() {}
	}
	capture, err := profiles.Start(filepath.Join(options.profiles, w.Cell.Folder()), pass)
	if err != nil {
		b.Fatal(err)
	}
	w.Midway = func() { capture.Full() }
	return capture.Op, func() {
		if err := capture.Stop(); err != nil {
			b.Fatal(err)
		}
	}
}

func report(b *testing.B, c bench.Cell, m bench.Measurement) {
	b.ReportAllocs()
	b.SetBytes(int64(c.Responses) * int64(c.Size))
	for _, u := range bench.Units() {
		if v := u.Of(m); !math.IsNaN(v) {
			b.ReportMetric(v, u.Name)
		}
	}
	if flag.Lookup("test.cpu").Value.String() != "" {
		b.ReportMetric(float64(m.GOMAXPROCS), "gomaxprocs") // what the process saw, beside the suffix
	}
	if options.detail == "" {
		return
	}
	d, err := bench.NewDetail(m)
	if err == nil {
		err = d.Write(options.detail)
	}
	if err != nil {
		b.Fatal(err)
	}
}
