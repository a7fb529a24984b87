package text

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"

	"al.essio.dev/pkg/shellescape"

	"collatebench/bench"
	"collatebench/results"
	"collatebench/results/stats"
)

// Tables are benchstat's tables of one run, as report/ keeps them.
type Tables struct {
	Text   []byte
	CSV    []byte
	Doubts string // about cells of the CSV; "" if benchstat has none
}

// BenchstatTables runs benchstat on the bench.txt of a run. It does so in the run's folder, so
// that the tables are the same bytes wherever the folder is.
func BenchstatTables(ctx context.Context, run *results.Run) (Tables, error) {
	cells, err := run.Info().Parse()
	if err != nil {
		return Tables{}, err
	}
	program, err := findBenchstat(ctx)
	if err != nil {
		return Tables{}, err
	}
	var t Tables
	if t.Text, err = benchstatText(ctx, program, run.Dir(), cells); err != nil {
		return Tables{}, err
	}
	csv, doubts, err := program.output(ctx, run.Dir(), append(projection(cells), "-format", "csv", "-filter", noControls, results.BenchFile)...)
	t.CSV, t.Doubts = fillDefaults(csv), doubts
	return t, err
}

// Filters for benchstat. The units that readers look for first get their own call, because
// benchstat keeps the order of the units on the lines.
const (
	noControls = "-/aa:b"
	mainUnits  = ".unit:(MB/s OR cpus)"
)

// benchstatText returns the tables with the commands that make them.
func benchstatText(ctx context.Context, program benchstat, dir string, cells []bench.Cell) ([]byte, error) {
	var b bytes.Buffer
	b.WriteString("# " + arrangementOf(cells).title + "; the first column is the base of the others.\n" +
		"# MB/s are shown as B/s (1 Mi is 1048576), ns as sec. Each p is of one comparison alone:\n" +
		"# of 20 that are equal, one looks different. Ratios paired by rounds, and the noise\n" +
		"# floor, are in " + results.SummaryFile + ".\n")
	for _, filter := range []string{noControls + " " + mainUnits, noControls + " -" + mainUnits} {
		args := append(projection(cells), "-filter", filter, results.BenchFile)
		out, doubts, err := program.output(ctx, dir, args...)
		if err != nil {
			return nil, err
		}
		if len(out) == 0 {
			out = []byte("no complete round\n")
		}
		fmt.Fprintf(&b, "\n$ benchstat %s\n\n%s", shellescape.QuoteCommand(args), fillDefaults(out))
		if doubts != "" {
			fmt.Fprintf(&b, "\n%s\n", doubts)
		}
	}
	return b.Bytes(), nil
}

// An arrangement says which dimensions are tables, rows and columns for benchstat.
type arrangement struct {
	title         string
	tables        []string // keys of tables; all other dimensions that vary are too
	rows, columns []string // keys of rows and columns
}

func arrangementOf(cells []bench.Cell) arrangement {
	for _, d := range configKeys(cells) {
		if d.Name == "rev" {
			return arrangement{"Rows are placements and windows, columns versions", []string{"size", "procs"}, []string{"placement", "window"}, []string{"rev"}}
		}
	}
	if len(configKeys(cells)) > 0 {
		return arrangement{"Rows are codecs and placements, columns clients", []string{"window", "size", "procs"}, []string{"codec", "placement"}, []string{"client"}}
	}
	return arrangement{"Rows are windows, columns placements", []string{"size", "procs"}, []string{"window"}, []string{"placement"}}
}

// configKeys are the dimensions that are config lines and vary among the cells: lines of
// one name may differ in them.
func configKeys(cells []bench.Cell) []bench.Dimension {
	var out []bench.Dimension
	for _, d := range bench.Dimensions() {
		if d.Config && stats.Varies(d, cells) {
			out = append(out, d)
		}
	}
	return out
}

// projection returns benchstat's flags for the arrangement of the cells.
func projection(cells []bench.Cell) []string {
	a := arrangementOf(cells)
	var tables, rows, columns []string
	for _, d := range bench.Dimensions() {
		switch {
		case d.Name == "aa":
		case slices.Contains(a.rows, d.Name):
			rows = append(rows, orderedKey(d, cells))
		case slices.Contains(a.columns, d.Name):
			columns = append(columns, orderedKey(d, cells))
		case slices.Contains(a.tables, d.Name) || stats.Varies(d, cells):
			tables = append(tables, benchKey(d))
		}
	}
	return []string{"-table", strings.Join(tables, " "), "-row", strings.Join(rows, " "), "-col", strings.Join(columns, " ")}
}

// orderedKey is a key with the order of its values: numeric for windows, else that of the
// cells, which is table order.
func orderedKey(d bench.Dimension, cells []bench.Cell) string {
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

// benchKey is benchstat's name of a dimension.
func benchKey(d bench.Dimension) string {
	switch {
	case d.Suffix:
		return "/gomaxprocs"
	case d.Config:
		return d.Name
	}
	return "/" + d.Name
}

// fillDefaults writes into the headings of tables what names leave out: GOMAXPROCS of 1, and
// defaults.
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
