package report

import (
	"strconv"

	"collatebench/bench"
	"collatebench/results/text"
)

// versions has a row for each cell in both versions; it has no columns in a run of one
// version.
func (d document) versions() table {
	var t table
	if !d.info.ComparesVersions() {
		return t
	}
	rows := d.summary.Versions
	var cells []bench.Cell
	for _, r := range rows {
		cells = append(cells, r.Before.Versionless())
	}
	dimensions := text.VersionColumns(cells)
	for _, dim := range dimensions {
		t.Columns = append(t.Columns, column{Name: text.VersionHeading(dim), Doc: dim.Usage, Text: !numeric(dim, cells)})
	}
	t.Columns = append(t.Columns,
		column{Name: "old MB/s", Doc: "throughput of " + d.info.Versions[0].String() + ", median of the rounds"},
		column{Name: "interval", Doc: "95% interval of the median"},
		column{Name: "new MB/s", Doc: "throughput of " + d.info.Versions[len(d.info.Versions)-1].String() + ", median of the rounds"},
		column{Name: "interval", Doc: "95% interval of the median"},
		column{Name: "new/old", Doc: "mean of the ratios of throughput within each round, to both samples of the old one, with its 95% interval; ~ is not told apart from 1: the interval, widened for the number of ratios (Holm), reaches the noise floor"},
		column{Name: "A/A of old", Doc: "the old version sampled twice in each round: what it differs from 1 by is noise"},
	)
	for i, r := range rows {
		var row []entry
		for _, dim := range dimensions {
			row = append(row, value(dim, cells[i]))
		}
		noise := entry{Shown: text.VersionNoise(r), Sort: "0"}
		if r.AA != nil {
			noise.Sort = strconv.FormatFloat(r.AA.Mean, 'g', 6, 64)
		}
		t.Rows = append(t.Rows, append(row, amount(r.Old.Median), between(r.Old), amount(r.New.Median), between(r.New),
			entry{Shown: text.VersionRatio(r), Sort: strconv.FormatFloat(r.Ratio.Mean, 'g', 6, 64)}, noise))
	}
	return t
}
