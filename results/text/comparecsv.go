package text

import (
	"encoding/csv"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"

	"collatebench/internal/spell"
	"collatebench/results/evidence"
	"collatebench/results/stats"
	"collatebench/results/verdict"
)

// csvHeader is the columns of [CompareCSV]. The ratio is new over old.
var csvHeader = []string{
	"cell", "old_mb_per_s", "old_low", "old_high", "new_mb_per_s", "new_low", "new_high", "ratio", "ratio_low", "ratio_high",
	"beside_drift", "beside_drift_low", "beside_drift_high", "p", "change", "old_causes", "new_causes", "gate",
}

// CompareCSV writes a line for each cell of either run, under a header. What is not known is
// empty.
func CompareCSV(w io.Writer, c evidence.Comparison) error {
	out := csv.NewWriter(w)
	rows := [][]string{csvHeader}
	for _, cell := range c.Cells {
		row := []string{cell.Cell}
		for _, v := range []float64{
			cell.Old.Median, cell.Old.Low, cell.Old.High, cell.New.Median, cell.New.Low, cell.New.High,
			cell.Ratio.Mean, cell.Ratio.Low, cell.Ratio.High, cell.Beside.Mean, cell.Beside.Low, cell.Beside.High,
		} {
			row = append(row, csvNumber(v))
		}
		p, change := csvNumber(cell.P), string(cell.Change)
		for _, at := range []struct{ low, high int }{{8, 9}, {11, 12}} {
			if row[at.high] == "" { // a low of 0 is not known either
				row[at.low] = ""
			}
		}
		if row[12] == "" {
			p, change = "", ""
		}
		cause, _ := c.CauseOf(cell.Cell)
		rows = append(rows, append(row, p, change, csvCauses(cause.Old), csvCauses(cause.New), csvGate(c.Gate, cell.Cell)))
	}
	for _, only := range []struct {
		change string
		names  []string
	}{{"only-old", c.OnlyOld}, {"only-new", c.OnlyNew}} {
		for _, name := range only.names {
			row := make([]string, len(csvHeader))
			row[0], row[slices.Index(csvHeader, "change")] = name, only.change
			rows = append(rows, row)
		}
	}
	return out.WriteAll(rows)
}

func csvNumber(v float64) string {
	if math.IsInf(v, 0) || math.IsNaN(v) {
		return ""
	}
	return strconv.FormatFloat(v, 'g', 6, 64)
}

func csvCauses(causes []verdict.Cause) string { return strings.Join(spell.Strings(causes), "+") }

func csvGate(d *stats.Decision, cell string) string {
	if d == nil {
		return ""
	}
	for _, g := range d.Cells {
		if g.Cell == cell {
			return string(g.Outcome)
		}
	}
	return ""
}
