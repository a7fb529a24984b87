package text

import (
	"encoding/csv"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"collatebench/results"
	"collatebench/results/evidence"
	"collatebench/results/resultstest"
)

// TestEqualsBenchstat: of 50 generated pairs of runs our medians and intervals, and the
// medians, intervals and p values of the tables that we print, are those of benchstat by
// itself, which gets the two bench.txt and its CSV's defaults.
func TestEqualsBenchstat(t *testing.T) {
	program, err := findBenchstat(t.Context())
	if err != nil && os.Getenv("CI") == "" {
		t.Skipf("SKIPPED: no benchstat to compare with: %v", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(41, 42))
	for n := range 50 {
		cells := resultstest.Cells(t, map[string]string{"placement": "collector,request", "window": "4,8", "procs": "2"})[:1+r.IntN(4)]
		old, new := drawnRun(t, r, cells), drawnRun(t, r, cells)
		c, err := evidence.Compare(old, new)
		if err != nil {
			t.Fatal(err)
		}
		tables, err := program.ofTwo(t.Context(), old, new)
		if err != nil {
			t.Fatal(err)
		}
		out, _, err := program.output(t.Context(), "", "-format", "csv", "-filter", ".unit:MB/s", old.BenchPath(), new.BenchPath())
		if err != nil {
			t.Fatal(err)
		}
		theirs := csvRows(t, string(out))
		shown := slices.DeleteFunc(strings.Split(firstTable(tables), "\n"), func(l string) bool { return !strings.HasPrefix(l, "Collate") })
		if len(theirs) != len(cells) || len(shown) != len(cells) {
			t.Fatalf("%d: benchstat has %d rows, we print %d of %d:\n%s\n%s", n, len(theirs), len(shown), len(cells), out, tables)
		}
		for i, row := range c.Cells {
			name, was, wasCI, is, isCI, p := theirs[i][0], theirs[i][1], theirs[i][2], theirs[i][3], theirs[i][4], theirs[i][6]
			if !strings.Contains(row.Cell, strings.TrimPrefix(name, "Collate/")) {
				t.Fatalf("%d: row %d is of %s, not of %s", n, i, name, row.Cell)
			}
			if !equal(t, was, row.Old.Median*1e6) || !equal(t, is, row.New.Median*1e6) {
				t.Errorf("%d: %s: medians %v and %v MB/s, benchstat's %s and %s B/s", n, row.Cell, row.Old.Median, row.New.Median, was, is)
			}
			if a, b := formatSpread(row.Old), formatSpread(row.New); a != spread(wasCI) || b != spread(isCI) {
				t.Errorf("%d: %s: intervals %s and %s, benchstat's %s and %s", n, row.Cell, a, b, wasCI, isCI)
			}
			for _, want := range []string{"(" + p + ")", wasCI, isCI} {
				if !strings.Contains(shown[i], want) {
					t.Errorf("%d: %s: no %q in %s", n, row.Cell, want, shown[i])
				}
			}
		}
	}
}

// drawnRun makes a run of 1 to 12 rounds; a third of the cells repeat values, which the test
// of ranks has to know.
func drawnRun(t *testing.T, r *rand.Rand, cells []string) *results.Run {
	t.Helper()
	rounds, whole := 1+r.IntN(12), r.IntN(3) == 0
	var samples []results.Sample
	for n := 1; n <= rounds; n++ {
		for _, cell := range cells {
			v := 50 * math.Exp(.1*r.NormFloat64())
			if whole {
				v = math.Round(v/5) * 5
			}
			samples = append(samples, resultstest.Sample(t, cell, n, 1, v))
		}
	}
	run := resultstest.Run(t, resultstest.Info(cells...), samples)
	if err := run.WriteBench(); err != nil {
		t.Fatal(err)
	}
	return run
}

// csvRows are the rows of cells in benchstat's CSV.
func csvRows(t *testing.T, text string) [][]string {
	t.Helper()
	in := csv.NewReader(strings.NewReader(text))
	in.FieldsPerRecord = -1
	rows, err := in.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return slices.DeleteFunc(rows, func(row []string) bool { return len(row) < 7 || !strings.HasPrefix(row[0], "Collate") })
}

func firstTable(tables string) string {
	first, _, _ := strings.Cut(strings.TrimLeft(tables, "\n"), "\n\n")
	return first
}

// equal compares a number of benchstat's with one of ours, but for the last bits.
func equal(t *testing.T, theirs string, ours float64) bool {
	t.Helper()
	v, err := strconv.ParseFloat(theirs, 64)
	if err != nil {
		t.Fatal(err)
	}
	return math.Abs(v-ours) <= 1e-9*math.Abs(v) // benchstat prints six digits at most for people
}

// spread is our spelling of benchstat's interval.
func spread(theirs string) string {
	if theirs == "∞" {
		return "±" + markNoInterval
	}
	return "±" + theirs
}
