package report

import (
	"math"
	"strconv"

	"collatebench/bench"
	"collatebench/internal/spell"
	"collatebench/results/stats"
	"collatebench/results/text"
)

// A table has a row for each cell, to sort and to copy.
type table struct {
	Columns []column
	Rows    [][]entry
}

// A column has a heading. It holds numbers unless it is Text.
type column struct {
	Name, Doc string
	Text      bool
}

// An entry is one value: as it is shown, and as it is sorted.
type entry struct {
	Shown string
	Sort  string // a number; "" sorts by Shown
}

// measured lists the columns that follow those of the dimensions.
func (d document) measured() []struct {
	column
	of func(bench.Cell, stats.CellSummary) entry
} {
	unit := func(name string, per float64) func(bench.Cell, stats.CellSummary) entry {
		return func(_ bench.Cell, e stats.CellSummary) entry { return amount(e.Unit(name) / per) }
	}
	type cell = stats.CellSummary
	return []struct {
		column
		of func(bench.Cell, cell) entry
	}{
		{column{Name: "MB/s", Doc: "throughput, median of the rounds"}, func(_ bench.Cell, e cell) entry { return amount(e.Throughput.Median) }},
		{column{Name: "interval", Doc: "95% interval of the median"}, func(_ bench.Cell, e cell) entry { return between(e.Throughput) }},
		{column{Name: "ratio", Doc: "to " + string(d.summary.Base) + ": mean of the ratios within each round; ~ is not told apart from 1: the interval, widened for the number of ratios (Holm), reaches the noise floor"}, func(c bench.Cell, _ cell) entry { return d.ratio(c) }},
		{column{Name: "cpus", Doc: "CPU time of the client / wall time"}, func(_ bench.Cell, e cell) entry { return amount(e.CPUs.Median) }},
		{column{Name: "overlap", Doc: "decodes begun and not ended, mean"}, unit("decode-overlap", 1)},
		{column{Name: "decode-wait ms", Doc: "from a response being ready for its decoder to decoding entered"}, unit("decode-wait-ns/resp", 1e6)},
		{column{Name: "decode ms", Doc: "from decoding entered to ended, on a core or not"}, unit("decode-ns/resp", 1e6)},
		{column{Name: "p50 ms", Doc: "one response, from admission to collated, median; " + d.percentiles()}, func(_ bench.Cell, e cell) entry { return amount(float64(e.P50) / 1e6) }},
		{column{Name: "p99 ms", Doc: "the same, 99th percentile; " + d.percentiles()}, func(_ bench.Cell, e cell) entry { return amount(float64(e.P99) / 1e6) }},
		{column{Name: "sched-latency-p99 ms", Doc: "how late a goroutine due every millisecond wakes, 99th percentile; median of those of the rounds"}, unit("sched-latency-p99-ns", 1e6)},
		{column{Name: "upstream-cpus", Doc: "CPU time of the upstream / wall time; ! is above a tenth of the cores"}, func(_ bench.Cell, e cell) entry { return d.upstream(e) }},
	}
}

// percentiles says what the percentiles of responses are made of.
func (d document) percentiles() string {
	if d.summary.Pooled {
		return "of all responses of all rounds"
	}
	return "median of those of the rounds"
}

// table lists the cells in table order, without A/A controls. A dimension has a
// column if it varies, or if it is core.
func (d document) table() table {
	var t table
	var cells []bench.Cell
	for _, g := range d.summary.Groups() {
		cells = append(cells, g.Cells...)
	}
	var dimensions []bench.Dimension
	for _, dim := range bench.Dimensions() {
		if !dim.Hidden && (dim.Core || stats.Varies(dim, cells)) {
			dimensions = append(dimensions, dim)
			t.Columns = append(t.Columns, column{Name: dim.Name, Doc: dim.Usage, Text: !numeric(dim, cells)})
		}
	}
	measured := d.measured()
	for _, m := range measured {
		t.Columns = append(t.Columns, m.column)
	}
	for _, c := range cells {
		var row []entry
		for _, dim := range dimensions {
			row = append(row, value(dim, c))
		}
		for _, m := range measured {
			row = append(row, m.of(c, d.summary.Cell(c)))
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

func numeric(d bench.Dimension, cells []bench.Cell) bool {
	for _, c := range cells {
		if value(d, c).Sort == "" {
			return false
		}
	}
	return true
}

// value is a dimension's value. Sizes sort by their bytes.
func value(d bench.Dimension, c bench.Cell) entry {
	e := entry{Shown: d.Of(c)}
	if d.Name == "size" {
		e.Sort = strconv.FormatInt(int64(c.Size), 10)
	} else if _, err := strconv.ParseFloat(e.Shown, 64); err == nil {
		e.Sort = e.Shown
	}
	return e
}

func amount(v float64) entry {
	if v == 0 {
		return entry{Shown: "-", Sort: "0"}
	}
	return entry{Shown: spell.Amount(v), Sort: strconv.FormatFloat(v, 'g', 6, 64)}
}

func between(e stats.Estimate) entry {
	if math.IsInf(e.Low, 0) || math.IsInf(e.High, 0) {
		return entry{Shown: "?", Sort: "0"}
	}
	return entry{Shown: spell.Amount(e.Low) + "-" + spell.Amount(e.High), Sort: strconv.FormatFloat(e.Low, 'g', 6, 64)}
}

func (d document) ratio(c bench.Cell) entry {
	r, ok := d.summary.RatioToBase(c)
	if !ok {
		return entry{Shown: "-", Sort: "0"}
	}
	mark := ""
	if !r.Differs {
		mark = "~"
	}
	return entry{Shown: text.FormatRatio(r.Ratio) + mark, Sort: strconv.FormatFloat(r.Ratio.Mean, 'g', 6, 64)}
}

func (d document) upstream(c stats.CellSummary) entry {
	e := amount(c.Unit("upstream-cpus"))
	if c.UpstreamHeavy {
		e.Shown += "!"
	}
	return e
}
