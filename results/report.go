package results

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"collatebench/bench"
)

// Files in report/. All can be deleted and made again.
const (
	SummaryFile       = "summary.json"         // the Summary
	VerdictFile       = "verdict.json"         // of a run of why the proven verdict; else a list of those observed
	BenchstatText     = "benchstat.txt"        // benchstat's tables
	BenchstatCSV      = "benchstat.csv"        // the same, for programs
	BenchstatCSVDoubt = "benchstat.csv.doubts" // what benchstat doubts, by the CSV's cells; only where it does
	ReportFile        = "report.html"          // the page, made by package report
)

// ReportDir returns the folder of what is derived from the run.
func (r *Run) ReportDir() string { return filepath.Join(r.dir, reportDir) }

// WriteReport writes report/ and, as it is made from it, bench.txt.
func (r *Run) WriteReport(ctx context.Context) error {
	samples, err := r.Samples()
	if err != nil {
		return err
	}
	summary, err := Summarise(r.info, samples)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(r.ReportDir(), 0o777); err != nil {
		return err
	}
	if err := writeJSON(r.reportPath(SummaryFile), summary); err != nil {
		return err
	}
	if err := r.writeVerdict(summary, samples); err != nil {
		return err
	}
	if err := r.WriteBench(); err != nil {
		return err
	}
	// An older table must not stand beside newer numbers if this fails.
	for _, name := range []string{BenchstatText, BenchstatCSV, BenchstatCSVDoubt} {
		if err := os.Remove(r.reportPath(name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return r.writeBenchstat(ctx, summary.cells)
}

func (r *Run) writeVerdict(s Summary, samples []Sample) error {
	if r.info.Why == nil {
		return writeJSON(r.reportPath(VerdictFile), s.Verdicts)
	}
	v, err := r.info.Why.Verdict(r.info, samples)
	if err != nil {
		return err
	}
	return writeJSON(r.reportPath(VerdictFile), v)
}

// WriteDerived writes a file of report/, which appears when it is whole. The
// folder is made where it is missing.
func (r *Run) WriteDerived(name string, content []byte) error {
	if err := os.MkdirAll(r.ReportDir(), 0o777); err != nil {
		return err
	}
	return writeWhole(r.reportPath(name), content)
}

func (r *Run) reportPath(name string) string { return filepath.Join(r.ReportDir(), name) }

func (r *Run) writeBenchstat(ctx context.Context, cells []bench.Cell) error {
	program, err := findBenchstat(ctx)
	if err != nil {
		return err
	}
	text, err := benchstatText(ctx, program, r.dir, cells)
	if err != nil {
		return err
	}
	if err := writeWhole(r.reportPath(BenchstatText), text); err != nil {
		return err
	}
	csv, doubts, err := program.run(ctx, r.dir, append(projection(cells), "-format", "csv", "-filter", noControls, benchFile)...)
	if err != nil {
		return err
	}
	if err := writeWhole(r.reportPath(BenchstatCSV), fillDefaults(csv)); err != nil || doubts == "" {
		return err
	}
	return writeWhole(r.reportPath(BenchstatCSVDoubt), []byte(doubts+"\n"))
}

// Filters of benchstat. What a reader looks for first comes first: benchstat
// itself keeps the order of the units on the lines.
const (
	noControls = "-/aa:b"
	headlines  = ".unit:(MB/s OR cpus)"
)

// benchstatText gives the tables with the commands that make them.
func benchstatText(ctx context.Context, program benchstat, dir string, cells []bench.Cell) ([]byte, error) {
	var b bytes.Buffer
	b.WriteString("# " + arrangementOf(cells).says + "; the first column is the base of the others.\n" +
		"# MB/s are shown as B/s (1 Mi is 1048576), ns as sec. Each p is of one comparison alone:\n" +
		"# of 20 that are equal, one looks different. Ratios paired by rounds, and the noise\n" +
		"# floor, are in " + SummaryFile + ".\n")
	for _, filter := range []string{noControls + " " + headlines, noControls + " -" + headlines} {
		args := append(projection(cells), "-filter", filter, benchFile)
		out, doubts, err := program.run(ctx, dir, args...)
		if err != nil {
			return nil, err
		}
		if len(out) == 0 {
			out = []byte("no complete round\n")
		}
		fmt.Fprintf(&b, "\n$ benchstat %s\n\n%s", quoted(args), fillDefaults(out))
		if doubts != "" {
			fmt.Fprintf(&b, "\n%s\n", doubts)
		}
	}
	return b.Bytes(), nil
}

// An arrangement says which dimensions of the cells go where in benchstat's
// tables.
type arrangement struct {
	says          string
	tables        []string // always keys of a table; whatever else varies is one too
	rows, columns []string // keys of rows and columns
}

func arrangementOf(cells []bench.Cell) arrangement {
	if client := bench.Dimensions()[0]; client.Config && Varies(client, cells) {
		return arrangement{"Rows are codecs and placements, columns clients", []string{"window", "size", "procs"}, []string{"codec", "placement"}, []string{"client"}}
	}
	return arrangement{"Rows are windows, columns placements", []string{"size", "procs"}, []string{"window"}, []string{"placement"}}
}

// projection makes one table of each size, GOMAXPROCS and whatever else varies.
func projection(cells []bench.Cell) []string {
	a := arrangementOf(cells)
	var tables, rows, columns []string
	for _, d := range bench.Dimensions() {
		switch {
		case d.Name == "aa":
		case slices.Contains(a.rows, d.Name):
			rows = append(rows, sorted(d, cells))
		case slices.Contains(a.columns, d.Name):
			columns = append(columns, sorted(d, cells))
		case slices.Contains(a.tables, d.Name) || Varies(d, cells):
			tables = append(tables, benchKey(d))
		}
	}
	return []string{"-table", strings.Join(tables, " "), "-row", strings.Join(rows, " "), "-col", strings.Join(columns, " ")}
}

// sorted is a key with the order of its values: that of the cells, which is
// the table's, or by number.
func sorted(d bench.Dimension, cells []bench.Cell) string {
	if d.Name == "window" {
		return benchKey(d) + "@num"
	}
	var values []string
	for _, c := range cells {
		if v := d.Of(c); !slices.Contains(values, v) {
			values = append(values, v)
		}
	}
	return benchKey(d) + "@(" + strings.Join(values, " ") + ")"
}

// Varies says whether the cells differ in a dimension.
func Varies(d bench.Dimension, cells []bench.Cell) bool {
	return slices.ContainsFunc(cells, func(c bench.Cell) bool { return d.Of(c) != d.Of(cells[0]) })
}

// benchKey is how benchstat calls a dimension.
func benchKey(d bench.Dimension) string {
	switch {
	case d.Suffix:
		return "/gomaxprocs"
	case d.Config:
		return d.Name
	}
	return "/" + d.Name
}

// fillDefaults writes into the headings of tables what a cell's name leaves
// out: GOMAXPROCS of 1 and whatever is at its default.
func fillDefaults(tables []byte) []byte {
	for _, d := range bench.Dimensions() {
		value := d.Default
		if d.Suffix {
			value = "1"
		}
		heading := benchKey(d) + ": "
		tables = bytes.ReplaceAll(tables, []byte("\n"+heading+"\n"), []byte("\n"+heading+value+"\n"))
		if rest, ok := bytes.CutPrefix(tables, []byte(heading+"\n")); ok {
			tables = slices.Concat([]byte(heading+value+"\n"), rest)
		}
	}
	return tables
}

// quoted writes arguments as a shell takes them. Whatever is not known to be
// harmless there is quoted: such a line is made to be copied.
func quoted(args []string) string {
	plain := regexp.MustCompile(`^[A-Za-z0-9_@%+=:,./-]+$`)
	out := make([]string, len(args))
	for i, a := range args {
		out[i] = a
		if !plain.MatchString(a) {
			out[i] = "'" + strings.ReplaceAll(a, "'", `'\''`) + "'"
		}
	}
	return strings.Join(out, " ")
}
